"""`infsh secrets delete`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.results import Changes


@command
def delete(
    context: Context,
    keys: Annotated[
        list[str], typer.Argument(metavar="KEY…", help="The secrets.", show_default=False)
    ],
    ignore_missing: Annotated[
        bool, typer.Option("--ignore-missing", help="No error for a secret that is not there.")
    ] = False,
    purge: Annotated[
        bool,
        typer.Option("--purge", help="Remove every version for good, of deleted ones too."),
    ] = False,
    yes: Annotated[
        bool, typer.Option("-y", "--yes", help="Do not ask, where nothing brings them back.")
    ] = False,
) -> Changes:
    """Delete secrets; `infsh secrets restore KEY` brings them back, for 30 days.

    Output: what was deleted, and the command that undoes it.

    Examples:
      infsh secrets delete OLD_KEY
      infsh secrets delete TEST_KEY DEMO_KEY --ignore-missing
      # Every version, for good; asks first.
      infsh secrets delete LEAKED_KEY --purge

    See also: restore, uses, list
    """
    from infsh_secrets.cli.prompts import confirm
    from infsh_secrets.services import changing, views

    if purge:
        found = changing.to_purge(context.workspace, keys, ignore_missing=ignore_missing)
        if found and not yes:
            confirm(changing.question(found), may_ask=context.may_ask, option="-y")
        return changing.purge(context.workspace, found, single=len(keys) == 1, asked=not yes)
    if not yes and not changing.can_be_undone(context.workspace, keys):
        question = f"Delete {', '.join(keys)}? This store cannot bring them back."
        confirm(question, may_ask=context.may_ask, option="-y")
    return views.deletion(context.workspace, keys, ignore_missing=ignore_missing)
