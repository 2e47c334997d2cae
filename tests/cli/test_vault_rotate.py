from __future__ import annotations

import glob
import os
import shutil
import sqlite3

import pytest

from infsh_secrets.domain.errors import KeyChangedError
from infsh_secrets.services import rotation
from infsh_secrets.stores.vault.store import LockedVault, VaultStore

ROTATE = ("vault", "rotate")


@pytest.fixture
def vault(cli, own_home):
    """A vault with versions, environments and a tombstone; returns its path."""
    cli("set", "A", "first")
    cli("set", "A", "second", "-d", "described", "-m", "owner=nobody")
    cli("set", "B", "of staging", "-e", "staging")
    cli("set", "GONE", "gone")
    cli("delete", "GONE")
    return f"{own_home}/.local/share/infsh-secrets/vaults/personal.vault"


def sealed(path):
    """Return all that was made with the vault key."""
    base = sqlite3.connect(path)
    columns = ("items.idx", "items.nidx", "items.overview", "items.digest", "versions.value")
    columns += ("audit.entry", "audit.mac", "slots.sealed", "head.fpkey", "head.kcommit")
    found = []
    for column in columns:
        table, _, name = column.partition(".")
        found += [piece for (piece,) in base.execute(f"SELECT {name} FROM {table}")]
    base.close()
    return found


def everything(cli, *options):
    known = cli("list", "--all-envs", *options).data
    for secret in known:
        del secret["last_used_at"]  # looking uses them
    return known, cli("get", "A", "--plain", "--version", "1", *options).out


def test_all_is_there_under_a_new_key(cli, vault):
    before = everything(cli)
    old = sealed(vault)
    done = cli(*ROTATE)
    assert done.status == 0
    assert (done.data["action"], done.data["epoch"], done.data["dropped"]) == ("rotated", 2, [])
    assert everything(cli) == before
    assert cli("get", "A", "--plain").out == b"second"
    assert cli("vault", "verify").status == 0
    actions = [event["action"] for event in cli("audit", "list").data]
    assert actions[:2] == ["created", "updated"]
    assert "rotated" in actions
    assert cli("audit", "verify").status == 0
    assert cli("restore", "GONE").status == 0
    assert cli("get", "GONE", "--plain").out == b"gone"
    # Not one sealed message or blind index of before is left, not even in a freed page.
    with open(vault, "rb") as file:
        new = file.read()
    assert len(old) > 20
    assert [piece for piece in old if piece in new] == []


def test_again_and_again(cli, vault):
    before = everything(cli)
    assert [cli(*ROTATE).data["epoch"] for _ in range(3)] == [2, 3, 4]
    assert everything(cli) == before
    assert cli("set", "C", "new").status == 0
    assert cli("vault", "verify").status == 0


def test_keys_at_hand_go_along(cli, cheap, vault, own_home, monkeypatch):
    phrase = own_home / "phrase"
    phrase.write_text("made-up words to keep")
    phrase.chmod(0o600)
    cli("vault", "key", "add", "--key-file-out", f"{own_home}/second")
    monkeypatch.setenv("INFSH_VAULT_PASSPHRASE_FILE", str(phrase))
    cli("vault", "key", "add", "--passphrase")
    ids = {key["id"] for key in cli("vault", "key", "list").data}
    done = cli(*ROTATE, "--key-file", f"{own_home}/second")
    assert done.status == 0
    assert {key["id"] for key in cli("vault", "key", "list").data} == ids == set(done.data["keys"])
    assert cli("get", "A", "--plain", "--key-file", f"{own_home}/second").out == b"second"
    os.rename(own_home / ".local/share/infsh-secrets/keys", own_home / "elsewhere")
    assert cli("get", "A", "--plain").out == b"second"


def test_a_key_that_is_not_at_hand_is_named_or_left_out(cli, vault, own_home):
    other = cli("vault", "key", "add", "--key-file-out", f"{own_home}/second").data["id"]
    with open(vault, "rb") as file:
        before = file.read()
    error = cli(*ROTATE).error
    assert error["exit"] == 5
    assert f"raw {other[:8]} (file)" in error["message"]
    assert "--drop-missing" in error["hint"]
    with open(vault, "rb") as file:
        assert file.read() == before
    done = cli(*ROTATE, "--drop-missing")
    assert done.data["dropped"] == [other]
    assert cli("get", "A", "--plain", "--key-file", f"{own_home}/second").status == 5
    assert cli("get", "A", "--plain").out == b"second"


def test_a_removed_key_and_an_old_copy_open_nothing_new(cli, vault, own_home):
    other = cli("vault", "key", "add", "--key-file-out", f"{own_home}/second").data["id"]
    shutil.copy2(vault, own_home / "copy")
    cli("vault", "key", "remove", other)
    cli(*ROTATE)
    assert cli("get", "A", "--plain", "--key-file", f"{own_home}/second").status == 5
    stolen = ("--vault", f"{own_home}/copy", "--key-file", f"{own_home}/second")
    assert cli("get", "A", "--plain", *stolen).status == 8  # older than what was seen here


