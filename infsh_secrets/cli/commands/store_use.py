"""`infsh secrets store use`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command_without_vault
from infsh_secrets.domain.remote_results import StoreAction


@command_without_vault
def store_use(
    context: Context,  # noqa: ARG001
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A store, or vault for the local one.")
    ],
) -> StoreAction:
    """Make a store the one that commands use where no other is named.

    Output: the store that is in use now.

    Examples:
      infsh secrets store use work
      # The local vault again.
      infsh secrets store use vault

    See also: store list, store add, team use
    """
    from infsh_secrets.services import named_stores

    return named_stores.use(name)
