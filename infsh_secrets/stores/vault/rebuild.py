"""A new vault of the same key from what was saved of a damaged one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.crypto.binding import compare_digest
from infsh_secrets.crypto.seal import KEY_BYTES, SealError, open_sealed, seal
from infsh_secrets.domain.errors import InfshError
from infsh_secrets.domain.masking import mask
from infsh_secrets.domain.models import SecretInfo
from infsh_secrets.files.private import create_private_file
from infsh_secrets.stores import changes
from infsh_secrets.stores.vault import audit
from infsh_secrets.stores.vault.layout import (
    DELETED,
    LIVE,
    Head,
    Item,
    encode_overview,
    fingerprint_context,
    item_digest,
    name_index,
    name_only_index,
    overview_context,
    u64,
)
from infsh_secrets.stores.vault.root import Ledger, empty_buckets, first_root
from infsh_secrets.stores.vault.tables import FORMAT, VaultFile

if TYPE_CHECKING:
    from infsh_secrets.crypto.kdf import VaultKeys
    from infsh_secrets.stores.vault.salvage import Damaged, Found

SALVAGED = "salvaged"
MARK = ("salvaged", "unverified")
"""The metadata pair that every secret of a salvaged vault bears, until somebody takes it off."""


class Saved(NamedTuple):
    """What went into the new vault."""

    older: list[str]
    nameless: list[str]
    record: int
    """how many entries of the audit chain verify from the first one on"""
    cut: bool
    """whether there were more"""


def rebuild(
    path: str,
    damaged: Damaged,
    keys: VaultKeys,
    found: list[Found],
    *,
    least: int,
    actor: tuple[str, str],
    now: int,
) -> Saved:
    """Write a vault with what was found to a new private file; its sequence is above `least`.

    It has id, epoch, key and key slots of the damaged one, and of the audit chain what verifies.
    """
    vault = damaged.head.vault_id + u64(damaged.head.epoch)
    create_private_file(path, b"", "vault")
    file = VaultFile.create(path)
    try:
        mark_key = _fingerprint_key(damaged, keys, vault)
        head = Head(
            damaged.head.vault_id,
            damaged.head.epoch,
            FORMAT,
            keys.commit,
            seal(keys.record, fingerprint_context(vault), mark_key),
        )
        file.put_head(head)
        for slot in damaged.slots:
            file.put_slot(slot)
        file.put_buckets(empty_buckets())
        file.put_root(first_root(keys, head, damaged.slots))
        ledger = Ledger(file, keys)
        older, nameless = _put_all(file, ledger, keys, vault, mark_key, found, now)
        last = _copy_audit(file, damaged, keys)
        entry = audit.Entry(now, *actor, 1, [(SALVAGED, "", "", 0)])
        ledger.root.seq = least
        ledger.commit(*audit.append(file, keys, vault, last, entry))
        file.commit()
    finally:
        file.close()
    return Saved(older, nameless, last[0], damaged.record_goes_on(last[0]))


def _fingerprint_key(damaged: Damaged, keys: VaultKeys, vault: bytes) -> bytes:
    try:
        sealed = damaged.head.fingerprint_key
        return open_sealed(keys.record, fingerprint_context(vault), sealed)
    except SealError:
        return os.urandom(KEY_BYTES)


def _put_all(
    file: VaultFile,
    ledger: Ledger,
    keys: VaultKeys,
    vault: bytes,
    mark_key: bytes,
    found: list[Found],
    now: int,
) -> tuple[list[str], list[str]]:
    older, nameless = [], []
    taken: set[bytes] = set()
    # Of two of one name the one that was changed last gets it.
    found.sort(key=lambda one: one.info.updated if one.info else -1, reverse=True)
    for one in found:
        known = one.info
        idx = name_index(keys.index, known.environment, known.key) if known else b""
        if known is None or idx in taken:
            nameless.append(one.item_id.hex())
            known = _nameless(one, now)
            idx = name_index(keys.index, known.environment, known.key)
        elif known.version != one.versions[-1][0]:
            older.append(one.item_id.hex())
        taken.add(idx)
        item = _item(one, known, idx, keys, vault, mark_key)
        entry = (idx, item.item_id, item.rev, item.state, item.digest)
        ledger.bucket(idx[0])[idx] = entry
        file.put_items([item])
        file.put_versions((item.item_id, number, sealed) for number, sealed in one.versions)
    return sorted(older), sorted(nameless)


def _nameless(one: Found, now: int) -> SecretInfo:
    """Return what can be said of values whose name is lost."""
    return SecretInfo(
        key=f"SALVAGED_{one.item_id.hex().upper()}",
        environment="default",
        description="Its name was lost.",
        metadata={},
        masked="",
        fingerprint="",
        version=0,
        created=one.newest[0],
        updated=now,
        expires=None,
        last_used=None,
        deleted=None,
    )


def _item(
    one: Found, known: SecretInfo, idx: bytes, keys: VaultKeys, vault: bytes, mark_key: bytes
) -> Item:
    value = one.newest[1]
    info = changes.replaced(
        known,
        metadata={**known.metadata, MARK[0]: MARK[1]},
        version=one.versions[-1][0],
        masked=mask(value.decode(errors="replace")),
        fingerprint=changes.fingerprint(mark_key, value),
    )
    item = Item(
        idx, name_only_index(keys.index, info.key), one.item_id, one.rev + 1, LIVE, b"", b""
    )
    item.state = DELETED if info.deleted is not None else LIVE
    context = overview_context(vault, item.item_id, item.rev)
    item.overview = seal(keys.record, context, encode_overview(info))
    item.digest = item_digest(item, one.versions)
    return item


def _copy_audit(file: VaultFile, damaged: Damaged, keys: VaultKeys) -> tuple[int, bytes]:
    """Take over the audit chain as far as it verifies from the first entry on; return its end."""
    previous = (0, bytes(32))
    while True:
        sequence = previous[0] + 1
        try:
            row = damaged.file.audit_entry(sequence)
        except InfshError:
            return previous
        if row is None or not compare_digest(
            audit.chain_mac(keys, previous[1], sequence, row[0]), row[1]
        ):
            return previous
        file.put_audit(sequence, *row)
        previous = (sequence, row[1])
