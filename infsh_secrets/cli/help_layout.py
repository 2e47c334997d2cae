"""How a help page is laid out: ASCII, at any width, in colour or not.

The order is that of what is left on the screen when all has been printed: a command's own options,
those that all commands have, and last what goes to standard output, examples and other commands.
"""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from infsh_secrets.cli import help_text

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDEST_NAME = 28
_GAP = 2
_MARGIN = " " * _GAP
_FIXED_SPACE = "\0"
_WORD_OF_A_SHELL = re.compile(r"""(?:[^\s"']|"[^"]*"|'[^']*')+""")

_TITLE, _NAME, _COMMENT = "1", "1;36", "2"


class Layout:
    """Text of a width, in colour or not."""

    def __init__(self, width: int, *, painted: bool) -> None:
        self._width = width
        self._painted = painted

    def page(self, said: help_text.Page) -> str:
        """Return a whole page."""
        texts = said.said
        usage = self._wrapped(said.usage, " " * 7 + _MARGIN)[9:]
        blocks = [f"{self._paint(_TITLE, 'Usage:')} {usage}"]
        blocks += [self._wrapped(paragraph) for paragraph in texts.paragraphs]
        if said.aliases:
            blocks.append(f"{self._paint(_TITLE, 'Aliases:')} {', '.join(said.aliases)}")
        left = self._left([row for _, rows in said.commands for row in rows])
        blocks += [self._section(title, rows, left) for title, rows in said.commands]
        for title, rows in (("Arguments", said.arguments), *said.options):
            if rows:
                blocks.append(self._section(title, rows, self._left(rows)))
        if texts.output:
            blocks.append(self._titled("Standard output", self._wrapped(texts.output, _MARGIN)))
        if texts.examples:
            lines = [line for example in texts.examples for line in self.example(example)]
            blocks.append(self._titled("Examples", "\n".join(lines)))
        if texts.related:
            blocks.append(self._titled("See also", self._related(said)))
        return "\n\n".join(blocks)

    def _titled(self, title: str, text: str) -> str:
        return self._paint(_TITLE, f"{title}:") + "\n" + text

    def _left(self, rows: Sequence[tuple[str, str]]) -> int:
        """Return the width of a column of names with the gap behind it; long names stand out."""
        most = min(_WIDEST_NAME, self._width // 2)
        return max((len(name) for name, _ in rows if len(name) <= most), default=most) + _GAP

    def _section(self, title: str, rows: Sequence[tuple[str, str]], left: int) -> str:
        """Return names and what they mean in two columns under a title."""
        margin = " " * (_GAP + left)
        lines = []
        for name, text in rows:
            wrapped = self._wrapped(text, margin)
            start = _MARGIN + self._paint(_NAME, name)
            if len(name) + _GAP <= left:
                wrapped = start + " " * (left - len(name)) + wrapped[len(margin) :]
            else:
                wrapped = start + "\n" + wrapped
            lines.append(wrapped.rstrip())
        return self._titled(title, "\n".join(lines))

    def _related(self, said: help_text.Page) -> str:
        """Return the names of other commands, none of which is broken."""
        names = [help_text.command_line(name, said.path) for name in said.said.related]
        whole = ", ".join(name.replace(" ", _FIXED_SPACE) for name in names)
        return self._wrapped(whole, _MARGIN).replace(_FIXED_SPACE, " ")

    def example(self, line: str) -> list[str]:
        """Return the lines of a line of examples; a long command goes on after a backslash."""
        if line.startswith("#"):
            lines = self._wrapped(line, _MARGIN, _MARGIN + "# ").split("\n")
            return [self._paint(_COMMENT, one) for one in lines]
        if len(_MARGIN + line) <= self._width:
            return [_MARGIN + line]
        lines = []
        row = _MARGIN
        for word in _WORD_OF_A_SHELL.findall(line):
            if row.strip() and len(f"{row} {word} \\") > self._width:
                lines.append(row + " \\")
                row = _MARGIN * 2 + word
            else:
                row += f" {word}" if row.strip() else word
        return [*lines, row]

    def _wrapped(self, text: str, margin: str = "", later: str | None = None) -> str:
        return textwrap.fill(
            " ".join(text.split()),
            self._width,
            initial_indent=margin,
            subsequent_indent=margin if later is None else later,
            break_long_words=False,
            break_on_hyphens=False,
        )

    def _paint(self, colour: str, text: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._painted and text.strip() else text
