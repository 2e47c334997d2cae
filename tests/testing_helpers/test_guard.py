"""What the guard finds in texts."""

from __future__ import annotations

import pytest

from infsh_secrets.testing.guard import PIECE, Guard

VALUE = "sk-made-up-0123456789-abcdefghijklmnop"


def guard(*values):
    return Guard([("API_KEY", VALUE.encode()), *values], allowed=False)


def test_a_text_without_a_value_is_the_same_object():
    text = "nothing here, sk-made-up"
    watching = guard()
    assert watching.judge("stdout", text) is text
    assert watching.seen == set()
    assert Guard([], allowed=False).judge("stdout", VALUE) == VALUE


def test_what_was_found_is_named_with_its_place():
    other = "postgres://me:made-up-word@db/x"
    watching = guard(("DB_URL", other.encode()))
    assert watching.judge("stdout", f"[REDACTED:DB_URL] {VALUE} {VALUE}") == (
        "[REDACTED:DB_URL] [REDACTED:API_KEY] [REDACTED:API_KEY]"
    )
    assert watching.seen == {("API_KEY", "stdout")}
    watching.judge("the log", other)
    assert watching.seen == {("API_KEY", "stdout"), ("DB_URL", "the log")}


@pytest.mark.parametrize("text", ["\udce4 ", "\ud800", "\N{SNOWMAN}\0\n"])
def test_texts_of_every_kind(text):
    assert guard().redact(text + VALUE + text) == f"{text}[REDACTED:API_KEY]{text}"


@pytest.mark.parametrize("size", range(1, len(VALUE) + 1))
def test_pieces(size):
    for piece in (VALUE[:size], VALUE[-size:]):
        shown = guard().redact_pieces(f"assert '{piece}...' == 1")
        assert shown == (f"assert '{'[REDACTED:API_KEY]' if size >= PIECE else piece}...' == 1")


def test_pieces_of_what_is_written_with_escapes():
    value = 'made\nup\t"value"\\of\x1bseveral lines'
    watching = Guard([("NOTE", value.encode())], allowed=False)
    assert watching.redact_pieces(f"x = {value!r}"[:-9] + "...") == "x = '[REDACTED:NOTE]..."


def test_pieces_with_little_in_them_are_left():
    watching = Guard([("PEM", b"----------------made-up----------------")], allowed=False)
    assert watching.redact_pieces("-" * 80) == "-" * 80


def test_outputs_of_one_kind_are_one_text():
    watching = guard()
    for place, text in (("stdout", VALUE[:9]), ("stderr", "x"), ("stdout", VALUE[9:])):
        watching.observe(place, lambda text=text: text)
    watching.judge_observed()
    assert watching.seen == {("API_KEY", "stdout")}


def test_short_and_common_values_are_named():
    watching = guard(("PIN", b"1234"), ("PIN", b"a-longer-made-up-one"), ("WORD", b"localhost"))
    assert watching.unguarded == ["PIN", "WORD"]
    assert watching.redact("1234 a-longer-made-up-one") == "1234 [REDACTED:PIN]"


def test_nothing_shows_a_value_by_itself():
    watching = guard()
    watching.redact(VALUE)
    assert "made" not in f"{watching!r} {watching!s}"


def test_what_was_seen_before_there_was_a_value_is_kept():
    watching = Guard([], allowed=False)
    watching.observe("the log", lambda: VALUE)
    watching.judge_observed()
    watching.add("API_KEY", VALUE.encode())
    watching.judge_observed()
    assert watching.seen == {("API_KEY", "the log")}
