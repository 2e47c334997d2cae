from __future__ import annotations

import json
import re

import pytest
import yaml

from infsh_secrets.services import check
from infsh_secrets.stores.vault.store import now_ms

DAY = 24 * 3600 * 1000
FIELDS = [
    *("key", "status", "required", "environment", "version", "updated_at", "line"),
    *("description", "warnings", "notes"),
]
CANARY = "made-up-canary-in-no-output"


@pytest.fixture
def manifest(tmp_path, monkeypatch):
    """Write a manifest where the commands run; returns its path."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)

    def write(text, name="inf.yml"):
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)

    return write


def statuses(done):
    return {one["key"]: one["status"] for one in done.data["secrets"]}


def only(done):
    (one,) = done.data["secrets"]
    return one


# -- what is there and what is not ---------------------------------------------------------------


def test_everything_is_usable(cli, manifest):
    path = manifest('secrets:\n  - key: FAL_KEY\n    description: "For images"\n')
    cli("set", "FAL_KEY", CANARY, "-d", "of the store")
    done = cli("check")
    assert done.status == 0
    assert list(done.data) == ["manifest", "satisfied", "errors", "secrets", "connections"]
    assert (done.data["manifest"], done.data["satisfied"]) == (path, True)
    assert (done.data["errors"], done.data["connections"]) == ([], [])
    one = only(done)
    assert list(one) == FIELDS
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", one.pop("updated_at"))
    assert one == {
        "key": "FAL_KEY",
        "status": "usable",
        "required": True,
        "environment": "default",
        "version": 1,
        "line": 2,
        "description": "For images",
        "warnings": [],
        "notes": [],
    }


def test_what_is_missing_has_the_platforms_own_shape(cli, manifest):
    manifest("secrets:\n  - key: FAL_KEY\n  - key: OPTIONAL_KEY\n    optional: true\n")
    cli("set", "OTHER", CANARY)
    done = cli("check")
    assert (done.status, done.err) == (6, "")
    assert done.data["satisfied"] is False
    assert done.data["errors"] == [
        {
            "type": "secret",
            "key": "FAL_KEY",
            "message": "Missing secret: FAL_KEY",
            "action": {"type": "add_secret"},
        }
    ]
    assert statuses(done) == {"FAL_KEY": "missing", "OPTIONAL_KEY": "missing"}
    assert [one["required"] for one in done.data["secrets"]] == [True, False]
    assert done.data["secrets"][0]["environment"] is None
    assert done.data["secrets"][0]["updated_at"] is None


def test_an_optional_one_never_counts(cli, manifest):
    manifest("secrets:\n  - key: OPTIONAL_KEY\n    optional: true\n")
    assert cli("check").status == 0
    cli("set", "OPTIONAL_KEY", "", "--allow-empty", "-q")
    done = cli("check")
    assert (done.status, statuses(done)) == (0, {"OPTIONAL_KEY": "empty"})


def test_an_empty_value_counts_as_none(cli, manifest):
    manifest("secrets: [{key: FAL_KEY}]\n")
    cli("set", "FAL_KEY", "", "--allow-empty")
    done = cli("check")
    assert (done.status, statuses(done)) == (6, {"FAL_KEY": "empty"})
    assert done.data["errors"][0]["message"] == "Missing secret: FAL_KEY"
    assert only(done)["environment"] == "default"


def test_without_a_vault_everything_is_missing_and_none_is_made(cli, manifest, own_home):
    manifest("secrets: [{key: A}, {key: B}]\n")
    done = cli("check")
    assert (done.status, statuses(done)) == (6, {"A": "missing", "B": "missing"})
    assert "There is no vault at" in done.err
    assert list(own_home.rglob("*.vault")) == []


def test_nothing_declared(cli, manifest):
    manifest("name: app\n")
    done = cli("check")
    assert (done.status, done.data["secrets"]) == (0, [])
    assert "The manifest declares no secrets." in cli("check", "-o", "table").text
    assert cli("check", "-o", "plain").text == ""


# -- values --------------------------------------------------------------------------------------


def test_a_value_that_looks_wrong_is_suspicious_and_usable(cli, manifest):
    manifest("secrets: [{key: OPENAI_API_KEY}]\n")
    cli("set", "OPENAI_API_KEY", f'"{CANARY}"')
    done = cli("check")
    assert (done.status, statuses(done)) == (0, {"OPENAI_API_KEY": "suspicious"})
    assert done.data["satisfied"] is True
    quotes, prefix = only(done)["warnings"]
    assert "wrapped in quotes" in quotes
    assert "does not begin with sk-" in prefix
    done = cli("check", "--strict")
    assert (done.status, done.data["satisfied"]) == (6, False)
    assert done.data["errors"][0]["message"] == "Suspicious secret: OPENAI_API_KEY"
    for form in ("json", "yaml", "plain", "table", "names"):
        shown = cli("check", "--strict", "-o", form)
        assert (CANARY in shown.text + shown.err, shown.status) == (False, 6)
    assert cli("check", "-o", "names").text == ""
    assert cli("check", "-o", "names", "--strict").text == "OPENAI_API_KEY\n"
    text = cli("check", "-o", "table", "--strict").text
    assert "Warning: The value of OPENAI_API_KEY is wrapped in quotes" in text
    assert "Set one with: infsh secrets set OPENAI_API_KEY" in text


def test_an_expired_one_is_suspicious(cli, manifest, monkeypatch):
    manifest("secrets: [{key: FAL_KEY}]\n")
    cli("set", "FAL_KEY", CANARY, "--expires", "20d")
    assert only(cli("check"))["notes"] == []
    monkeypatch.setattr(check, "now_ms", lambda: now_ms() + 10 * DAY)
    done = cli("check", "--strict")
    assert (done.status, statuses(done)) == (0, {"FAL_KEY": "usable"})
    assert only(done)["notes"][0] in ("Expires in 9 days.", "Expires in 10 days.")
    monkeypatch.setattr(check, "now_ms", lambda: now_ms() + 23 * DAY)
    done = cli("check")
    assert (done.status, statuses(done)) == (0, {"FAL_KEY": "suspicious"})
    assert only(done)["warnings"] == ["The secret FAL_KEY expired 3 days ago."]
    assert cli("check", "--strict").status == 6


def test_a_look_is_no_use(cli, manifest):
    manifest("secrets: [{key: FAL_KEY}]\n")
    cli("set", "FAL_KEY", CANARY)
    cli("check")
    assert cli("get", "FAL_KEY").data["last_used_at"] is None


# -- where from ----------------------------------------------------------------------------------


def test_the_first_environment_of_the_chain_that_has_it(cli, manifest):
    manifest("secrets: [{key: A}, {key: B}]\n")
    cli("set", "A", CANARY, "-q")
    cli("set", "A", CANARY + "2", "-q")
    cli("set", "B", CANARY, "-q")
    cli("set", "B", CANARY, "-e", "staging", "-q")
    one, other = cli("check", "-e", "staging,default").data["secrets"]
    assert (one["environment"], one["version"]) == ("default", 2)
    assert (other["environment"], other["version"]) == ("staging", 1)
    done = cli("check", "-e", "staging")
    assert (done.status, statuses(done)) == (6, {"A": "missing", "B": "usable"})
    assert done.data["secrets"][0]["notes"] == [
        "Set in the environment default; -e staging,default looks there too."
    ]
    text = cli("check", "-e", "staging", "-o", "table").text
    assert "Set one with: infsh secrets set A -e staging" in text


def test_an_empty_one_hides_what_stands_behind_it(cli, manifest):
    manifest("secrets: [{key: A}]\n")
    cli("set", "A", CANARY, "-q")
    cli("set", "A", "", "--allow-empty", "-e", "staging", "-q")
    done = cli("check", "-e", "staging,default")
    assert (done.status, only(done)["status"]) == (6, "empty")


def test_what_does_not_count_is_said(cli, manifest, monkeypatch):
    manifest("secrets: [{key: A}, {key: B}, {key: C}]\nenv:\n  C: plain\n")
    cli("set", "B", CANARY, "-q")
    cli("delete", "B", "-q")
    monkeypatch.setenv("A", CANARY)
    done = cli("check")
    assert (done.status, set(statuses(done).values())) == (6, {"missing"})
    assert [one["notes"] for one in done.data["secrets"]] == [
        ["Set in your shell, not in the vault."],
        ["Deleted; bring it back with: infsh secrets restore B"],
        ["The manifest gives a plain value for it under env:."],
    ]
    assert CANARY not in done.text
    assert "A: Set in your shell, not in the vault." in cli("check", "-o", "table").text


def test_names_that_run_refuses(cli, manifest):
    manifest("secrets: [{key: LD_PRELOAD, optional: true}, {key: A}]\nenv:\n  NODE_OPTIONS: x\n")
    cli("set", "LD_PRELOAD=x", f"A={CANARY}")
    done = cli("check")
    assert (done.status, statuses(done)) == (6, {"LD_PRELOAD": "refused", "A": "usable"})
    assert done.data["errors"] == [
        {"type": "secret", "key": "LD_PRELOAD", "message": "Refused secret: LD_PRELOAD"},
        {"type": "variable", "key": "NODE_OPTIONS", "message": "Refused variable: NODE_OPTIONS"},
    ]
    assert "--allow-env LD_PRELOAD" in done.data["secrets"][0]["notes"][0]
    text = cli("check", "-o", "table").text
    assert "NODE_OPTIONS: `run` refuses this variable of env:" in text
    assert "`run` would refuse to start" in text
    last = cli("check", "-o", "plain").text.splitlines()[-1].split("\t")
    assert (last[:3], len(last)) == (["NODE_OPTIONS", "refused", "variable"], 9)
    assert cli("check", "--allow-env", "LD_PRELOAD").status == 6
    done = cli("check", "--allow-env", "LD_PRELOAD,NODE_OPTIONS")
    assert (done.status, done.err) == (0, "")
    assert cli("check", "--allow-env", "NODE_OPTIONS", "--allow-env", "LD_PRELOAD").status == 0


def test_connections_never_block(cli, manifest):
    manifest("credentials:\n  google:\n    secrets: [A]\n  slack:\n    optional: true\n")
    cli("set", "A", CANARY)
    done = cli("check")
    assert (done.status, statuses(done)) == (0, {"A": "usable"})
    found = {one["slug"]: one for one in done.data["connections"]}
    assert list(found) == ["google", "slack"]
    assert [one["required"] for one in found.values()] == [True, False]
    assert found["google"]["action"] == {"type": "connect"}
    text = cli("check", "-o", "table").text
    assert "Connect on the platform: google, slack (optional)" in text


# -- forms ---------------------------------------------------------------------------------------


def test_forms(cli, manifest):
    manifest(
        "secrets:\n  - key: A\n    description: What A opens\n  - key: B\n"
        "  - key: C\n    optional: true\nintegrations: [google]\n"
    )
    cli("set", "A", CANARY)
    as_json = cli("check")
    as_yaml = cli("check", "-o", "yaml")
    assert yaml.safe_load(as_yaml.text) == as_json.data
    assert cli("check", "-o", "names").text == "B\nC\n"
    rows = [line.split("\t") for line in cli("check", "-o", "plain").text.splitlines()]
    assert [len(row) for row in rows] == [9] * 4
    assert rows[0][:5] == ["A", "usable", "required", "default", "1"]
    assert rows[0][6:] == ["2", "", "What A opens"]
    assert rows[1] == ["B", "missing", "required", "-", "-", "-", "4", "", ""]
    assert rows[2][:3] == ["C", "missing", "optional"]
    assert rows[3][:3] == ["google", "connect", "required"]
    lines = cli("check", "-o", "table").text.splitlines()
    assert lines[2].split() == ["key", "status", "from", "line", "description"]
    assert " ".join(lines[4].split()) == "A usable default v1, just now 2 What A opens"
    assert lines[5].split() == ["B", "missing", "-", "4"]
    assert lines[6].split() == ["C", "optional", "-", "5"]
    assert lines[-1] == ("1 of 2 required secrets is not usable. Set one with: infsh secrets set B")
    cli("set", "B", CANARY)
    assert cli("check", "-o", "table").text.endswith("Both required secrets are usable.\n")


# -- which manifest ------------------------------------------------------------------------------


def test_it_is_found_from_a_folder_below_or_named(cli, manifest, tmp_path, monkeypatch):
    path = manifest("secrets: [{key: A}]\n")
    other = manifest("secrets: [{key: B}]\n", "app.yaml")
    (tmp_path / "src").mkdir()
    monkeypatch.chdir(tmp_path / "src")
    assert cli("check").data["manifest"] == path
    done = cli("check", "-f", "../app.yaml")
    assert (done.data["manifest"], only(done)["key"]) == (other, "B")


def test_there_is_none(refused, tmp_path, monkeypatch):
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    error = refused(2, "check")
    assert "inf.yml, inf.yaml, app.yaml, app.yml" in error["message"]
    assert str(tmp_path) in error["message"]


@pytest.mark.parametrize("text", ["secrets:\n  -key: A\n", "secrets: [\n", "secrets: {A: [}\n"])
def test_a_bad_one_names_file_and_line(refused, manifest, text):
    path = manifest(text)
    error = refused(2, "check")
    assert path in error["message"]
    assert "line" in error["message"]


@pytest.mark.parametrize("argv", [["-f", ""], ["-f", "absent.yml"], ["-f", "."], ["EXTRA"]])
def test_refusals(refused, manifest, argv):
    manifest("secrets: [{key: A}]\n")
    refused(2, "check", *argv)


def test_a_locked_vault(cli, manifest, own_home):
    manifest("secrets: [{key: A}]\n")
    cli("set", "A", CANARY)
    for key in own_home.glob(".local/share/infsh-secrets/keys/*"):
        key.unlink()
    done = cli("check")
    assert (done.status, done.error["code"]) == (5, "locked")


def test_a_team_that_is_not_there(cli, manifest):
    manifest("secrets: [{key: A}]\n")
    assert cli("check", "--team", "typo").status == 4


def test_only_a_description_that_a_store_can_hold_is_taken_over():
    assert check._first_description("What it opens") == "What it opens"
    assert check._first_description("x" * 4097) == ""
    assert check._first_description("\udc80") == ""


# -- hostile and large ---------------------------------------------------------------------------

STEERING = "red \x1b[31m\u202eright\x07\x9b2J\u2066 end\nnew line\t\u200b"


def test_a_description_cannot_steer_a_terminal(cli, manifest):
    manifest(f"secrets:\n  - key: A\n    description: {json.dumps(STEERING)}\n")
    for form in ("table", "plain", "json", "yaml"):
        done = cli("check", "-o", form)
        assert done.status == 6
        assert not set("\x1b\u202e\x07\x9b\u2066\u200b").intersection(done.text), form
    assert "\\u202eright" in cli("check", "-o", "table").text
    assert cli("check", "-o", "plain").text.count("\n") == 1


def test_a_very_long_name_leaves_the_table_whole(cli, manifest):
    name = "K" * 255
    manifest(f"secrets: [{{key: {name}}}, {{key: SHORT_KEY}}]\n")
    lines = cli("check", "-o", "table").text.splitlines()
    assert max(map(len, lines[:-1])) <= 120
    short = next(line for line in lines if line.startswith("SHORT_KEY"))
    assert short.split() == ["SHORT_KEY", "missing", "-", "1"]
    assert cli("check", "-o", "names").text == f"{name}\nSHORT_KEY\n"


def test_a_thousand_names_are_read_at_one_look(cli, manifest, monkeypatch):
    from infsh_secrets.stores.vault.tables import VaultFile

    keys = [f"BIG_{number}" for number in range(1000)]
    manifest("secrets:\n" + "".join(f"  - key: {key}\n" for key in keys))
    cli("set", *(f"{key}={CANARY}" for key in keys[1:]), "-q")
    looks = []
    begin = VaultFile.begin_read
    monkeypatch.setattr(VaultFile, "begin_read", lambda file: (looks.append(1), begin(file))[1])
    done = cli("check")
    assert done.status == 6
    assert len(looks) < 10
    assert [one["status"] for one in done.data["secrets"]] == ["missing", *["usable"] * 999]
