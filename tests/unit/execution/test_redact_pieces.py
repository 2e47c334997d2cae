"""Pieces of a long random value: in lines, in columns of a table, in dumps."""

from __future__ import annotations

import textwrap

import pytest

from infsh_secrets.domain.value_parts import pieces
from infsh_secrets.execution.redact import Redactor

KEY = "sk-made-up-" + "T0Ken4mNc8vXq2LrZ7wKp9sYd3hFb6JgRn5W" * 4
TOKEN = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJtYWRlIjoidXAiLCJzdWIiOiIxMjM0NTY3ODkwIn0.Kq7w2XvLp9"
)
LARGE = 20_000


def through(value, *parts):
    stream = Redactor([("K", value.encode())]).stream()
    return (b"".join(stream.feed(part.encode()) for part in parts) + stream.flush()).decode()


def shown(value, text):
    """The longest text of the value that can be read in what comes out."""
    out = through(value, text)
    sizes = range(len(value), 0, -1)
    return next(
        (
            value[at : at + n]
            for n in sizes
            for at in range(len(value) - n + 1)
            if value[at : at + n] in out
        ),
        "",
    )


@pytest.mark.parametrize("width", [40, 76, 80, 100])
@pytest.mark.parametrize("before", [0, 9, 30])
@pytest.mark.parametrize(
    "around", [("", ""), ("    ", ""), ("│ ", " │")], ids=["", "indented", "table"]
)
def test_of_a_value_in_lines_no_line_shows_what_matters(width, before, around):
    text = "-" * before + KEY
    lines = [text[at : at + width] for at in range(0, len(text), width)]
    out = shown(KEY, "\n".join(line.join(around) for line in lines))
    # What is too short at the edge of a line is shown, and three letters before each mark.
    assert len(out) < 24
    assert "[REDACTED:K]" in through(KEY, "\n".join(line.join(around) for line in lines))


def test_python_breaks_a_key_at_its_hyphens():
    out = through(KEY, textwrap.fill("The default is " + KEY, 70, subsequent_indent="  "))
    assert KEY[11:60] not in out
    assert KEY[14:50] not in out


def test_a_shortened_value_is_a_piece():
    assert through(KEY, f"key={KEY[20:50]}...") == f"key={KEY[20:23]}[REDACTED:K]..."
    assert through(KEY, f"key={KEY[20:43]}...") == f"key={KEY[20:43]}..."


@pytest.mark.parametrize("size", [12, 13, 17, 23, 24, 25])
def test_a_short_end_of_a_value_is_a_piece(size):
    end = KEY[-size:]
    assert through(KEY, f"...{end}\n") == f"...{end[:3]}[REDACTED:K]\n"
    assert through(KEY, KEY[-11:]) == KEY[-11:]


def test_a_whole_value_is_one_mark_and_all_of_it():
    assert through(KEY, f"<{KEY}>") == "<[REDACTED:K]>"


def test_colours_at_the_beginning_of_a_piece():
    part = KEY[30:60]
    for place in range(1, 6):
        out = through(KEY, f"<{part[:place]}\x1b[1m{part[place:]}\x1b[m>")
        assert part[place:][:12] not in out.replace("\x1b[1m", "")
        assert "[REDACTED:K]" in out


@pytest.mark.parametrize("size", range(1, 7))
def test_what_begins_in_a_few_bytes_before_a_large_block(size):
    piece = KEY[30:60]
    rest = piece[size:] + "." * LARGE
    assert through(KEY, piece[:size], rest) == through(KEY, piece[:size] + rest)
    assert piece[8:] not in through(KEY, piece[:size], rest)


def test_a_control_sequence_that_ends_in_a_large_block():
    piece = KEY[30:60]
    for size in (1, 2):
        parts = piece[:size] + "\x1b", "[m" + piece[size:] + "." * LARGE
        assert through(KEY, *parts) == through(KEY, "".join(parts))


def test_nothing_waits_for_what_begins_like_a_piece():
    redactor = Redactor([("K", KEY.encode())])
    held = 0
    for place in range(12, 60):
        text = b"." + KEY[place : place + 2].encode()
        held += redactor.stream().feed(text) != text
    assert held < 20  # those that begin another form


def test_a_flood_of_control_sequences_is_not_kept():
    stream = Redactor([("K", KEY.encode())]).stream()
    out = stream.feed(b"text s")
    for _ in range(40):
        out += stream.feed(b"\x1b[m" * 3000)
        assert len(stream._kept) < 80_000
    assert out.startswith(b"text s\x1b[m")
    assert stream.feed(KEY.encode() + b"\n").endswith(b"[REDACTED:K]\n")


@pytest.mark.parametrize(
    "value",
    [
        "correct-horse-battery-staple-and-more",
        "arn:aws:iam::123456789012:role/some-role-with-a-name",
        "projects/made-up-42/locations/us-east1/clusters/main",
        "a made up sentence of several words T0Ken4mNc8vXq2LrZ7wKp9sYd3hF",
        "postgresql://reader@db.example.com:5432/orders-of-the-year",
        "T0Ken4mNc8vXq2LrZ7wKp9sY",
        "x7" * 2000,
    ],
)
def test_words_addresses_and_what_is_short_or_long_have_no_pieces(value):
    assert pieces(value.encode()) == []


def test_parts_of_a_value_have_pieces():
    part = KEY[11:60].encode()
    for value in (b"https://user:%b@example.com/" % part, b'{"key": "%b"}' % part):
        assert part[:24] in pieces(value)


def test_the_header_of_a_token_is_that_of_others():
    assert all(piece.decode() in TOKEN[37:] for piece in pieces(TOKEN.encode()))
    assert pieces(TOKEN.encode())
