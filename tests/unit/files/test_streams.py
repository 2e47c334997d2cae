from __future__ import annotations

import errno
import io
import subprocess
import sys

import pytest

from infsh_secrets.domain.errors import DeniedError
from infsh_secrets.files import streams
from infsh_secrets.files.streams import OutputError

SCRIPT = """
import os, sys
from infsh_secrets.files.streams import OutputError, fill_missing_descriptors, write_stdout
fill_missing_descriptors()
report = os.open(sys.argv[1], os.O_WRONLY)
try:
    write_stdout(b"made up")
    said = "written"
except OutputError as error:
    said = error.message
os.write(report, f"{report > 2} {sys.stdin.read()!r} {said}".encode())
sys.stderr.write("")
"""


@pytest.mark.parametrize(
    ("closed", "said"),
    [
        ("<&-", "True '' written"),
        (">&-", "True 'input' Standard output is closed."),
        ("2>&-", "True 'input' written"),
        ("<&- >&- 2>&-", "True '' Standard output is closed."),
    ],
)
def test_no_file_takes_the_place_of_a_closed_descriptor(tmp_path, closed, said):
    report = tmp_path / "report"
    report.touch()
    shell = ["sh", "-c", f'exec "$0" -c "$1" "$2" {closed}', sys.executable, SCRIPT, str(report)]
    subprocess.run(shell, input=b"input", stdout=subprocess.PIPE, check=False)
    assert report.read_text() == said


class Stream(io.TextIOWrapper):
    """Standard output that may be a terminal, or fail."""

    def __init__(self, *, terminal=False, failure=None):
        super().__init__(io.BytesIO(), encoding="utf-8")
        self.terminal = terminal
        self.failure = failure

    def isatty(self):
        return self.terminal

    def flush(self):
        if self.failure:
            failure, self.failure = self.failure, None
            raise failure
        super().flush()

    @property
    def written(self):
        return self.buffer.getvalue()


@pytest.fixture
def output(monkeypatch):
    def become(**known):
        stream = Stream(**known)
        monkeypatch.setattr(sys, "stdout", stream)
        return stream

    return become


@pytest.mark.parametrize(
    ("terminal", "newline", "written"),
    [(True, True, b"v\n"), (True, False, b"v"), (False, True, b"v"), (False, False, b"v")],
)
def test_a_newline_is_added_on_a_terminal_only(output, terminal, newline, written):
    stream = output(terminal=terminal)
    streams.write_value(b"v", newline=newline)
    assert stream.written == written


@pytest.mark.parametrize("value", ["\x1b[2J", "a\rb", "\x9b31m", "\x7f", "\0"])
def test_a_value_that_would_steer_the_terminal_is_not_shown(output, value):
    stream = output(terminal=True)
    with pytest.raises(DeniedError) as caught:
        streams.write_value(value.encode())
    assert value not in caught.value.message
    assert stream.written == b""
    streams.write_value(value.encode(), raw=True, newline=False)
    assert stream.written == value.encode()


def test_a_pipe_gets_the_exact_bytes(output):
    stream = output()
    streams.write_value(b"\x1b[2J\r\n\t")
    assert stream.written == b"\x1b[2J\r\n\t"


def test_lines_and_tabs_are_harmless():
    streams.refuse_controls("-----BEGIN\n\tmade up \u00e4\n")


def test_a_full_disk_is_said_and_a_closed_pipe_is_not(output):
    output(failure=OSError(errno.ENOSPC, "made up"))
    with pytest.raises(OutputError, match="No space left"):
        streams.write_stdout(b"v")
    output(failure=BrokenPipeError(errno.EPIPE, "made up"))
    with pytest.raises(BrokenPipeError):
        streams.write_stdout(b"v")


@pytest.mark.parametrize(
    ("environ", "no_input", "asks"),
    [
        ({}, False, True),
        ({}, True, False),
        ({"CI": "true"}, False, False),
        ({"CI": ""}, False, True),
        ({"INFSH_NO_INPUT": "1"}, False, False),
        ({"INFSH_NO_INPUT": "0"}, False, True),
        ({"INFSH_NO_INPUT": ""}, False, True),
    ],
)
def test_when_a_question_may_be_asked(monkeypatch, environ, no_input, asks):
    terminal = Stream(terminal=True)
    for name in ("stdin", "stderr"):
        monkeypatch.setattr(sys, name, terminal)
    assert streams.may_ask(environ, no_input=no_input) is asks
    monkeypatch.setattr(sys, "stderr", Stream())
    assert not streams.may_ask(environ, no_input=no_input)
