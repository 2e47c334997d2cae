"""The secrets that a text refers to: reading them, and saying which of them are wanting."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.domain.errors import NotFoundError, UsageError
from infsh_secrets.services import secrets

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from infsh_secrets.domain.models import Secret
    from infsh_secrets.services.workspace import Workspace
    from infsh_secrets.templating.model import Name, Problem, Use


_MOST_PROBLEMS = 20
_MOST_WANTING = 200


class Text(NamedTuple):
    """What a text refers to; `path` is what messages call it, and safe to show."""

    path: str
    uses: Sequence[Use]
    problems: Sequence[Problem]


def read(
    workspace: Workspace, text: Text, only: Collection[str] | None = None
) -> dict[Name, Secret]:
    """Return the secrets that a text refers to, all of one state of the vault.

    Reading them is no use of them. Raises UsageError for what cannot be resolved and, with `only`,
    for names that are not among these; NotFoundError for what is not set or empty. Each names all
    there is to name, with lines, of very much the first.
    """
    if text.problems:
        raise unresolvable(text)
    if only is not None:
        _refuse_others(text, only)
    found = find(workspace, [use.name for use in text.uses])
    lacking = [use for use in text.uses if not _has_value(found.get(use.name))]
    if lacking:
        raise wanting(workspace, text.path, lacking, found)
    return found


def find(workspace: Workspace, names: Collection[Name]) -> dict[Name, Secret]:
    """Return the secrets of those names that there are, of one state of the vault."""
    if not names or not workspace.exists():
        return {}
    chain = tuple(workspace.settings.environments)
    chains = {name: (name.environment,) if name.environment else chain for name in names}
    wanted: dict[tuple[str, ...], list[str]] = {}
    for name, of_name in chains.items():
        wanted.setdefault(of_name, []).append(name.key)
    found = workspace.store().select_addressed(wanted)
    return {n: found[of][n.key] for n, of in chains.items() if n.key in found[of]}


def distinct(found: Collection[Secret]) -> list[Secret]:
    """Return each secret once, whatever names it was found by."""
    once = {(one.info.environment, one.info.key, one.version): one for one in found}
    return list(once.values())


def _has_value(secret: Secret | None) -> bool:
    return secret is not None and bool(secret.value.reveal_bytes())


def _first(uses: Sequence[Use]) -> list[Use]:
    first: dict[Name, Use] = {}
    for use in uses:
        first.setdefault(use.name, use)
    return list(first.values())


def unresolvable(text: Text) -> UsageError:
    """Return the one error for all problems of a text."""
    first = text.problems[0]
    if len(text.problems) == 1:
        return UsageError(f"{text.path}, line {first.line}: {first.message}.", first.hint)
    each = dict.fromkeys(f"line {one.line}: {one.message}" for one in text.problems)
    told = _listed(list(each), "; ", _MOST_PROBLEMS)
    return UsageError(
        f"{len(text.problems)} references in {text.path} cannot be resolved: {told}.", first.hint
    )


def _listed(told: Sequence[str], between: str = ", ", most: int = _MOST_WANTING) -> str:
    rest = len(told) - most
    return between.join(told[:most]) + (f"{between}and {rest} more" if rest > 0 else "")


def _refuse_others(text: Text, only: Collection[str]) -> None:
    others = [use for use in _first(text.uses) if use.name.key not in only]
    if others:
        told = _listed([f"{use.name} (line {use.line})" for use in others])
        raise UsageError(
            f"{text.path} refers to what --only does not name: {told}.",
            "Name it there too if the text may have it.",
        )


def wanting(
    workspace: Workspace, path: str, uses: Sequence[Use], found: Collection[Name]
) -> NotFoundError:
    """Return the one error that names everything that is not set or empty, with lines."""
    lacking = _first(uses)
    first = lacking[0].name
    environment = first.environment or workspace.settings.environments[0]
    command = secrets.command_line(workspace, environment, "set", first.key)
    said = ["empty" if use.name in found else "not set" for use in lacking]
    if len(lacking) == 1:
        message = f"{path}, line {lacking[0].line}: the secret {first} is {said[0]}."
        return NotFoundError(message, f"Set it with: {command}")
    told = _listed(
        [f"{use.name} (line {use.line}, {what})" for use, what in zip(lacking, said, strict=True)]
    )
    return NotFoundError(
        f"{len(lacking)} secrets that {path} refers to are wanting: {told}.",
        f"Set each with: {command}",
    )
