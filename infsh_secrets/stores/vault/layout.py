"""Bytes of format 1: how records are encoded, padded, bound to their place and digested.

Pure functions. Integers are big-endian; `lp` is a 32-bit length and the bytes. Every decoder raises
LayoutError for anything that its encoder could not have written.
"""

from __future__ import annotations

from infsh_secrets.crypto.binding import hmac_digest, sha256
from infsh_secrets.domain.models import SecretInfo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from struct import Struct
    from struct import error as StructError  # noqa: N812  # a class

    from infsh_secrets.crypto.mac import MacKey
else:
    try:  # the compiled half is all there is to it, and one module less to find
        from _struct import Struct
        from _struct import error as StructError  # noqa: N812
    except ImportError:
        from struct import Struct
        from struct import error as StructError  # noqa: N812

LIVE = 0
DELETED = 1
BUCKETS = 256
_DOMAIN = b"infsh-vault/1"
_OVERVIEW = b"\x02"
_VALUE = b"\x03"
_AUDIT = b"\x04"
_FINGERPRINT = b"\x05"
_USE = b"\x06"
_USE_SUMMARY = b"\x07"
_SMALLEST_PAD = 64
_LENGTH = Struct(">I").pack
_NEXT_LENGTH = Struct(">I").unpack_from
_TWO_LENGTHS = Struct(">2I").unpack_from
_U64 = Struct(">Q").pack
_VALUE_HEAD = Struct(">QI")
_ITEM_HEAD = Struct(">4s16s16s16sQBI").pack
_VERSION_LENGTH = Struct(">QI").pack
_BUCKET_ENTRY = Struct(">16s16sQB32s").pack
_NUMBERS = Struct(">6Q")


class LayoutError(Exception):
    """Opened bytes are not what the format says; raised only for damage, shows no content."""


def u32(number: int) -> bytes:
    """Return 4 bytes."""
    return number.to_bytes(4, "big")


def u64(number: int) -> bytes:
    """Return 8 bytes."""
    return number.to_bytes(8, "big")


def lp(data: bytes) -> bytes:
    """Return `data` with its length before it, so that joined fields cannot run together."""
    return len(data).to_bytes(4, "big") + data


def overview_context(vault: bytes, item: bytes, rev: int) -> bytes:
    """Return the sealing context of an overview; `vault` is vault id and epoch."""
    return _DOMAIN + _OVERVIEW + vault + item + _U64(rev)


def value_context(vault: bytes, item: bytes, version: int) -> bytes:
    """Return the sealing context of one version's value."""
    return _DOMAIN + _VALUE + vault + item + _U64(version)


def audit_context(vault: bytes, sequence: int) -> bytes:
    """Return the sealing context of an audit entry."""
    return _DOMAIN + _AUDIT + vault + u64(sequence)


def fingerprint_context(vault: bytes) -> bytes:
    """Return the sealing context of the fingerprint key."""
    return _DOMAIN + _FINGERPRINT + vault


def use_context(vault: bytes, identity: bytes) -> bytes:
    """Return the sealing context of a line of the use log."""
    return _DOMAIN + _USE + vault + identity


def use_summary_context(vault: bytes) -> bytes:
    """Return the sealing context of the summary of the use log."""
    return _DOMAIN + _USE_SUMMARY + vault


def name_index(key: bytes | MacKey, environment: str, name: str) -> bytes:
    """Return the blind index of a name in an environment: 16 bytes."""
    first, second = environment.encode(), name.encode()
    return _index(key, b"name\0" + _LENGTH(len(first)) + first + _LENGTH(len(second)) + second)


def name_only_index(key: bytes | MacKey, name: str) -> bytes:
    """Return the blind index of a name in any environment: 16 bytes."""
    return _index(key, b"name\0" + lp(name.encode()))


def _index(key: bytes | MacKey, message: bytes) -> bytes:
    if isinstance(key, bytes):
        return hmac_digest(key, message, "sha256")[:16]
    return key.digest(message)[:16]


def _padded_size(length: int) -> int:
    size = length + 4
    if size <= _SMALLEST_PAD:
        return _SMALLEST_PAD
    exponent = size.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (size + mask) & ~mask


