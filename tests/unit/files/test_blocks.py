from __future__ import annotations

import pytest

from infsh_secrets.domain.errors import ConflictError
from infsh_secrets.files.blocks import has_block, with_block, without_block

LINES = "load it\n"
FILES = [
    b"",
    b"\n",
    b"one",
    b"one\n",
    b"one\n\n",
    b"one\r\ntwo\r\n",
    b"\xff\xfe\x00 not text",
    b"# <<< infsh completion <<<\n",
]


@pytest.mark.parametrize("data", [None, *FILES])
def test_what_was_there_comes_back_byte_for_byte(data):
    made = with_block(data, LINES)
    assert made.startswith(data or b"")
    assert has_block(made)
    assert without_block(made) == data


@pytest.mark.parametrize("data", [None, *FILES])
def test_it_stands_there_once_and_is_brought_up_to_date(data):
    made = with_block(data, "an older line\n")
    assert with_block(made, "an older line\n") == made
    newer = with_block(made, LINES)
    assert newer == with_block(data, LINES)
    assert without_block(newer) == data


@pytest.mark.parametrize("data", FILES)
def test_what_is_added_later_stays(data):
    made = with_block(data, LINES)
    left = without_block(made + b"later\n")
    assert left == (data if data.endswith(b"\n") or not data else data + b"\n") + b"later\n"


def test_a_file_made_for_it_stays_when_something_else_is_in_it():
    assert without_block(with_block(None, LINES) + b"later\n") == b"later\n"


def test_an_editor_may_have_taken_the_last_line_break():
    made = with_block(b"one\n", LINES)
    assert without_block(made[:-1]) == b"one\n"
    assert with_block(made[:-1], LINES) == made[:-1]


def test_a_block_without_an_end_is_left_alone():
    broken = with_block(b"one\n", LINES).replace(b"<<<", b"")
    for change in (lambda: with_block(broken, LINES), lambda: without_block(broken)):
        with pytest.raises(ConflictError):
            change()


def test_a_file_without_one_stays():
    assert without_block(b"one\n") == b"one\n"
    assert not has_block(b"one\n")
