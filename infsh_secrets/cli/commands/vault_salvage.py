"""`infsh secrets vault salvage`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import vault_command
from infsh_secrets.domain.results import VaultAction


@vault_command
def vault_salvage(
    context: Context,
    out: Annotated[
        str, typer.Argument(metavar="OUT", help="The vault to make.", show_default=False)
    ],
) -> VaultAction:
    """Save what still opens in a damaged vault into a new one, opened by the same keys.

    Each value has a seal of its own, so what is saved is genuine; whether it is the newest, and
    whether something is missing, cannot be told. Exit 6 when something was lost.

    Output: how much was saved, and what was lost.

    Examples:
      # First into a new file, and that then in the place of the damaged one.
      infsh secrets vault salvage saved.vault
      infsh secrets vault restore saved.vault

    See also: vault restore, vault verify, doctor
    """
    from infsh_secrets.services.salvage import salvage

    return salvage(context.workspace, out)
