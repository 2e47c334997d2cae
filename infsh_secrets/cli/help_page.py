"""The page that `--help` shows: the same with every parser, and plain text at any width."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup

from infsh_secrets.cli.output import shows_unicode

if TYPE_CHECKING:
    from collections.abc import Iterable

_NARROWEST = 40
_WIDEST = 100
_WIDTH_OF_A_FILE = 80
_WIDEST_NAME = 28
_GAP = 2


class CommandWithPage(TyperCommand):
    """A command whose help is our page."""

    def get_help(self, ctx: Any) -> str:
        return page(ctx)


class GroupWithPage(TyperGroup):
    """A group whose help is our page."""

    def get_help(self, ctx: Any) -> str:
        return page(ctx)


def page(context: Any) -> str:
    """Return the help of the command that a parser's context is about."""
    command = context.command
    width = _width()
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.get_params(context) if p.param_type_name == "option"]
    members = getattr(command, "commands", {})
    words = ["COMMAND …"] if members else ["[OPTION]…", *(_metavar(p) for p in arguments)]
    blocks = [f"Usage: {context.command_path} {' '.join(words)}"]
    blocks += _description(command.help or "", width)
    blocks += _section(
        "Commands",
        [(name, c.short_help or c.help or "") for name, c in members.items() if not c.hidden],
        width,
    )
    meanings = _meanings(command)
    rows = [(_metavar(p), meanings.get(p.name) or "") for p in arguments]
    blocks += _section("Arguments", rows, width)
    panels: dict[str, list[tuple[str, str]]] = {"Options": []}
    for option in options:
        panels.setdefault(_panel(option), []).append((_names(option), option.help or ""))
    for title, rows in panels.items():
        blocks += _section(title, rows, width)
    text = "\n\n".join(blocks)
    if shows_unicode():
        return text
    return text.replace("\N{HORIZONTAL ELLIPSIS}", "...").encode("ascii", "replace").decode()


def _meanings(command: Any) -> dict[str, str]:
    """Return what is said about each parameter, from its declaration.

    Click 8.5 gave arguments a `help` of its own, and with it the older Typers lose theirs.
    """
    import inspect

    if command.callback is None:
        return {}
    declared = inspect.signature(command.callback).parameters
    return {
        name: said.help
        for name, parameter in declared.items()
        for said in getattr(parameter.annotation, "__metadata__", ())
        if getattr(said, "help", None)
    }


def _width() -> int:
    import shutil

    columns = shutil.get_terminal_size((_WIDTH_OF_A_FILE, 1)).columns
    if not sys.stdout.isatty():
        columns = _WIDTH_OF_A_FILE
    return max(_NARROWEST, min(columns, _WIDEST))


def _description(text: str, width: int) -> list[str]:
    """Return a docstring's paragraphs, wrapped; examples as one block with a line each."""
    import inspect

    text, _, examples = inspect.cleandoc(text).partition("\n\nExample")
    blocks = [_wrapped(paragraph, width) for paragraph in text.split("\n\n") if paragraph]
    if examples:
        lines = [line for line in ("Example" + examples).split("\n") if line]
        blocks.append("\n".join(lines))
    return blocks


def _section(title: str, rows: Iterable[tuple[str, str]], width: int) -> list[str]:
    """Return names and what they mean in two columns under a title; nothing for no rows."""
    rows = list(rows)
    if not rows:
        return []
    most = min(_WIDEST_NAME, width // 2)
    left = max((len(name) for name, _ in rows if len(name) <= most), default=most) + _GAP
    lines = [f"{title}:"]
    for name, text in rows:
        margin = " " * (_GAP + left)
        wrapped = _wrapped(text, width, margin)
        if len(name) + _GAP <= left:
            wrapped = " " * _GAP + name.ljust(left) + wrapped[len(margin) :]
        else:
            wrapped = " " * _GAP + name + "\n" + wrapped
        lines.append(wrapped.rstrip())
    return ["\n".join(lines)]


def _wrapped(text: str, width: int, margin: str = "") -> str:
    import textwrap

    return textwrap.fill(
        " ".join(text.split()),
        width,
        initial_indent=margin,
        subsequent_indent=margin,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _metavar(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name.upper())


def _panel(option: Any) -> str:
    panel = getattr(option, "rich_help_panel", None)
    return f"{panel} options" if panel else "Options"


def _names(option: Any) -> str:
    short = [name for name in option.opts if not name.startswith("--")]
    long = [name for name in option.opts if name.startswith("--")]
    names = ", ".join(short + long) if short else "    " + ", ".join(long)
    if option.is_flag or option.count:
        return names
    return f"{names} {option.metavar or 'TEXT'}"
