"""The write transaction that changes which keys open a vault; the vault key stays."""

from __future__ import annotations

from infsh_secrets.crypto.keyslots import KINDS, MOST_SLOTS
from infsh_secrets.domain.errors import ConflictError
from infsh_secrets.stores.vault.transaction import Transaction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

    from infsh_secrets.crypto.keyslots import Slot
    from infsh_secrets.stores.vault.layout import Root

ADDED = "key_added"
REMOVED = "key_removed"


class KeyChange(Transaction):
    """A context manager around one change of key slots: all of it is committed, or nothing.

    Raises ConflictError where the vault would have too many slots, or none that can open it.
    """

    def __enter__(self) -> Self:
        super().__enter__()
        self._slots = {slot.slot_id: slot for slot in self._ledger.slots}
        return self

    def add(self, slot: Slot) -> None:
        """Add a slot."""
        if slot.slot_id in self._slots:
            raise ConflictError("The vault has a key of that id already.", "Try again.")
        self._slots[slot.slot_id] = slot
        self._subjects.append(subject(ADDED, slot))

    def remove(self, slot_id: bytes) -> None:
        """Remove a slot."""
        slot = self._slots.pop(slot_id, None)
        if slot is None:
            raise ConflictError("The keys of the vault were changed meanwhile.", "Try again.")
        self._subjects.append(subject(REMOVED, slot))

    def _write(self) -> Root:
        slots = sorted(self._slots.values(), key=lambda slot: slot.slot_id)
        if len(slots) > MOST_SLOTS:
            raise ConflictError(
                f"A vault has at most {MOST_SLOTS} keys.",
                "Remove one first: infsh secrets vault key remove ID",
            )
        if not any(slot.kind in KINDS for slot in slots):
            raise ConflictError(
                "This is the last key that opens the vault.",
                "Add another one first: infsh secrets vault key add",
            )
        before = {slot.slot_id for slot in self._ledger.slots}
        self._file.drop_slots(before - set(self._slots))
        for slot in slots:
            if slot.slot_id not in before:
                self._file.put_slot(slot)
        self._ledger.slots = slots
        return super()._write()


def subject(action: str, slot: Slot) -> tuple[str, str, str, int]:
    """Return how the audit chain names what became of a slot."""
    return action, "", f"{KINDS.get(slot.kind, 'unknown')} {slot.slot_id.hex()}", 0
