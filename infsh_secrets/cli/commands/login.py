"""`infsh login`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.remote_results import Account


@command
def login(
    context: Context,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME|URL]",
            help="The store; the one in use, or inference.sh, if left out.",
            show_default=False,
        ),
    ] = None,
    with_token: Annotated[
        bool, typer.Option("--with-token", help="Read the token from standard input.")
    ] = False,
) -> Account:
    """Keep the token of a remote store, once the store has accepted it.

    It is asked for and not shown, and kept in the OS keyring or in a file that only you may read.
    It is sent to the address it was given for and nowhere else.

    Output: whom the token belongs to, and where it is kept; never the token.

    Examples:
      infsh login
      infsh login https://secrets.example.com
      printf %s "$TOKEN" | infsh login work --with-token

    See also: logout, me, store add
    """
    from infsh_secrets.cli.values import read_token
    from infsh_secrets.services import logins

    chosen = logins.target(context.workspace, name)
    text = read_token(context, chosen.url, piped=with_token)
    return logins.login(context.workspace, chosen, text)
