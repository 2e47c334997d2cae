"""`infsh secrets redact`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command


@command
def redact(
    context: Context,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", metavar="KEY[,KEY]", help="Look for these secrets only, not for all."
        ),
    ] = None,
) -> None:
    """Copy standard input to standard output with a mark in the place of every secret.

    All secrets of all environments are looked for (with -e, of those named), as they are and
    encoded: in base64, hexadecimal, JSON, URLs and more.

    Output: the text as it comes in, with [REDACTED:KEY] where a value was.

    Examples:
      python train.py 2>&1 | infsh secrets redact > train.log
      infsh secrets redact < old.log > clean.log
      journalctl -f | infsh secrets redact --only OPENAI_API_KEY

    See also: run, scan
    """
    from infsh_secrets.execution.filtering import filter_input
    from infsh_secrets.services.redaction import redactor

    found = redactor(context.workspace, only, every_environment=not context.environment_named)
    context.tell_notices()
    filter_input(found)
