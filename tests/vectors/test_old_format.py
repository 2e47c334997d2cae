from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import generate
import old_format
import pytest

from infsh_secrets import entry
from infsh_secrets.crypto.keytext import decode_raw_key
from infsh_secrets.stores.vault.verify import verify

NEWER = os.path.join(generate.GOLDEN, "vault-v1-secrets.vault")
GOLDEN = os.path.join(generate.GOLDEN, "vault-v0-secrets.vault")


@pytest.fixture(scope="module")
def golden():
    """What the vault that the golden one was made from has in it."""
    with open(os.path.join(generate.GOLDEN, generate.CONTENTS), encoding="utf-8") as file:
        return json.load(file)["secrets"]


@pytest.fixture
def vault(tmp_path, monkeypatch, golden):
    """The golden vault of format 0, named by the variable."""
    return named(GOLDEN, tmp_path, monkeypatch, golden)


def named(source, folder, monkeypatch, golden):
    place = folder / "v"
    place.mkdir(mode=0o700)
    path = place / "old.vault"
    shutil.copyfile(source, path)
    path.chmod(0o600)
    monkeypatch.setenv("INFSH_VAULT", str(path))
    monkeypatch.setenv("INFSH_VAULT_KEY", golden["raw_keys"][0])
    return path


def rows(path):
    with closing(sqlite3.connect(path)) as base:
        return list(base.iterdump()), base.execute("PRAGMA user_version").fetchall()


def test_the_golden_vault_is_what_becomes_of_one_of_format_1(tmp_path, monkeypatch, golden):
    made = named(NEWER, tmp_path, monkeypatch, golden)
    old_format.to_format_0(generate.unlocked(str(made), key_of()))
    assert rows(made) == rows(GOLDEN)


def contents(path, key):
    with generate.unlocked(str(path), key) as store:
        verify(store)
        return generate.contents(store)


def run(*argv):
    return entry.run(["secrets", *argv])


def key_of():
    return decode_raw_key(os.environ["INFSH_VAULT_KEY"])


def test_a_read_migrates_and_keeps_the_older_vault(vault, capfd, golden):
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


def test_of_several_at_once_one_migrates(vault, program):
    command = [program, "secrets", "list", "-o", "names"]
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)
    ]
    done = [process.communicate() for process in started]
    assert {process.returncode for process in started} == {0}, done
    assert len({out for out, _ in done}) == 1
    assert sorted(b"was migrated" in err for _, err in done) == [False, False, False, True]
    assert len(list(vault.parent.glob("*.older-format-*"))) == 1


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
