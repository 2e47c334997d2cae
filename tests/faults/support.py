"""Vaults to be damaged, and the judge of what a damaged vault may still answer."""

from __future__ import annotations

import os
import random
from itertools import count
from typing import TYPE_CHECKING

from infsh_secrets.crypto import keyslots, keytext
from infsh_secrets.crypto.kdf import ARGON2_FLOOR, VaultKeys
from infsh_secrets.crypto.seal import SealError
from infsh_secrets.domain.errors import InfshError, IntegrityError, LockedError, NotFoundError
from infsh_secrets.domain.models import SecretInfo, SecretValue
from infsh_secrets.stores.base import Write
from infsh_secrets.stores.vault import sqlite
from infsh_secrets.stores.vault.create import create_vault, draw_vault
from infsh_secrets.stores.vault.store import LockedVault, VaultStore
from infsh_secrets.stores.vault.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable

RAW_KEY = bytes(range(32))
NOW = 1_750_000_000_000
ABSENT = ("default", "NEVER_STORED")
DELETED = ("default", "TOMBSTONE")


def ticking(start: int = NOW) -> Callable[[], int]:
    """Return a clock that goes on by a second each time it is asked."""
    return count(start, 1000).__next__


def new_vault(path: str, *, seed: int | None = None, passphrase_slot: bool = False) -> bytes:
    """Make an empty vault that opens with RAW_KEY and return its vault key.

    With a seed, names fall into the same buckets each time.
    """
    draw = random.Random(seed)
    new = draw_vault() if seed is None else (draw.randbytes(16), 1, draw.randbytes(32))
    key_id = keytext.key_id(RAW_KEY)
    slots = [keyslots.wrap_raw(RAW_KEY, key_id, "file", new, keyslots.Randomness.draw())]
    if passphrase_slot:
        # Argon2id itself takes too long for many vaults, and nobody opens this one.
        slot = keyslots.wrap_raw(bytes(32), bytes(8), "passphrase", new, keyslots.Randomness.draw())
        slot.kind, slot.parameters = keyslots.PASSPHRASE, ARGON2_FLOOR
        slots.append(slot)
    create_vault(path, new, slots)
    return new[2]


def open_store(path: str, vault_key: bytes | None = None) -> VaultStore:
    """Open a vault with RAW_KEY, or past its slots with the vault key; LockedError if none fits."""
    locked = LockedVault(path)
    try:
        keys = locked.unlock(vault_key or _unwrap(locked))
    except BaseException:
        locked.file.close()
        raise
    return _store(locked, keys)


def _store(locked: LockedVault, keys: VaultKeys) -> VaultStore:
    return VaultStore(locked, keys, team="personal", clock=ticking(NOW + 10**9))


def _unwrap(locked: LockedVault) -> bytes:
    key_id = keytext.key_id(RAW_KEY)
    for slot in locked.slots:
        if slot.kind == keyslots.RAW and slot.key_id == key_id:
            try:
                return keyslots.unwrap_raw(slot, RAW_KEY, locked.head.vault_id, locked.head.epoch)
            except SealError:
                continue
    raise LockedError("No slot opens.")


def shown(info: SecretInfo) -> tuple[object, ...]:
    """Return everything that is known of a secret, to be compared."""
    return tuple(
        sorted(value.items()) if isinstance(value := getattr(info, name), dict) else value
        for name in SecretInfo.__slots__
    )


class Truth:
    """What a genuine vault answers: every version of every secret, both lists, the counts."""

    def __init__(self, store: VaultStore) -> None:
        live = store.listing()
        self.live = [shown(info) for info in live]
        self.deleted = [shown(info) for info in store.listing(deleted=True)]
        self.newest = {}
        self.older = {}
        for info in live:
            name = (info.environment, info.key)
            self.newest[name] = _answer(store, name)
            for version in range(1, info.version):
                self.older[(*name, version)] = _answer(store, name, version)
        counts = verify(store)
        self.counts = tuple(getattr(counts, name) for name in type(counts).__slots__)


def _answer(store: VaultStore, name: tuple[str, str], version: int | None = None) -> object:
    secret = store.get(*name, version)
    return (
        secret.value.reveal_bytes(),
        shown(secret.info),
        secret.version,
        secret.version_created,
    )


