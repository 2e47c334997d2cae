"""`infsh secrets rollback`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.results import Changes


@command
def rollback(
    context: Context,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The secret.", show_default=False)],
    to: Annotated[
        int | None,
        typer.Option(
            "--to", metavar="N", min=1, help="The version to go back to; the one before by default."
        ),
    ] = None,
) -> Changes:
    """Go back to an older value of a secret, as a new version: nothing is lost.

    Output: the new version, its masked value, and the command that undoes it.

    Examples:
      # To the value before this one, or to the third.
      infsh secrets rollback OPENAI_API_KEY
      infsh secrets rollback OPENAI_API_KEY --to 3

    See also: history, restore, edit
    """
    from infsh_secrets.services import changing

    return changing.rollback(context.workspace, key, to)
