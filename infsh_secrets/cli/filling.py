"""Filling the gaps that `check` has found, in dialogue with the person at the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.cli import prompts
from infsh_secrets.domain.errors import AbortedError, InfshError, UsageError
from infsh_secrets.services import check

if TYPE_CHECKING:
    from infsh_secrets.cli.context import Context
    from infsh_secrets.domain.check_results import CheckResult, Requirement


def fill_gaps(context: Context, result: CheckResult) -> bool:
    """Show the result and ask for what is missing; tell whether anything was stored.

    Each value is stored at once, so that whoever stops keeps what was typed before. Nothing is
    shown when there is nothing to ask.
    """
    try:
        gaps = check.fillable(context.workspace, result)
    except InfshError as error:
        context.say(f"Nothing can be filled in here: {error.message} {error.hint}")
        return False
    if not gaps:
        return False
    context.show(result)
    _tell(
        context,
        "Each value is stored as soon as it is typed. Enter alone skips one; Ctrl-C stops and "
        "keeps what is stored.",
    )
    stored = False
    try:
        for gap in gaps:
            stored = _fill(context, gap, strict=result.strict) or stored
    except AbortedError:  # the end of input
        pass
    except UsageError as error:  # what is typed here cannot be had
        context.say(f"{error.message} {error.hint}")
        context.tell_notices()
    prompts.say("\n")
    return stored


def _fill(context: Context, gap: Requirement, *, strict: bool) -> bool:
    """Ask for one value until it can be stored or is skipped; what `ask_twice` raises passes."""
    if gap.description:
        _tell(context, f"{gap.key}: {gap.description}")
    optional = "" if gap.required else "optional, "
    while value := prompts.ask_twice(f"Value of {gap.key} ({optional}not shown): "):
        data = value.encode(errors="surrogateescape")
        try:
            changes = check.fill(context.workspace, gap, data, strict=strict)
        except UsageError as error:
            context.say(f"{error.message} {error.hint}")
            context.tell_notices()
        else:
            context.show(changes)
            return True
    return False


def _tell(context: Context, text: str) -> None:
    prompts.say("\n")
    context.say(text)
    context.tell_notices()
