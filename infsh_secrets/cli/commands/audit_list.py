"""`infsh secrets audit list`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.results import AuditList


@command
def audit_list(
    context: Context,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="Only the newest N.")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option("--key", metavar="PATTERN", help="Only of names that fit, as in 'AWS_*'."),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="30d", help="Only of the time since then.")
    ] = None,
) -> AuditList:
    """List who did what to which secret, when and from which program; newest last.

    `infsh secrets audit` alone does the same. It is of all environments unless -e names some.

    Output: a line for each entry, never a value. In JSON an array.

    Examples:
      infsh secrets audit --limit 20
      infsh secrets audit --key 'AWS_*' --since 30d
      infsh secrets audit list -e production --json

    See also: audit verify, uses, history
    """
    from infsh_secrets.services import audit

    chain = context.workspace.settings.environments if context.environment_named else None
    return audit.record(context.workspace, audit.wanted(limit, key, since, chain))
