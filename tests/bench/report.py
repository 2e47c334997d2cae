"""Tables as text while the suite goes on, and all of it as Markdown at its end."""

from __future__ import annotations

import unicodedata

GOALS = "Goals"
"""The title of the table that stands first in a document."""


class Report:
    """What has been measured: tables that are printed at once, and figures that goals ask for."""

    def __init__(self):
        self.figures = {}
        self.absent = {}
        self._main = []

    def table(self, title, head, rows, notes=(), *, main=False):
        """Print a table; all of a row are texts, and the first column is aligned to the left.

        A `main` one is one of those that a summary has.
        """
        if main:
            self._main.append((title, head, rows, notes))
        print(f"\n{title}")
        for line in text_table(head, rows):
            print(f"  {line}".rstrip())
        for note in notes:
            print(f"  {note}")

    def times(self, title, times, bare=None):
        """Print a table of {name: Times}, beside bare Python if that is a name among them."""
        head = ["", "median", "least", "spread", "processor"]
        rows = []
        if bare:
            head += ["x bare", "by least", "by processor"]
        for name, one in times.items():
            row = [name, *(milliseconds(s) for s in (one.median, one.low, one.spread, one.cpu))]
            if bare:
                row += [f"{ratio:.2f}" for ratio in one.beside(times[bare])]
            rows.append(row)
        self.table(title, head, rows)

    def figure(self, name, value, by_least=None, by_processor=None):
        """Keep a figure for the goals, and what it is by the least times and processor times."""
        self.figures[name] = (value, by_least, by_processor)

    def ratio(self, name, times, base):
        """Keep the ratio of two Times as a figure."""
        self.figure(name, *times.beside(base))

    def rate(self, name, amount, times):
        """Keep how much of an amount is done in a second as a figure."""
        self.figure(name, *(amount / one for one in (times.median, times.low, times.cpu)))

    def missing(self, figures, why):
        """Say why figures cannot be had here."""
        self.absent |= dict.fromkeys(figures, why)

    def markdown(self, about):
        """Return the main tables as Markdown, after lines that say what was measured and how."""
        lines = [*about]
        for title, head, rows, notes in sorted(self._main, key=lambda one: one[0] != GOALS):
            lines += ["", f"{title}:", "", *markdown_table(head, rows)]
            if notes:
                lines += ["", *notes]
        return "\n".join(lines) + "\n"


def milliseconds(seconds):
    """Return a time as milliseconds in a text."""
    return f"{seconds * 1000:,.1f} ms"


def text_table(head, rows):
    """Return the lines of a table with aligned columns; the first is aligned to the left."""
    everything = [head, *rows] if any(head) else rows
    widths = [max(map(width, column)) for column in zip(*everything, strict=True)]
    return [
        "  ".join(
            cell + pad if not place else pad + cell
            for place, (cell, pad) in enumerate(
                (cell, " " * (most - width(cell))) for cell, most in zip(row, widths, strict=True)
            )
        ).rstrip()
        for row in everything
    ]


def markdown_table(head, rows):
    """Return the lines of a Markdown table; a bar in a cell is escaped."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    shown = [[cell.replace("|", "\\|") for cell in row] for row in (head, *rows)]
    return ["| " + " | ".join(row) + " |" for row in (shown[0], rule, *shown[1:])]


def width(text):
    """Return how many columns a text takes."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
