"""`infsh secrets edit`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.results import Changes


@command
def edit(
    context: Context,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The secret.", show_default=False)],
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse a value that looks wrong.")
    ] = False,
) -> Changes:
    """Change a value, or give a first one, in your editor ($VISUAL, $EDITOR, vi).

    The value lies in a private file in memory for as long as the editor runs. A text that was not
    changed, or that is empty, changes nothing.

    Output: what was done, as by `set`.

    Examples:
      infsh secrets edit SERVICE_ACCOUNT_JSON
      EDITOR=nano infsh secrets edit SSH_KEY -e production

    See also: set, rollback, history
    """
    from infsh_secrets.cli.editor import edit_text
    from infsh_secrets.cli.values import piped
    from infsh_secrets.domain.errors import UsageError
    from infsh_secrets.domain.models import MAX_VALUE
    from infsh_secrets.services import editing

    if not context.may_ask:
        raise UsageError(
            "An editor needs a terminal, and there is none here or nothing may be asked.",
            f"Pipe the value in, as in: {piped(context, key)}",
        )
    begun = editing.begin(context.workspace, key)
    text = edit_text(begun.text, key, MAX_VALUE + 2, context.say)
    return editing.finish(context.workspace, begun, text, strict=strict)
