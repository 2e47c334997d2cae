"""The one renderer: results become tables, sentences, JSON or YAML; errors become lines."""

from __future__ import annotations

import os
import sys
import time

from infsh_secrets.config.settings import output_form
from infsh_secrets.domain.results import (
    Changes,
    PlainValue,
    SecretList,
    SecretView,
    TeamCreated,
    Text,
    VaultAction,
)
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.streams import OutputError, refuse_controls, write_stdout, write_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any, TextIO

    from rich.console import Console

    from infsh_secrets.domain.check_results import CheckResult
    from infsh_secrets.domain.results import Result

_PIPE_WIDTH = 120
_WIDTH_UNKNOWN = 80
_LEAST_LAST = 16


def shows_unicode() -> bool:
    """Tell whether standard output can show more than ASCII."""
    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    # In the C locale Python speaks UTF-8 of its own accord, the terminal perhaps not.
    return encoding == "utf8" and os.environ.get("LC_ALL") not in ("C", "POSIX")


def chosen_form(option: str | None, environ: Mapping[str, str], *, terminal: bool) -> str:
    """Return the form of output: the one that is named, else table on a terminal, else JSON."""
    return output_form(option, environ) or ("table" if terminal else "json")


class Renderer:
    """Shows results on standard output, and what is said to a person on standard error."""

    def __init__(
        self, form: str | None = None, *, no_color: bool = False, quiet: bool = False
    ) -> None:
        self._option = form
        self._no_color = no_color
        self._quiet = quiet
        self._label_width = 0

    @property
    def form(self) -> str:
        """The form of output in force; UsageError when it does not exist."""
        return chosen_form(self._option, os.environ, terminal=sys.stdout.isatty())

    def check(self) -> None:
        """Raise UsageError for a form that does not exist, before anything is done."""
        _ = self.form

    def say(self, text: str) -> None:
        """Tell the person something, dimmed on a terminal; nothing when quiet."""
        if self._quiet:
            return
        line = sanitize(text)
        if sys.stderr.isatty():
            line = _wrapped(line, _columns(sys.stderr))
            if not self._no_color and colours(os.environ):
                line = f"\x1b[2m{line}\x1b[0m"
        try:
            sys.stderr.write(line + "\n")
            sys.stderr.flush()
        except OSError:
            return  # nobody can be told, and the work is done all the same

    def render(self, result: Result) -> None:
        """Write a result to standard output in the form in force."""
        if isinstance(result, PlainValue):
            data = result.value.reveal_bytes()
            write_value(data, newline=result.newline, raw=result.raw)
            return
        changed = _tells_a_change(result)
        if changed:
            if self._quiet:
                return
            undo = result.undo if isinstance(result, Changes) else ""
            if undo and self.form not in ("table", "plain"):  # these tell it themselves
                self.say(f"Undo with: {undo}")
        try:
            write_stdout(self._encode(self._text(result)))
        except OutputError as error:
            if not (changed or isinstance(result, TeamCreated)):
                raise
            message = f"The change was made, but {error.message[0].lower()}{error.message[1:]}"
            raise OutputError(message, error.hint) from None

    def _text(self, result: Result) -> str:
        if isinstance(result, Text):
            return result.text
        form = self.form
        if form in ("json", "yaml"):
            from infsh_secrets.cli import records

            as_text = records.as_json if form == "json" else records.as_yaml
            return as_text(result, unicode=shows_unicode())
        if form == "table":
            return self._table(result)
        if isinstance(result, SecretList | SecretView):
            from infsh_secrets.cli import secret_words

            if form == "names":
                return secret_words.names(result)
            text = secret_words.plain(result, _now(), unicode=shows_unicode())
            return text + self._revealed(result, "value:\t")
        from infsh_secrets.cli import plain_text

        if form == "names":
            return plain_text.names(result)
        return plain_text.plain(result, _now(), unicode=shows_unicode())

    @staticmethod
    def _encode(text: str) -> bytes:
        encoding = sys.stdout.encoding or "ascii"
        return text.encode(encoding, "backslashreplace")

    # -- for people --------------------------------------------------------------------------------

    def _table(self, result: Result) -> str:
        console = self._console()
        with console.capture() as capture:
            if isinstance(result, SecretList):
                self._print_list(console, result)
            elif isinstance(result, SecretView):
                self._print_view(console, result)
            else:
                _print_other(console, result)
        return capture.get() + self._revealed(result, "value".ljust(self._label_width))

    def _console(self) -> Console:
        from rich.console import Console

        terminal = sys.stdout.isatty()
        colour = terminal and not self._no_color and colours(os.environ)
        return Console(
            file=sys.stdout,
            force_terminal=terminal,
            no_color=not colour,
            color_system="auto" if colour else None,
            width=_columns(sys.stdout) if terminal else _PIPE_WIDTH,
            markup=False,
            highlight=False,
            emoji=False,
        )

    def _print_list(self, console: Console, result: SecretList) -> None:
        from rich.cells import cell_len

        from infsh_secrets.cli import columns, secret_words

        if not result.infos:
            console.print(_text(secret_words.empty_list(result)), soft_wrap=True)
            return
        now = _now()
        when = "deleted" if result.deleted else "updated"
        titles = ("key", "value", "description", "env", "ver", when)
        rows = [
            tuple(map(_showable, secret_words.list_row(info, now, unicode=shows_unicode())))
            for info in result.infos
        ]
        widths = columns.fit(
            [max(map(cell_len, column)) for column in zip(titles, *rows, strict=True)],
            console.width,
            one_environment=len({info.environment for info in result.infos}) == 1,
        )
        styles = ("bold cyan", "dim", "", "", "", "")
        _print_rows(console, titles, rows, styles=styles, widths=widths)

    def _print_view(self, console: Console, result: SecretView) -> None:
        from rich.table import Table

        from infsh_secrets.cli import columns, secret_words

        lines = secret_words.view_lines(result, _now(), unicode=shows_unicode())
        self._label_width = max(len(label) for label, _ in lines) + columns.GAP
        if not sys.stdout.isatty():
            for label, value in lines:
                console.print(_text(label.ljust(self._label_width) + value), soft_wrap=True)
            return
        grid = Table.grid(padding=(0, columns.GAP, 0, 0))
        grid.add_column(width=self._label_width - columns.GAP, style="dim")
        grid.add_column(overflow="fold")
        for label, value in lines:
            grid.add_row(_text(label), _text(value))
        console.print(grid)

    @staticmethod
    def _revealed(result: Result, label: str) -> str:
        """Return the value that a view reveals, as it is: rich would expand its tabs."""
        if not isinstance(result, SecretView) or result.value is None:
            return ""
        text = result.value.reveal()
        if sys.stdout.isatty() and not result.raw:
            refuse_controls(text)
        return f"{label}{text}\n"


