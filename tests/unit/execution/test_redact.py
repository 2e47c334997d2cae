"""Streams with marks in the place of secrets."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from infsh_secrets.execution import redact
from infsh_secrets.execution.redact import Redactor

VALUE = b"made-up-7fQ2xLw9-value"


@pytest.fixture
def stream():
    return Redactor([("SOME_KEY", VALUE)]).stream()


def whole(stream, data):
    return stream.feed(data) + stream.flush()


def test_a_value_becomes_a_mark_with_its_name(stream):
    assert whole(stream, b"a " + VALUE + b" b") == b"a [REDACTED:SOME_KEY] b"


def test_all_is_prepared_before_the_first_byte_where_there_is_time(monkeypatch):
    redactor = Redactor([("SHORT", b"x"), ("A", VALUE), ("B", b"another-made-up-value")])
    steps = 0
    while redactor.prepare():
        steps += 1
    assert steps == 2  # one for each that is looked for
    monkeypatch.setattr("infsh_secrets.domain.variants.forms", None)
    monkeypatch.setattr("infsh_secrets.execution.matching.Matcher", None)
    assert not redactor.prepare()
    assert whole(redactor.stream(), b"<" + VALUE + b">") == b"<[REDACTED:A]>"


@pytest.mark.parametrize("steps", range(4))
def test_what_is_not_prepared_waits_for_the_first_byte(steps):
    redactor = Redactor([("A", VALUE), ("B", b"another-made-up-value")])
    for _ in range(steps):
        redactor.prepare()
    data = VALUE + b" another-made-up-value"
    assert whole(redactor.stream(), data) == b"[REDACTED:A] [REDACTED:B]"


def test_several_threads_may_prepare_at_once():
    values = [(f"KEY_{number}", b"made-up-value-%d-of-many" % number) for number in range(20)]
    redactor = Redactor(values)

    def search(_):
        return [whole(redactor.stream(), value) for _, value in values]

    with ThreadPoolExecutor(8) as threads:
        for found in threads.map(search, range(8)):
            assert found == [b"[REDACTED:%s]" % name.encode() for name, _ in values]


def test_without_secrets_nothing_is_to_be_prepared():
    assert not Redactor([("SHORT", b"x")]).prepare()


def test_output_without_a_secret_passes_as_it_is(stream):
    data = random.Random(1).randbytes(700_000)
    assert whole(stream, data) == data


def test_nothing_is_held_that_cannot_become_a_match(stream):
    assert stream.feed(b"hello world 123\n") == b"hello world 123\n"
    assert not stream.held


def test_only_the_end_that_may_be_a_beginning_is_held(stream):
    assert stream.feed(b"hello made-up") == b"hello "
    assert stream.held
    assert stream.feed(b"!") == b"made-up!"
    assert not stream.held


@pytest.mark.parametrize("size", [6, 20, 39, 64, 65, 200, 5000])
def test_no_line_end_waits_for_the_next_line(size):
    value = random.Random(size).randbytes(size).hex().encode()[:size]
    stream = Redactor([("SOME_KEY", value)]).stream()
    for last in range(256):
        for line_end in (b"\n", b"\r\n"):
            line = b" " + bytes((last,)) + line_end
            assert stream.feed(line) == line


def test_a_value_in_single_bytes_is_found(stream):
    out = b"".join(stream.feed(bytes((byte,))) for byte in b"<" + VALUE + b">")
    assert out + stream.flush() == b"<[REDACTED:SOME_KEY]>"


def test_the_end_of_a_stream_gives_what_was_held(stream):
    assert stream.feed(b"made-up-7") == b""
    assert stream.flush() == b"made-up-7"
    assert not stream.held


def test_of_overlapping_values_the_longest_is_named():
    stream = Redactor([("SHORT", b"tail-9Zq4"), ("LONG", b"head-3Kx8-tail")]).stream()
    assert whole(stream, b"<head-3Kx8-tail-9Zq4>") == b"<[REDACTED:LONG]>"


def test_touching_values_are_two_marks(stream):
    assert whole(stream, VALUE * 2) == b"[REDACTED:SOME_KEY]" * 2


def test_a_value_that_overlaps_itself_leaves_nothing():
    stream = Redactor([("K", b"abacabac1abacabac")]).stream()
    assert whole(stream, b"-abacabac1abacabac1abacabac-") == b"-[REDACTED:K]-"


def test_of_two_names_of_one_value_the_first_is_shown():
    stream = Redactor([("FIRST", VALUE), ("SECOND", VALUE)]).stream()
    assert whole(stream, VALUE) == b"[REDACTED:FIRST]"


def test_colours_between_the_characters_do_not_hide_a_value(stream):
    painted = VALUE[:6] + b"\x1b[01;31m\x1b[K" + VALUE[6:9] + b"\x1b[m\x1b[K" + VALUE[9:]
    out = whole(stream, b"grep: " + painted + b"\n")
    assert out == b"grep: \x1b[01;31m\x1b[K\x1b[m\x1b[K[REDACTED:SOME_KEY]\n"


@pytest.mark.parametrize("end", [b"\x1b(B\x1b[m", b"\x1b[m\x0f", b"\x1b[0;10m\x0f"])
def test_what_a_terminal_ends_colours_with_does_not_hide_a_value(end):
    painted = b"\x1b[31m" + VALUE[:6] + end + VALUE[6:] + b"\n"
    for size in (1, 2, 3, len(painted)):
        stream = Redactor([("SOME_KEY", VALUE)]).stream()
        pieces = [painted[at : at + size] for at in range(0, len(painted), size)]
        out = b"".join(map(stream.feed, pieces)) + stream.flush()
        assert out == b"\x1b[31m" + end + b"[REDACTED:SOME_KEY]\n"


def test_the_end_of_colours_is_not_waited_for(stream):
    assert stream.feed(b"\x1b[31mred\x1b[K") == b"\x1b[31mred\x1b[K"
    assert not stream.held
    assert stream.feed(b"\x0f$ ") == b"\x0f$ "


def test_colours_around_a_value_stay(stream):
    assert whole(stream, b"\x1b[1m" + VALUE + b"\x1b[0m") == b"\x1b[1m[REDACTED:SOME_KEY]\x1b[0m"


def test_a_sequence_that_is_cut_is_not_waited_for(stream):
    assert stream.feed(b"=== \x1b[3") == b"=== \x1b[3"
    assert stream.feed(b"1mred") == b"1mred"


def test_weak_values_are_named_and_left_alone():
    redactor = Redactor([("PORT", b"8080"), ("MODE", b"production"), ("SOME_KEY", VALUE)])
    assert redactor.unprotected == ["PORT", "MODE"]
    assert whole(redactor.stream(), b"production 8080") == b"production 8080"


def test_with_nothing_to_find_nothing_is_held():
    stream = Redactor([]).stream()
    assert whole(stream, VALUE) == VALUE
    assert not stream.held


def test_a_representation_shows_nothing():
    redactor = Redactor([("SOME_KEY", VALUE)])
    assert redactor.matcher is not None
    for shown in (repr(redactor), repr(redactor.matcher), str(redactor)):
        assert "7fQ2" not in shown


def test_a_block_is_bounded(stream, monkeypatch):
    sizes = []
    take = redact.Stream._take

    def noted(self, matcher, data):
        sizes.append(len(data))
        return take(self, matcher, data)

    monkeypatch.setattr(redact.Stream, "_take", noted)
    data = b"x" * (redact.BLOCK - 5) + VALUE + b"y" * redact.BLOCK
    assert whole(stream, data) == data.replace(VALUE, b"[REDACTED:SOME_KEY]")
    assert max(sizes) <= redact.BLOCK


# -- silence on a terminal -------------------------------------------------------------------------


def test_after_silence_two_bytes_of_a_held_match_are_shown(stream):
    assert stream.feed(b"> made") == b"> "
    assert stream.idle() == b"ma"
    assert stream.idle() == b""
    assert stream.feed(b"x") == b"dex"


def test_a_match_that_goes_on_after_silence_is_still_redacted(stream):
    shown = stream.feed(VALUE[:3]) + stream.idle()
    shown += stream.feed(VALUE[3:9]) + stream.idle() + stream.feed(VALUE[9:] + b"\n")
    assert shown == VALUE[:2] + b"[REDACTED:SOME_KEY]\n"


def test_slow_single_bytes_show_two_in_all(stream):
    shown = b""
    for byte in VALUE:
        shown += stream.feed(bytes((byte,))) + stream.idle()
    assert shown + stream.flush() == VALUE[:2] + b"[REDACTED:SOME_KEY]"


def test_a_complete_match_that_could_grow_is_marked_once_after_silence():
    value = b"first-line-3Kx8\nsecond-line-9Zq4"
    stream = Redactor([("PEM", value)]).stream()
    assert stream.feed(b"first-line-3Kx8") == b""
    assert stream.idle() == b"[REDACTED:PEM]"
    assert stream.idle() == b""
    assert stream.feed(b"\nsecond-line-9Zq4\n") == b"\n"


def test_without_anything_held_silence_shows_nothing(stream):
    stream.feed(b"hello\n")
    assert stream.idle() == b""


def test_each_held_match_has_its_own_two_bytes(stream):
    assert stream.feed(b"ma") + stream.idle() == b"ma"
    assert stream.feed(b"d!") == b"d!"
    assert stream.feed(b"mad") == b""
    assert stream.idle() == b"ma"


def test_a_value_within_a_control_sequence_within_a_value():
    value = b"abcabcab"
    data = b"abca\x1b[1;3=61:62:63:61:62:63:61:62mbcab\x1b[31m."
    for size in (1, 7, len(data)):
        stream = Redactor([("K", value)]).stream()
        parts = [stream.feed(data[at : at + size]) for at in range(0, len(data), size)]
        assert b"".join(parts) + stream.flush() == b"[REDACTED:K]\x1b[31m."


def in_pieces(value, data):
    """What comes out, the same for every size of the pieces."""
    outs = set()
    for size in (1, 2, 3, 7, 40, len(data)):
        stream = Redactor([("K", value)]).stream()
        parts = [stream.feed(data[at : at + size]) for at in range(0, len(data), size)]
        outs.add(b"".join(parts) + stream.flush())
    assert len(outs) == 1
    return outs.pop()


def test_the_end_of_a_control_sequence_that_held_a_value_is_no_part_of_the_text():
    # A terminal takes the "F"; behind a mark it would be the beginning of the base64 form.
    data = b"\x1b[1;361616161616162161616162FhYWFh\x1b[31m\r\nYW."
    assert in_pieces(b"aaaaaab", data) == b"\x1b[1;3[REDACTED:K]hYWFh\x1b[31m\r\nYW."


def test_a_sequence_that_held_a_value_and_does_not_end_stays_text():
    assert in_pieces(b"12345678;9", b"\x1b[1;12345678;9;4") == b"\x1b[1;[REDACTED:K];4"
    assert in_pieces(b"12345678;9", b"\x1b[12345678;9;4\n5m") == b"\x1b[[REDACTED:K];4\n5m"
    assert in_pieces(b"12345678;9", b"\x1b[12345678;9;4\x1b[5m.") == (
        b"\x1b[[REDACTED:K];4\x1b[5m."
    )


def test_two_values_in_one_control_sequence_are_one_mark():
    assert in_pieces(b"12345678;9", b"<\x1b[12345678;9;;12345678;9m>") == b"<\x1b[[REDACTED:K]>"


def test_the_end_of_a_sequence_within_a_value_makes_no_value_with_what_follows():
    out = in_pieces(b"made-up-7", b"made\x1b[1m-up-7ade-up-7")
    assert out == b"\x1b[1m[REDACTED:K]ade-up-7"


def test_a_marked_match_takes_the_rest_of_its_sequence_along_after_a_silence():
    stream = Redactor([("K", b"12345678;9")]).stream()
    assert stream.feed(b"\x1b[12345678;9") == b"\x1b["
    assert stream.idle() == b"[REDACTED:K]"
    assert stream.feed(b";4") == b""
    assert stream.feed(b"mtext") == b"text"


@pytest.mark.parametrize("value", [b"\n%s", b"%s\r\n", b"  %s "])
def test_white_space_around_a_value_stays_and_waits_for_nothing(value):
    stream = Redactor([("K", value % VALUE)]).stream()
    assert stream.feed(b"a line\n") == b"a line\n"
    assert stream.feed(b"<" + VALUE) == b"<[REDACTED:K]"
    assert stream.feed(b"\r\n ") == b"\r\n "
