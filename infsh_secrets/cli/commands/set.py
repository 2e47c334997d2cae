"""`infsh secrets set`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.results import Changes


@command
def set_(
    context: Context,
    arguments: Annotated[
        list[str],
        typer.Argument(
            metavar="KEY [VALUE] | KEY=VALUE …",
            help="A name and its value (- for standard input), or several pairs.",
            show_default=False,
        ),
    ],
    file: Annotated[
        str | None,
        typer.Option("--file", metavar="PATH", help="Store the exact bytes of a file."),
    ] = None,
    generate: Annotated[
        str | None,
        typer.Option(
            "--generate",
            metavar="FORM",
            help="Store a random value: hex:32, base64:32, alnum:40 or uuid, written as "
            "--generate=FORM; alnum:40 without a form.",
        ),
    ] = None,
    description: Annotated[
        str | None, typer.Option("-d", "--description", help="What the secret is for.")
    ] = None,
    meta: Annotated[
        list[str] | None,
        typer.Option("-m", "--meta", metavar="NAME=VALUE", help="A fact about it; repeatable."),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option("--expires", metavar="90d|DATE", help="When it should be replaced; or never."),
    ] = None,
    create: Annotated[
        bool, typer.Option("--create", help="Fail if the secret exists already.")
    ] = False,
    allow_empty: Annotated[
        bool, typer.Option("--allow-empty", help="Store an empty value.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse a value that looks wrong.")
    ] = False,
    copy: Annotated[
        bool,
        typer.Option(
            "-c", "--copy", help="With --generate: put the value on the clipboard for 45 seconds."
        ),
    ] = False,
    no_strip: Annotated[
        bool, typer.Option("--no-strip", help="Keep the final newline of piped input.")
    ] = False,
) -> Changes:
    """Create or update secrets; an older value stays as a version.

    Without a value it is read from standard input, or asked for at a terminal and not shown; a
    text of several lines can be pasted. A value that begins with a dash stands behind --.

    Output: what was done to each secret, its masked value and its fingerprint; never the value.

    Examples:
      # The value is asked for, hidden; or it comes through a pipe.
      infsh secrets set OPENAI_API_KEY -d "For GPT-4 calls"
      printf %s "$TOKEN" | infsh secrets set FAL_KEY
      # The exact bytes of a file; or a new random value, to be replaced in time.
      infsh secrets set SSH_KEY --file ~/.ssh/id_ed25519
      infsh secrets set DB_PASSWORD --generate=base64:32 --expires 90d

    See also: get, list, edit, import
    """
    from infsh_secrets.cli import values
    from infsh_secrets.services import writing

    request = writing.Request(
        facts=writing.Facts(
            None if description is None else values.as_text(description),
            tuple(values.as_text(pair) for pair in meta or ()),
            expires,
        ),
        create=create,
        strict=strict,
        allow_empty=allow_empty,
    )
    if copy:
        from infsh_secrets.services import copying

        copying.check_set(generate=generate is not None)
    given = values.parse_arguments(arguments, file=file, generate=generate)
    writing.prepare(context.workspace, [key for key, _ in given], request)
    pairs = values.read_values(context, given, strip=not no_strip, allow_empty=allow_empty)
    if values.typed_in_clear(given) and sys.stderr.isatty():
        context.say(
            "A value on the command line stays in the shell's history; without one, `set` asks."
        )
    if copy:
        from infsh_secrets.services import copying

        return copying.write_and_copy(
            context.workspace,
            pairs[0][0],
            lambda: writing.write(context.workspace, pairs, request),
        )
    return writing.write(context.workspace, pairs, request)