def _tells_a_change(result: Result) -> bool:
    """Tell whether all that a result says is that something was changed, as it should be."""
    if isinstance(result, SecretList | SecretView):
        return False
    from infsh_secrets.domain.sync_results import SyncResult
    from infsh_secrets.domain.transfer_results import ExportResult, ImportResult

    return isinstance(result, Changes | VaultAction | ImportResult | ExportResult | SyncResult)


def _print_other(console: Console, result: Result) -> None:
    """Print a result that is no secret and no list of them."""
    from infsh_secrets.cli import plain_text
    from infsh_secrets.domain.check_results import CheckResult
    from infsh_secrets.domain.sync_results import DiffResult

    if isinstance(result, CheckResult):
        _print_check(console, result)
        return
    listed = plain_text.table(result, _now(), unicode=shows_unicode())
    lines = []
    if listed:
        _print_table(console, *listed)
        lines.append("")
    if not listed or isinstance(result, DiffResult):
        lines += plain_text.sentences(result, unicode=shows_unicode())
        for line in lines:
            console.print(_text(line), soft_wrap=True)


def _print_check(console: Console, result: CheckResult) -> None:
    """Print the requirements as a table, and below it what there is to say about them."""
    from rich.cells import cell_len

    from infsh_secrets.cli import check_words, columns

    console.print(_text(f"Manifest: {result.manifest}"), soft_wrap=True)
    if result.requirements:
        console.print()
        rows = [tuple(map(_showable, check_words.row(one, _now()))) for one in result.requirements]
        natural = [
            max(map(cell_len, column)) for column in zip(check_words.TITLES, *rows, strict=True)
        ]
        widths = columns.fit_check(natural, console.width)
        styles = ("bold cyan", "", "dim", "dim", "")
        _print_rows(console, check_words.TITLES, rows, styles=styles, widths=widths)
    console.print()
    for line in check_words.sentences(result):
        for part in _wrapped(_showable(line), console.width).splitlines():
            console.print(_text(part), soft_wrap=True)


