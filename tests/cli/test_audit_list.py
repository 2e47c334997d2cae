from __future__ import annotations

import pytest

FIELDS = [
    *("sequence", "time", "user", "program", "action", "environment", "key", "version", "count"),
    "run",
]


def told(done):
    """Return (action, key, version) of each event."""
    assert done.status == 0, done
    return [(event["action"], event["key"], event["version"]) for event in done.data]


@pytest.fixture
def stored(cli):
    cli("set", "ALPHA_KEY", "value-of-alpha")
    cli("set", "BETA_KEY", "value-of-beta", "-e", "staging")
    cli("set", "ALPHA_KEY", "newer-value-of-alpha")
    cli("delete", "ALPHA_KEY")
    return cli


def test_the_newest_is_last_and_audit_alone_is_the_list(stored):
    done = stored("audit")
    assert told(done) == [
        ("created", "ALPHA_KEY", 1),
        ("created", "BETA_KEY", 1),
        ("updated", "ALPHA_KEY", 2),
        ("deleted", "ALPHA_KEY", 2),
    ]
    assert [list(event) for event in done.data] == [FIELDS] * 4
    assert [event["sequence"] for event in done.data] == [1, 2, 3, 4]
    assert stored("audit", "list").data == done.data
    assert done.err == ""


def test_an_event_says_who_when_where_and_from_which_program(stored):
    event = stored("audit", "--limit", "1", "--key", "BETA_KEY").data[0]
    assert event["user"]
    assert event["time"].endswith("Z")
    assert event["environment"] == "staging"
    assert event["program"].startswith("infsh secrets")
    assert event["count"] == 1


@pytest.mark.parametrize(
    ("argv", "keys"),
    [
        (["--limit", "1"], ["ALPHA_KEY"]),
        (["--limit", "3"], ["BETA_KEY", "ALPHA_KEY", "ALPHA_KEY"]),
        (["--limit", "99"], ["ALPHA_KEY", "BETA_KEY", "ALPHA_KEY", "ALPHA_KEY"]),
        (["--key", "B*"], ["BETA_KEY"]),
        (["--key", "*A_KEY", "--limit", "2"], ["ALPHA_KEY", "ALPHA_KEY"]),
        (["--key", "NONE"], []),
        (["--since", "1h"], ["ALPHA_KEY", "BETA_KEY", "ALPHA_KEY", "ALPHA_KEY"]),
        (["--since", "0s"], []),
        (["-e", "staging"], ["BETA_KEY"]),
        (["-e", "other"], []),
        (["-e", "other,default", "--limit", "1"], ["ALPHA_KEY"]),
    ],
)
def test_what_is_wanted_of_it(stored, argv, keys):
    assert [key for _, key, _ in told(stored("audit", *argv))] == keys


@pytest.mark.parametrize("form", ["table", "plain", "names", "json", "yaml"])
def test_every_form_names_the_keys_and_no_value(stored, form):
    done = stored("audit", "-o", form)
    assert done.status == 0
    assert "ALPHA_KEY" in done.text
    assert b"value-of" not in done.out


def test_people_read_a_table(stored):
    lines = stored("audit", "-o", "table", "--key", "BETA_KEY").text.splitlines()
    assert lines[0].split() == ["time", "action", "key", "env", "ver", "user", "program"]
    assert lines[-1].split()[1:5] == ["created", "BETA_KEY", "staging", "1"]
    plain = stored("audit", "-o", "plain", "--limit", "1").text
    assert plain.split("\t")[1:5] == ["deleted", "ALPHA_KEY", "default", "2"]
    assert stored("audit", "-o", "names").text == "ALPHA_KEY\nBETA_KEY\n"


def test_a_large_transaction_names_two_hundred_and_counts_the_rest(cli):
    cli("set", *(f"KEY_{number:03}=v" for number in range(203)), "-q")
    events = cli("audit").data
    assert len(events) == 201
    assert events[-1] == events[0] | {
        "action": "more",
        "environment": None,
        "key": None,
        "version": None,
        "count": 3,
    }
    assert "and 3 more" in cli("audit", "-o", "plain").text


def test_without_a_vault_nothing_is_on_record(cli, own_home):
    assert cli("audit").data == []
    assert cli("audit", "-o", "table").text == "Nothing is on record.\n"
    assert list(own_home.iterdir()) == []


@pytest.mark.parametrize(
    "argv",
    [
        ["--limit", "0"],
        ["--limit", "few"],
        ["--since", "soon"],
        ["--key", ""],
        ["tail"],
        ["list", "extra"],
    ],
)
def test_what_cannot_be_understood(stored, refused, argv):
    refused(2, "audit", *argv)


def test_help_and_completion_know_both_ways(stored):
    assert "verify" in stored("audit", "--help").text
    assert "--since" in stored("audit", "list", "--help").text
    options = stored("__complete", "secrets", "audit", "--li", root=True).text
    assert options.startswith("--limit\t")
    assert stored("__complete", "secrets", "audit", "", root=True).text.split()[0] == "list"
    keys = stored("__complete", "secrets", "audit", "--key", "", root=True).text
    assert "BETA_KEY" not in keys
    assert keys == ""  # ALPHA_KEY is deleted
    keys = stored("__complete", "secrets", "audit", "-e", "staging", "--key", "", root=True).text
    assert keys.split() == ["BETA_KEY"]


def test_a_record_that_was_cut_is_not_shown(stored, own_home):
    import sqlite3

    (vault,) = own_home.glob(".local/share/infsh-secrets/vaults/*.vault")
    base = sqlite3.connect(vault)
    base.execute("UPDATE audit SET entry = (SELECT entry FROM audit WHERE seq = 1) WHERE seq = 2")
    base.commit()
    base.close()
    assert told(stored("audit", "--limit", "2"))[0] == ("updated", "ALPHA_KEY", 2)
    assert stored("audit").error["exit"] == 8
    assert stored("audit", "verify").error["code"] == "integrity"
