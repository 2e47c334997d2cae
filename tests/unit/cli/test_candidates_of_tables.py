"""What completion offers as values is what the program takes, where a table says it."""

from __future__ import annotations

from infsh_secrets.cli import candidates, grammar
from infsh_secrets.config.stores import KINDS
from infsh_secrets.stores import registry


def test_every_kind_of_store_is_offered_opened_and_told():
    assert sorted(candidates._FIXED["--kind"]) == sorted(KINDS) == sorted(registry.REMOTE)
    told = grammar.read().node(("secrets", "store", "add")).options["--kind"].meaning
    assert all(kind in told for kind in KINDS), "the help of --kind"
