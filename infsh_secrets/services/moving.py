"""Renaming where the store cannot: a copy under the new name, then the old secret is deleted.

The value is never in danger: the old secret goes only after the store has given the copy back as it
was sent, and nobody has changed the old one meanwhile. What fails before that leaves both there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.crypto.binding import compare_digest
from infsh_secrets.domain.errors import CheckFailedError, ConflictError, InfshError
from infsh_secrets.services import secrets
from infsh_secrets.stores.base import Write

if TYPE_CHECKING:
    from infsh_secrets.domain.models import Secret, SecretInfo
    from infsh_secrets.services.workspace import Workspace
    from infsh_secrets.stores.base import SecretStore


def move(workspace: Workspace, environment: str, old: str, new: str) -> SecretInfo:
    """Return the secret under its new name; the store must give values back.

    Raises NotFoundError when there is no old one, ConflictError when there is a new one already or
    somebody has changed the old one meanwhile, CheckFailedError when the store keeps the copy
    wrongly. The value, the description and what else the store takes are copied; older versions
    and times are not.
    """
    store = workspace.store()
    before = store.get(environment, old)
    info = store.write(environment, [_copied(store, before, new)])[0].info
    try:
        _check(store, environment, before, new)
        store.delete(environment, [old])
    except InfshError as error:
        leftover = secrets.command_line(workspace, environment, "delete", new)
        raise type(error)(
            f"{error.message} {old} was copied to {new} and is still there.",
            f"To begin anew, delete the copy: {leftover}",
        ) from None
    workspace.notices.append(
        f"The store {store.name} cannot rename: {new} is a copy of {old}, which was deleted. Older "
        "versions and times are not copied."
    )
    return info


def _copied(store: SecretStore, secret: Secret, key: str) -> Write:
    info, can = secret.info, store.capabilities
    return Write(
        key,
        secret.value,
        description=info.description,
        metadata=dict(info.metadata) or None if can.metadata else None,
        expires=info.expires if can.expiry else None,
        create=True,
    )


def _check(store: SecretStore, environment: str, before: Secret, new: str) -> None:
    """Raise unless the copy is whole and the old secret is as it was."""
    kept = store.get(environment, new)
    if not compare_digest(kept.value.reveal_bytes(), before.value.reveal_bytes()):
        raise CheckFailedError(f"The store {store.name} was sent {new} and gives back another.")
    now = store.info(environment, before.info.key)
    if (now.updated, now.version) != (before.info.updated, before.info.version):
        raise ConflictError(f"Somebody has just changed {before.info.key}.")
