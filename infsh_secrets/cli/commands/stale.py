"""`infsh secrets stale`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.results import StaleList


@command
def stale(
    context: Context,
    than: Annotated[
        str, typer.Option("--than", metavar="AGE", help="How old a value may become.")
    ] = "90d",
    all_environments: Annotated[
        bool, typer.Option("--all-envs", help="Of all environments.")
    ] = False,
) -> StaleList:
    """List what needs rotating, and why, the most urgent first.

    That is what has expired, expires within 14 days, or has had the same value for 90 days. A new
    description does not make a value younger.

    Output: a line for each secret with the reasons. In JSON an array. The status is 0 in any case.

    Examples:
      infsh secrets stale
      infsh secrets stale --than 30d --all-envs
      # Whether there is anything at all, for a script.
      test -z "$(infsh secrets stale -o names)"

    See also: list, describe, set
    """
    from infsh_secrets.services import ages

    return ages.stale(context.workspace, than, all_environments=all_environments)
