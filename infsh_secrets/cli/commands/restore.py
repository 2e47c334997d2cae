"""`infsh secrets restore`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.results import Changes


@command
def restore(
    context: Context,
    keys: Annotated[
        list[str], typer.Argument(metavar="KEY…", help="The deleted secrets.", show_default=False)
    ],
) -> Changes:
    """Bring deleted secrets back, with all their versions.

    Output: what was restored.

    Examples:
      # What can be brought back, and then one of them.
      infsh secrets list --deleted
      infsh secrets restore OLD_KEY

    See also: delete, rollback, history
    """
    from infsh_secrets.services import views

    return views.restoration(context.workspace, keys)
