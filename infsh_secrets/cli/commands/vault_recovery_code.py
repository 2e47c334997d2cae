"""`infsh secrets vault recovery-code`."""

from __future__ import annotations

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import vault_command
from infsh_secrets.domain.results import VaultAction


@vault_command
def vault_recovery_code(context: Context) -> VaultAction:
    """Make a recovery code for paper, in the place of the one there may be; on a terminal only.

    Type it where the vault asks, or give it like a key: --key-file, --key-fd, INFSH_VAULT_KEY.

    Output: nothing but what was done; the code is shown on the terminal alone, once.

    Examples:
      infsh secrets vault recovery-code
      infsh secrets vault recovery-code --team acme

    See also: vault key list, vault key add, vault backup
    """
    from infsh_secrets.services import key_slots

    return key_slots.new_recovery_code(context.workspace, context.dialogue)
