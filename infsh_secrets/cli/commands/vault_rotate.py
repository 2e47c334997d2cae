"""`infsh secrets vault rotate`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import vault_command
from infsh_secrets.domain.results import VaultAction


@vault_command
def vault_rotate(
    context: Context,
    drop_missing: Annotated[
        bool,
        typer.Option("--drop-missing", help="Leave out the keys whose secret is not at hand."),
    ] = False,
) -> VaultAction:
    """Give the vault a new key and encrypt everything anew, in one transaction.

    Do this after removing a key that somebody else may have. The keys that stay go on to open the
    vault; a recovery code becomes a new one. Copies made before are not changed by it.

    Output: how many keys open the vault from now on. A new recovery code is shown on the terminal
    alone.

    Examples:
      infsh secrets vault rotate
      # Without the keys whose secret is not at hand here.
      infsh secrets vault rotate --drop-missing

    See also: vault key remove, vault key list, vault recovery-code
    """
    from infsh_secrets.services.rotation import rotate

    with context.progress("Encrypting anew") as progress:
        return rotate(
            context.workspace, context.dialogue, drop_missing=drop_missing, progress=progress
        )
