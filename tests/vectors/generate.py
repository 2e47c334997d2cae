"""Makes the golden files beside it: vaults of format 1, and what is in them.

`python tests/vectors/generate.py FOLDER` writes them all to an empty folder. The golden files
themselves are never written again: vaults of format 1 open for ever. A test makes them anew with
the same randomness and clock, and compares every row.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from unittest import mock

from infsh_secrets.crypto import kdf, keyslots, keytext
from infsh_secrets.crypto.seal import open_sealed
from infsh_secrets.domain.models import SecretInfo, SecretValue
from infsh_secrets.stores.base import Write
from infsh_secrets.stores.changes import fingerprint
from infsh_secrets.stores.vault import audit, layout
from infsh_secrets.stores.vault.create import create_vault, draw_vault
from infsh_secrets.stores.vault.layout import Head, Root
from infsh_secrets.stores.vault.root import identity_hash, root_mac
from infsh_secrets.stores.vault.store import LockedVault, VaultStore

GOLDEN = os.path.dirname(os.path.abspath(__file__))
CONTENTS = "vault-v1.json"
CONTENTS_OF_RECOVERY = "vault-v1-recovery.json"
CONTENTS_OF_CHANGED = "vault-v1-changed.json"
PRIMITIVES = "primitives-v1.json"
PRIMITIVES_OF_RECOVERY = "recovery-v1.json"
PASSPHRASE = "made-up cr\u00e8me br\u00fbl\u00e9e"
LONGEST_SHOWN = 200


class FixedRandomness:
    """In the place of os.urandom: bytes that follow from a seed and how many were drawn before."""

    def __init__(self, seed):
        self.seed = seed.encode()
        self.draws = 0

    def __call__(self, size):
        self.draws += 1
        return hashlib.shake_256(self.seed + b"\0%d" % self.draws).digest(size)


class FixedClock:
    """Milliseconds that begin in November 2023 and go on by one second a question."""

    def __init__(self):
        self.now = 1_700_000_000_000

    def __call__(self):
        self.now += 1000
        return self.now


def write(store, key, value, environment="default", **facts):
    store.write(environment, [Write(key, SecretValue(value.encode()), **facts)])


def empty(_store, _clock):
    """Nothing was ever written."""


def secrets(store, clock):
    """All that can happen to a secret."""
    facts = {"owner": "someone", "rotated by": "hand", "empty": ""}
    write(
        store,
        "OPENAI_API_KEY",
        "sk-made-up-0123456789abcdefghij",
        description="billing account of the demo \N{SNOWMAN}",
        metadata=facts,
        expires=1_800_000_000_000,
    )
    write(store, "OPENAI_API_KEY", "sk-made-up-staging-0123456789", "staging")
    write(store, "EMPTY", "")
    write(store, "LONGEST", "0123456789abcdef" * 4096)
    write(store, "UNICODE", "p\u00e4ssw\u00f6rd \u65e5\u672c\n\ttwo lines\r\n")
    write(store, "_lower_and_9", "x")
    for number in range(1, 24):
        write(store, "MANY_VERSIONS", f"version {number}")
    write(store, "MANY_VERSIONS", "version 23", description="described later")
    write(store, "MANY_VERSIONS", "version 23")
    for key in ("DELETED", "RESTORED", "REVIVED", "EXPIRED_LONG_AGO"):
        write(store, key, f"value of {key}", description=f"of {key}")
    store.delete("default", ["EXPIRED_LONG_AGO"])
    clock.now += 31 * 24 * 3600 * 1000
    store.delete("default", ["DELETED", "RESTORED", "REVIVED"])
    store.restore("default", ["RESTORED"])
    write(store, "REVIVED", "a second life")
    write(store, "REVIVED", "a second life", expires=1)


def many(store, _clock):
    """More secrets in one transaction than an audit entry lists, in most of the buckets."""
    batch = [Write(f"KEY_{n:03}", SecretValue(b"value %d" % n)) for n in range(220)]
    store.write("default", batch)
    store.delete("default", [f"KEY_{n:03}" for n in range(0, 220, 10)])


def slots(store, _clock):
    """A vault with three key slots."""
    write(store, "A_KEY", "opens with each of three keys")


def recovery(store, _clock):
    """A vault that a recovery code opens as well."""
    write(store, "A_KEY", "opens with a code on paper")


def versions(store, _clock):
    """More values than are kept, and one that goes back."""
    for number in range(25):
        write(store, "A_KEY", f"value {number}")
    store.rollback("default", "A_KEY", 7)


def longest(store, _clock):
    """Everything as long as it may be."""
    facts = {f"{n:02}" + "n" * 30: "v" * 100 for n in range(64)}
    write(store, "L" * 255, "x" * 65_536, description="d" * 4096, metadata=facts)
    write(store, "_", "s")


def unicode(store, _clock):
    """Text of several scripts, combining characters and what a terminal must not get raw."""
    text = "\u00e9 e\u0301 \u65e5\u672c\u8a9e \U0001f511 \u202eright to left\u202c \x1b[31m\n\t"
    write(store, "TEXT", text * 9, description=text, metadata={text: text})


def environments(store, _clock):
    """One name in several environments, copied and described."""
    write(store, "A_KEY", "value of default", expires=1_900_000_000_000)
    for environment in ("staging", "production", "a-1_b"):
        store.copy("default", "A_KEY", environment)
    write(store, "A_KEY", "value of staging", "staging")
    store.describe("production", "A_KEY", description="the real one", metadata={"owner": "x"})


def renamed(store, _clock):
    """Names that moved, with all their versions, and one that is taken again."""
    write(store, "OLD", "one")
    write(store, "OLD", "two")
    store.rename("default", "OLD", "NEW")
    write(store, "OLD", "another secret")


def purged(store, _clock):
    """What is gone for good leaves the record of it and nothing else."""
    for key in ("KEPT", "PURGED", "DELETED", "RESTORED"):
        write(store, key, f"value of {key}")
    store.delete("default", ["DELETED", "RESTORED", "PURGED"])
    store.restore("default", ["RESTORED"])
    store.purge("default", ["PURGED"])


def swept(store, clock):
    """A secret deleted for over 30 days goes with the next write to its bucket."""
    write(store, "A_KEY", "first life")
    store.delete("default", ["A_KEY"])
    clock.now += 31 * 24 * 3600 * 1000
    write(store, "A_KEY", "second life")
    store.delete("default", ["A_KEY"])
    clock.now -= 40 * 24 * 3600 * 1000
    write(store, "B_KEY", "written while the clock is behind")


STORIES = {
    "empty": empty,
    "secrets": secrets,
    "many": many,
    "slots": slots,
    "recovery": recovery,
    "versions": versions,
    "longest": longest,
    "unicode": unicode,
    "environments": environments,
    "renamed": renamed,
    "purged": purged,
    "swept": swept,
}
CHANGED = ("versions", "longest", "unicode", "environments", "renamed", "purged", "swept")


def build(name, folder):
    """Make the golden vault `name` in `folder`; return what there is to know of it."""
    path = os.path.join(folder, f"vault-v1-{name}.vault")
    with mock.patch.object(os, "urandom", FixedRandomness(name)):
        keys = [os.urandom(32)]
        new = draw_vault()
        draw = keyslots.Randomness.draw
        made = [keyslots.wrap_raw(keys[0], keytext.key_id(keys[0]), "file", new, draw())]
        if name == "slots":
            keys.append(os.urandom(32))
            made.append(keyslots.wrap_raw(keys[1], keytext.key_id(keys[1]), "keyring", new, draw()))
            made.append(keyslots.wrap_passphrase(PASSPHRASE, kdf.ARGON2_FLOOR, new, draw()))
        known = {}
        if name == "recovery":
            code = os.urandom(20)
            known["recovery_code"] = keytext.encode_recovery_code(code)
            made.append(keyslots.wrap_recovery(code, keytext.key_id(code), new, draw()))
        create_vault(path, new, made)
        clock = FixedClock()
        with unlocked(path, keys[0], clock) as store:
            STORIES[name](store, clock)
            return {
                "raw_keys": [keytext.encode_raw_key(key) for key in keys],
                "passphrase": PASSPHRASE if name == "slots" else None,
                **known,
                **contents(store),
            }


def unlocked(path, key, clock=FixedClock()):  # noqa: B008  # a reader asks no clock
    locked = LockedVault(path)
    (slot,) = [one for one in locked.slots if one.key_id == keytext.key_id(key)]
    vault_key = keyslots.unwrap_raw(slot, key, locked.head.vault_id, locked.head.epoch)
    keys = locked.unlock(vault_key)
    return VaultStore(locked, keys, team="personal", actor=actor, clock=clock)


def actor():
    return "someone", "infsh 0"


def shown(value):
    """Return a value as the contents file has it."""
    if len(value) <= LONGEST_SHOWN:
        return value.decode()
    return {"bytes": len(value), "sha256": hashlib.sha256(value).hexdigest()}


def contents(store):
    """Return everything in a vault, deleted secrets and audit entries as well."""
    file = store.file
    file.begin_read()
    root = file.root()
    found = []
    for (idx,) in file.run("SELECT idx FROM items"):
        item = file.item(idx)
        info = store.open_overview(item)
        fields = {name: getattr(info, name) for name in type(info).__slots__}
        fields["versions"] = {}
        for number, sealed in store.verified_versions(item):
            created, value = store.open_value(item, number, sealed)
            fields["versions"][str(number)] = {"created": created, "value": shown(value)}
        found.append(fields)
    entries = []
    for sequence in range(1, root.audit_seq + 1):
        sealed, _ = file.audit_entry(sequence)
        context = layout.audit_context(store.vault, sequence)
        entry = audit.decode_entry(open_sealed(store.keys.record, context, sealed))
        fields = {name: getattr(entry, name) for name in type(entry).__slots__}
        fields["subjects"] = [" ".join(map(str, subject)) for subject in entry.subjects]
        entries.append(fields)
    file.rollback()
    found.sort(key=lambda fields: (fields["key"], fields["environment"]))
    return {
        "vault_id": store.vault[:16].hex(),
        "epoch": int.from_bytes(store.vault[16:], "big"),
        "sequence": root.seq,
        "secrets": found,
        "audit": entries,
    }


def primitives():
    """Return what each step of the format gives for fixed inputs, all bytes in hex."""
    raw, vault_id, vault_key = bytes(range(32)), bytes(range(16)), bytes(range(64, 96))
    vault = vault_id + layout.u64(7)
    random = keyslots.Randomness(bytes(range(1, 17)), bytes(range(2, 34)), bytes(range(3, 27)))
    slot = keyslots.wrap_raw(raw, keytext.key_id(raw), "file", (vault_id, 7, vault_key), random)
    phrase = keyslots.wrap_passphrase(
        PASSPHRASE, kdf.ARGON2_FLOOR, (vault_id, 7, vault_key), random
    )
    keys = kdf.VaultKeys(vault_key, vault_id, 7)
    info = SecretInfo(
        key="A_KEY",
        environment="default",
        description="what it opens \N{SNOWMAN}",
        metadata={"b": "2", "a": ""},
        masked="\N{BULLET}" * 8,
        fingerprint="0123456789abcdef",
        version=3,
        created=1_700_000_000_001,
        updated=1_700_000_000_002,
        expires=1_700_000_000_003,
        last_used=None,
        deleted=1_700_000_000_004,
    )
    entry = audit.Entry(
        1_700_000_000_005, "someone", "infsh 0", 2, [("updated", "default", "A_KEY", 3)]
    )
    versions = [(2, b"two"), (3, b"three")]
    item = layout.Item(b"x" * 16, b"n" * 16, b"i" * 16, 5, 1, b"overview", b"")
    entries = [(item.idx, item.item_id, 5, 1, layout.item_digest(item, versions))]
    found = {
        "raw key text": keytext.encode_raw_key(raw),
        "raw key id": keytext.key_id(raw),
        "subkeys": {label: getattr(keys, label) for label in kdf.VaultKeys.__slots__},
        "raw slot": slot.sealed,
        "raw slot context": slot.context(vault_id, 7),
        "passphrase": PASSPHRASE,
        "passphrase parameters": list(kdf.ARGON2_FLOOR),
        "passphrase slot": phrase.sealed,
        "passphrase slot context": phrase.context(vault_id, 7),
        "idx": layout.name_index(keys.index, "default", "A_KEY"),
        "nidx": layout.name_only_index(keys.index, "A_KEY"),
        "fingerprint": fingerprint(bytes(range(32)), b"made-up value"),
        "overview": layout.encode_overview(info),
        "overview context": layout.overview_context(vault, b"i" * 16, 5),
        "value": layout.encode_value(1_700_000_000_006, b"made-up value"),
        "value context": layout.value_context(vault, b"i" * 16, 3),
        "audit entry": audit.encode_entry(entry),
        "audit context": layout.audit_context(vault, 9),
        "audit mac": audit.chain_mac(keys, bytes(32), 9, b"sealed"),
        "fingerprint key context": layout.fingerprint_context(vault),
        "item digest": entries[0][4],
        "bucket hash": layout.bucket_hash(entries),
        "buckets hash": layout.buckets_hash([(n, n, bytes(32)) for n in range(256)]),
    }
    head = Head(vault_id, 7, 1, keys.commit, bytes(104))
    root = Root(4, 3, b"b" * 32, 2, b"a" * 32, b"")
    found["identity hash"] = identity_hash(head, [slot, phrase])
    found["root mac"] = root_mac(keys, root, head, [slot, phrase])
    return json.loads(json.dumps(found, default=bytes.hex))


def recovery_primitives():
    """Return what each step of a recovery slot gives for fixed inputs, all bytes in hex."""
    code, vault_id, vault_key = bytes(range(20)), bytes(range(16)), bytes(range(64, 96))
    random = keyslots.Randomness(bytes(range(1, 17)), bytes(range(2, 34)), bytes(range(3, 27)))
    key_id = keytext.key_id(code)
    slot = keyslots.wrap_recovery(code, key_id, (vault_id, 7, vault_key), random)
    found = {
        "code text": keytext.encode_recovery_code(code),
        "key id": key_id,
        "slot": slot.sealed,
        "slot context": slot.context(vault_id, 7),
        "kind and hint": [slot.kind, slot.hint],
    }
    return json.loads(json.dumps(found, default=bytes.hex))


def main(folder):
    known = {name: build(name, folder) for name in STORIES}
    later = {"recovery": known.pop("recovery")}
    changed = {name: known.pop(name) for name in CHANGED}
    for name, data in (
        (CONTENTS, known),
        (PRIMITIVES, primitives()),
        (CONTENTS_OF_RECOVERY, later),
        (PRIMITIVES_OF_RECOVERY, recovery_primitives()),
        (CONTENTS_OF_CHANGED, changed),
    ):
        with open(os.path.join(folder, name), "x", encoding="utf-8") as file:
            json.dump(data, file, indent=1, sort_keys=True)
            file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
