from __future__ import annotations

import pytest

from cli.expected import FIELDS


@pytest.fixture
def source(cli):
    cli("set", "K", "one", "-q")
    cli("set", "K", "two", "-d", "About", "-m", "a=b", "--expires", "90d", "-q")
    return cli("get", "K").data


def test_a_copy_in_another_environment(cli, source):
    done = cli("copy", "K", "--to-env", "staging")
    assert (done.status, done.err) == (0, "")
    assert list(done.data) == ["action", *FIELDS, "from"]
    assert done.data["action"] == "copied"
    assert done.data["from"] == {"environment": "default", "key": "K"}
    copied = cli("get", "K", "-e", "staging").data
    assert (copied["environment"], copied["version"]) == ("staging", 1)
    for field in ("description", "metadata", "expires_at", "masked_value", "fingerprint"):
        assert copied[field] == source[field]
    assert cli("get", "K", "-e", "staging", "--plain").out == b"two"
    assert len(cli("history", "K", "-e", "staging").data) == 1
    assert cli("get", "K").data == source


def test_a_copy_of_another_name(cli, source):
    done = cli("copy", "K", "--to-name", "OTHER", "-o", "plain")
    assert done.text.startswith("OTHER: copied from K  ")
    done = cli("copy", "K", "--to-env", "staging", "--to-name", "OTHER", "-o", "plain")
    assert done.text.startswith("OTHER in staging: copied from K in default  ")
    assert cli("list", "--all-envs", "-o", "names").text == "K\nOTHER\nOTHER\n"


def test_a_copy_goes_its_own_way(cli, source):
    cli("copy", "K", "--to-env", "staging", "-q")
    cli("set", "K", "three", "-e", "staging", "-q")
    cli("delete", "K", "-q")
    assert cli("get", "K", "-e", "staging", "--plain").out == b"three"


def test_onto_a_secret_that_is_there_or_deleted(cli, refused, source):
    cli("set", "K", "v", "-e", "staging", "-q")
    assert "-e staging --purge" in refused(9, "copy", "K", "--to-env", "staging")["hint"]
    cli("delete", "K", "-e", "staging", "-q")
    assert "restore K -e staging" in refused(9, "copy", "K", "--to-env", "staging")["hint"]


@pytest.mark.parametrize(
    ("argv", "status"),
    [
        (["ABSENT", "--to-env", "staging"], 4),
        (["K"], 2),
        (["K", "--to-env", "default"], 9),
        (["K", "--to-name", "K"], 9),
        (["K", "--to-name", "not-a-name"], 2),
        (["K", "--to-env", "Not An Environment"], 2),
        (["K", "--to-env", ""], 2),
        (["K", "--to-name", ""], 2),
        (["K", "--to-env", "staging", "-e", "other"], 4),
        (["K", "--to-env", "staging", "-e", "a,b"], 2),
        (["not-a-name", "--to-env", "staging"], 2),
        ([], 2),
    ],
)
def test_refusals(refused, source, argv, status):
    refused(status, "copy", *argv)


def test_a_deleted_secret_is_not_copied(cli, refused, source):
    cli("delete", "K", "-q")
    refused(4, "copy", "K", "--to-env", "staging")
