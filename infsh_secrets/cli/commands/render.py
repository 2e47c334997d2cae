"""`infsh secrets render`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.results import PlainValue


@command
def render(
    context: Context,
    template: Annotated[
        str | None,
        typer.Argument(
            metavar="[TEMPLATE]", help="A text; else standard input.", show_default=False
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            "-O", "--output-file", metavar="FILE", help="Write or replace this private file."
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="A,B", help="Fail if it refers to anything else."),
    ] = None,
    julep: Annotated[
        bool, typer.Option("--julep", help="Single braces count, too: {secrets.NAME}.")
    ] = False,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Show the result on the terminal.")
    ] = False,
    raw: Annotated[
        bool, typer.Option("--raw", help="With --reveal, show control characters as they are.")
    ] = False,
) -> PlainValue | None:
    r"""Fill in a text template: ${{secrets.NAME}} and {{ secrets.NAME }} become the value.

    A value can pass filters: {{ secrets.NAME | url }}. `json` gives a JSON string with its quotes,
    `url` percent-encodes, `shell` gives one word of a shell, `base64` encodes. A backslash before
    the braces keeps them as they are.

    Everything that is missing or empty is told at once, with its line, and nothing is written then.
    A file is private (0600), replaced whole, and never written through a link.

    Output: the text, with its values; nothing with -O. On a terminal only with --reveal.

    Examples:
      infsh secrets render nginx.conf.tpl -O nginx.conf
      echo 'PW={{ secrets.DB_PASSWORD | shell }}' | infsh secrets render > pg.env
      # From staging, and refused should it refer to anything else.
      infsh secrets render --only DB_PASSWORD -e staging app.tpl -O app.conf

    See also: resolve, check, export
    """
    from infsh_secrets.services import render as service

    if context.output_named:
        raise UsageError("`render` gives text and nothing else.", "Leave -o and --json out.")
    if template is None and sys.stdin.isatty():
        raise UsageError("No template is named.", "Name a file, or send one through a pipe.")
    request = service.Request(
        service.STDIN if template is None else template,
        out,
        only,
        julep=julep,
        reveal=reveal,
        raw=raw,
    )
    return service.render(context.workspace, request, terminal=context.stdout_is_terminal)
