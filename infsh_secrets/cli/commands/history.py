"""`infsh secrets history`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.results import SecretHistory


@command
def history(
    context: Context,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The secret.", show_default=False)],
) -> SecretHistory:
    """List the versions of a secret, newest first, without their values; of a deleted one too.

    The newest 20 are kept. `get KEY --version N` shows one, `rollback KEY --to N` goes back to it.

    Output: a line for each version: its number, masked value, fingerprint and time. In JSON an
    array.

    Examples:
      infsh secrets history OPENAI_API_KEY
      infsh secrets history OPENAI_API_KEY -e staging --json

    See also: rollback, get, audit list
    """
    from infsh_secrets.services import ages

    return ages.history(context.workspace, key)
