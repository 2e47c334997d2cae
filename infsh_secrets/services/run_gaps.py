"""What `run` says when secrets are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.domain.errors import CheckFailedError, InfshError, NotFoundError
from infsh_secrets.services import secrets
from infsh_secrets.services.run import title

if TYPE_CHECKING:
    from collections.abc import Collection

    from infsh_secrets.services.run import Wanted
    from infsh_secrets.services.workspace import Workspace


def gaps(
    workspace: Workspace, wanted: Wanted, usable: Collection[str], found: Collection[str]
) -> InfshError:
    """Return the one error that names everything that is required and missing or empty."""
    absent = [key for key in wanted.required if key not in usable]
    empty = [key for key in absent if key in found]
    declared = {d.key for d in wanted.manifest.declarations} if wanted.manifest else set()
    if wanted.manifest is not None and declared.issuperset(absent):
        check = _command(workspace, "check")
        return CheckFailedError(
            _message(absent, empty, f"{title(wanted.manifest)} requires"),
            f"{_hint(workspace, absent)}, or fill all gaps with: {check}",
        )
    if not empty and len(absent) == 1:
        return _not_found(workspace, absent[0])
    return NotFoundError(_message(absent, empty, "--only names"), _hint(workspace, absent))


def _not_found(workspace: Workspace, key: str) -> InfshError:
    """Return why a secret cannot be read: the reader knows best, whether it was deleted say."""
    try:
        secrets.read(workspace, key)
    except NotFoundError as error:
        return error
    return NotFoundError(_message([key], [], "--only names"), "Try again: it is there now.")


def _message(absent: list[str], empty: list[str], source: str) -> str:
    if len(absent) == 1:
        return f"The secret {absent[0]} that {source} is {'empty' if empty else 'not set'}."
    missing = [key for key in absent if key not in empty]
    parts = [
        f"{what}: {', '.join(keys)}"
        for keys, what in ((missing, "not set"), (empty, "empty"))
        if keys
    ]
    return f"{len(absent)} secrets that {source} are missing; {'; '.join(parts)}."


def _hint(workspace: Workspace, absent: list[str]) -> str:
    each = "it" if len(absent) == 1 else "each"
    return f"Set {each} with: {_command(workspace, 'set', absent[0])}"


def _command(workspace: Workspace, *words: str) -> str:
    return secrets.command_line(workspace, workspace.settings.environments[0], *words)
