"""`infsh secrets store remove`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command_without_vault
from infsh_secrets.domain.remote_results import StoreAction


@command_without_vault
def store_remove(
    context: Context, name: Annotated[str, typer.Argument(metavar="NAME", help="The store.")]
) -> StoreAction:
    """Forget the name of a store and the token for it. What is stored there stays.

    Output: what was forgotten.

    Examples:
      infsh secrets store remove work
      infsh secrets store remove agents -q

    See also: store list, logout
    """
    from infsh_secrets.services import named_stores

    context.choose_store("vault")  # so that a configuration that names a lost store can be mended
    return named_stores.remove(context.workspace, name)
