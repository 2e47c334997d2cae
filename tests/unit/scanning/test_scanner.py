from __future__ import annotations

import base64
import random

import pytest

from infsh_secrets.execution.matching import Matcher
from infsh_secrets.scanning import scanner
from infsh_secrets.scanning.scanner import Search, search

VALUE = b"made-up-7fQ2xLw9-value"
ENCODED = base64.b64encode(VALUE)


@pytest.fixture
def places(finder, name_form):
    def found(data, size=0, **options):
        blocks = [data[at : at + size] for at in range(0, len(data), size)] if size else [data]
        hits = search(blocks, finder, name_form, **{"binary": False} | options)
        return hits and [(hit.line, hit.column, hit.form) for hit in hits]

    return found


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (b"made-up-7fQ2xLw9-valu", []),
        (VALUE, [(1, 1, "plain")]),
        (b"\n\nkey = '" + VALUE + b"'\n", [(3, 8, "plain")]),
        (b"a\r\n" + VALUE + b"\r\n" + VALUE, [(2, 1, "plain"), (3, 1, "plain")]),
        (VALUE + b" " + VALUE, [(1, 1, "plain"), (1, 24, "plain")]),
        ("\N{SNOWMAN}ü ".encode() + VALUE, [(1, 4, "plain")]),
        (b"\xff\xff! " + VALUE, [(1, 5, "plain")]),
        (b"\xef\xbb\xbf" + VALUE, [(1, 1, "plain")]),
        (b"x: " + ENCODED, [(1, 4, "base64")]),
        (b"x" * 100_000 + VALUE + b"y" * 9, [(1, 100_001, "plain")]),
    ],
)
def test_places(places, data, expected):
    assert places(data) == expected
    assert places(data, 16) == expected


def test_a_match_across_the_borders_of_blocks(places):
    data = b"one\n" + b"x" * 50 + VALUE + b"\n" + ENCODED + b"\nend " + VALUE
    expected = [(2, 51, "plain"), (3, 1, "base64"), (4, 5, "plain")]
    for size in range(1, len(data) + 1):
        assert places(data, size) == expected, size


def test_places_do_not_depend_on_blocks(places):
    chance = random.Random(5)
    pieces = [
        VALUE,
        ENCODED,
        VALUE.hex().encode(),
        b"\n",
        b"\r\n",
        "ü".encode(),
        b"made-up-",
        b"xy",
    ]
    for _ in range(60):
        data = b"".join(chance.choice(pieces) for _ in range(40))
        whole = places(data)
        assert all(places(data, size) == whole for size in (1, 2, 13, 40))
        for line, column, form in whole:
            text = data.split(b"\n")[line - 1].decode()[column - 1 :].encode()
            wanted = {"plain": VALUE, "base64": ENCODED[:-3], "hex": VALUE.hex().encode()}[form]
            assert text.startswith(wanted)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_texts_with_a_byte_order_mark_are_no_binaries(places, encoding):
    text = "\N{BYTE ORDER MARK}one\nü = " + VALUE.decode() + " " + ENCODED.decode()
    expected = [(2, 5, "plain"), (2, 28, "base64")]
    for size in (0, 5, 8, 64):
        assert places(text.encode(encoding), size) == expected


def test_a_broken_text_with_a_byte_order_mark_is_searched(places):
    assert places(b"\xff\xfe\x00\xd8" + VALUE.decode().encode("utf-16-le") + b"x") == [
        (1, 2, "plain")
    ]


def test_binaries_are_left_out_unless_asked_for(places):
    data = b"\0\n" + VALUE + b" " + VALUE.decode().encode("utf-16-le")
    assert places(data) is None
    assert places(data, binary=True) == [(2, 1, "plain"), (2, 24, "utf-16")]
    late = b"x" * scanner.SNIFFED + data
    assert len(places(late)) == 2


def test_overlapping_matches_of_one_secret_are_one_hit_of_the_longest():
    finder = Matcher([(b"abcdef", 0), (b"cdefghijk", 0), (b"efghij", 1)])
    hits = search([b"-abcdefghijk"], finder, lambda _, form: form.decode(), binary=False)
    assert [tuple(hit) for hit in hits] == [(0, 1, 2, "cdefghijk"), (1, 1, 6, "efghij")]


def test_an_earlier_and_longer_match_that_ends_later_takes_in_what_was_found():
    finder = Matcher([(b"bbbbbb", 0), (b"cccccc", 0), (b"a-bbbbbb-cccccc-d", 0)])
    data = b"\na-bbbbbb-cccccc-d"
    for size in range(1, len(data) + 1):
        blocks = [data[at : at + size] for at in range(0, len(data), size)]
        hits = search(blocks, finder, lambda _, form: str(len(form)), binary=False)
        assert [tuple(hit) for hit in hits] == [(0, 2, 1, "17")], size


def test_of_a_text_full_of_secrets_so_many_are_enough(finder, name_form):
    taken = []

    def blocks():
        for number in range(1000):
            taken.append(number)
            yield (VALUE + b"\n") * 100

    hits = search(blocks(), finder, name_form, binary=False)
    assert len(hits) == scanner.MOST_HITS
    assert hits[-1].line == scanner.MOST_HITS
    assert len(taken) < 20


def test_what_is_kept_between_blocks_has_a_bound(finder, name_form):
    running = Search(finder, name_form)
    for _ in range(50):
        running.feed(b"made-up-" * 4000)
        assert len(running._last) < 40_000
    assert running.finish() == []
