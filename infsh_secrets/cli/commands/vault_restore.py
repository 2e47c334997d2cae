"""`infsh secrets vault restore`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import vault_command
from infsh_secrets.domain.results import VaultAction


@vault_command
def vault_restore(
    context: Context,
    path: Annotated[str, typer.Argument(metavar="PATH", help="The backup.", show_default=False)],
) -> VaultAction:
    """Put a backup in the place of the vault, which is kept under another name.

    The backup is verified whole first. Key slots are those of the backup: a key that was removed
    since opens the vault again.

    Output: which vault was restored, and where the one before it is.

    Examples:
      infsh secrets vault restore /media/stick/personal.vault
      infsh secrets vault restore ~/backups/acme.vault --team acme

    See also: vault backup, vault salvage, vault trust
    """
    from infsh_secrets.services.backup import restore

    return restore(context.workspace, path)
