"""What became of the files of a shell's completion, as sentences and as data."""

from __future__ import annotations

from infsh_secrets.domain.completion_results import KEPT, UNCHANGED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from infsh_secrets.domain.completion_results import CompletionFiles

_WOULD = {"created": "create", "updated": "change", "removed": "remove"}


def sentences(result: CompletionFiles) -> list[str]:
    """Return a line a file, and what to do next."""
    lines = []
    for one in result.files:
        if one.action == UNCHANGED:
            lines.append(f"{one.path} stays as it is.")
        elif one.action == KEPT:
            lines.append(f"{one.path} is not ours and stays.")
        elif result.planned:
            lines.append(f"Would {_WOULD[one.action]} {one.path}.")
        else:
            lines.append(f"{one.action.capitalize()} {one.path}.")
    if not result.files:
        lines.append(f"There is nothing of ours for {result.shell}.")
    if result.planned:
        lines.append("Nothing was changed.")
    return [*lines, result.then] if result.then else lines


def as_data(result: CompletionFiles) -> dict[str, Any]:
    """Return it as what JSON can hold."""
    return {
        "shell": result.shell,
        "dry_run": result.planned,
        "files": [one._asdict() for one in result.files],
    }


def names(result: CompletionFiles) -> list[str]:
    """Return the paths of the files."""
    return [one.path for one in result.files]
