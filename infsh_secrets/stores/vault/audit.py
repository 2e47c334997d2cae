"""The audit chain: one sealed entry a transaction, each MACed with the one before."""

from __future__ import annotations

from infsh_secrets.crypto.binding import compare_digest, hmac_digest
from infsh_secrets.crypto.seal import SealError, open_sealed, seal
from infsh_secrets.stores.vault.layout import (
    LayoutError,
    Reader,
    audit_context,
    lp,
    pad,
    u32,
    u64,
    unpad,
)
from infsh_secrets.stores.vault.root import NO_AUDIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from infsh_secrets.crypto.kdf import VaultKeys
    from infsh_secrets.stores.vault.tables import VaultFile

MOST_LISTED = 200
"""How many secrets an entry names; of a larger transaction it keeps these and the count."""

Subject = tuple[str, str, str, int]
"""(action, environment, key, version)"""


class Entry:
    """What one transaction did: when (milliseconds, UTC), who, with which program, to what."""

    __slots__ = ("count", "program", "subjects", "time", "user")

    def __init__(
        self, time: int, user: str, program: str, count: int, subjects: list[Subject]
    ) -> None:
        self.time = time
        self.user = user
        self.program = program
        self.count = count
        self.subjects = subjects


def encode_entry(entry: Entry) -> bytes:
    """Return the padded plaintext of an entry."""
    listed = entry.subjects[:MOST_LISTED]
    parts = [
        u64(entry.time),
        lp(entry.user.encode(errors="replace")),
        lp(entry.program.encode(errors="replace")),
        u32(entry.count),
        u32(len(listed)),
    ]
    for action, environment, key, version in listed:
        parts += (lp(action.encode()), lp(environment.encode()), lp(key.encode()), u64(version))
    return pad(b"".join(parts))


def decode_entry(padded: bytes) -> Entry:
    """Return what `encode_entry` was given, or raise LayoutError."""
    reader = Reader(unpad(padded))
    try:
        time, user, program, count = reader.u64(), reader.text(), reader.text(), reader.u32()
        subjects = [
            (reader.text(), reader.text(), reader.text(), reader.u64()) for _ in range(reader.u32())
        ]
    except UnicodeDecodeError:
        raise LayoutError from None
    reader.end()
    return Entry(time, user, program, count, subjects)


def chain_mac(keys: VaultKeys, previous: bytes, sequence: int, sealed: bytes) -> bytes:
    """Return the MAC of an entry at its place in the chain."""
    return hmac_digest(keys.audit, previous + u64(sequence) + sealed, "sha256")


def append(
    file: VaultFile, keys: VaultKeys, vault: bytes, last: tuple[int, bytes], entry: Entry
) -> tuple[int, bytes]:
    """Write the entry after `last` and return the new end of the chain, (sequence, mac)."""
    sequence = last[0] + 1
    sealed = seal(keys.record, audit_context(vault, sequence), encode_entry(entry))
    mac = chain_mac(keys, last[1], sequence, sealed)
    file.put_audit(sequence, sealed, mac)
    return sequence, mac


def last_time(file: VaultFile, keys: VaultKeys, vault: bytes, last: tuple[int, bytes]) -> int:
    """Return when the newest entry was written, 0 for none; verified against the root's chain end.

    Clocks go backwards; what expires by age is compared with this as well.
    """
    if not last[0]:
        return 0
    row = file.audit_entry(last[0])
    if row is None or not compare_digest(row[1], last[1]):
        raise file.damaged("the end of its audit chain does not verify")
    return _open(file, keys, vault, last[0], row[0]).time


def newest_first(
    file: VaultFile, keys: VaultKeys, vault: bytes, last: tuple[int, bytes]
) -> Iterator[tuple[int, Entry]]:
    """Yield (sequence, entry) from the newest back to the first, verifying what is read.

    The MAC of the newest stands in the root, and each MAC covers the one before it: so an entry is
    as sure as those after it, and nobody has to read the whole chain for its end.
    """
    sequence, mac = last
    row = file.audit_entry(sequence) if sequence else None
    while sequence:
        before = file.audit_entry(sequence - 1) if sequence > 1 else (b"", NO_AUDIT)
        if row is None or before is None:
            raise file.damaged("an audit entry is missing")
        expected = chain_mac(keys, before[1], sequence, row[0])
        if not (compare_digest(row[1], mac) and compare_digest(expected, mac)):
            raise file.damaged(f"audit entry {sequence} does not verify")
        yield sequence, _open(file, keys, vault, sequence, row[0])
        sequence, mac, row = sequence - 1, before[1], before


def verify_chain(file: VaultFile, keys: VaultKeys, vault: bytes, last: tuple[int, bytes]) -> int:
    """Verify every entry from the first to the root's chain end; return how many there are."""
    previous = NO_AUDIT
    for sequence in range(1, last[0] + 1):
        row = file.audit_entry(sequence)
        if row is None:
            raise file.damaged(f"audit entry {sequence} is missing")
        if not compare_digest(chain_mac(keys, previous, sequence, row[0]), row[1]):
            raise file.damaged(f"audit entry {sequence} does not verify")
        _open(file, keys, vault, sequence, row[0])
        previous = row[1]
    if not compare_digest(previous, last[1]) or file.audit_count() != last[0]:
        raise file.damaged("its audit chain does not end where the root says")
    return last[0]


def reseal(
    file: VaultFile,
    last: tuple[int, bytes],
    old: tuple[VaultKeys, bytes],
    new: tuple[VaultKeys, bytes],
) -> tuple[int, bytes]:
    """Verify the chain and seal each entry anew; `old` and `new` are (keys, vault).

    Returns the new end of the chain.
    """
    before = after = NO_AUDIT
    rows = []
    for sequence in range(1, last[0] + 1):
        row = file.audit_entry(sequence)
        if row is None:
            raise file.damaged(f"audit entry {sequence} is missing")
        if not compare_digest(chain_mac(old[0], before, sequence, row[0]), row[1]):
            raise file.damaged(f"audit entry {sequence} does not verify")
        entry = _open(file, *old, sequence, row[0])
        before = row[1]
        context = audit_context(new[1], sequence)
        sealed = seal(new[0].record, context, encode_entry(entry))
        after = chain_mac(new[0], after, sequence, sealed)
        rows.append((sealed, after, sequence))
    if not compare_digest(before, last[1]):
        raise file.damaged("its audit chain does not end where the root says")
    file.replace_audit(rows)
    return last[0], after


def _open(file: VaultFile, keys: VaultKeys, vault: bytes, sequence: int, sealed: bytes) -> Entry:
    try:
        return decode_entry(open_sealed(keys.record, audit_context(vault, sequence), sealed))
    except (SealError, LayoutError):
        raise file.damaged(f"audit entry {sequence} does not open") from None
