"""`infsh secrets copy`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.results import Changes


@command
def copy(
    context: Context,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The secret.", show_default=False)],
    to_environment: Annotated[
        str | None,
        typer.Option("--to-env", metavar="ENV", help="The environment of the copy."),
    ] = None,
    to_name: Annotated[
        str | None,
        typer.Option("--to-name", metavar="NAME", help="The name of the copy; the same if not."),
    ] = None,
) -> Changes:
    """Make a new secret with the newest value of this one and what is known of it.

    Output: the copy, its masked value and where it is from.

    Examples:
      infsh secrets copy OPENAI_API_KEY --to-env staging
      infsh secrets copy API_KEY -e staging --to-env default --to-name STAGING_KEY

    See also: rename, sync, diff
    """
    from infsh_secrets.services import changing

    return changing.copy(context.workspace, key, to_environment, to_name)
