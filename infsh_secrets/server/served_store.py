"""The vault of a team, which its worker keeps open: what was verified once is not verified anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.stores.vault.store import VaultStore

if TYPE_CHECKING:
    from infsh_secrets.stores.vault.layout import Root
    from infsh_secrets.stores.vault.root import Ledger


class ServedStore(VaultStore):
    """A vault whose verified root and buckets are kept until the file changes.

    SQLite tells whether others have committed anything (`PRAGMA data_version`); what this store
    commits itself, it knows. Every row that is read is still compared with its bucket, and what a
    failed transaction has left is forgotten.
    """

    _kept: Ledger | None = None
    _version: object = None

    def ledger(self) -> Ledger:
        version = self.file.data_version()
        kept, self._kept = self._kept, None
        if kept is not None and version == self._version:
            ledger = kept
            ledger.settle()
        else:
            ledger = super().ledger()
        self.seen = ledger.root.audit_seq
        self._version = version
        if not self.file.writing:
            self._kept = ledger
        return ledger

    def commit(self, ledger: Ledger, root: Root) -> None:
        super().commit(ledger, root)
        self._kept = ledger  # while it wrote, nobody else did: the version is still that one
