from __future__ import annotations

import pytest

from cli.expected import FIELDS


@pytest.fixture
def old(cli):
    cli("set", "OLD_NAME", "one", "-d", "About", "-m", "a=b", "-q")
    cli("set", "OLD_NAME", "two", "-q")


def test_all_but_the_name_stays(cli, old):
    before = cli("get", "OLD_NAME").data
    done = cli("rename", "OLD_NAME", "NEW_NAME")
    assert done.status == 0
    assert list(done.data) == ["action", *FIELDS, "from"]
    assert done.data["action"] == "renamed"
    assert done.data["from"] == {"environment": "default", "key": "OLD_NAME"}
    assert done.err == "Undo with: infsh secrets rename NEW_NAME OLD_NAME\n"
    after = cli("get", "NEW_NAME").data
    same = [field for field in FIELDS if field not in ("key", "updated_at")]
    assert [after[field] for field in same] == [before[field] for field in same]
    assert cli("get", "NEW_NAME", "--plain", "--version", "1").out == b"one"
    assert cli("list", "-o", "names").text == "NEW_NAME\n"
    assert cli("list", "--deleted").data == []


def test_words(cli, old):
    done = cli("rename", "OLD_NAME", "NEW_NAME", "-o", "table")
    assert done.text.startswith("NEW_NAME: renamed from OLD_NAME  ")
    assert done.text.endswith("Undo with: infsh secrets rename NEW_NAME OLD_NAME\n")


def test_a_vague_name_draws_a_warning(cli, old):
    assert "does not say" in cli("rename", "OLD_NAME", "API_KEY").err


def test_onto_a_name_that_is_taken(cli, refused, old):
    cli("set", "TAKEN", "v", "-q")
    assert refused(9, "rename", "OLD_NAME", "TAKEN")["code"] == "conflict"
    cli("delete", "TAKEN", "-q")
    hint = refused(9, "rename", "OLD_NAME", "TAKEN")["hint"]
    assert "infsh secrets restore TAKEN" in hint
    assert "infsh secrets delete TAKEN --purge" in hint
    cli("delete", "TAKEN", "--purge", "-y", "-q")
    assert cli("rename", "OLD_NAME", "TAKEN").status == 0


@pytest.mark.parametrize(
    ("argv", "status"),
    [
        (["ABSENT", "NEW"], 4),
        (["OLD_NAME", "OLD_NAME"], 2),
        (["OLD_NAME", "not-a-name"], 2),
        (["not-a-name", "NEW"], 2),
        (["OLD_NAME"], 2),
        (["OLD_NAME", "NEW", "-e", "other"], 4),
        (["OLD_NAME", "NEW", "-e", "a,b"], 2),
    ],
)
def test_refusals(refused, old, argv, status):
    refused(status, "rename", *argv)


def test_a_deleted_secret_keeps_its_name(cli, refused, old):
    cli("delete", "OLD_NAME", "-q")
    assert "restore OLD_NAME" in refused(4, "rename", "OLD_NAME", "NEW_NAME")["hint"]


def test_the_record_has_both_names(cli, old):
    cli("rename", "OLD_NAME", "NEW_NAME", "-q")
    events = [(e["action"], e["key"]) for e in cli("audit", "list").data[-2:]]
    assert events == [("renamed", "OLD_NAME"), ("renamed to", "NEW_NAME")]
