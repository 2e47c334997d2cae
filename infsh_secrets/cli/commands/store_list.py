"""`infsh secrets store list`."""

from __future__ import annotations

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.remote_results import StoreList


@command
def store_list(context: Context) -> StoreList:
    """List the stores that have a name. Nothing is asked of them.

    Output: a line for each store, with the one that is in use. In JSON an array.

    Examples:
      infsh secrets store list
      infsh secrets store list -o names

    See also: store add, store use, store test
    """
    from infsh_secrets.services import named_stores

    return named_stores.listing(context.workspace)
