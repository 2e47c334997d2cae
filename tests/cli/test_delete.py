from __future__ import annotations

import pytest

from cli.expected import FIELDS


@pytest.mark.parametrize("word", ["delete", "rm", "remove", "unset"])
def test_the_answer_is_the_record_and_the_undo(cli, word):
    cli("set", "K", "v")
    done = cli(word, "K")
    assert done.status == 0
    assert list(done.data) == ["action", *FIELDS]
    assert done.data["action"] == "deleted"
    assert done.data["deleted_at"]
    assert done.err == "Undo with: infsh secrets restore K\n"


def test_several_are_one_transaction(cli, refused):
    cli("set", "A=1", "B=2", "-q")
    refused(4, "delete", "A", "ABSENT", "B")
    done = cli("delete", "B", "ABSENT", "A", "B", "--ignore-missing")
    assert [secret["key"] for secret in done.data] == ["B", "A"]
    assert "restore B A" in done.err


def test_missing_ones_may_be_ignored(cli):
    assert cli("delete", "K", "--ignore-missing").out == b"[]\n"
    assert cli("delete", "K", "--ignore-missing", "-o", "table").text == "Nothing to do.\n"
    cli("set", "K", "v")
    cli("delete", "K", "-y", "-q")
    assert cli("delete", "K", "--ignore-missing").out == b"[]\n"


def test_the_undo_is_said_once(cli):
    cli("set", "K", "v", "-e", "staging")
    done = cli("delete", "K", "-e", "staging", "-o", "table")
    assert done.text == ("K in staging: deleted\nUndo with: infsh secrets restore K -e staging\n")
    assert done.err == ""


@pytest.mark.parametrize(
    ("argv", "status"),
    [
        (["ABSENT"], 4),
        (["K", "-e", "other"], 4),
        (["K", "-e", "a,b"], 2),
        (["sk-not-a-name"], 2),
        ([], 2),
        ([""], 2),
        (["K", "--team", "typo"], 4),
        (["K", "-s", "other"], 4),
    ],
)
def test_what_cannot_be_deleted_is_left(cli, refused, argv, status):
    cli("set", "K", "v")
    refused(status, "delete", *argv)


def test_an_undo_in_another_team_or_vault_names_it(cli, own_home):
    cli("team", "create", "acme")
    cli("set", "K", "v", "--team", "acme")
    assert cli("delete", "K", "--team", "acme").err == (
        "Undo with: infsh secrets restore K --team acme\n"
    )
    path = f"{own_home}/my vault"
    cli("set", "K", "v", "--vault", path)
    assert cli("delete", "K", "--vault", path).err == (
        f"Undo with: infsh secrets restore K --vault '{path}'\n"
    )
