"""`infsh secrets team create`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.results import TeamCreated


@command
def team_create(
    context: Context, name: Annotated[str, typer.Argument(metavar="NAME", help="The team.")]
) -> TeamCreated:
    """Make the vault of a team, with a key of its own; use it with --team NAME."""
    from infsh_secrets.domain.results import TeamCreated
    from infsh_secrets.services.keys import create_team

    context.choose_team(name)
    return TeamCreated(name, create_team(context.workspace))
