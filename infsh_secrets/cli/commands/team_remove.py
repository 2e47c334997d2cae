"""`infsh secrets team remove`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command_without_vault
from infsh_secrets.domain.server_results import TeamRemoved


@command_without_vault
def team_remove(
    context: Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The team.", show_default=False)],
    data: Annotated[
        str | None, typer.Option("--data", metavar="FOLDER", help="The folder of the server.")
    ] = None,
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")] = False,
) -> TeamRemoved:
    """Remove a team of a server: its tokens end at once, its vault is put aside.

    Output: how many tokens ended, and where the vault is.

    Examples:
      infsh secrets team remove globex --data /srv/infsh
      infsh secrets team remove globex --data /srv/infsh --yes

    See also: team list, token revoke
    """
    from infsh_secrets.cli.prompts import confirm
    from infsh_secrets.server.administration import Server

    if not yes:
        question = f"Remove the team {name}? Its tokens end at once."
        confirm(question, may_ask=context.may_ask, option="-y")
    return Server(data, os.environ).remove_team(name)
