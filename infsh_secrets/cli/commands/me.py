"""`infsh me`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.remote_results import Account


@command
def me(
    context: Context,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME|URL]",
            help="The store; the one in use, or inference.sh, if left out.",
            show_default=False,
        ),
    ] = None,
) -> Account:
    """Show whom the token belongs to, what it may do and where it comes from.

    Output: store, address, user, team and scopes; never the token. In JSON an object.

    Examples:
      infsh me
      infsh me work --json

    See also: login, store test
    """
    from infsh_secrets.services import logins

    return logins.account(logins.target(context.workspace, name), context.workspace)
