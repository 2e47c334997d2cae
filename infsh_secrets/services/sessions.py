"""`vault unlock` and `vault lock`: the vault is open for some hours without its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.domain.errors import DeniedError, UsageError
from infsh_secrets.domain.results import VaultAction
from infsh_secrets.domain.times import parse_age, rfc3339
from infsh_secrets.stores.vault.store import now_ms
from infsh_secrets.unlock import session

if TYPE_CHECKING:
    from infsh_secrets.services.workspace import Workspace

_LONGEST = 7 * 86_400_000


def unlock(workspace: Workspace, length: str) -> VaultAction:
    """Open the vault with a key and keep it open for so long; a session does not prolong itself."""
    milliseconds = parse_age(length)
    if not 0 < milliseconds <= _LONGEST:
        raise UsageError("A session lasts from 1 second to 7 days.", "Write it as in --for 8h.")
    settings = workspace.settings
    workspace.sources().sessions = ""
    workspace.vault_store().listing()  # what it opens is the vault, verified
    lock = workspace.lock()
    in_file = session.private_runtime_folder(settings.runtime)
    path = session.path_in(settings.sessions or settings.keys, lock.vault_id)
    where = session.begin(lock, workspace.vault_key, path, milliseconds, in_file=in_file)
    if not where:
        raise DeniedError(
            "There is no private place to keep the vault open: neither an OS keyring nor a "
            "folder of the login that only you may use (XDG_RUNTIME_DIR).",
            "Name the key where it is needed, with --key-file, --key-fd or INFSH_VAULT_KEY.",
        )
    until = rfc3339(now_ms() + milliseconds)
    return VaultAction(
        "unlocked",
        settings.vault,
        {"until": until},
        (
            f"Unlocked until {until}. The key is kept in {where}.",
            "End it with: infsh secrets vault lock",
        ),
    )


def lock(workspace: Workspace) -> VaultAction:
    """Forget the session, whether it is over or not; this needs no key."""
    was = end(workspace)
    said = "Locked: the session is over." if was else "There was no session."
    return VaultAction("locked", workspace.settings.vault, {"was_unlocked": was}, (said,))


def end(workspace: Workspace) -> bool:
    """Forget the session of the vault; tell whether there was one."""
    folder = workspace.settings.sessions
    if not folder:  # there is no place where one could have begun
        return False
    vault_id = workspace.locked.head.vault_id
    return session.end(vault_id, session.path_in(folder, vault_id))
