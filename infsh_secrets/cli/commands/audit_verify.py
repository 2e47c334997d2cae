"""`infsh secrets audit verify`."""

from __future__ import annotations

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.results import AuditVerified


@command
def audit_verify(context: Context) -> AuditVerified:
    """Verify the whole record, entry by entry; exit 8 when it was cut or changed.

    Output: how many entries were verified.

    Examples:
      infsh secrets audit verify
      infsh secrets audit verify --team acme --json

    See also: audit list, vault verify
    """
    from infsh_secrets.services import audit

    return audit.verified(context.workspace)
