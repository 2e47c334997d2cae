"""`infsh secrets vault key list`."""

from __future__ import annotations

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import vault_command
from infsh_secrets.domain.results import KeyList


@vault_command
def vault_key_list(context: Context) -> KeyList:
    """List the keys that open the vault, each with its id and where it is kept, never itself."""
    from infsh_secrets.services import key_slots

    return key_slots.key_list(context.workspace)