class Sample:
    """A vault with a bit of everything, its bytes, and what it answers."""

    def __init__(self, path: str, seed: int = 1) -> None:
        self.path = path
        self.folder = os.path.dirname(path)
        draw = random.Random(seed)
        self.vault_key = new_vault(path, seed=seed, passphrase_slot=True)
        with open_store(path, self.vault_key) as store:
            store.clock = ticking()
            big = draw.randbytes(10 * 1024).hex().encode()
            store.write(
                "default",
                [
                    Write("ALPHA_KEY", SecretValue(b"alpha-one"), description="the first"),
                    Write("BETA_KEY", SecretValue(b"beta-one"), metadata={"owner": "nobody"}),
                    Write("BIG_KEY", SecretValue(big)),
                    Write("TOMBSTONE", SecretValue(b"gone")),
                ],
            )
            store.write("prod", [Write("ALPHA_KEY", SecretValue(b"alpha-prod"))])
            store.delete("default", ["TOMBSTONE"])
            store.write("default", [Write("ALPHA_KEY", SecretValue(b"alpha-two"))])
            store.write("default", [Write("ALPHA_KEY", SecretValue(b"alpha-three"))])
        self.note()

    def note(self) -> None:
        """Take the vault as it is now for the genuine state."""
        with open_store(self.path) as store:
            self.truth = Truth(store)
        with open(self.path, "rb") as file:
            self.data = file.read()


def put_file(path: str, data: bytes) -> None:
    """Write a private file anew."""
    if os.path.lexists(path):
        os.unlink(path)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:
        file.write(data)


class Verdict:
    """Where a damaged vault was found out; `passed` is what answered as if nothing had happened."""

    def __init__(self) -> None:
        self.errors: dict[str, InfshError] = {}
        self.passed: list[str] = []

    def classes(self) -> dict[str, type[InfshError]]:
        return {place: type(error) for place, error in self.errors.items()}


def judge(path: str, truth: Truth, vault_key: bytes, what: str) -> Verdict:
    """Ask a damaged vault everything: it answers the truth or raises IntegrityError.

    A LockedError is right too where the slot of the key is damaged; then the vault is asked again
    past its slots. `what` names the damage in failures, which show no content.
    """
    with open(path, "rb") as file:
        before = file.read()
    verdict = Verdict()
    try:
        locked = LockedVault(path)
    except IntegrityError as error:
        verdict.errors["open"] = error
    else:
        try:
            _unlock_and_ask(locked, truth, vault_key, verdict, what)
        finally:
            locked.file.close()
    with open(path, "rb") as file:
        assert file.read() == before, f"{what}: reading wrote to the file"
    left = sorted(os.listdir(os.path.dirname(path)))
    assert left == [os.path.basename(path)], f"{what}: files left beside the vault: {left}"
    assert not sqlite._open_paths, f"{what}: the file counts as open"
    return verdict


def _unlock_and_ask(
    locked: LockedVault, truth: Truth, vault_key: bytes, verdict: Verdict, what: str
) -> None:
    try:
        _unwrap(locked)
    except LockedError as error:
        verdict.errors["slot"] = error
    try:
        keys = locked.unlock(vault_key)
    except IntegrityError as error:
        verdict.errors["open"] = error
        return
    _ask_all(_store(locked, keys), truth, verdict, what)


def _ask_all(store: VaultStore, truth: Truth, verdict: Verdict, what: str) -> None:
    for name, expected in truth.newest.items():
        _ask(verdict, what, f"get {name[0]} {name[1]}", _getter(store, name), expected)
    for (environment, key, version), expected in truth.older.items():
        get = _getter(store, (environment, key), version)
        _ask(verdict, what, f"get {environment} {key} {version}", get, expected)
    for name in (ABSENT, DELETED):
        _ask(verdict, what, f"get {name[0]} {name[1]}", _getter(store, name), NotFoundError)
    _ask(verdict, what, "listing", lambda: [shown(i) for i in store.listing()], truth.live)
    _ask(
        verdict,
        what,
        "listing deleted",
        lambda: [shown(info) for info in store.listing(deleted=True)],
        truth.deleted,
    )

    def counted() -> object:
        counts = verify(store)
        return tuple(getattr(counts, field) for field in type(counts).__slots__)

    _ask(verdict, what, "verify", counted, truth.counts)


def _getter(
    store: VaultStore, name: tuple[str, str], version: int | None = None
) -> Callable[[], object]:
    return lambda: _answer(store, name, version)


def _ask(
    verdict: Verdict, what: str, question: str, ask: Callable[[], object], expected: object
) -> None:
    try:
        answer = ask()
    except IntegrityError as error:
        verdict.errors[question] = error
        return
    except NotFoundError:
        answer = NotFoundError
    # No comparison that a failing assert would print: the answers hold values.
    right = answer == expected
    del answer, expected
    assert right, f"{what}: {question} gives something wrong"
    verdict.passed.append(question)
