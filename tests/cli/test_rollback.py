from __future__ import annotations

import pytest

from cli.expected import FIELDS


@pytest.fixture
def versions(cli):
    for value in ("one", "two", "three"):
        cli("set", "K", value, "-q", "-d", "About")


def test_the_version_before_comes_back_as_a_new_one(cli, versions):
    done = cli("rollback", "K")
    assert done.status == 0
    assert list(done.data) == ["action", *FIELDS]
    assert (done.data["action"], done.data["version"]) == ("rolled back", 4)
    assert done.data["description"] == "About"
    assert done.err == "Undo with: infsh secrets rollback K\n"
    assert cli("get", "K", "--plain").out == b"two"
    assert cli("get", "K", "--plain", "--version", "3").out == b"three"


def test_the_undo_undoes(cli, versions):
    cli("rollback", "K")
    cli("rollback", "K")
    assert cli("get", "K", "--plain").out == b"three"


def test_to_a_version(cli, versions):
    done = cli("rollback", "K", "--to", "1", "-o", "plain")
    assert done.text.startswith("K: rolled back, now version 4  ")
    assert cli("get", "K", "--plain").out == b"one"
    assert cli("rollback", "K", "--to", "1").data["action"] == "unchanged"
    assert cli("rollback", "K", "--to", "4").err == ""
    assert len(cli("history", "K").data) == 4


def test_in_an_environment_the_undo_names_it(cli):
    cli("set", "K", "one", "-e", "staging", "-q")
    cli("set", "K", "two", "-e", "staging", "-q")
    assert cli("rollback", "K", "-e", "staging").err.endswith("rollback K -e staging\n")


@pytest.mark.parametrize(
    ("argv", "status"),
    [
        (["ABSENT"], 4),
        (["K", "--to", "4"], 4),
        (["K", "--to", "0"], 2),
        (["K", "--to", "one"], 2),
        (["K", "-e", "other"], 4),
        (["K", "-e", "a,b"], 2),
        (["sk-not-a-name"], 2),
        ([], 2),
    ],
)
def test_refusals(refused, versions, argv, status):
    refused(status, "rollback", *argv)


def test_one_version_or_none_or_a_deleted_secret(cli, refused, versions):
    refused(4, "rollback", "K", "--vault", "absent.vault")
    cli("set", "ONE", "v", "-q")
    assert refused(4, "rollback", "ONE")["message"] == (
        "The secret ONE has no version before this one."
    )
    cli("delete", "K", "-q")
    assert "restore K" in refused(4, "rollback", "K")["hint"]


def test_a_version_that_is_kept_no_more(cli, refused):
    for number in range(1, 22):
        cli("set", "K", f"value {number}", "-q")
    refused(4, "rollback", "K", "--to", "1")
    assert cli("rollback", "K", "--to", "2").data["version"] == 22


def test_a_store_without_versions_says_so(cli, refused, versions, monkeypatch):
    from infsh_secrets.stores.base import Capabilities
    from infsh_secrets.stores.vault.store import VaultStore

    bare = Capabilities(reveal=True, versions=False, restore=False, environments=True)
    monkeypatch.setattr(VaultStore, "capabilities", bare)
    message = "The store vault keeps no older versions."
    assert refused(10, "rollback", "K")["message"] == message
    assert refused(10, "history", "K")["message"] == message
