"""What a test shows without that it stands in its report: log records, warnings, captured text.

Each observer is a context manager for the time of one test. Nothing is changed for the test: it
reads the same records, warnings and outputs as without.
"""

from __future__ import annotations

import contextlib
import logging
import os
import traceback
import warnings
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infsh_secrets.testing.guard import Guard


@contextlib.contextmanager
def observing(guard: Guard, config: pytest.Config) -> Iterator[None]:
    """Let the guard see what is shown in this process from now on."""
    with (
        _records(guard),
        _log_files(guard, config),
        _warnings(guard),
        _fixture_outputs(guard),
    ):
        yield


@contextlib.contextmanager
def _records(guard: Guard) -> Iterator[None]:
    """See each log record that is made, whatever handlers its logger has."""
    make = logging.getLogRecordFactory()

    def noting(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        guard.observe("the log", lambda: _record_text(record))
        return record

    logging.setLogRecordFactory(noting)
    try:
        yield
    finally:
        if logging.getLogRecordFactory() is noting:
            logging.setLogRecordFactory(make)


def _record_text(record: logging.LogRecord) -> str:
    """Return all that a formatter could make of a record."""
    texts = []
    with contextlib.suppress(Exception):
        texts.append(record.getMessage())
    for name, fact in vars(record).items():
        if name == "exc_info" and isinstance(fact, tuple):
            with contextlib.suppress(Exception):
                texts.extend(traceback.format_exception(*fact))
        else:
            texts.append(text_of(fact))
    return "\n".join(texts) + "\n"


def text_of(fact: object) -> str:
    """Return a text as it is, of anything else what Python writes for it."""
    if isinstance(fact, str):
        return fact
    try:
        return repr(fact)
    except Exception:  # noqa: BLE001  # what cannot be shown shows nothing
        return ""


class _Redacting(logging.Formatter):
    """A formatter whose lines are redacted."""

    def __init__(self, inner: logging.Formatter | None, guard: Guard) -> None:
        super().__init__()
        self._inner = inner or logging.Formatter()
        self._guard = guard

    def format(self, record: logging.LogRecord) -> str:
        return self._guard.redact(self._inner.format(record))


@contextlib.contextmanager
def _log_files(guard: Guard, config: pytest.Config) -> Iterator[None]:
    """Redact what pytest writes at once: live logs, and the file of `--log-file`."""
    plugin = config.pluginmanager.get_plugin("logging-plugin")
    found = (getattr(plugin, name, None) for name in ("log_cli_handler", "log_file_handler"))
    handlers = [
        (handler, handler.formatter)
        for handler in found
        if isinstance(handler, logging.Handler)
        and getattr(handler, "baseFilename", "") != os.path.abspath(os.devnull)
    ]
    for handler, formatter in handlers:
        handler.setFormatter(_Redacting(formatter, guard))
    try:
        yield
    finally:
        for handler, formatter in handlers:
            handler.setFormatter(formatter)


@contextlib.contextmanager
def _warnings(guard: Guard) -> Iterator[None]:
    """See warnings that nobody in the test expects, and pass them on redacted."""
    show = warnings.showwarning

    def noting(message: Warning | str, *args: Any, **kwargs: Any) -> None:
        text = str(message)
        guard.observe("a warning", lambda: text + "\n")
        redacted = guard.redact(text)
        show(message if redacted == text else redacted, *args, **kwargs)

    warnings.showwarning = noting
    try:
        yield
    finally:
        if warnings.showwarning is noting:
            warnings.showwarning = show


@contextlib.contextmanager
def _fixture_outputs(guard: Guard) -> Iterator[None]:
    """See what the test itself reads by capsys, capfd and their kin."""
    kind: Any = pytest.CaptureFixture
    read = kind.readouterr

    def noting(fixture: pytest.CaptureFixture[Any]) -> Any:
        outputs = read(fixture)
        for place, output in zip(("stdout", "stderr"), outputs, strict=True):
            text = output if isinstance(output, str) else output.decode(errors="replace")
            guard.observe(place, lambda text=text: text)  # type: ignore[misc]
        return outputs

    kind.readouterr = noting
    try:
        yield
    finally:
        kind.readouterr = read
