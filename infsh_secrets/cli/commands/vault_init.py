"""`infsh secrets vault init`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import vault_command
from infsh_secrets.domain.results import VaultAction


@vault_command
def vault_init(
    context: Context,
    passphrase: Annotated[
        bool,
        typer.Option(
            "--passphrase", help="Ask for one twice, or take INFSH_VAULT_PASSPHRASE_FILE's."
        ),
    ] = False,
    new_key_file: Annotated[
        str | None,
        typer.Option("--new-key-file", metavar="PATH", help="Make a key in a new private file."),
    ] = None,
    keyring: Annotated[
        bool, typer.Option("--keyring", help="Make a key in the OS keyring.")
    ] = False,
) -> VaultAction:
    """Make the vault, and choose what opens it; without this, the first `set` makes it.

    Output: where the vault and its keys are; never a key.

    Examples:
      infsh secrets vault init --passphrase
      infsh secrets vault init --vault ci.vault --new-key-file ci.key

    See also: set, vault key add, vault recovery-code, vault status
    """
    from infsh_secrets.services.key_slots import KeyKinds
    from infsh_secrets.services.vault_init import init_vault

    kinds = KeyKinds(passphrase, new_key_file, keyring)
    return init_vault(context.workspace, kinds, context.dialogue)