def test_the_recovery_code_becomes_a_new_one(person, vault, own_home):
    person("last_group")("vault", "recovery-code")
    old = person.one.code()
    done = person("last_group")(*ROTATE)
    assert done.status == 0
    new = person.one.code()
    os.rename(own_home / ".local/share/infsh-secrets/keys", own_home / "elsewhere")
    assert person(old)("get", "A").status == 5
    assert person(new)("get", "A", "--plain").out == b"second"
    # Nothing but the code is left, and it cannot be kept.
    assert person(new, None)(*ROTATE, "--drop-missing").status == 3
    assert person(new)("get", "A", "--plain").out == b"second"


def test_without_a_terminal_the_recovery_code_goes(person, vault, monkeypatch):
    person("last_group")("vault", "recovery-code")
    monkeypatch.setattr("infsh_secrets.cli.context.may_ask", lambda *_, **__: False)
    done = person()(*ROTATE)
    assert done.status == 0
    assert "The recovery code opens the vault no more" in done.err
    assert [key["kind"] for key in person()("vault", "key", "list").data] == ["raw"]


def test_one_key_is_left_at_least(person, cli, vault, own_home, monkeypatch):
    person("last_group")("vault", "recovery-code")
    code = person.one.code()
    os.rename(own_home / ".local/share/infsh-secrets/keys", own_home / "elsewhere")
    monkeypatch.setattr("infsh_secrets.cli.context.may_ask", lambda *_, **__: False)
    monkeypatch.setenv("INFSH_VAULT_KEY", code)
    error = cli(*ROTATE, "--drop-missing").error
    assert (error["exit"], error["message"]) == (9, "No key would be left that opens the vault.")


def test_passphrases_are_asked_for(person, vault):
    words = "made-up words to keep"
    person(words, words)("vault", "key", "add", "--passphrase")
    assert person("")(*ROTATE).status == 5
    assert person("wrong", "wrong", "wrong")(*ROTATE).status == 5
    assert person("wrong", words)(*ROTATE).status == 0
    assert person.one.questions[0].startswith("Passphrase ")
    assert person("")(*ROTATE, "--drop-missing").data["dropped"] != []


def test_a_change_of_keys_meanwhile_is_a_conflict(cli, vault, own_home, monkeypatch):
    real = rotation._sort

    def meanwhile(workspace, new):
        found = real(workspace, new)
        monkeypatch.setattr(rotation, "_sort", real)
        assert cli("vault", "key", "add", "--key-file-out", f"{own_home}/second").status == 0
        return found

    monkeypatch.setattr(rotation, "_sort", meanwhile)
    assert cli(*ROTATE).status == 9
    assert cli("vault", "verify").status == 0


def test_who_has_the_vault_open_is_told(cli, vault, own_home):
    from infsh_secrets.config.settings import Options, Settings
    from infsh_secrets.services.workspace import Workspace

    with Workspace(Settings(Options(), os.environ)) as workspace:
        store = workspace.vault_store()
        assert store.get("default", "A").value.reveal() == "second"
        assert cli(*ROTATE).status == 0
        for use in (
            lambda: store.get("default", "A"),
            store.listing,
            lambda: store.delete("default", ["A"]),
        ):
            with pytest.raises(KeyChangedError):
                use()
        workspace.close()
        assert workspace.vault_store().get("default", "A").value.reveal() == "second"


def test_a_damaged_vault_is_not_made_genuine(cli, vault):
    base = sqlite3.connect(vault)
    base.execute("UPDATE items SET nidx = zeroblob(16) WHERE idx = (SELECT min(idx) FROM items)")
    base.commit()
    base.close()
    assert cli(*ROTATE).status == 8
    locked = LockedVault(vault)
    locked.file.close()
    assert locked.head.epoch == 1


def test_the_key_file_stays_the_same(cli, vault, own_home):
    pattern = f"{own_home}/.local/share/infsh-secrets/keys/*.key"
    before = glob.glob(pattern)
    cli(*ROTATE)
    assert glob.glob(pattern) == before


def test_uses_on_record_go_along(cli, vault):
    cli("get", "A", "--plain")
    before = [event for event in cli("audit", "list").data if event["action"] == "used"]
    assert len(before) == 1
    assert cli(*ROTATE).err == ""
    after = [event for event in cli("audit", "list").data if event["action"] == "used"]
    assert [event["key"] for event in after] == ["A"]
    assert cli("get", "A").data["last_used_at"] is not None
    assert cli("vault", "verify").status == 0


def test_who_has_it_open_meanwhile_reads_on_with_the_new_key(cli, vault, monkeypatch):
    """As a `run` or `get` does that has opened the vault just before."""
    genuine = VaultStore.ledger
    rotated = []

    def ledger(store):
        if not rotated:
            rotated.append(True)
            assert cli(*ROTATE).status == 0
        return genuine(store)

    monkeypatch.setattr(VaultStore, "ledger", ledger)
    for ask, out in (
        (("get", "A", "--plain"), b"second"),
        (("list", "-o", "names"), b"A\n"),
        (("run", "--only", "A", "--", "true"), b""),
    ):
        rotated.clear()
        done = cli(*ask)
        assert (done.status, done.out) == (0, out)
        assert rotated
