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
    yes: Annotated[  # noqa: ARG001  # this store can restore, so nothing is asked
        bool, typer.Option("-y", "--yes", help="Do not ask, where a store cannot restore.")
    ] = False,
) -> Changes:
    """Delete secrets. `infsh secrets restore KEY` brings them back, for 30 days.

    Examples:
      infsh secrets delete OLD_KEY

      infsh secrets delete A B --ignore-missing
    """
    from infsh_secrets.services import views

    return views.deletion(context.workspace, keys, ignore_missing=ignore_missing)
