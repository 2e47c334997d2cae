from __future__ import annotations

import json
import os
import shutil
import sqlite3

import generate
import pytest
import second_reader

from infsh_secrets.crypto import keyslots, keytext
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import Write
from infsh_secrets.stores.vault.create import create_vault, draw_vault
from infsh_secrets.stores.vault.store import LockedVault, VaultStore
from infsh_secrets.stores.vault.verify import verify


def golden(name):
    with open(os.path.join(generate.GOLDEN, name), encoding="utf-8") as file:
        return json.load(file)


KNOWN = (
    golden(generate.CONTENTS)
    | golden(generate.CONTENTS_OF_RECOVERY)
    | golden(generate.CONTENTS_OF_CHANGED)
)
KEYS = [
    pytest.param(name, text, id=f"{name}-key-{number}")
    for name, known in KNOWN.items()
    for number, text in enumerate(known["raw_keys"])
]


def contents_of(known):
    return {part: known[part] for part in ("vault_id", "epoch", "sequence", "secrets", "audit")}


@pytest.fixture
def copy(tmp_path):
    """Return a function that copies a golden vault to where it may be opened."""

    def private_copy(name):
        path = str(tmp_path / f"{name}.vault")
        shutil.copyfile(os.path.join(generate.GOLDEN, f"vault-v1-{name}.vault"), path)
        os.chmod(path, 0o600)
        return path

    tmp_path.chmod(0o700)
    return private_copy


def as_shown(contents):
    for fields in contents["secrets"]:
        fields["versions"] = {
            str(number): {"created": created, "value": generate.shown(value)}
            for number, (created, value) in fields["versions"].items()
        }
    return contents


def all_rows(path):
    base = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    base.text_factory = bytes
    tables = base.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
    rows = {
        name: sorted(base.execute(f"SELECT * FROM {name.decode()}").fetchall())
        for name, sql in tables
        if sql and sql.startswith(b"CREATE TABLE")
    }
    base.close()
    return tables, rows


def test_all_golden_files_are_known():
    files = {name for name in os.listdir(generate.GOLDEN) if name.endswith(".vault")}
    older = {"vault-v0-secrets.vault"}
    assert files - older == {f"vault-v1-{name}.vault" for name in KNOWN}
    assert set(KNOWN) == set(generate.STORIES)


@pytest.mark.parametrize(("name", "text"), KEYS)
def test_a_golden_vault_opens_and_has_what_it_had(copy, name, text):
    with generate.unlocked(copy(name), keytext.decode_raw_key(text)) as store:
        assert generate.contents(store) == contents_of(KNOWN[name])
        counts = verify(store)
        live = [one for one in KNOWN[name]["secrets"] if one["deleted"] is None]
        assert (counts.secrets, counts.audit_entries) == (len(live), len(KNOWN[name]["audit"]))
        assert [info.key for info in store.listing()] == [one["key"] for one in live]
        for one in live:
            secret = store.get(one["environment"], one["key"])
            known = one["versions"][str(one["version"])]["value"]
            assert generate.shown(secret.value.reveal_bytes()) == known


def test_a_golden_vault_opens_with_its_passphrase(copy):
    locked = LockedVault(copy("slots"))
    (slot,) = [one for one in locked.slots if one.kind == keyslots.PASSPHRASE]
    vault_key = keyslots.unwrap_passphrase(
        slot, KNOWN["slots"]["passphrase"], locked.head.vault_id, locked.head.epoch
    )
    with VaultStore(locked, locked.unlock(vault_key), team="personal") as store:
        assert store.get("default", "A_KEY").value.reveal() == "opens with each of three keys"


def test_a_golden_vault_opens_with_its_recovery_code(copy):
    locked = LockedVault(copy("recovery"))
    (slot,) = [one for one in locked.slots if one.kind == keyslots.RECOVERY]
    code = keytext.decode_recovery_code(KNOWN["recovery"]["recovery_code"])
    assert slot.key_id == keytext.key_id(code)
    vault_key = keyslots.unwrap_recovery(slot, code, locked.head.vault_id, locked.head.epoch)
    with VaultStore(locked, locked.unlock(vault_key), team="personal") as store:
        assert store.get("default", "A_KEY").value.reveal() == "opens with a code on paper"


@pytest.mark.parametrize("name", KNOWN)
def test_a_golden_vault_can_be_written(copy, name):
    path, key = copy(name), keytext.decode_raw_key(KNOWN[name]["raw_keys"][0])
    with generate.unlocked(path, key) as store:
        store.write("default", [Write("NEW", SecretValue(b"new"))])
        assert store.get("default", "NEW").value.reveal() == "new"
        verify(store)


@pytest.mark.parametrize("name", KNOWN)
def test_the_same_randomness_and_clock_give_the_same_rows(copy, tmp_path, name):
    folder = tmp_path / "new"
    known = generate.build(name, str(folder))
    assert known == KNOWN[name]
    made, expected = all_rows(str(folder / f"vault-v1-{name}.vault")), all_rows(copy(name))
    same = made == expected  # the rows themselves are no help in a failure
    assert same, f"the rows of vault-v1-{name}.vault come out different"


def test_each_step_of_the_format_gives_what_it_gave():
    made = generate.primitives() | generate.recovery_primitives()
    known = golden(generate.PRIMITIVES) | golden(generate.PRIMITIVES_OF_RECOVERY)
    assert set(made) == set(known)
    assert [step for step in known if made[step] != known[step]] == []


@pytest.mark.parametrize(("name", "text"), KEYS)
def test_the_second_reader_reads_the_golden_vaults(copy, name, text):
    reader = second_reader.Reader(copy(name))
    reader.unlock_raw(second_reader.raw_key(text))
    assert as_shown(reader.contents()) == contents_of(KNOWN[name])
    reader.close()


def test_the_second_reader_reads_with_a_passphrase(copy):
    reader = second_reader.Reader(copy("slots"))
    reader.unlock_passphrase(KNOWN["slots"]["passphrase"])
    assert as_shown(reader.contents()) == contents_of(KNOWN["slots"])
    reader.close()


def test_the_second_reader_reads_with_a_recovery_code(copy):
    reader = second_reader.Reader(copy("recovery"))
    reader.unlock_recovery(KNOWN["recovery"]["recovery_code"])
    assert as_shown(reader.contents()) == contents_of(KNOWN["recovery"])
    reader.close()


def test_the_second_reader_reads_a_vault_of_today(tmp_path):
    path, key, new = str(tmp_path / "v" / "new.vault"), os.urandom(32), draw_vault()
    draw = keyslots.Randomness.draw()
    create_vault(path, new, [keyslots.wrap_raw(key, keytext.key_id(key), "file", new, draw)])
    with generate.unlocked(path, key) as store:
        for turn in range(12):
            batch = [Write(f"K{n}", SecretValue(b"%d" % (n * turn))) for n in range(turn * 3)]
            store.write(f"e{turn % 3}", batch)
            store.delete(f"e{turn % 3}", [write.key for write in batch[::4]])
        expected = generate.contents(store)
    reader = second_reader.Reader(path)
    reader.unlock_raw(second_reader.raw_key(keytext.encode_raw_key(key)))
    assert as_shown(reader.contents()) == expected
    reader.close()
