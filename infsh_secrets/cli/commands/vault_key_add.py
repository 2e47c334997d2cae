"""`infsh secrets vault key add`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import vault_command
from infsh_secrets.domain.results import VaultAction


@vault_command
def vault_key_add(
    context: Context,
    passphrase: Annotated[
        bool,
        typer.Option(
            "--passphrase", help="Ask for one twice, or take INFSH_VAULT_PASSPHRASE_FILE's."
        ),
    ] = False,
    key_file_out: Annotated[
        str | None,
        typer.Option("--key-file-out", metavar="PATH", help="Make a key in a new private file."),
    ] = None,
    keyring: Annotated[
        bool, typer.Option("--keyring", help="Make a key in the OS keyring.")
    ] = False,
) -> VaultAction:
    """Add a key: any one of a vault's keys opens it.

    Output: the new key's id and where it is kept.

    Examples:
      infsh secrets vault key add --passphrase
      infsh secrets vault key add --key-file-out ci.key

    See also: vault key list, vault key remove, vault recovery-code
    """
    from infsh_secrets.services import key_slots

    kinds = key_slots.KeyKinds(passphrase, key_file_out, keyring)
    return key_slots.add_key(context.workspace, kinds, context.dialogue)
