"""`infsh secrets vault verify`."""

from __future__ import annotations

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import vault_command
from infsh_secrets.domain.results import VerifyReport


@vault_command
def vault_verify(context: Context) -> VerifyReport:
    """Check every page, secret, version and audit entry of the vault; exit 8 if one is wrong."""
    from infsh_secrets.services import views

    return views.vault_verify(context.workspace)
