"""`infsh secrets vault key remove`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import vault_command
from infsh_secrets.domain.results import VaultAction


@vault_command
def vault_key_remove(
    context: Context,
    key: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="The key's id from `vault key list`, or how it begins.",
            show_default=False,
        ),
    ],
) -> VaultAction:
    """Remove a key: it opens the vault no more, but may have opened copies. The last one stays.

    Output: which key was removed.

    Examples:
      # The ids, and then one of them or how it begins.
      infsh secrets vault key list
      infsh secrets vault key remove 3f9a2c71

    See also: vault key list, vault rotate
    """
    from infsh_secrets.services import key_slots

    return key_slots.remove_key(context.workspace, key)
