"""`infsh secrets token revoke`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command_without_vault
from infsh_secrets.domain.server_results import TokenRevoked


@command_without_vault
def token_revoke(
    context: Context,  # noqa: ARG001  # every command has one
    identity: Annotated[
        str, typer.Argument(metavar="ID", help="As `token list` shows it.", show_default=False)
    ],
    data: Annotated[
        str | None, typer.Option("--data", metavar="FOLDER", help="The folder of the server.")
    ] = None,
) -> TokenRevoked:
    """Revoke a token, at once and for good; a running server refuses it from now on.

    Output: which token was revoked.

    Examples:
      # The ids, and then one of them.
      infsh secrets token list --team acme
      infsh secrets token revoke 7Kq2mXw9

    See also: token list, token create
    """
    from infsh_secrets.server.administration import Server

    return Server(data, os.environ).revoke_token(identity)
