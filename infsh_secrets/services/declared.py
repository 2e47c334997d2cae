"""The secrets that a manifest declares, for whoever does not start the app through `run`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.domain.errors import DeniedError
from infsh_secrets.execution import environment
from infsh_secrets.manifest.cache import load
from infsh_secrets.services.manifests import locate
from infsh_secrets.services.run import Wanted, refers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infsh_secrets.domain.models import Secret
    from infsh_secrets.services.workspace import Workspace


def declared(workspace: Workspace, file: str | None) -> dict[str, Secret]:
    """Return the secrets that a manifest declares and the store has, sorted by name.

    They are those that `run` would give: what its variables refer to counts as declared, and an
    optional one that is missing or empty is left out. Raises CheckFailedError when a required one
    is, UsageError when there is no manifest, and for a name that makes programs run other code.
    """
    manifest = load(locate(file), workspace.settings.state)
    if refers(manifest):
        from infsh_secrets.services.run_variables import declaring_references

        manifest = declaring_references(manifest)
    keys = [d.key for d in manifest.declarations]
    _refuse(keys)
    found: dict[str, Secret] = {}
    if workspace.exists() or workspace.settings.vault_named:
        found = workspace.store().select(workspace.settings.environments, keys).secrets
    usable = {key: found[key] for key in sorted(found) if found[key].value.reveal_bytes()}
    wanted = Wanted(keys, [d.key for d in manifest.declarations if not d.optional], manifest)
    if not usable.keys() >= set(wanted.required):
        from infsh_secrets.services.run_gaps import gaps

        raise gaps(workspace, wanted, usable, found)
    return usable


def _refuse(keys: Sequence[str]) -> None:
    try:
        environment.refuse(keys, (), "A secret")
    except DeniedError as error:
        raise DeniedError(
            error.message, "If that is meant, export it by its name, without --declared."
        ) from None