def pad(data: bytes) -> bytes:
    """Return length, data and zeros, up to 64 bytes and above that to the next PADME size.

    PADME (Nikitin et al., PURBs, 2019) leaks O(log log n) bits of the length and adds at most 12 %.
    """
    length = len(data)
    return (_LENGTH(length) + data).ljust(_padded_size(length), b"\0")


def unpad(padded: bytes) -> bytes:
    """Return what `pad` was given; anything `pad` would not have made is a LayoutError."""
    end = 4 + int.from_bytes(padded[:4], "big")
    if _padded_size(end - 4) != len(padded) or padded.count(0, end) != len(padded) - end:
        raise LayoutError
    return padded[4:end]


def encode_overview(info: SecretInfo) -> bytes:
    """Return the padded plaintext of an item's overview."""
    key, environment = info.key.encode(), info.environment.encode()
    description, masked = info.description.encode(), info.masked.encode()
    mark, metadata = bytes.fromhex(info.fingerprint), info.metadata
    pairs = b""
    if metadata:
        pairs = b"".join([lp(n.encode()) + lp(value.encode()) for n, value in metadata.items()])
    fields = (
        _LENGTH(len(key)) + key,
        _LENGTH(len(environment)) + environment,
        _LENGTH(len(description)) + description,
        _LENGTH(len(metadata)) + pairs,
        _LENGTH(len(masked)) + masked,
        _LENGTH(len(mark)) + mark,
        _NUMBERS.pack(
            info.created,
            info.updated,
            info.expires or 0,
            info.last_used or 0,
            info.version,
            info.deleted or 0,
        ),
    )
    return pad(b"".join(fields))


def decode_overview(padded: bytes) -> SecretInfo:
    """Return what `encode_overview` was given.

    Written flat, because a list does this for every secret. A field that is cut needs no check of
    its own: the position only grows, and must end exactly where the padding begins.
    """
    try:
        length, first = _TWO_LENGTHS(padded)
        end = 4 + length
        if _padded_size(length) != len(padded) or padded.count(0, end) != len(padded) - end:
            raise LayoutError
        at = 8 + first
        key = padded[8:at].decode()
        start, at = at + 4, at + 4 + _NEXT_LENGTH(padded, at)[0]
        environment = padded[start:at].decode()
        start, at = at + 4, at + 4 + _NEXT_LENGTH(padded, at)[0]
        description = padded[start:at].decode()
        count, at = _NEXT_LENGTH(padded, at)[0], at + 4
        metadata: dict[str, str] = {}
        if count:
            metadata, at = _decode_pairs(padded, at, count)
        start, at = at + 4, at + 4 + _NEXT_LENGTH(padded, at)[0]
        masked = padded[start:at].decode()
        start, at = at + 4, at + 4 + _NEXT_LENGTH(padded, at)[0]
        if at + _NUMBERS.size != end:
            raise LayoutError
        numbers = _NUMBERS.unpack_from(padded, at)
    except (StructError, UnicodeDecodeError):
        raise LayoutError from None
    created, updated, expires, last_used, version, deleted = numbers
    return SecretInfo(
        key,
        environment,
        description,
        metadata,
        masked,
        padded[start:at].hex(),
        version,
        created,
        updated,
        expires or None,
        last_used or None,
        deleted or None,
    )


def _decode_pairs(data: bytes, at: int, count: int) -> tuple[dict[str, str], int]:
    """Return so many pairs of metadata, and where they end."""
    texts = []
    for _ in range(2 * count):
        start, at = at + 4, at + 4 + _NEXT_LENGTH(data, at)[0]
        texts.append(data[start:at].decode())
    metadata = dict(zip(texts[::2], texts[1::2], strict=True))
    if len(metadata) != count:
        raise LayoutError  # a name twice
    return metadata, at


def encode_value(created: int, value: bytes) -> bytes:
    """Return the padded plaintext of a version: when it was made, and the value."""
    return pad(_VALUE_HEAD.pack(created, len(value)) + value)


def decode_value(padded: bytes) -> tuple[int, bytes]:
    """Return (created, value)."""
    data = unpad(padded)
    if len(data) < 12:  # noqa: PLR2004  # the size of the head
        raise LayoutError
    created, length = _VALUE_HEAD.unpack_from(data)
    if length != len(data) - 12:
        raise LayoutError
    return created, data[12:]


