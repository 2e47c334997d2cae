"""Lines and tables as a terminal shows them; rich lays them out, and only this module imports it.

Importing it takes longer than all else that most commands do: lines of common characters that are
short enough, as those that are not of tables mostly are, do without.
"""

from __future__ import annotations

from infsh_secrets.cli.columns import GAP
from infsh_secrets.domain.sanitize import sanitize

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console
    from rich.text import Text

DIM = "dim"
NAME = "bold cyan"
_MARKED = ("status", "state")
_MARKS = {
    **dict.fromkeys(("ok", "usable", "valid"), "green"),
    **dict.fromkeys(("warning", "suspicious"), "yellow"),
    **dict.fromkeys(("failed", "missing", "empty", "refused", "expired", "revoked"), "red"),
}
"""What stands in a column of _MARKED -> its colour."""
_BULLET, _ELLIPSIS, _LINE = "\u2022", "\u2026", "\u2500"  # names would need the table of names
_LEAST_LAST = 16
_EXPENDABLE = ("fingerprint", "ver", "user")
_LEAST_FACT = 4


class Page:
    """Lines on their way to a terminal of `width` cells."""

    def __init__(self, width: int, *, colour: bool, unicode: bool) -> None:
        self.width = width
        self._colour = colour
        self._unicode = unicode
        self._lines: list[str] = []

    @property
    def text(self) -> str:
        """All lines, each with its newline."""
        return "".join(line + "\n" for line in self._lines)

    def add(self, line: str = "") -> None:
        """Add a line, which the terminal breaks where it is too long."""
        self._lines.append(sanitize(line))

    def showable(self, content: str) -> str:
        """Return text as it will appear, so that it can be measured."""
        text = sanitize(content)
        return text if self._unicode else text.encode("ascii", "backslashreplace").decode()

    def facts(self, lines: Iterable[tuple[str, str]], label_width: int) -> None:
        """Add labels and what they label, folded in a column of its own."""
        room = max(self.width - label_width, _LEAST_FACT)
        dim, end = ("\x1b[2m", "\x1b[0m") if self._colour else ("", "")
        indent = "\n" + " " * label_width
        for label, fact in lines:
            shown = sanitize(label)
            line = f"{dim}{shown}{end}" + " " * (label_width - cells(shown))
            line += indent.join(fold(sanitize(fact), room))
            self._lines += map(str.rstrip, line.split("\n"))

    def listed(self, titles: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
        """Add a table whose last column may be folded; plain lines where there is no room.

        Columns that a person can do without are left out before that.
        """
        shown = [tuple(map(self.showable, row)) for row in rows]
        widths = natural(titles, shown)
        for place in [-1, *_expendable(titles, shown)]:
            if place >= 0:
                widths[place] = 0
            room = self.width - sum(widths[:-1]) - GAP * sum(map(bool, widths[:-1]))
            if room >= min(widths[-1], _LEAST_LAST):
                widths[-1] = min(widths[-1], room)
                self.table(titles, shown, widths=widths, shorten=False)
                return
        for row in shown:
            self._lines += fold("  ".join(cell for cell in row if cell), self.width)

    def table(
        self,
        titles: tuple[str, ...],
        rows: Iterable[tuple[str, ...]],
        *,
        widths: Sequence[int],
        styles: Sequence[str] = (),
        shorten: bool = True,
    ) -> None:
        """Add the columns that have a width; cells are folded, or shortened but for the first.

        The cells have passed `showable`. Rich gets them as lines that fit, in columns that have
        their gap in them: to fold and pad every single one takes it half as long again.
        """
        from rich.box import SIMPLE_HEAD, Box
        from rich.color import ColorSystem
        from rich.table import Table

        rule = str(SIMPLE_HEAD) if self._unicode else str(SIMPLE_HEAD).replace(_LINE, "-")
        table = Table(box=Box(rule, ascii=not self._unicode), show_edge=False, padding=0)
        columns = [place for place, width in enumerate(widths) if width]
        for place in columns:
            width = widths[place] + (GAP - 1 if place != columns[-1] else 0)
            style = styles[place] if styles else ""
            table.add_column(
                titles[place], width=width, style=style, justify="default", overflow="ignore"
            )
        for row in rows:
            table.add_row(
                *(
                    self._cell(titles[place], row[place], widths[place], cut=shorten and place > 0)
                    for place in columns
                )
            )
        colours = ColorSystem.STANDARD if self._colour else None
        drawn = (
            style.render(text, color_system=colours) if style and not text.isspace() else text
            for text, style, _ in _console(sum(widths) + GAP * (len(columns) - 1)).render(table)
        )
        self._lines += map(str.rstrip, "".join(drawn).splitlines())

    def _cell(self, title: str, text: str, width: int, *, cut: bool) -> Text:
        """Return a cell in its colour; one that is cut has an ellipsis for what is missing."""
        from rich.cells import set_cell_size
        from rich.text import Text

        shown = text
        if cells(text) > width:
            ellipsis = _ELLIPSIS if self._unicode else "..."
            start = set_cell_size(text, max(0, width - len(ellipsis))).rstrip()
            shown = start + ellipsis if cut else "\n".join(fold(text, width))
        return Text(shown, _MARKS.get(text, "") if title in _MARKED else "")


def _expendable(titles: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[int]:
    """Return the places of columns to leave out, the first ones first.

    Those that say the same in every row come first. Which environment it is goes only with them.
    """
    same = [len({row[place] for row in rows}) == 1 for place in range(len(titles))]
    inner = {title: place for place, title in enumerate(titles[:-1]) if place}
    idle = [p for title, p in inner.items() if same[p] and title in (*_EXPENDABLE, "env")]
    return [*idle, *(inner[title] for title in _EXPENDABLE if title in inner)]


def natural(titles: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[int]:
    """Return how wide each column is whose cells stand on one line each."""
    return [max(map(cells, column)) for column in zip(titles, *rows, strict=True)]


def cells(text: str) -> int:
    """Return how many cells of a terminal a text takes."""
    if text.replace(_BULLET, "").replace(_ELLIPSIS, "").isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def fold(text: str, width: int) -> list[str]:
    """Return text as lines of at most `width` cells, broken between words where it can be."""
    if cells(text) <= width:
        return [text]
    from rich.text import Text

    lines = Text(text).wrap(_console(width), width, overflow="fold")
    return [line.plain.rstrip() for line in lines]


def _console(width: int) -> Console:
    """Return what lays out for so many cells, whatever the environment says."""
    from rich.console import Console

    return Console(width=width, height=1, markup=False, emoji=False, highlight=False)
