"""`infsh secrets team list`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.results import TeamList


@command
def team_list(
    context: Context,
    data: Annotated[
        str | None,
        typer.Option("--data", metavar="FOLDER", help="On a server: the folder of the server."),
    ] = None,
) -> TeamList:
    """List the teams that have a vault on this machine.

    Output: a team a line, with the one that is in use. In JSON an array.

    Examples:
      infsh secrets team list
      infsh secrets team list --data /srv/infsh

    See also: team create, team use
    """
    if data is not None:
        from infsh_secrets.server.administration import Server

        return Server(data, os.environ).teams()
    from infsh_secrets.domain.results import TeamList
    from infsh_secrets.services.keys import teams

    return TeamList(teams(context.workspace), context.workspace.settings.team)
