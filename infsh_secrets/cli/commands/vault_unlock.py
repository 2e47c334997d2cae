"""`infsh secrets vault unlock`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import vault_command
from infsh_secrets.domain.results import VaultAction


@vault_command
def vault_unlock(
    context: Context,
    length: Annotated[
        str, typer.Option("--for", metavar="8h", help="How long: 8h if not said, at most 7d.")
    ] = "8h",
) -> VaultAction:
    """Keep the vault open for some time, so that its passphrase is asked for only once.

    The key goes to the OS keyring, or to a file in memory that is gone with the login.

    Output: until when the vault is open.

    Examples:
      infsh secrets vault unlock
      infsh secrets vault unlock --for 30m --team acme

    See also: vault lock, vault status
    """
    from infsh_secrets.services import sessions

    return sessions.unlock(context.workspace, length)
