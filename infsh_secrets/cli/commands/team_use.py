"""`infsh secrets team use`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command_without_vault
from infsh_secrets.domain.remote_results import StoreAction


@command_without_vault
def team_use(
    context: Context, name: Annotated[str, typer.Argument(metavar="NAME", help="The team.")]
) -> StoreAction:
    """Make a team the one that commands work in where no other is named.

    Output: the team that is in use now.

    Examples:
      infsh secrets team use acme
      # Your own again.
      infsh secrets team use personal

    See also: team list, team create, store use
    """
    from infsh_secrets.services import named_stores

    context.choose_store("vault")
    context.choose_team(name)
    context.workspace.exists()
    return named_stores.use_team(name)
