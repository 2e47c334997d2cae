"""`infsh secrets team list`."""

from __future__ import annotations

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.results import TeamList


@command
def team_list(context: Context) -> TeamList:
    """List the teams that have a vault on this machine."""
    from infsh_secrets.domain.results import TeamList
    from infsh_secrets.services.keys import teams

    return TeamList(teams(context.workspace), context.workspace.settings.team)
