"""Older states of a vault: telling them, accepting them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.domain.results import VaultTrusted
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.stores.vault.anchor import State, contradiction
from infsh_secrets.stores.vault.verify import verify

if TYPE_CHECKING:
    from infsh_secrets.services.workspace import Workspace


class Comparison(NamedTuple):
    """What a vault is beside the newest state seen here; `wrong` is "" when that is no less."""

    path: str
    wrong: str
    state: State


def compare(workspace: Workspace) -> Comparison:
    """Verify the whole vault and compare it with the newest state of it seen on this machine."""
    store = workspace.vault_store()
    anchor, store.anchor = store.anchor, None
    try:
        verify(store)
        store.file.begin_read()
        try:
            ledger = store.ledger()
            state = State.of(ledger.head, ledger.root)
            seen = anchor.read() if anchor else None
            wrong = contradiction(store.file, state, seen) if seen else ""
        finally:
            store.file.rollback()
    finally:
        store.anchor = anchor
    return Comparison(sanitize(store.file.path), wrong, state)


def trust(workspace: Workspace, found: Comparison) -> VaultTrusted:
    """Take the state that was compared for the newest one from now on."""
    anchor = workspace.vault_store().anchor
    if anchor is not None:
        anchor.replace(found.state)
    return VaultTrusted(found.path, found.state.seq, rolled_back=bool(found.wrong))
