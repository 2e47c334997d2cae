from __future__ import annotations

import os
import re
import sqlite3

import pytest


@pytest.fixture
def home(cli, own_home):
    """A home with a backup of one secret, and a vault that went on from there."""
    cli("set", "K", "made-up-one")
    cli("vault", "backup", str(own_home / "copy.vault"))
    cli("set", "K", "made-up-two")
    cli("set", "L", "made-up-other")
    return own_home


@pytest.fixture
def vault(home):
    return home / ".local/share/infsh-secrets/vaults/personal.vault"


def damage(path):
    data = bytearray(path.read_bytes())
    for place in range(8192, len(data), 512):
        data[place + 300] ^= 0xFF
    path.write_bytes(data)


def copy_of(home):
    return str(home / "copy.vault")


def test_the_backup_is_in_force_and_the_replaced_vault_is_kept(cli, home, vault):
    done = cli("vault", "restore", copy_of(home))
    assert done.status == 0
    kept = done.data["kept"]
    assert re.fullmatch(re.escape(f"{vault}.before-restore-") + r"\d{8}-\d{6}", kept)
    assert done.data == {
        "action": "restored",
        "path": str(vault),
        "source": copy_of(home),
        "kept": kept,
        "secrets": 1,
        "deleted": 0,
        "versions": 1,
        "audit_entries": 4,
    }
    assert cli("get", "K", "--plain").out == b"made-up-one"
    assert cli("get", "L", "--plain").status == 4
    assert cli("get", "L", "--plain", "--vault", kept, "--accept-rollback").out == b"made-up-other"
    assert cli("vault", "verify").status == 0
    assert cli("set", "K", "made-up-three").status == 0


def test_a_record_that_does_not_go_on_is_told(cli, home, vault):
    with sqlite3.connect(vault) as connection:
        connection.execute("UPDATE audit SET mac = zeroblob(32) WHERE seq = 2")
    connection.close()
    done = cli("vault", "restore", copy_of(home))
    assert done.status == 0
    assert "does not go on" in done.err


def test_the_record_goes_on(cli, home):
    cli("vault", "restore", copy_of(home))
    actions = [event["action"] for event in cli("audit", "list").data]
    assert sorted(actions) == ["created", "created", "restored from backup", "updated"]
    assert cli("audit", "verify").status == 0


def test_another_machine_that_saw_the_newer_vault_raises_no_alarm(cli, home, monkeypatch):
    monkeypatch.setenv("INFSH_STATE_DIR", str(home / "other"))
    cli("list")
    monkeypatch.delenv("INFSH_STATE_DIR")
    cli("vault", "restore", copy_of(home))
    monkeypatch.setenv("INFSH_STATE_DIR", str(home / "other"))
    assert cli("get", "K", "--plain").out == b"made-up-one"


def test_a_vault_that_was_kept_can_be_put_back(cli, home):
    kept = cli("vault", "restore", copy_of(home)).data["kept"]
    assert cli("vault", "restore", kept).status == 0
    assert cli("get", "L", "--plain").out == b"made-up-other"
    assert cli("vault", "verify").status == 0


def test_a_missing_vault(cli, home, vault):
    vault.unlink()
    done = cli("vault", "restore", copy_of(home))
    assert done.data["kept"] is None
    assert cli("get", "K", "--plain").out == b"made-up-one"
    assert cli("set", "K", "made-up-three").status == 0


@pytest.mark.parametrize("how", ["pages", "zeros", "empty", "text", "journal"])
def test_a_damaged_vault(cli, home, vault, how):
    if how == "pages":
        damage(vault)
    else:
        vault.write_bytes({"zeros": bytes(9000), "empty": b""}.get(how, b"no vault"))
    if how == "journal":
        journal = vault.with_name(vault.name + "-journal")
        journal.touch(mode=0o600)
        journal.write_bytes(b"left by somebody")
    before = vault.read_bytes()
    done = cli("vault", "restore", copy_of(home))
    assert done.status == 0
    assert "The record of what was done since the backup could not be read" in done.err
    with open(done.data["kept"], "rb") as file:
        kept = file.read()
    # What SQLite itself copies has another change counter.
    assert (kept[:24], kept[100:]) == (before[:24], before[100:])
    assert cli("get", "K", "--plain").out == b"made-up-one"
    assert cli("vault", "verify").status == 0
    assert not vault.with_name(vault.name + "-journal").exists()


@pytest.mark.parametrize("there", [True, False])
def test_a_damaged_backup_is_refused(refused, home, vault, there):
    damage(home / "copy.vault")
    if not there:
        vault.unlink()
    refused(8, "vault", "restore", copy_of(home))


def test_a_backup_that_no_key_opens_is_refused(refused, home):
    for key in home.glob(".local/share/infsh-secrets/keys/*"):
        key.unlink()
    refused(5, "vault", "restore", copy_of(home))


def test_a_backup_of_another_vault_is_refused(cli, refused, home):
    cli("team", "create", "research")
    error = refused(9, "vault", "restore", copy_of(home), "--team", "research")
    assert "another vault" in error["message"]


def test_refusals(refused, home, vault):
    refused(4, "vault", "restore", str(home / "nosuch"))
    refused(2, "vault", "restore", str(vault))
    os.link(home / "copy.vault", home / "second")
    refused(10, "vault", "restore", copy_of(home))


def test_a_backup_may_be_open_to_others_and_what_it_replaces_is_not(cli, home, vault):
    (home / "copy.vault").chmod(0o644)
    assert cli("vault", "restore", copy_of(home)).status == 0
    assert (home / "copy.vault").stat().st_mode & 0o777 == 0o644
    assert vault.stat().st_mode & 0o777 == 0o600


def test_an_anchor_that_cannot_be_written_is_told(cli, home, monkeypatch):
    (home / "file").touch()
    monkeypatch.setenv("INFSH_STATE_DIR", str(home / "file"))
    done = cli("vault", "restore", copy_of(home))
    assert done.status == 0
    assert "vault trust" in done.err


@pytest.mark.parametrize("form", ["table", "plain", "yaml", "names"])
def test_output_forms(cli, home, form):
    assert "personal.vault" in cli("vault", "restore", copy_of(home), "-o", form).text
