"""What still opens in a damaged vault, whatever its buckets, root or record say.

Each overview and each value has a seal of its own, bound to vault, item and version. So a row that
opens is genuine, wherever it lies; only whether it is the newest, and whether others are missing,
cannot be told. SQLite gives what it can: the tables are read row by row from both ends of each of
256 ranges, and by the second index, so that a broken page hides only what lies in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.crypto.seal import SealError, open_sealed
from infsh_secrets.domain.errors import InfshError
from infsh_secrets.stores.vault.layout import (
    BUCKETS,
    DELETED,
    Item,
    LayoutError,
    decode_overview,
    decode_value,
    overview_context,
    value_context,
)
from infsh_secrets.stores.vault.tables import VaultFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infsh_secrets.crypto.kdf import VaultKeys
    from infsh_secrets.crypto.keyslots import Slot
    from infsh_secrets.domain.models import SecretInfo
    from infsh_secrets.stores.vault.layout import Head
    from infsh_secrets.stores.vault.sqlite import Row

_MOST_VERSIONS = 20
_ID_BYTES = 16
_ITEM = "SELECT idx, nidx, id, rev, state, overview, digest FROM items"


class Found:
    """One secret: what is known of it (None: its overview is lost), and its sealed versions."""

    __slots__ = ("info", "item_id", "newest", "rev", "versions")

    def __init__(self, item_id: bytes, rev: int, info: SecretInfo | None) -> None:
        self.item_id = item_id
        self.rev = rev
        self.info = info
        self.versions: list[tuple[int, bytes]] = []
        self.newest = (0, b"")


class Damaged:
    """A vault file of which nothing is believed but what opens."""

    def __init__(self, path: str) -> None:
        self.file = VaultFile.connect(path, cut=True)
        try:
            self.file.begin_read()
            self.file.refuse_newer(self.file.run("PRAGMA user_version")[0][0])
            self.head: Head = self.file.head()
            # Those behind a broken page come last of all; a root is over them in this order.
            self.slots = sorted(self._slots(), key=lambda slot: slot.slot_id)
        except BaseException:
            self.file.close()
            raise

    def _slots(self) -> Iterator[Slot]:
        for row in self._walk(
            "SELECT id, kind, kid, hint, salt, t, m, p, sealed FROM slots", "id", b"", b"\xff" * 17
        ):
            try:
                yield self.file._slot(row)
            except InfshError:
                continue

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def secrets(self, keys: VaultKeys) -> tuple[list[Found], set[bytes]]:
        """Return what opens, and the ids of the items of which something is there and nothing does.

        Their names cannot be told: they are inside what does not open.
        """
        vault = self.head.vault_id + self.head.epoch.to_bytes(8, "big")
        found: dict[bytes, Found] = {}
        lost: set[bytes] = set()
        for item in self._items():
            if item.item_id not in found:
                one = Found(item.item_id, item.rev, _overview(keys, vault, item))
                found[item.item_id] = one
            elif found[item.item_id].info is None:
                found[item.item_id].info = _overview(keys, vault, item)
        for item_id in self._owners():
            found.setdefault(item_id, Found(item_id, 0, None))
        for one in found.values():
            self._add_versions(keys, vault, one)
            if not one.versions:
                lost.add(one.item_id)
        return [one for one in found.values() if one.versions], lost

    def record_goes_on(self, last: int) -> bool:
        """Tell whether there is, or may have been, anything in the record after entry `last`."""
        return any(
            self._one(sql, (last,)) is not None or self.failed
            for sql in (
                "SELECT seq FROM audit WHERE seq > ? LIMIT 1",
                "SELECT aseq FROM root WHERE aseq > ?",
            )
        )

    # -- rows, as far as they can be read ----------------------------------------------------------

    def _items(self) -> Iterator[Item]:
        seen = set()
        for row in self._ranges(_ITEM, "idx"):
            item = self._item(row)
            if item is not None:
                seen.add(item.idx)
                yield item
        # The second index knows places whose rows the first did not lead to.
        for idx in list(self._indexed()):
            if idx not in seen:
                place = self._one(f"{_ITEM} WHERE idx = ?", (idx,))
                item = self._item(place) if place else None
                if item is not None:
                    yield item

    def _item(self, row: Row) -> Item | None:
        try:
            return self.file._items([row])[0]
        except InfshError:
            return None

    def _indexed(self) -> Iterator[bytes]:
        sql = "SELECT idx, nidx FROM items INDEXED BY items_nidx"
        for row in self._ranges(sql, "nidx", column=1):
            if isinstance(row[0], bytes) and len(row[0]) == _ID_BYTES:
                yield row[0]

    def _owners(self) -> Iterator[bytes]:
        for (item_id,) in self._ranges("SELECT item FROM versions", "item"):
            if isinstance(item_id, bytes) and len(item_id) == _ID_BYTES:
                yield item_id

    def _add_versions(self, keys: VaultKeys, vault: bytes, one: Found) -> None:
        for number in self._numbers(one.item_id):
            row = self._one(
                "SELECT value FROM versions WHERE item = ? AND ver = ?", (one.item_id, number)
            )
            if row is None or not isinstance(row[0], bytes):
                continue
            context = value_context(vault, one.item_id, number)
            try:
                opened = decode_value(open_sealed(keys.record, context, row[0]))
            except (SealError, LayoutError):
                continue
            one.versions.append((number, row[0]))
            one.newest = opened

    def _numbers(self, item_id: bytes) -> list[int]:
        """Return the numbers of an item's versions, the newest 20 of those that can be read."""
        found: set[int] = set()
        for sql in (
            "SELECT ver FROM versions WHERE item = ? AND ver > ? ORDER BY ver LIMIT 1",
            "SELECT ver FROM versions WHERE item = ? AND ver < ? ORDER BY ver DESC LIMIT 1",
        ):
            at = 0 if "DESC" not in sql else 2**63 - 1
            while (row := self._one(sql, (item_id, at))) is not None:
                number = row[0]
                if not isinstance(number, int) or number < 1 or number in found:
                    break
                found.add(number)
                at = number
        return sorted(found)[-_MOST_VERSIONS:]

    def _ranges(self, sql: str, key: str, *, column: int = 0) -> Iterator[Row]:
        for number in range(BUCKETS):
            low = bytes((number,))
            high = bytes((number + 1,)) if number < BUCKETS - 1 else b"\xff" * (_ID_BYTES + 1)
            yield from self._walk(sql, key, low, high, column=column)

    def _walk(
        self, sql: str, key: str, low: bytes, high: bytes, *, column: int = 0
    ) -> Iterator[Row]:
        """Yield the rows of a range, from its start to the first error and then from its end.

        A forged tree of pages may repeat itself: each row's key must lie beyond the one before.
        """
        up = f"{sql} WHERE {key} >= ? AND {key} < ? ORDER BY {key} LIMIT 1"
        at = low
        while row := self._one(up, (at, high)):
            place = row[column]
            if not isinstance(place, bytes) or not at <= place < high:
                break
            yield row
            at = place + b"\0"
        else:
            if not self.failed:
                return
        down = f"{sql} WHERE {key} >= ? AND {key} < ? ORDER BY {key} DESC LIMIT 1"
        end = high
        while row := self._one(down, (at, end)):
            place = row[column]
            if not isinstance(place, bytes) or not at <= place < end:
                break
            yield row
            end = place

    failed = False

    def _one(self, sql: str, parameters: tuple[bytes | int, ...]) -> Row | None:
        """Return a row, None when there is none or it cannot be read, as `failed` then tells."""
        self.failed = False
        try:
            rows = self.file.run(sql, parameters)
        except InfshError:
            self.failed = True
            return None
        return rows[0] if rows else None


def _overview(keys: VaultKeys, vault: bytes, item: Item) -> SecretInfo | None:
    context = overview_context(vault, item.item_id, item.rev)
    try:
        info = decode_overview(open_sealed(keys.record, context, item.overview))
    except (SealError, LayoutError):
        return None
    # The seal covers when it was deleted, not the column beside it.
    item.state = DELETED if info.deleted is not None else 0
    return info
