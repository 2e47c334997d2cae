"""`infsh secrets vault verify`."""

from __future__ import annotations

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import vault_command
from infsh_secrets.domain.results import VerifyReport


@vault_command
def vault_verify(context: Context) -> VerifyReport:
    """Check every page, secret, version and audit entry of the vault; exit 8 if one is wrong.

    Output: how many of each were verified.

    Examples:
      infsh secrets vault verify
      # A backup, before it is needed.
      infsh secrets vault verify --vault /media/stick/personal.vault

    See also: audit verify, vault backup, vault salvage
    """
    from infsh_secrets.services import views

    return views.vault_verify(context.workspace)
