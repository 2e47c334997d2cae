"""`redact` as a use case: standard input to standard output, with marks in the place of secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.domain.errors import NotFoundError, UsageError
from infsh_secrets.domain.names import check_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infsh_secrets.domain.models import Secret
    from infsh_secrets.execution.redact import Redactor
    from infsh_secrets.services.workspace import Workspace


def redactor(
    workspace: Workspace, only: Sequence[str] | None, *, every_environment: bool
) -> Redactor:
    """Return what finds the values of the named secrets, or of all there are.

    Reading them is no use of them: nobody is given any. Raises NotFoundError, so that nothing
    passes unmasked, when one that is named is absent or there are none at all.
    """
    from infsh_secrets.execution.redact import Redactor

    secrets = secrets_to_find(workspace, only, every_environment=every_environment)
    if not secrets:
        raise nothing_to_find()
    values = dict.fromkeys((one.info.key, one.value.reveal_bytes()) for one in secrets)
    made = Redactor(list(values))
    if made.unprotected:
        names = ", ".join(dict.fromkeys(made.unprotected))
        workspace.notices.append(f"Warning: too short or too common to be masked: {names}.")
    return made


def secrets_to_find(
    workspace: Workspace, only: Sequence[str] | None, *, every_environment: bool
) -> list[Secret]:
    """Return the named secrets, or all there are: of every environment, or of those in force.

    Reading them is no use of them. Raises NotFoundError when one that is named is absent.
    """
    keys = None if only is None else _names(only)
    store = workspace.store()
    chains = [workspace.settings.environments]
    if every_environment:
        chains = [(name,) for name in sorted({info.environment for info in store.listing()})]
    found = [one for chain in chains for one in store.select(chain, keys).secrets.values()]
    missing = [key for key in keys or () if key not in {one.info.key for one in found}]
    if missing:
        raise NotFoundError(
            f"There is no secret named {', '.join(missing)}.",
            "See what there is with: infsh secrets list --all-envs",
        )
    return found


def nothing_to_find() -> NotFoundError:
    """Return the error for a vault without secrets."""
    return NotFoundError(
        "There is no secret to look for.", "Store a first one with: infsh secrets set KEY"
    )


def _names(only: Sequence[str]) -> list[str]:
    names = [name.strip() for value in only for name in value.split(",")]
    if "" in names:
        raise UsageError("The option --only is empty.", "Name a secret, or leave it out.")
    return [check_key(name) for name in dict.fromkeys(names)]
