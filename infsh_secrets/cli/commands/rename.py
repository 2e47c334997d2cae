"""`infsh secrets rename`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.results import Changes


@command
def rename(
    context: Context,
    old: Annotated[str, typer.Argument(metavar="OLD", help="The secret.", show_default=False)],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its new name.", show_default=False)],
) -> Changes:
    """Give a secret another name; its versions and all that is known of it stay.

    In a store that cannot rename it is copied and the old one deleted, without older versions.

    Output: the new name, and the command that undoes it.

    Examples:
      infsh secrets rename OPENAI_KEY OPENAI_API_KEY
      infsh secrets rename SENTRY_KEY SENTRY_DSN -e production

    See also: copy, describe, uses
    """
    from infsh_secrets.services import changing

    return changing.rename(context.workspace, old, new)
