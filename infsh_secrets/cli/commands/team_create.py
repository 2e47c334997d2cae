"""`infsh secrets team create`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.results import TeamCreated
from infsh_secrets.domain.server_results import TeamAdded


@command
def team_create(
    context: Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The team.")],
    data: Annotated[
        str | None,
        typer.Option("--data", metavar="FOLDER", help="On a server: the folder of the server."),
    ] = None,
) -> TeamCreated | TeamAdded:
    """Make the vault of a team, with a key of its own; use it with --team NAME.

    Output: the team, and how to use it.

    Examples:
      infsh secrets team create acme
      # On the machine of a server, as a team of that server.
      infsh secrets team create acme --data /srv/infsh

    See also: team use, team list, token create
    """
    if data is not None:
        from infsh_secrets.server.administration import Server

        server = Server(data, os.environ)
        created = server.create_team(name)
        for notice in server.notices:
            context.tell(notice)
        return created
    from infsh_secrets.domain.results import TeamCreated
    from infsh_secrets.services.keys import create_team

    context.choose_team(name)
    return TeamCreated(name, create_team(context.workspace))
