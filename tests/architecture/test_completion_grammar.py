"""Completion knows the commands as they are."""

from __future__ import annotations

from pathlib import Path

import completion_grammar

from infsh_secrets.cli import grammar


def test_the_table_is_what_the_parser_knows():
    assert Path(grammar.PATH).read_text(encoding="utf-8") == completion_grammar.written(), (
        "write it with: python tests/architecture/completion_grammar.py"
    )


def test_aliases_lead_to_their_command():
    known = grammar.read()
    assert known.node(("secrets", "rm")).path == ("secrets", "delete")
    assert known.node(("secrets", "rm")).aliases == ("rm", "remove", "unset")
    assert known.node(("secrets", "nonsense")) is None
    assert known.node(()).is_group
