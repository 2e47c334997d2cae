from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys

import generate
import old_format
import pytest

from infsh_secrets import entry
from infsh_secrets.crypto.keytext import decode_raw_key, encode_raw_key
from infsh_secrets.stores.vault.verify import verify

GOLDEN = os.path.join(generate.GOLDEN, "vault-v1-secrets.vault")


@pytest.fixture
def vault(tmp_path, monkeypatch):
    """A vault of format 0 with the secrets of a golden one, named by the variable."""
    import json

    with open(os.path.join(generate.GOLDEN, generate.CONTENTS), encoding="utf-8") as file:
        key = decode_raw_key(json.load(file)["secrets"]["raw_keys"][0])
    folder = tmp_path / "v"
    folder.mkdir(mode=0o700)
    path = folder / "old.vault"
    shutil.copyfile(GOLDEN, path)
    path.chmod(0o600)
    old_format.to_format_0(generate.unlocked(str(path), key))
    monkeypatch.setenv("INFSH_VAULT", str(path))
    monkeypatch.setenv("INFSH_VAULT_KEY", encode_raw_key(key))
    return path


def contents(path, key):
    with generate.unlocked(str(path), key) as store:
        verify(store)
        return generate.contents(store)


def run(*argv):
    return entry.run(["secrets", *argv])


def key_of():
    return decode_raw_key(os.environ["INFSH_VAULT_KEY"])


def test_a_read_migrates_and_keeps_the_older_vault(vault, capfd):
    before = vault.read_bytes()
    assert run("get", "REVIVED", "--plain") == 0
    out, err = capfd.readouterr()
    assert out == "a second life"
    assert "was migrated" in err
    (kept,) = vault.parent.glob("*.older-format-*")
    copy = kept.read_bytes()
    assert (copy[:24], copy[100:]) == (before[:24], before[100:])
    assert kept.stat().st_mode & 0o77 == 0
    after = contents(vault, key_of())
    import json

    with open(os.path.join(generate.GOLDEN, generate.CONTENTS), encoding="utf-8") as file:
        golden = json.load(file)["secrets"]
    assert after["secrets"] == golden["secrets"]
    assert after["audit"][:-1] == golden["audit"]
    assert after["audit"][-1]["subjects"] == ["migrated   1"]
    assert after["sequence"] == golden["sequence"] + 1


def test_it_happens_once(vault, capfd):
    assert run("list") == 0
    assert run("vault", "verify") == 0
    assert run("set", "NEW_KEY", "made-up") == 0
    assert "migrated" not in capfd.readouterr().err.split("\n", 1)[1]
    assert len(list(vault.parent.glob("*.older-format-*"))) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE items SET digest = zeroblob(32)",
        "UPDATE items SET overview = zeroblob(200)",
        "UPDATE versions SET value = zeroblob(136)",
        "UPDATE root SET mac = zeroblob(32)",
        "UPDATE head SET min_reader = 1",
        "DELETE FROM audit WHERE seq = 2",
        "INSERT INTO versions VALUES (zeroblob(16), 1, zeroblob(136))",
    ],
)
def test_a_damaged_one_stays_as_it_is(vault, statement):
    base = sqlite3.connect(vault)
    base.execute(statement)
    base.commit()
    base.close()
    before = vault.read_bytes()
    assert run("list") == 8
    assert vault.read_bytes() == before


def test_a_vault_of_format_1_does_not_pass_for_an_older_one(vault):
    assert run("list") == 0
    base = sqlite3.connect(vault)
    base.execute("PRAGMA user_version = 0")
    base.close()
    assert run("list") == 8


def test_an_older_copy_of_it_is_a_rollback(vault):
    older = vault.read_bytes()
    assert run("list") == 0
    vault.write_bytes(older)
    assert run("list") == 8
    assert vault.read_bytes() == older


def test_without_a_key_nothing_happens(vault, monkeypatch):
    monkeypatch.delenv("INFSH_VAULT_KEY")
    before = vault.read_bytes()
    assert run("list") == 5
    assert vault.read_bytes() == before
    assert [path.name for path in vault.parent.iterdir()] == ["old.vault"]


def test_as_a_backup_it_names_the_next_step(vault, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("INFSH_VAULT", str(tmp_path / "v" / "new.vault"))
    assert run("vault", "restore", str(vault)) == 8
    assert "vault status --vault" in capfd.readouterr().err


def test_migrations_are_imported_only_for_an_older_format(infsh):
    assert infsh("secrets", "set", "K", "v").returncode == 0
    code = (
        "import sys; from infsh_secrets.entry import run; run(['secrets', 'list']); "
        "sys.exit('infsh_secrets.stores.vault.migrations' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_somebody_who_is_typing_migrates_nothing(vault, capfd):
    before = vault.read_bytes()
    assert entry.run(["__complete", "secrets", "get", ""]) == 0
    assert capfd.readouterr() == ("", "")
    assert vault.read_bytes() == before
    assert [path.name for path in vault.parent.iterdir()] == ["old.vault"]
