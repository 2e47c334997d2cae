"""`infsh secrets store test`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.remote_results import Account


@command
def store_test(
    context: Context,
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="The store; the one in use if left out."),
    ] = None,
) -> Account:
    """See whether a store answers, whom the token belongs to and what it may do.

    Output: address, user, team and scopes; how fast it answers. In JSON an object.

    Examples:
      infsh secrets store test work
      infsh secrets store test work --json

    See also: login, me, doctor
    """
    from infsh_secrets.services import named_stores

    return named_stores.test(context.workspace, name)
