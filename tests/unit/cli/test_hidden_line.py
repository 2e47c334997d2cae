"""How keys and pastes become a line that is not shown."""

from __future__ import annotations

import os
import sys

import pytest

from infsh_secrets.cli.hidden_line import Line, _Silent

KEYS = {b"\x7f": "erase", b"\x15": "kill", b"\x17": "word", b"\x04": "end", b"\x16": "literal"}


def typed(data, piece):
    """Return (text, what came after the line), the bytes coming `piece` at a time."""
    line = Line(KEYS)
    for start in range(0, len(data), piece):
        if line.feed(data[start : start + piece]):
            return bytes(line.text), line.rest + data[start + piece :]
    return bytes(line.text), None


@pytest.mark.parametrize("piece", [1, 2, 7, 100000])
@pytest.mark.parametrize(
    ("data", "text", "rest"),
    [
        (b"plain\r", b"plain", b""),
        (b"plain\n", b"plain", b""),
        (b"x" * 70000 + b"\r", b"x" * 70000, b""),
        (b"one\rtwo\r", b"one", b"two\r"),
        (b"ab\x7fc\r", b"ac", b""),
        ("gr\N{LATIN SMALL LETTER U WITH DIAERESIS}\x7fx\r".encode(), b"grx", b""),
        ("\N{KEY}\x7f\x7f\x7fx\r".encode(), b"x", b""),
        (b"wrong words\x15right\r", b"right", b""),
        (b"two words \x17x\r", b"two x", b""),
        (b"a\x16\x7fb\x16\rc\r", b"a\x7fb\rc", b""),
        (b"a\x16\x1bb\r", b"a\x1bb", b""),
        (b"no end\x04\r", b"no end", b""),
        (b"up\x1b[A\x1bOB\x1b[1;5Cdown\r", b"updown", b""),
        (b"lone\x1bx\x1b\r", b"lone\x1bx\x1b", b""),
        (b"\x1b[200~pasted\x1b[201~\r", b"pasted", b""),
        (b"\x1b[200~pasted\r\x1b[201~\r", b"pasted", b""),
        (b"\x1b[200~-one\rtwo\r\r\x1b[201~\r", b"-one\ntwo\n", b""),
        (b"\x1b[200~one\r\ntwo\x1b[201~\r", b"one\ntwo", b""),
        (b"a\x1b[200~\x7f\x15\x1b[A\x04\x1b[201~b\r", b"a\x7f\x15\x1b[A\x04b", b""),
        (b"\x1b[200~\x1b[20\x1b[201~\r", b"\x1b[20", b""),
        (b"\x1b[200~never ends\r", b"", None),
    ],
)
def test_a_line_is_what_was_meant(data, text, rest, piece):
    assert typed(data, piece) == (text, rest)


@pytest.mark.parametrize("data", [b"\x04", b"ab\x15\x04", b"\x1b[A\x04"])
def test_the_end_of_input_on_an_empty_line(data):
    with pytest.raises(EOFError):
        typed(data, 1)


def test_the_question_is_not_written_through_a_stream_that_a_signal_finds_busy(monkeypatch):
    """A stop while the question is written asks it again: a buffered stream takes no second one."""

    class Busy:
        def fileno(self):
            return write

        def write(self, _):
            raise RuntimeError("reentrant call")

    master, slave = os.openpty()
    read, write = os.pipe()
    monkeypatch.setattr(sys, "stderr", Busy())
    silent = _Silent(slave, "Value (not shown): ")
    silent._ask()
    silent._restore()
    assert os.read(read, 100) == b"Value (not shown): "
    for descriptor in (master, slave, read, write):
        os.close(descriptor)
