"""`infsh secrets token list`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command_without_vault
from infsh_secrets.domain.server_results import TokenList


@command_without_vault
def token_list(
    context: Context,  # noqa: ARG001  # every command has one
    team: Annotated[
        str | None, typer.Option("--team", metavar="NAME", help="Of this team only.")
    ] = None,
    data: Annotated[
        str | None, typer.Option("--data", metavar="FOLDER", help="The folder of the server.")
    ] = None,
) -> TokenList:
    """List the tokens of a server, never themselves.

    Output: a line for each token: id, name, team, role, scopes, state and end. In JSON an array.

    Examples:
      infsh secrets token list
      infsh secrets token list --team acme --data /srv/infsh

    See also: token create, token revoke
    """
    from infsh_secrets.server.administration import Server

    return Server(data, os.environ).list_tokens(team)
