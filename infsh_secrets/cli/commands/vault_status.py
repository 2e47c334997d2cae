"""`infsh secrets vault status`."""

from __future__ import annotations

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import vault_command
from infsh_secrets.domain.results import VaultStatus


@vault_command
def vault_status(context: Context) -> VaultStatus:
    """Show which vault is in use, which key opened it, and how many secrets it has.

    Output: these facts. In JSON an object.

    Examples:
      infsh secrets vault status
      infsh secrets vault status --vault ci.vault --key-file ci.key

    See also: doctor, vault key list, vault verify
    """
    from infsh_secrets.services import views

    return views.vault_status(context.workspace)
