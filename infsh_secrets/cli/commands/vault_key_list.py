"""`infsh secrets vault key list`."""

from __future__ import annotations

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import vault_command
from infsh_secrets.domain.results import KeyList


@vault_command
def vault_key_list(context: Context) -> KeyList:
    """List the keys that open the vault, each with its id and where it is kept, never itself.

    Output: a line for each key. In JSON an array; with -o names the ids.

    Examples:
      infsh secrets vault key list
      infsh secrets vault key list --team acme --json

    See also: vault key add, vault key remove, vault status
    """
    from infsh_secrets.services import key_slots

    return key_slots.key_list(context.workspace)
