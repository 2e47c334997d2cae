"""`infsh secrets resolve`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.results import PlainValue


@command
def resolve(
    context: Context,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="YAML or JSON; - for standard input.", show_default=False
        ),
    ],
    out: Annotated[
        str | None,
        typer.Option(
            "-O", "--output-file", metavar="FILE", help="Write or replace this private file."
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="json|yaml", help="Else that of the file."),
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
    r"""Replace the references in the texts of a YAML or JSON document.

    Whole texts: secret://NAME, infsh://NAME, infsh://ENV/NAME, and expressions of Julep such as
    $ secrets.NAME and $ f'Bearer {secrets.NAME}'. Inside of texts: ${{secrets.NAME}} and
    {{ secrets.NAME }}, with the filters of `render`. A backslash in front keeps each as it is.

    Structure and order stay, comments go, aliases are written out, keys are never touched. JSON
    keeps all the rest as it is written. Missing and empty secrets are told as by `render`.

    Output: the document, with its values; nothing with -O. On a terminal only with --reveal.

    Examples:
      infsh secrets resolve task.yaml -O task.resolved.yaml
      infsh secrets resolve values.json | jq .
      infsh secrets resolve compose.yaml --format json > compose.json

    See also: render, check, export
    """
    from infsh_secrets.services import render as service

    if context.output_named:
        raise UsageError(
            "`resolve` gives a document.", "Choose its form with --format; leave -o out."
        )
    request = service.Request(file, out, only, julep=julep, reveal=reveal, raw=raw)
    return service.resolve(context.workspace, request, form, terminal=context.stdout_is_terminal)
