"""Lines and tables as a terminal shows them: measured in cells, folded, shortened, styled.

How wide characters are that are not ASCII, and where to fold, is known to rich. It is imported for
such text only: that takes longer than all else that most commands do.
"""

from __future__ import annotations

from infsh_secrets.cli.columns import GAP
from infsh_secrets.domain.sanitize import sanitize

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BOLD = "1"
DIM = "2"
NAME = "1;36"
_GREEN, _YELLOW, _RED = "32", "33", "31"
_MARKED = ("status", "state")
_MARKS = {
    **dict.fromkeys(("ok", "usable", "valid"), _GREEN),
    **dict.fromkeys(("warning", "suspicious"), _YELLOW),
    **dict.fromkeys(("failed", "missing", "empty", "refused", "expired", "revoked"), _RED),
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
        for label, fact in lines:
            shown = sanitize(label)
            for part in fold(sanitize(fact), room):
                padding = " " * (label_width - cells(shown))
                self._lines.append((self._styled(shown, DIM) + padding + part).rstrip())
                shown = ""

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

        The cells have passed `showable`.
        """
        columns = [place for place in range(len(titles)) if widths[place]]
        self._row([[titles[place]] for place in columns], columns, widths, [BOLD] * len(titles))
        total = sum(widths) + GAP * (len(columns) - 1)
        self._lines.append((_LINE if self._unicode else "-") * total)
        usual = styles or [""] * len(titles)
        marked = [place for place in columns if titles[place] in _MARKED]
        for row in rows:
            folded = [
                [self._shortened(row[place], widths[place])]
                if shorten and place
                else fold(row[place], widths[place])
                for place in columns
            ]
            own = usual
            for place in marked:
                own = [*own[:place], _MARKS.get(row[place], ""), *own[place + 1 :]]
            self._row(folded, columns, widths, own)

    def _row(
        self,
        folded: Sequence[list[str]],
        columns: Sequence[int],
        widths: Sequence[int],
        styles: Sequence[str],
    ) -> None:
        """Add the lines of one row of a table."""
        for number in range(max(map(len, folded))):
            line = ""
            for place, parts in zip(columns, folded, strict=True):
                part = parts[number] if number < len(parts) else ""
                line += self._styled(part, styles[place]) + " " * (
                    widths[place] - cells(part) + GAP
                )
            self._lines.append(line.rstrip())

    def _styled(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if style and text and self._colour else text

    def _shortened(self, text: str, width: int) -> str:
        """Return text of at most `width` cells, with an ellipsis where something is missing."""
        if cells(text) <= width:
            return text
        ellipsis = _ELLIPSIS if self._unicode else "..."
        room = max(0, width - len(ellipsis))
        if _is_narrow(text):
            return text[:room].rstrip() + ellipsis
        from rich.cells import set_cell_size

        return set_cell_size(text, room).rstrip() + ellipsis


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
    if _is_narrow(text):
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _is_narrow(text: str) -> bool:
    """Tell whether each character takes one cell, of those that are common here."""
    return text.isascii() or text.replace(_BULLET, "").replace(_ELLIPSIS, "").isascii()


def fold(text: str, width: int) -> list[str]:
    """Return text as lines of at most `width` cells, broken between words where it can be."""
    if cells(text) <= width:
        return [text]
    from rich.console import Console
    from rich.text import Text

    console = Console(width=width, markup=False, highlight=False, emoji=False)
    lines = Text(text).wrap(console, width, overflow="fold")
    return [line.plain.rstrip() for line in lines]