def _print_table(
    console: Console, titles: tuple[str, ...], rows: Iterable[tuple[str, ...]]
) -> None:
    """Print rows whose last column may be folded; as plain lines where there is no room at all."""
    from rich.cells import cell_len

    from infsh_secrets.cli import columns

    shown = [tuple(map(_showable, row)) for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(titles, *shown, strict=True)]
    room = console.width - sum(widths[:-1]) - columns.GAP * (len(widths) - 1)
    if room < min(widths[-1], _LEAST_LAST):
        for row in shown:
            console.print(_text("  ".join(cell for cell in row if cell)))
        return
    widths[-1] = min(widths[-1], room)
    _print_rows(console, titles, shown, widths=widths, shorten=False)


def _print_rows(
    console: Console,
    titles: tuple[str, ...],
    rows: Iterable[tuple[str, ...]],
    *,
    widths: Sequence[int],
    styles: tuple[str, ...] = (),
    shorten: bool = True,
) -> None:
    """Print the columns that have a width; cells are folded, or shortened but for the first."""
    from rich import box
    from rich.table import Table

    rule = box.SIMPLE_HEAD
    if not shows_unicode():
        rule = box.Box(str(rule).replace("\u2500", "-"), ascii=True)
    table = Table(
        box=rule, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold"
    )
    shown = [place for place in range(len(titles)) if widths[place]]
    for place in shown:
        table.add_column(
            titles[place],
            style=styles[place] if styles else "",
            width=widths[place],
            overflow="fold",
        )
    for row in rows:
        cells = [
            _shortened(row[place], widths[place]) if shorten and place else row[place]
            for place in shown
        ]
        table.add_row(*map(_text, cells))
    console.print(table)


def _shortened(text: str, width: int) -> str:
    """Return text of at most `width` cells, with an ellipsis where something is missing."""
    from rich.cells import cell_len, set_cell_size

    if cell_len(text) <= width:
        return text
    ellipsis = "\u2026" if shows_unicode() else "..."
    return set_cell_size(text, width - len(ellipsis)).rstrip() + ellipsis


def _showable(content: str) -> str:
    """Return text as it will appear, so that it can be measured."""
    text = sanitize(content)
    return text if shows_unicode() else text.encode("ascii", "backslashreplace").decode()


def _wrapped(line: str, width: int) -> str:
    """Return a line broken between words; a path that is longer than the width stays whole."""
    if len(line) <= width:
        return line
    import textwrap

    return textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)


def _columns(stream: TextIO) -> int:
    """Return the width of the terminal that a stream goes to."""
    try:
        asked = int(os.environ.get("COLUMNS") or 0)
        columns = asked if asked > 0 else os.get_terminal_size(stream.fileno()).columns
    except (ValueError, OSError):
        columns = 0
    return columns or _WIDTH_UNKNOWN  # a terminal that nobody has set up says 0


def _text(content: str, style: str = "") -> Any:
    """Return text without markup, its control and bidirectional characters made visible."""
    from rich.text import Text as RichText

    return RichText(sanitize(content), style=style)


def colours(environ: Mapping[str, str]) -> bool:
    """Tell whether the environment allows colour."""
    return not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


def _now() -> int:
    return time.time_ns() // 1_000_000
