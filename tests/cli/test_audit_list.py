from __future__ import annotations

import pytest

from cli.runs import run
from infsh_secrets.services.use_records import note_run

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


def test_a_run_is_told_with_its_manifest_and_its_end(cli):
    cli("set", "ALPHA_KEY", "value-of-alpha", "-q")
    run("ALPHA_KEY", program="python", manifest="/srv/app/inf.yml", status=3)
    run("ALPHA_KEY", program="./serve", status=None)
    for status in (0, 0, 137):
        run("ALPHA_KEY", program="job", manifest="/srv/app/inf.yml", status=status)
    _, python, serve, job = cli("audit").data
    assert (python["action"], python["key"], python["count"]) == ("used", "ALPHA_KEY", 1)
    assert python["run"].pop("seconds") >= 0
    assert python["run"] == {
        "program": "python",
        "manifest": "/srv/app/inf.yml",
        "exit_status": 3,
        "ended": [{"exit_status": 3, "count": 1}],
    }
    assert serve["run"] == {
        "program": "./serve",
        "manifest": None,
        "exit_status": None,
        "ended": [],
        "seconds": None,
    }
    assert (job["count"], job["run"]["exit_status"]) == (3, 137)
    shown = [line.split("\t") for line in cli("audit", "-o", "plain").text.splitlines()]
    by = python["program"]
    assert [(row[1], row[6]) for row in shown[1:]] == [
        ("used", f"run of python with manifest /srv/app/inf.yml, ended with 3, by {by}"),
        ("used", f"run of ./serve, by {by}"),
        (
            "used 3 times",
            "run of job with manifest /srv/app/inf.yml, ended with 137 (once), 0 (2 times), "
            f"by {by}",
        ),
    ]
    assert cli("audit").data[0]["run"] is None
    assert "run of ./serve" in cli("audit", "-o", "table").text


def test_an_end_that_is_on_record_apart_names_no_secret(cli, monkeypatch):
    records = []
    monkeypatch.setattr("cli.runs.note_run", lambda *a: records.append(note_run(*a)))
    cli("set", "ALPHA_KEY", "value-of-alpha", "-q")
    run("ALPHA_KEY", status=None)
    cli("set", "ALPHA_KEY", "newer-value-of-alpha", "-q")
    records[0].ended(5)
    *_, end = cli("audit").data
    assert (end["action"], end["key"], end["version"], end["count"]) == ("ended", None, None, 1)
    assert end["run"]["exit_status"] == 5
    assert [event["action"] for event in cli("audit", "--key", "A*").data].count("ended") == 0
    cells = cli("audit", "-o", "plain").text.splitlines()[-1].split("\t")
    assert cells[1:5] == ["ended", "-", "-", "-"]
    assert cells[6].startswith("run of python, ended with 5, by ")
