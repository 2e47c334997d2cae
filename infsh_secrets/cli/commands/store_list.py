"""`infsh secrets store list`."""

from __future__ import annotations

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.remote_results import StoreList


@command
def store_list(context: Context) -> StoreList:
    """List the stores that have a name. Nothing is asked of them."""
    from infsh_secrets.services import named_stores

    return named_stores.listing(context.workspace)
