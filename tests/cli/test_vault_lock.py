from __future__ import annotations

import os


def test_it_ends_a_session_and_needs_no_key(cli, own_home, monkeypatch):
    folder = own_home / "runtime"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    cli("set", "A", "1")
    cli("vault", "unlock")
    os.rename(own_home / ".local/share/infsh-secrets/keys", own_home / "elsewhere")
    done = cli("vault", "lock")
    assert done.data["action"] == "locked"
    assert done.data["was_unlocked"] is True
    assert cli("get", "A").status == 5
    assert cli("vault", "lock").data["was_unlocked"] is False


def test_without_a_vault(refused):
    refused(4, "vault", "lock")


def test_a_folder_in_the_place_of_the_session(cli, own_home, monkeypatch):
    folder = own_home / "runtime"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    cli("set", "A", "1")
    vault_id = cli("vault", "status").data["vault_id"]
    (folder / "infsh-secrets" / f"{vault_id}.session").mkdir(parents=True)
    assert cli("get", "A", "--plain").out == b"1"
    assert cli("vault", "lock").error["exit"] == 10
