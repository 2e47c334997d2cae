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
    from collections.abc import Iterable, Mapping
    from typing import TextIO

    from infsh_secrets.cli.page import Page
    from infsh_secrets.domain.check_results import CheckResult
    from infsh_secrets.domain.results import Result

_PIPE_WIDTH = 120
_ALONE = "infsh-secrets"
_AT_THE_ROOT = ("login", "logout", "me", "completion", "--version")
_WIDTH_UNKNOWN = 80


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
        line = sanitize(as_started(text))
        if sys.stderr.isatty():
            line = _wrapped(line, _columns(sys.stderr))
            if not self._no_color and colours(os.environ, sys.stderr):
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
            for part in self._parts(result):
                write_stdout(self._encode(part))
        except OutputError as error:
            if not (changed or isinstance(result, TeamCreated)):
                raise
            message = f"The change was made, but {error.message[0].lower()}{error.message[1:]}"
            raise OutputError(message, error.hint) from None

    def _parts(self, result: Result) -> Iterable[str]:
        """Return the text of a result, in parts where it may be very long."""
        if isinstance(result, SecretList) and self.form == "json":
            from infsh_secrets.cli import records

            return records.list_parts(result, unicode=shows_unicode())
        return (self._text(result),)

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
        return as_started(plain_text.plain(result, _now(), unicode=shows_unicode()))

    @staticmethod
    def _encode(text: str) -> bytes:
        encoding = sys.stdout.encoding or "ascii"
        return text.encode(encoding, "backslashreplace")

    # -- for people --------------------------------------------------------------------------------

    def _table(self, result: Result) -> str:
        page = self._page()
        if isinstance(result, SecretList):
            _show_list(page, result)
        elif isinstance(result, SecretView):
            self._show_view(page, result)
        else:
            _show_other(page, result)
            return as_started(page.text)
        return page.text + self._revealed(result, "value".ljust(self._label_width))

    def _page(self) -> Page:
        from infsh_secrets.cli.page import Page

        terminal = sys.stdout.isatty()
        return Page(
            _columns(sys.stdout) if terminal else _PIPE_WIDTH,
            colour=not self._no_color and colours(os.environ, sys.stdout),
            unicode=shows_unicode(),
        )

    def _show_view(self, page: Page, result: SecretView) -> None:
        from infsh_secrets.cli import columns, secret_words

        lines = secret_words.view_lines(result, _now(), unicode=shows_unicode())
        self._label_width = max(len(label) for label, _ in lines) + columns.GAP
        if sys.stdout.isatty():
            page.facts(lines, self._label_width)
            return
        for label, value in lines:
            page.add(label.ljust(self._label_width) + value)

    @staticmethod
    def _revealed(result: Result, label: str) -> str:
        """Return the value that a view reveals, as it is: a table would change its tabs."""
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


def _show_list(page: Page, result: SecretList) -> None:
    from infsh_secrets.cli import columns, secret_words
    from infsh_secrets.cli.page import DIM, NAME, natural

    if not result.infos:
        page.add(secret_words.empty_list(result))
        return
    now = _now()
    when = "deleted" if result.deleted else "updated"
    titles = ("key", "value", "description", "env", "ver", when)
    rows = [
        tuple(map(page.showable, secret_words.list_row(info, now, unicode=shows_unicode())))
        for info in result.infos
    ]
    widths = columns.fit(
        natural(titles, rows),
        page.width,
        one_environment=len({info.environment for info in result.infos}) == 1,
    )
    page.table(titles, rows, widths=widths, styles=(NAME, DIM, "", "", "", ""))


def _show_other(page: Page, result: Result) -> None:
    """Show a result that is no secret and no list of them."""
    from infsh_secrets.cli import plain_text
    from infsh_secrets.domain.check_results import CheckResult
    from infsh_secrets.domain.sync_results import DiffResult

    if isinstance(result, CheckResult):
        _show_check(page, result)
        return
    listed = plain_text.table(result, _now(), unicode=shows_unicode())
    if listed:
        page.listed(*listed)
        if not isinstance(result, DiffResult):
            return
        page.add()
    for line in plain_text.sentences(result, unicode=shows_unicode()):
        page.add(line)


def _show_check(page: Page, result: CheckResult) -> None:
    """Show the requirements as a table, and below it what there is to say about them."""
    from infsh_secrets.cli import check_words, columns
    from infsh_secrets.cli.page import DIM, NAME, natural

    page.add(f"Manifest: {result.manifest}")
    if result.requirements:
        page.add()
        now = _now()
        rows = [tuple(map(page.showable, check_words.row(one, now))) for one in result.requirements]
        widths = columns.fit_check(natural(check_words.TITLES, rows), page.width)
        page.table(check_words.TITLES, rows, widths=widths, styles=(NAME, "", DIM, DIM, ""))
    page.add()
    for line in check_words.sentences(result):
        for part in _wrapped(page.showable(line), page.width).splitlines():
            page.add(part)


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


def as_started(text: str) -> str:
    """Return what is said of our commands with the program's name that was typed.

    Where `infsh` is the platform's own program, `infsh-secrets` must not send anybody there.
    """
    if not os.path.basename(sys.argv[0]).startswith(_ALONE):
        return text
    for word in ("secrets", *_AT_THE_ROOT):
        text = text.replace(f"infsh {word}", _ALONE + f" {word}".removesuffix(" secrets"))
    return text.replace(f"{_ALONE} (from", "infsh secrets (from")  # as the record has it


def colours(environ: Mapping[str, str], stream: TextIO) -> bool:
    """Tell whether a stream is to have colours: on a terminal, unless the environment says."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "0") not in ("", "0", "false"):
        return True
    return stream.isatty() and environ.get("TERM", "").lower() not in ("dumb", "unknown")


def _now() -> int:
    return time.time_ns() // 1_000_000
