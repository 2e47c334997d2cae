"""`infsh secrets vault trust`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import vault_command
from infsh_secrets.domain.results import VaultTrusted


@vault_command
def vault_trust(
    context: Context,
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")] = False,
) -> VaultTrusted:
    """Accept a vault that is older than it was on this machine, or a fork of it, as it is now.

    The whole vault is verified first. What was written after the older copy was made is not in it.

    Output: which vault was accepted.

    Examples:
      infsh secrets vault trust
      infsh secrets vault trust --vault ci.vault --key-file ci.key --yes

    See also: vault verify, vault restore
    """
    from infsh_secrets.cli.prompts import confirm
    from infsh_secrets.services import safety

    found = safety.compare(context.workspace)
    if found.wrong and not yes:
        confirm(
            f"The vault {found.path}: {found.wrong}. Use it as it is from now on?",
            may_ask=context.may_ask,
            option="--yes",
        )
    return safety.trust(context.workspace, found)
