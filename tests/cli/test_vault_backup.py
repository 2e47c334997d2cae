from __future__ import annotations

import os
import stat

import pytest


def vault_of(home):
    (vault,) = home.glob(".local/share/infsh-secrets/vaults/*.vault")
    return vault


def test_a_backup_is_a_vault_of_its_own(cli, own_home):
    cli("set", "K", "made-up-one")
    cli("set", "L", "made-up-two")
    cli("delete", "L")
    path = own_home / "copy.vault"
    done = cli("vault", "backup", str(path))
    assert done.status == 0
    assert done.data == {
        "action": "copied",
        "path": str(path),
        "vault": str(vault_of(own_home)),
        "secrets": 1,
        "deleted": 1,
        "versions": 2,
        "audit_entries": 3,
        "bytes": path.stat().st_size,
    }
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert cli("get", "K", "--plain", "--vault", str(path)).out == b"made-up-one"
    assert sorted(p.name for p in own_home.iterdir()) == [".local", "copy.vault"]
    assert b"made-up" not in path.read_bytes()


def test_where_the_key_is_is_told(cli, own_home):
    cli("set", "K", "v")
    assert "does not hold its key" in cli("vault", "backup", str(own_home / "a")).err
    assert cli("vault", "backup", str(own_home / "b"), "-q").err == ""


def test_a_key_of_ones_own_needs_no_warning(cli, cheap, own_home, monkeypatch):
    phrase = own_home / "phrase"
    phrase.touch(mode=0o600)
    phrase.write_text("a made-up phrase")
    monkeypatch.setenv("INFSH_VAULT_PASSPHRASE_FILE", str(phrase))
    cli("set", "K", "v")
    assert cli("vault", "backup", str(own_home / "a")).err == ""


def test_nothing_is_replaced_without_force(cli, refused, own_home):
    cli("set", "K", "one")
    path = own_home / "copy.vault"
    cli("vault", "backup", str(path))
    cli("set", "K", "two")
    assert "--force" in refused(9, "vault", "backup", str(path))["hint"]
    assert cli("vault", "backup", str(path), "--force").status == 0
    assert cli("get", "K", "--plain", "--vault", str(path)).out == b"two"


@pytest.mark.parametrize("kind", ["folder", "link", "pipe"])
def test_only_a_file_is_replaced(cli, refused, own_home, kind):
    cli("set", "K", "v")
    path = own_home / "there"
    if kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to(own_home / "elsewhere")
    else:
        os.mkfifo(path)
        assert cli("vault", "backup", str(path), "--force").error["exit"] == 9
        return
    refused(9, "vault", "backup", str(path), "--force")


def test_the_vault_itself_is_not_replaced(cli, refused, own_home):
    cli("set", "K", "v")
    refused(2, "vault", "backup", str(vault_of(own_home)), "--force")


def test_refusals(cli, refused, own_home):
    refused(4, "vault", "backup", str(own_home / "copy"))
    cli("set", "K", "v")
    refused(4, "vault", "backup", str(own_home / "nosuch" / "copy"))
    refused(2, "vault", "backup")
    (own_home / "shared").mkdir()
    (own_home / "shared").chmod(0o777)
    refused(10, "vault", "backup", str(own_home / "shared" / "copy"))


def test_a_damaged_vault_is_not_copied(cli, refused, own_home):
    cli("set", "K", "v")
    vault = vault_of(own_home)
    data = bytearray(vault.read_bytes())
    for place in range(8192, len(data), 512):
        data[place + 300] ^= 0xFF
    vault.write_bytes(data)
    refused(8, "vault", "backup", str(own_home / "copy"))


@pytest.mark.parametrize("form", ["table", "plain", "yaml", "names"])
def test_output_forms(cli, own_home, form):
    cli("set", "K", "v")
    assert "copy.vault" in cli("vault", "backup", str(own_home / "copy.vault"), "-o", form).text


def test_paths_complete(cli):
    for command in ("backup", "restore"):
        words = ("__complete", "secrets", "vault", command)
        assert cli(*words, "x", root=True).out == b":files\n"
        assert cli(*words, "x", "y", root=True).out == b""
