"""The page that `--help` shows: the same with every parser."""

from __future__ import annotations

import os
import sys
from typing import Any

from typer.core import TyperCommand, TyperGroup

from infsh_secrets.cli.output import as_started, colours

NO_COLOUR = "no colour"
_NARROWEST = 40
_WIDEST = 100
_WIDTH_OF_A_FILE = 80


class CommandWithPage(TyperCommand):
    """A command whose help is our page."""

    def get_help(self, ctx: Any) -> str:
        return page(ctx)


class GroupWithPage(TyperGroup):
    """A group whose help is our page."""

    def get_help(self, ctx: Any) -> str:
        return page(ctx)


def page(context: Any) -> str:
    """Return the help of the command that a parser's context is about.

    It has colours where they are wanted, unless the context's object is NO_COLOUR.
    """
    from infsh_secrets.cli import help_text
    from infsh_secrets.cli.help_layout import Layout

    painted = context.obj != NO_COLOUR and colours(os.environ, sys.stdout)
    return as_started(Layout(_width(), painted=painted).page(help_text.of(context)))


def _width() -> int:
    import shutil

    columns = shutil.get_terminal_size((_WIDTH_OF_A_FILE, 1)).columns
    if not sys.stdout.isatty():
        columns = _WIDTH_OF_A_FILE
    return max(_NARROWEST, min(columns, _WIDEST))