class Reader:
    """Takes fields off the front of a byte string; a field that is cut is a LayoutError."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def _take(self, length: int) -> bytes:
        start = self._at
        self._at = start + length
        if self._at > len(self._data):
            raise LayoutError
        return self._data[start : self._at]

    def u32(self) -> int:
        """Return the next 4 bytes as a number."""
        return int.from_bytes(self._take(4), "big")

    def u64(self) -> int:
        """Return the next 8 bytes as a number."""
        return int.from_bytes(self._take(8), "big")

    def field(self) -> bytes:
        """Return the next length-prefixed field."""
        return self._take(self.u32())

    def text(self) -> str:
        """Return the next field as text; UnicodeDecodeError when it is not UTF-8."""
        return self.field().decode()

    def named(self) -> list[tuple[str, str, int]]:
        """Return the next counted (text, text, u64), of which there may be very many."""
        data, at, number = self._data, self._at + 4, int.from_bytes
        found = []
        for _ in range(self.u32()):
            first = at + 4
            middle = first + number(data[at:first], "big")
            second = middle + 4
            after = second + number(data[middle:second], "big")
            at = after + 8
            if at > len(data):
                raise LayoutError
            texts = data[first:middle].decode(), data[second:after].decode()
            found.append((*texts, number(data[after:at], "big")))
        self._at = at
        return found

    def end(self) -> None:
        """Raise LayoutError if anything is left."""
        if self._at != len(self._data):
            raise LayoutError


class Head:
    """The single row that names the vault."""

    __slots__ = ("commitment", "epoch", "fingerprint_key", "min_reader", "vault_id")

    def __init__(
        self, vault_id: bytes, epoch: int, min_reader: int, commitment: bytes, fpkey: bytes
    ) -> None:
        self.vault_id = vault_id
        self.epoch = epoch
        self.min_reader = min_reader
        self.commitment = commitment
        self.fingerprint_key = fpkey


class Root:
    """The single row that binds everything else together."""

    __slots__ = ("audit_head", "audit_seq", "buckets", "items", "mac", "seq")

    def __init__(
        self, seq: int, items: int, buckets: bytes, audit_seq: int, audit_head: bytes, mac: bytes
    ) -> None:
        self.seq = seq
        self.items = items
        self.buckets = buckets
        self.audit_seq = audit_seq
        self.audit_head = audit_head
        self.mac = mac


class Item:
    """One row of the item table."""

    __slots__ = ("digest", "idx", "item_id", "nidx", "overview", "rev", "state")

    def __init__(
        self,
        idx: bytes,
        nidx: bytes,
        item_id: bytes,
        rev: int,
        state: int,
        overview: bytes,
        digest: bytes,
    ) -> None:
        self.idx = idx
        self.nidx = nidx
        self.item_id = item_id
        self.rev = rev
        self.state = state
        self.overview = overview
        self.digest = digest


def item_digest(item: Item, versions: list[tuple[int, bytes]]) -> bytes:
    """Return the digest over an item and the sealed values of all its versions, oldest first."""
    overview, rev, state = item.overview, item.rev, item.state
    head = _ITEM_HEAD(b"item", item.item_id, item.idx, item.nidx, rev, state, len(overview))
    if len(versions) == 1:
        version, sealed = versions[0]
        return sha256(head + overview + _VERSION_LENGTH(version, len(sealed)) + sealed).digest()
    parts = [head, overview]
    for version, sealed in versions:
        parts += (_VERSION_LENGTH(version, len(sealed)), sealed)
    return sha256(b"".join(parts)).digest()


def bucket_hash(rows: list[tuple[bytes, bytes, int, int, bytes]]) -> bytes:
    """Return the hash of a bucket: (idx, id, rev, state, digest) of its items, sorted by idx."""
    entries = [
        _BUCKET_ENTRY(item, idx, rev, state, digest) for idx, item, rev, state, digest in rows
    ]
    return sha256(b"".join(entries)).digest()


def buckets_hash(rows: list[tuple[int, int, bytes]]) -> bytes:
    """Return the hash over all bucket rows: number, count of items, hash."""
    return sha256(b"".join(bytes((b,)) + u64(n) + digest for b, n, digest in rows)).digest()
