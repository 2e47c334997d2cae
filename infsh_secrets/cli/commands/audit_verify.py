"""`infsh secrets audit verify`."""

from __future__ import annotations

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.results import AuditVerified


@command
def audit_verify(context: Context) -> AuditVerified:
    """Verify the whole record, entry by entry; exit 8 when it was cut or changed."""
    from infsh_secrets.services import audit

    return audit.verified(context.workspace)
