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

    Example:
      infsh secrets restore OPENAI_API_KEY
    """
    from infsh_secrets.services import views

    return views.restoration(context.workspace, keys)
