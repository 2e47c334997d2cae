"""`infsh secrets vault key change-passphrase`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import vault_command
from infsh_secrets.domain.results import VaultAction


@vault_command
def vault_key_change_passphrase(
    context: Context,
    key: Annotated[
        str | None,
        typer.Argument(
            metavar="ID",
            help="Which one, where the vault has several passphrases.",
            show_default=False,
        ),
    ] = None,
    new_file: Annotated[
        str | None,
        typer.Option(
            "--new-file",
            metavar="PATH",
            help="A private file with the new one, instead of asking for it.",
        ),
    ] = None,
) -> VaultAction:
    """Put a new passphrase in the place of the old one. Any key opens the vault for that.

    Output: which key was changed.

    Examples:
      infsh secrets vault key change-passphrase
      infsh secrets vault key change-passphrase --new-file ~/new-passphrase

    See also: vault key list, vault unlock
    """
    from infsh_secrets.services import key_slots

    return key_slots.change_passphrase(context.workspace, key, new_file, context.dialogue)
