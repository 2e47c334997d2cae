"""Which environments a store has, and what is in them."""

from __future__ import annotations

from infsh_secrets.domain.results import EnvironmentList, EnvironmentSummary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from infsh_secrets.services.workspace import Workspace


def environments(workspace: Workspace) -> EnvironmentList:
    """Return the environments of the store in use, sorted by name.

    Those of deleted secrets count with no secrets, and a deletion as a change, where the store
    tells. Raises DeniedError for a store that has no environments; a vault that does not exist yet
    has none, unless it was named.
    """
    if not workspace.exists() and not workspace.settings.vault_named:
        return EnvironmentList([])
    store = workspace.store()
    store.require("environments")
    secrets: dict[str, int] = {}
    changed: dict[str, int] = {}
    for deleted in (False, True) if store.capabilities.restore else (False,):
        for info in store.listing(deleted=deleted):
            name = info.environment
            secrets[name] = secrets.get(name, 0) + (not deleted)
            changed[name] = max(changed.get(name, 0), info.updated, info.deleted or 0)
    in_use = workspace.settings.environments
    return EnvironmentList(
        [
            EnvironmentSummary(name, secrets[name], changed[name], name in in_use)
            for name in sorted(secrets)
        ]
    )
