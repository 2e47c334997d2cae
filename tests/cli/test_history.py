from __future__ import annotations

import pytest

FIELDS = ["version", "created_at", "masked_value", "fingerprint", "current"]


@pytest.fixture
def versions(cli):
    cli("set", "K", "made-up-value-number-one-of-K", "-q")
    cli("set", "K", "two", "-q")


def test_the_record_has_every_version_newest_first(cli, versions):
    done = cli("history", "K")
    assert (done.status, done.err) == (0, "")
    assert [list(version) for version in done.data] == [FIELDS, FIELDS]
    assert [(v["version"], v["current"]) for v in done.data] == [(2, True), (1, False)]
    assert done.data[0]["fingerprint"] == cli("get", "K").data["fingerprint"]
    assert done.data[1]["masked_value"] == "mad••••••••f-K"
    assert b"number-one" not in done.out


def test_other_forms(cli, versions):
    assert cli("history", "K", "-o", "names").text == "K\n"
    assert "version: 2\n" in cli("history", "K", "-o", "yaml").text
    rows = [line.split("\t") for line in cli("history", "K", "-o", "plain").text.splitlines()]
    assert [(row[0], row[-1]) for row in rows] == [("2", "current"), ("1", "")]
    assert "(just now)" in rows[0][3]
    table = cli("history", "K", "-o", "table").text
    assert table.startswith("ver  value")
    assert "current" in table


def test_of_a_deleted_secret_nothing_is_current(cli, versions):
    cli("delete", "K", "-q")
    assert [v["current"] for v in cli("history", "K").data] == [False, False]
    assert "deleted" in cli("history", "K", "-o", "plain").text.splitlines()[0]


def test_in_a_chain_it_is_the_secret_that_get_shows(cli, versions):
    cli("set", "K", "staging", "-e", "staging", "-q")
    assert len(cli("history", "K", "-e", "staging,default").data) == 1
    cli("delete", "K", "-e", "staging", "-q")
    assert len(cli("history", "K", "-e", "staging,default").data) == 2
    cli("delete", "K", "-q")
    assert len(cli("history", "K", "-e", "staging,default").data) == 1


@pytest.mark.parametrize(
    ("argv", "status"),
    [
        (["ABSENT"], 4),
        (["K", "-e", "other"], 4),
        (["sk-not-a-name"], 2),
        ([], 2),
        (["K", "EXTRA"], 2),
        (["K", "-o", "csv"], 2),
        (["K", "--team", "typo"], 4),
    ],
)
def test_refusals(refused, versions, argv, status):
    refused(status, "history", *argv)


def test_without_a_vault_there_is_none(refused):
    refused(4, "history", "K")
