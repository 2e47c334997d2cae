"""`infsh secrets vault lock`."""

from __future__ import annotations

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import vault_command
from infsh_secrets.domain.results import VaultAction


@vault_command
def vault_lock(context: Context) -> VaultAction:
    """End what `vault unlock` began. Keys that lie on this machine go on to open the vault.

    Output: what was ended.

    Examples:
      infsh secrets vault lock
      infsh secrets vault lock --team acme

    See also: vault unlock, vault key list
    """
    from infsh_secrets.services import sessions

    return sessions.lock(context.workspace)
