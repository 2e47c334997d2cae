from __future__ import annotations

import pytest

from cli.expected import FIELDS


def test_a_secret_comes_back_with_its_versions(cli):
    cli("set", "K", "one", "-d", "About")
    cli("set", "K", "two")
    cli("delete", "K")
    done = cli("restore", "K")
    assert done.status == 0
    assert list(done.data) == ["action", *FIELDS]
    assert done.data["action"] == "restored"
    assert done.data["deleted_at"] is None
    assert done.data["description"] == "About"
    assert cli("get", "K", "--plain", "--version", "1").out == b"one"


def test_several_are_one_transaction(cli, refused):
    cli("set", "A=1", "B=2")
    cli("delete", "A", "B")
    refused(4, "restore", "A", "ABSENT")
    assert [secret["key"] for secret in cli("restore", "B", "A").data] == ["B", "A"]
    assert cli("list", "--deleted").data == []


@pytest.mark.parametrize(
    ("argv", "status", "code"),
    [
        (["LIVE"], 9, "conflict"),
        (["ABSENT"], 4, "not_found"),
        (["LIVE", "-e", "other"], 4, "not_found"),
        (["LIVE", "-e", "a,b"], 2, "usage"),
        (["sk-not-a-name"], 2, "usage"),
        ([], 2, "usage"),
        (["LIVE", "--team", "typo"], 4, "not_found"),
    ],
)
def test_what_is_not_deleted_cannot_be_restored(cli, refused, argv, status, code):
    cli("set", "LIVE", "v")
    assert refused(status, "restore", *argv)["code"] == code


def test_without_a_vault_there_is_nothing_to_restore(refused):
    refused(4, "restore", "K")
