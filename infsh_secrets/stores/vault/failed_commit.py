"""What a commit that failed has left on the disk."""

from __future__ import annotations

from infsh_secrets.domain.errors import InfshError, UnavailableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from infsh_secrets.stores.vault.layout import Root
    from infsh_secrets.stores.vault.store import VaultStore


def after_failed_commit(store: VaultStore, error: InfshError, root: Root) -> InfshError:
    """Find out from the disk whether a commit that failed has happened after all.

    The audit row tells: it stays where it is when another writer has gone on from there.
    """
    try:
        store.file.reopen()
        store.file.begin_read()
        store.ledger()
        row = store.file.audit_entry(root.audit_seq)
        store.file.rollback()
    except InfshError:
        return UnavailableError(
            f"{error.message} It is not known whether the change was written.",
            "When the disk works again, look with: infsh secrets list",
        )
    if row is not None and row[1] == root.audit_head:
        return UnavailableError(
            f"{error.message} The change itself was written.", "Check the disk."
        )
    return type(error)(f"{error.message} Nothing was written.", error.hint)
