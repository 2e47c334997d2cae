"""`infsh secrets get`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.results import PlainValue, SecretView


@command
def get(
    context: Context,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The secret.", show_default=False)],
    reveal: Annotated[bool, typer.Option("--reveal", help="Show the value as well.")] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="Print the value and nothing else.")
    ] = False,
    no_newline: Annotated[
        bool, typer.Option("-n", help="With --plain: no newline, not even on a terminal.")
    ] = False,
    copy: Annotated[
        bool,
        typer.Option("-c", "--copy", help="Put the value on the clipboard for 45 seconds."),
    ] = False,
    version: Annotated[
        int | None,
        typer.Option("--version", metavar="N", min=1, help="An earlier version of the value."),
    ] = None,
    raw: Annotated[
        bool,
        typer.Option("--raw", help="Show control characters of the value as they are."),
    ] = False,
) -> SecretView | PlainValue:
    """Show a secret: masked, with what is known about it.

    Output: the masked value, description, metadata, version, times and fingerprint; with --plain
    the value alone, which gets a newline on a terminal only. In JSON the value is there with
    --reveal.

    Examples:
      infsh secrets get OPENAI_API_KEY
      # The value itself: for a script, on the clipboard, or as it was before.
      export OPENAI_API_KEY="$(infsh secrets get OPENAI_API_KEY --plain)"
      infsh secrets get OPENAI_API_KEY -c
      infsh secrets get OPENAI_API_KEY --version 1 --reveal

    See also: set, list, history, run
    """
    from infsh_secrets.services import views

    if copy:
        from infsh_secrets.services import copying

        copying.check_get(plain=plain, reveal=reveal)
        views.check_not_plain(no_newline=no_newline)
        return copying.copy(context.workspace, key, version)
    if plain:
        views.check_plain(output_named=context.output_named, reveal=reveal)
        return views.plain(context.workspace, key, version, newline=not no_newline, raw=raw)
    views.check_not_plain(no_newline=no_newline)
    view = views.view(context.workspace, key, version, reveal=reveal, raw=raw)
    terminal = context.stdout_is_terminal
    for notice in views.said_of_view(
        reveal=reveal, output_named=context.output_named, terminal=terminal
    ):
        context.say(notice)
    return view
