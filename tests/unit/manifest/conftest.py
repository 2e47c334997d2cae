from __future__ import annotations

import json
import os

import pytest

CORPUS = os.path.join(os.path.dirname(__file__), "..", "..", "manifests")


def facts_of(manifest):
    """All that a manifest says but its path, as plain lists."""
    word = {True: "optional", False: "required"}
    return {
        "secrets": [
            [one.key, one.line, word[one.optional], one.description, one.owner]
            for one in manifest.declarations
        ],
        "connections": [
            [one.slug, one.line, word[one.optional], one.description]
            for one in manifest.connections
        ],
        "env": [list(pair) for pair in manifest.variables.items()],
    }


@pytest.fixture
def facts():
    return facts_of


@pytest.fixture
def corpus():
    """(path, facts) of every good manifest."""
    with open(os.path.join(CORPUS, "good.json"), encoding="utf-8") as file:
        table = json.load(file)
    nothing = {"secrets": [], "connections": [], "env": []}
    return [
        (os.path.join(CORPUS, "good", f"{name}.yml"), {**nothing, **said})
        for name, said in table.items()
    ]
