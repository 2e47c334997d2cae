"""`infsh secrets token create`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command_without_vault
from infsh_secrets.domain.server_results import TokenCreated


@command_without_vault
def token_create(
    context: Context,
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="What the token is for.")] = "token",
    team: Annotated[
        str, typer.Option("--team", metavar="NAME", help="The team.", show_default=False)
    ] = "",
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope",
            metavar="SCOPE[,SCOPE]",
            help="secrets:read (the default), secrets:write, secrets:reveal.",
        ),
    ] = None,
    role: Annotated[
        str | None,
        typer.Option(
            "--role",
            metavar="ROLE",
            help="owner, admin or member; if not said, the least that its scopes need.",
        ),
    ] = None,
    expires: Annotated[
        str,
        typer.Option(
            "--expires", metavar="WHEN", help="As in 30d, 2027-03-31, or never; 90d if not said."
        ),
    ] = "90d",
    data: Annotated[
        str | None, typer.Option("--data", metavar="FOLDER", help="The folder of the server.")
    ] = None,
) -> TokenCreated:
    """Make a token of a team, on the machine of the server; it is shown this once.

    Output: the token; in JSON with what it may do and when it ends.

    Examples:
      infsh secrets token create ann --team acme --role admin --expires 30d
      infsh secrets token create ci --team acme --scope secrets:reveal

    See also: token list, token revoke, serve
    """
    from infsh_secrets.domain.errors import UsageError
    from infsh_secrets.server.administration import Server

    if not team:
        raise UsageError("A token is one of a team.", "Name it with --team NAME.")
    server = Server(data, os.environ)
    created = server.create_token(team, name, scope or ["secrets:read"], role, expires)
    for notice in server.notices:
        context.tell(notice)
    return created
