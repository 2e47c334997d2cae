"""What is shown: output of programs through the redactor, and text from outside."""

from __future__ import annotations

import json
import re
from functools import lru_cache

from fuzz_feed import Feed

from infsh_secrets.domain.sanitize import RANGES, sanitize, sanitize_json
from infsh_secrets.execution.redact import Redactor

_SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]{0,56}[ -/]{0,4}[@-~]|[()][0-9A-Z])\x0f?")
_MARK = re.compile(rb"\[REDACTED:K\d\]")
_NOISE = (b"\x1b[31m", b"\x1b[m", b"\x1b", b"[", b"\n", b" ", b"\x1b(B", b"\x0f", b"=", b"\x1b[1;3")
_VALUES = (
    b"made-up-1",
    b"abcabcab",
    b"aaaaaab",
    b"6Bq/x+\"'\\9",
    b"a b\nc d\ne f",
    b"\xff\xfe123zz",
)
_LONG = 160
"""Bytes: every one of them may be fed for itself."""


@lru_cache(256)
def _redactor(values: tuple[bytes, ...]) -> tuple[Redactor, list[bytes]]:
    from infsh_secrets.domain.variants import forms

    redactor = Redactor([(f"K{at}", value) for at, value in enumerate(values)])
    return redactor, [form for value in values for form in forms(value)]


def redactor(data: bytes) -> None:
    """No form of a value passes, however the stream is cut; and every cut gives the same."""
    feed = Feed(data)
    every = feed.number() % 4 == 0
    values = tuple(_value(feed) for _ in range(feed.number() % 2 + 1))
    made, forms = _redactor(values)
    stream, cuts = b"", []
    while feed and len(stream) < _LONG:
        stream += _part(feed, forms)
        if feed.number() % 4 == 0:
            cuts.append(max(0, len(stream) - feed.number() % 12))
    whole = _through(made, [stream])
    cuts.sort()
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert _through(made, pieces) == whole, "a cut changes the result"
    if every:
        pieces = [stream[at : at + 1] for at in range(len(stream))]
        assert _through(made, pieces) == whole, "a cut behind every byte changes the result"
    for between in _MARK.split(whole):
        plain = _SEQUENCE.sub(b"", between)
        for form in forms:
            assert form not in between, "a form of a value passes"
            assert b"\x1b" in form or form not in plain, "a form passes between sequences"


def _value(feed: Feed) -> bytes:
    return feed.pick(_VALUES) if feed.number() % 16 else feed.piece(20)


def _part(feed: Feed, forms: list[bytes]) -> bytes:
    kind = feed.number() % 6
    if kind == 0 or not forms:
        return feed.piece()
    if kind == 1:
        return feed.pick(_NOISE)
    form = forms[feed.number(2) % len(forms)]
    if kind == 2:
        return form
    place = feed.number() % len(form)
    if kind == 3:
        return form[:place]
    return form[place:] if kind == 4 else form[:place] + feed.pick(_NOISE) + form[place:]


def _through(made: Redactor, pieces: list[bytes]) -> bytes:
    stream = made.stream()
    out = b"".join([*map(stream.feed, pieces), stream.flush()])
    assert not stream.held
    return out


def sanitizer(data: bytes) -> None:
    """Nothing that steers a terminal is left, and JSON stays what it says."""
    wide = data[: len(data) // 2 * 2].decode("utf-16-le", "surrogatepass")
    for text in (data.decode(errors="surrogateescape"), wide):
        shown = sanitize(text)
        assert _is_safe(shown)
        assert sanitize(shown) == shown
        safe = sanitize_json(json.dumps(text, ensure_ascii=False))
        assert _is_safe(safe)
        assert json.loads(safe) == text


def _is_safe(text: str) -> bool:
    return not any(first <= ord(one) <= last for one in text for first, last in RANGES)
