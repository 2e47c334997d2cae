"""`infsh secrets vault backup`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import vault_command
from infsh_secrets.domain.results import VaultAction


@vault_command
def vault_backup(
    context: Context,
    path: Annotated[
        str, typer.Argument(metavar="PATH", help="The file to write.", show_default=False)
    ],
    force: Annotated[
        bool, typer.Option("--force", help="Replace a file that is there already.")
    ] = False,
) -> VaultAction:
    """Write a copy of the vault, encrypted like the vault and opened by the same keys.

    The copy is verified whole before it gets its name. The key is not in it.

    Output: where the copy is.

    Examples:
      infsh secrets vault backup /media/stick/personal.vault
      infsh secrets vault backup --force --team acme ~/backups/acme.vault

    See also: vault restore, vault recovery-code, vault verify
    """
    from infsh_secrets.services.backup import backup

    return backup(context.workspace, path, force=force)
