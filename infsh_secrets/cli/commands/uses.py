"""`infsh secrets uses`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.use_results import UseList


@command
def uses(
    context: Context,
    keys: Annotated[
        list[str], typer.Argument(metavar="KEY…", help="The secrets.", show_default=False)
    ],
) -> UseList:
    """List which programs use a secret, with which manifests; the newest use first.

    What `run` started is named with its last exit status, and whether its manifest still declares
    the secret; whoever asked for the value itself is named too. Uses under older names of a renamed
    secret count. It is of all environments unless -e names some.

    Output: a line for each program. In JSON an array; with -o names the programs alone.

    Examples:
      infsh secrets uses OPENAI_API_KEY
      infsh secrets uses AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY -e production

    See also: audit list, list, delete
    """
    from infsh_secrets.services import uses as services

    chain = context.workspace.settings.environments if context.environment_named else None
    return services.of(context.workspace, keys, chain)
