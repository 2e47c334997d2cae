from __future__ import annotations

import os
import stat
import time

import pytest

from infsh_secrets.unlock import session

HOUR = 3600 * 1000


@pytest.fixture
def runtime(own_home, monkeypatch):
    folder = own_home / "runtime"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder


@pytest.fixture
def unlocked(cli, runtime, own_home):
    """A vault whose key has been taken away after it was unlocked for an hour."""
    cli("set", "A", "kept-value")
    done = cli("vault", "unlock", "--for", "1h")
    assert done.status == 0, done
    os.rename(own_home / ".local/share/infsh-secrets/keys", own_home / "elsewhere")
    return done


def session_file(runtime):
    (path,) = runtime.glob("infsh-secrets/*.session")
    return path


def test_it_opens_without_the_key(cli, unlocked, runtime):
    assert (unlocked.data["action"], list(unlocked.data)) == (
        "unlocked",
        ["action", "path", "until"],
    )
    assert cli("get", "A", "--plain").out == b"kept-value"
    assert cli("set", "A", "another").status == 0
    assert "the session of" in cli("vault", "status").data["opened_by"]
    path = session_file(runtime)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.read_text().split()[-1] not in unlocked.text + unlocked.err


def test_a_session_does_not_prolong_itself(cli, unlocked):
    assert cli("vault", "unlock", "--for", "1h").status == 5


@pytest.mark.parametrize(
    ("wall", "steady", "opens"),
    [
        (0, 0, True),
        (HOUR - 60_000, HOUR - 60_000, True),
        (HOUR, HOUR, False),
        (HOUR, 0, False),
        (0, HOUR, False),  # the clock was set back
        (-60_000, 0, False),
        (0, -60_000, False),  # the machine was started anew
    ],
)
def test_it_ends_by_both_clocks(cli, unlocked, runtime, monkeypatch, wall, steady, opens):
    real = session._now

    def later():
        now, still = real()
        return now + wall, still + steady

    monkeypatch.setattr(session, "_now", later)
    assert (cli("get", "A", "--plain").status == 0) == opens
    monkeypatch.undo()
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    assert len(list(runtime.glob("infsh-secrets/*.session"))) == opens


def test_it_ends_by_itself(cli, runtime, own_home):
    cli("set", "A", "1")
    cli("vault", "unlock", "--for", "1s")
    os.rename(own_home / ".local/share/infsh-secrets/keys", own_home / "elsewhere")
    time.sleep(1.1)
    assert cli("get", "A", "--plain").status == 5


def test_rotation_ends_it(cli, unlocked, runtime, own_home):
    os.rename(own_home / "elsewhere", own_home / ".local/share/infsh-secrets/keys")
    assert cli("vault", "rotate").status == 0
    assert list(runtime.glob("infsh-secrets/*.session")) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "INFSHSESSION1 a b c d e f",
        "keyring",
        "{0} {1} {2} {3} {4} {5} zz",
        "{0} {1} x {3} {4} {5} {6}",
        "{0} {1} 7 {3} {4} {5} {6}",
        "{0} 00 {2} {3} {4} {5} {6}",
        "{0} {1} {2} {3} {4} {5} " + "00" * 32,
    ],
    ids=range(9),
)
def test_a_session_that_is_none_is_forgotten(cli, unlocked, runtime, text):
    path = session_file(runtime)
    path.write_text(text.format(*path.read_text().split()))
    assert cli("get", "A", "--plain").status == 5
    assert not path.exists()


def test_a_session_that_others_may_read_is_not_used(cli, unlocked, runtime):
    session_file(runtime).chmod(0o644)
    assert cli("get", "A", "--plain").status == 10
    assert cli("vault", "lock").status == 0


@pytest.mark.parametrize("length", ["0s", "8d", "soon", "-1h"])
def test_lengths(cli, refused, runtime, length):
    cli("set", "A", "1")
    refused(2, "vault", "unlock", f"--for={length}")


def test_without_a_private_place(cli, refused, own_home, monkeypatch):
    cli("set", "A", "1")
    assert "no private place" in refused(10, "vault", "unlock")["message"]
    folder = own_home / "open"
    folder.mkdir()
    for mode in (0o755, 0o770):
        folder.chmod(mode)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
        refused(10, "vault", "unlock")
    for path in (own_home / "absent", __file__, "relative"):
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(path))
        refused(10, "vault", "unlock")


class Keyring:
    """An OS keyring in memory."""

    def __init__(self):
        self.kept = {}

    def set_password(self, service, user, text):
        self.kept[service, user] = text

    def get_password(self, service, user):
        return self.kept.get((service, user))

    def delete_password(self, service, user):
        del self.kept[service, user]


def test_in_the_os_keyring(cli, runtime, own_home, monkeypatch):
    from infsh_secrets.unlock import os_keyring

    keyring = Keyring()
    cli("set", "A", "kept-value")
    monkeypatch.setattr(os_keyring, "find", lambda *_: keyring)
    assert cli("vault", "unlock").status == 0
    os.rename(own_home / ".local/share/infsh-secrets/keys", own_home / "elsewhere")
    assert session_file(runtime).read_text() == "keyring"
    assert len(keyring.kept) == 1
    assert cli("get", "A", "--plain").out == b"kept-value"
    assert cli("vault", "lock").data["was_unlocked"] is True
    assert keyring.kept == {}
    assert cli("get", "A", "--plain").status == 5


def test_keys_in_the_os_keyring(cli, own_home, monkeypatch):
    from infsh_secrets.unlock import os_keyring

    keyring = Keyring()
    cli("set", "A", "kept-value")
    first = cli("vault", "key", "list").data[0]["id"]
    monkeypatch.setattr(os_keyring, "find", lambda *_: keyring)
    added = cli("vault", "key", "add", "--keyring")
    assert added.status == 0
    assert cli("vault", "key", "remove", first).status == 0
    assert "OS keyring" in cli("vault", "status").data["opened_by"]
    assert cli("vault", "rotate").status == 0
    assert cli("get", "A", "--plain").out == b"kept-value"
    cli("vault", "key", "add", "--key-file-out", f"{own_home}/second")
    done = cli("vault", "key", "remove", added.data["id"], "-o", "table")
    assert "Removed it from the OS keyring." in done.text
    assert keyring.kept == {}
