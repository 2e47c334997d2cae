"""`infsh logout`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.remote_results import StoreAction


@command
def logout(
    context: Context,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME|URL]",
            help="The store; the one in use, or inference.sh, if left out.",
            show_default=False,
        ),
    ] = None,
) -> StoreAction:
    """Forget the token of a remote store. The token itself stays valid: revoke it there.

    Output: what was forgotten.

    Examples:
      infsh logout
      infsh logout work

    See also: login, token revoke, store remove
    """
    from infsh_secrets.services import logins

    return logins.logout(context.workspace, logins.target(context.workspace, name))
