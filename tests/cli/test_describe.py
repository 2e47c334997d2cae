from __future__ import annotations

import pytest

from cli.expected import FIELDS


@pytest.fixture
def secret(cli):
    cli("set", "K", "made-up", "-d", "Old words", "-m", "a=1", "-m", "b=2", "-q")


def test_what_is_given_changes_and_the_rest_stays(cli, secret):
    done = cli("describe", "K", "-d", "New words", "-m", "b=3", "-m", "c=4", "--unset-meta", "a")
    assert (done.status, done.err) == (0, "")
    assert list(done.data) == ["action", *FIELDS]
    assert done.data["action"] == "described"
    assert done.data["description"] == "New words"
    assert done.data["metadata"] == {"b": "3", "c": "4"}
    assert done.data["version"] == 1
    assert cli("get", "K", "--plain").out == b"made-up"
    assert len(cli("history", "K").data) == 1


def test_facts_are_taken_away(cli, secret):
    cli("describe", "K", "--expires", "90d", "-q")
    assert cli("get", "K").data["expires_at"]
    cli("describe", "K", "-d", "", "--unset-meta", "a", "--unset-meta", "b", "--expires", "never")
    data = cli("get", "K").data
    assert (data["description"], data["metadata"], data["expires_at"]) == (None, {}, None)


def test_what_is_so_already_changes_nothing(cli, secret):
    before = cli("get", "K").data
    done = cli("describe", "K", "-d", "Old words", "-m", "a=1", "--unset-meta", "none")
    assert done.data["action"] == "unchanged"
    assert cli("get", "K").data == before


@pytest.mark.parametrize(
    ("argv", "status"),
    [
        (["K"], 2),
        (["K", "-m", "no-equals-sign"], 2),
        (["K", "-m", "a=5", "--unset-meta", "a"], 2),
        (["K", "--expires", "soon"], 2),
        (["K", "--expires", "2001-01-01"], 2),
        (["K", "-d", "x" * 5000], 2),
        (["ABSENT", "-d", "x"], 4),
        (["K", "-d", "x", "-e", "other"], 4),
        (["K", "-d", "x", "-e", "a,b"], 2),
        (["not-a-name", "-d", "x"], 2),
        ([], 2),
    ],
)
def test_refusals(refused, secret, argv, status):
    refused(status, "describe", *argv)


def test_a_deleted_secret_is_not_described(cli, refused, secret):
    cli("delete", "K", "-q")
    refused(4, "describe", "K", "-d", "x")
