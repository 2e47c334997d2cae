"""Every format of the table stands where a person looks for it."""

from __future__ import annotations

import re

import pytest

from infsh_secrets.cli import candidates, grammar
from infsh_secrets.formats import table

FORMATS = {"import": [*table.READERS], "export": [*table.WRITERS, *table.FOLDERS]}


@pytest.mark.parametrize("name", FORMATS)
def test_completion_offers_every_format(name):
    assert sorted(candidates.FORMATS[name]) == sorted(FORMATS[name]), "candidates.FORMATS"


@pytest.mark.parametrize("name", FORMATS)
def test_the_help_of_the_option_names_every_format(name):
    meaning = grammar.read().node(("secrets", name)).options["--format"].meaning
    told = re.findall(r"[a-z-]+", meaning)
    assert set(FORMATS[name]) <= set(told), f"cli/commands/{name}: the help of --format"


def test_what_a_file_name_tells_is_a_format():
    assert table.of_path("secrets.toml") == "toml"
    assert {table.of_path(f"x{ending}") for ending in table._ENDINGS} <= {*table.WRITERS}
