"""Uses on record: what `get`, `list` and `audit` say of values that were given out."""

from __future__ import annotations

import os
import stat
import subprocess

import pytest


@pytest.fixture
def stored(cli):
    cli("set", "ALPHA_KEY", "canary-of-alpha")
    cli("set", "BETA_KEY", "canary-of-beta")
    return cli


@pytest.fixture
def configured(own_home):
    def write(text):
        folder = own_home / ".config" / "infsh-secrets"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.toml").write_text(text)

    return write


def log(home):
    return list(home.glob(".local/state/infsh-secrets/*.uses"))


def used(cli):
    return [event for event in cli("audit").data if event["action"] == "used"]


@pytest.mark.parametrize("argv", [["--plain"], ["--reveal"], ["--plain", "--raw"]])
def test_a_value_given_out_is_on_record(stored, own_home, argv):
    assert stored("get", "ALPHA_KEY", *argv).status == 0
    (event,) = used(stored)
    assert (event["key"], event["version"], event["sequence"]) == ("ALPHA_KEY", 1, None)
    assert event["program"].startswith("infsh secrets")
    assert stored("get", "ALPHA_KEY").data["last_used_at"] == event["time"]
    assert [info["last_used_at"] for info in stored("list").data] == [event["time"], None]
    (path,) = log(own_home)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"canary" not in path.read_bytes()


def test_a_masked_view_is_no_use(stored, own_home):
    stored("get", "ALPHA_KEY")
    stored("list")
    assert stored("get", "ABSENT", "--plain").status == 4
    assert used(stored) == []
    assert log(own_home) == []


def test_the_next_write_takes_the_uses_into_the_vault(stored, own_home):
    stored("get", "ALPHA_KEY", "--plain")
    stored("get", "ALPHA_KEY", "--plain")
    (before,) = used(stored)
    assert before["count"] == 2
    stored("set", "BETA_KEY", "canary-of-another")
    (after,) = used(stored)
    assert after == before | {"sequence": 3}
    assert log(own_home)[0].read_bytes() == b""
    assert stored("get", "ALPHA_KEY").data["last_used_at"] == after["time"]
    assert stored("audit", "verify").data["entries"] == 4
    assert stored("vault", "verify").status == 0
    assert "used 2 times" in stored("audit", "-o", "plain").text


def test_the_version_that_was_given_out_is_named(stored):
    stored("set", "ALPHA_KEY", "canary-of-newer")
    stored("get", "ALPHA_KEY", "--plain", "--version", "1")
    assert used(stored)[0]["version"] == 1


def test_people_see_how_long_ago(stored):
    assert "last used    never" in stored("get", "ALPHA_KEY", "-o", "table").text
    stored("get", "ALPHA_KEY", "--plain")
    shown = stored("get", "ALPHA_KEY", "-o", "table").text
    assert "last used    20" in shown
    assert "(just now)" in shown.splitlines()[-1]


def test_lists_by_use(stored):
    stored("set", "GAMMA_KEY", "canary-of-gamma")
    stored("get", "BETA_KEY", "--plain")
    names = ["ALPHA_KEY", "GAMMA_KEY", "BETA_KEY"]
    assert [info["key"] for info in stored("list", "--sort", "used").data] == names
    assert stored("list", "--unused", "90d").data == []
    unused = stored("list", "--unused", "0s").data
    assert [info["key"] for info in unused] == ["ALPHA_KEY", "BETA_KEY", "GAMMA_KEY"]
    assert stored("list", "--unused", "soon").status == 2


def test_a_state_folder_of_its_own(stored, own_home, monkeypatch):
    monkeypatch.setenv("INFSH_STATE_DIR", str(own_home / "elsewhere"))
    stored("get", "ALPHA_KEY", "--plain")
    assert log(own_home) == []
    assert len(list((own_home / "elsewhere").glob("*.uses"))) == 1
    assert len(used(stored)) == 1


def test_a_state_folder_that_cannot_be_used_stops_no_read(stored, own_home, monkeypatch):
    (own_home / "file").write_text("no folder")
    monkeypatch.setenv("INFSH_STATE_DIR", str(own_home / "file" / "below"))
    done = stored("get", "ALPHA_KEY", "--plain")
    assert (done.status, done.out) == (0, b"canary-of-alpha")
    assert stored("set", "BETA_KEY", "canary-of-another").status == 0
    monkeypatch.setenv("INFSH_DATA_DIR", str(own_home / ".local/share/infsh-secrets"))
    monkeypatch.setenv("HOME", "not-absolute")
    monkeypatch.delenv("INFSH_STATE_DIR")
    assert stored("get", "ALPHA_KEY", "--plain").out == b"canary-of-alpha"


def test_required_uses_are_written_into_the_vault(stored, own_home, configured):
    configured('[audit]\nreads = "required"\n')
    assert stored("get", "ALPHA_KEY", "--plain").out == b"canary-of-alpha"
    (event,) = used(stored)
    assert (event["sequence"], event["count"]) == (3, 1)
    assert log(own_home) == []
    assert stored("get", "ALPHA_KEY").data["last_used_at"] == event["time"]


def test_a_required_use_that_cannot_be_written_gives_no_value(stored, own_home, configured):
    configured('audit.reads = "required"\n')
    (vault,) = own_home.glob(".local/share/infsh-secrets/vaults/*.vault")
    import sqlite3

    base = sqlite3.connect(vault)
    base.execute("UPDATE audit SET mac = zeroblob(32) WHERE seq = 2")
    base.commit()
    base.close()
    for argv in (["--plain"], ["--reveal"]):
        error = stored("get", "ALPHA_KEY", *argv).error
        assert error["message"].startswith("The use cannot be recorded, so no value is given out")
    assert stored("get", "ALPHA_KEY").status == 0


def test_uses_that_are_off_are_dropped(stored, own_home, configured):
    configured('[audit]\nreads = "off"\n')
    assert stored("get", "ALPHA_KEY", "--plain").out == b"canary-of-alpha"
    assert used(stored) == []
    assert log(own_home) == []


@pytest.mark.parametrize(
    "text",
    [
        'audit.reads = "sometimes"',
        "audit.reads = true",
        'audit = "required"',
        '[audit]\nwrites = "off"',
        "[audit]",
        "[audit.reads]",
    ],
)
def test_a_wrong_setting_is_an_error(stored, configured, text):
    configured(text + "\n")
    error = stored("get", "ALPHA_KEY", "--plain").error
    assert (error["exit"], "audit" in error["message"]) == (2, True)


@pytest.mark.parametrize("times", ["1 2", pytest.param("1 2 3 4 5", marks=pytest.mark.slow)])
def test_sixteen_readers_at_once_lose_no_line(stored, program, times):
    command = f"{program} secrets get ALPHA_KEY --plain"
    script = f"for i in {times}; do {command} >/dev/null || exit 1; done"
    readers = [subprocess.Popen(["/bin/sh", "-c", script], env=dict(os.environ)) for _ in range(16)]
    assert [reader.wait(300) for reader in readers] == [0] * 16
    lines = 16 * len(times.split())
    assert sum(event["count"] for event in used(stored)) == lines
    stored("set", "BETA_KEY", "canary-of-another")
    assert sum(event["count"] for event in used(stored)) == lines
