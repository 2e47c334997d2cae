"""The redactor against a slow oracle that looks at the whole stream at once."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infsh_secrets.execution import redact
from infsh_secrets.execution.matching import UNCOVERED, Matcher
from infsh_secrets.execution.redact import Redactor

SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]{0,56}[ -/]{0,4}[@-~]|[()][0-9A-Z])\x0f?")


class WithForms(Redactor):
    """A redactor of given forms and pieces: (text, owner)."""

    def __init__(self, forms, pieces=()):
        self.unprotected = []
        self._secrets = [(f"K{owner}", b"") for owner in range(9)]
        self._forms = {}
        self._matcher = Matcher(forms, pieces)
        self.keeps_sequences = not any(b"\x1b" in form for form, _ in forms)


def occurrences(text, forms, places):
    """Yield (start, end, length, owner, through) of each, as the `places` of its bytes have it.

    The last tells whether something stood between its bytes, and none of them is an escape. Of
    pieces, those that are not within a form.
    """
    spans = [
        (start, start + len(form), owner, left)
        for form, owner, left in forms
        for start in range(len(text) - len(form) + 1)
        if text[start : start + len(form)] == form
    ]
    whole = [(start, end) for start, end, _, left in spans if not left]
    for start, end, owner, left in spans:
        covered = start + left
        if left and any(a <= covered and end <= b for a, b in whole):
            continue
        last = places[end - 1] + 1
        through = last - places[start] > end - start and b"\x1b" not in text[covered:end]
        yield places[covered], last, end - covered, owner, through


def behind(place, sequences):
    """The end of the control sequence that a place is within, else the place."""
    return next((m.end() for m in sequences.values() if m.start() < place < m.end()), place)


def oracle(data, forms, pieces=()):
    """The whole stream with its marks, found in the most plodding way."""
    first = {}
    for form, owner in forms:
        first.setdefault(form, (owner, 0))
    first |= {piece: (owner, UNCOVERED) for piece, owner in pieces if piece not in first}
    forms = [(form, owner, left) for form, (owner, left) in first.items()]
    spans = list(occurrences(data, forms, list(range(len(data)))))
    sequences = {match.start(): match for match in SEQUENCE.finditer(data)}
    removed = {at for match in sequences.values() for at in range(match.start(), match.end())}
    seen = [at for at in range(len(data)) if at not in removed]
    spans = [(a, behind(b, sequences), length, owner) for a, b, length, owner, _ in spans]
    found = occurrences(bytes(data[at] for at in seen), forms, seen)
    through = [span[:4] for span in found if span[4]]
    regions = []
    for start, end, length, owner in sorted(spans + through):
        best = (length, -start, -owner)
        if regions and start < regions[-1][1]:
            regions[-1][1] = max(regions[-1][1], end)
            regions[-1][2] = max(regions[-1][2], best)
        else:
            regions.append([start, end, best])
    keeps = not any(b"\x1b" in form for form, *_ in forms)
    out, at = b"", 0
    for start, end, best in regions:
        out += data[at:start]
        for match in sequences.values():
            inside = any(s <= match.start() and match.end() <= e for s, e, _, _ in through)
            if keeps and inside and start <= match.start() < end:
                out += match.group()
        out += b"[REDACTED:K%d]" % -best[2]
        at = end
    return out + data[at:]


def streamed(redactor, data, cuts):
    stream = redactor.stream()
    out, at = [], 0
    for cut in [*cuts, len(data)]:
        out.append(stream.feed(data[at:cut]))
        at = cut
    out.append(stream.flush())
    assert not stream.held
    return b"".join(out)


def check_every_chunking(data, forms, rng, pieces=()):
    redactor = WithForms(forms, pieces)
    expected = oracle(data, forms, pieces)
    for cuts in (
        [],
        range(1, len(data)),
        range(rng.randrange(12), len(data), 12),
        sorted(rng.sample(range(len(data) + 1), min(3, len(data)))),
    ):
        assert streamed(redactor, data, list(cuts)) == expected, (data, forms, pieces, list(cuts))


def check_nothing_is_left(data, forms):
    """What stands between the marks holds no form, with and without its control sequences."""
    for between in re.split(rb"\[REDACTED:K\d\]", oracle(data, forms)):
        plain = SEQUENCE.sub(b"", between)
        for form, _ in forms:
            assert form not in between, (data, forms)
            assert b"\x1b" in form or form not in plain, (data, forms)


def random_case(rng, alphabet):
    def text(size):
        return b"".join(rng.choice(alphabet) for _ in range(size))

    forms = [(text(rng.randint(4, 9)), rng.randrange(3)) for _ in range(rng.randint(1, 5))]
    pieces = [form for form, _ in forms]
    data = b"".join(
        rng.choice(
            (
                text(rng.randint(0, 6)),
                rng.choice(pieces),
                rng.choice(pieces)[: rng.randint(1, 9)],
                rng.choice(pieces)[rng.randint(1, 5) :],
            )
        )
        for _ in range(rng.randint(1, 7))
    )
    return data, forms


def windows(rng, forms):
    """Pieces of forms, most of them shorter than those."""
    size = rng.randint(4, 7)
    return [
        (form[at : at + size], owner)
        for form, owner in forms
        for at in range(len(form) - size + 1)
        if b"\x1b" not in form and rng.random() < 0.7
    ]


@pytest.fixture(autouse=True)
def blocks(request, monkeypatch):
    """For half of the seeds, do with small blocks what is done with large ones."""
    if "seed" in request.fixturenames and request.getfixturevalue("seed") % 4 in {1, 2}:
        monkeypatch.setattr(redact, "_LARGE", 0)


@pytest.mark.parametrize("seed", range(10))
def test_redaction_equals_the_oracle_on_small_alphabets(seed, record_property):
    rng = random.Random(seed)
    for _ in range(500):
        data, forms = random_case(rng, [b"a", b"b", b"c"][: rng.randint(2, 3)])
        check_every_chunking(data, forms, rng, windows(rng, forms) if seed % 2 else ())
    record_property("proof", "redaction: 500 small-alphabet cases x 4 chunkings, 0 differences")


@pytest.mark.parametrize("seed", range(10))
def test_redaction_equals_the_oracle_through_control_sequences(seed):
    rng = random.Random(1000 + seed)
    alphabet = [b"a", b"b", b"\x1b[m", b"\x1b[1m", b"\x1b", b"[", b"1", b"m"]
    if seed % 2:
        alphabet += [b"\x1b(B", b"(", b"B", b"\x0f", b"\x1b[m\x0f"]
    for _ in range(300):
        data, forms = random_case(rng, alphabet)
        if rng.random() < 0.6:
            forms = [(SEQUENCE.sub(b"", form).replace(b"\x1b", b"a"), o) for form, o in forms]
            forms = [(form, owner) for form, owner in forms if len(form) >= 4] or [(b"abab", 0)]
        check_every_chunking(data, forms, rng, windows(rng, forms) if seed % 4 > 1 else ())
        check_nothing_is_left(data, forms)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_redaction_equals_the_oracle_in_60000_cases(seed, record_property):
    rng = random.Random(50_000 + seed)
    for _ in range(3_000):
        data, forms = random_case(rng, [b"a", b"b", b"c", b"d"][: rng.randint(1, 4)])
        check_every_chunking(data, forms, rng, windows(rng, forms) if seed % 2 else ())
    record_property("proof", "redaction: 3,000 small-alphabet cases x 4 chunkings, 0 differences")


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.binary(min_size=4, max_size=12), min_size=1, max_size=6),
    st.lists(st.binary(max_size=20), max_size=6),
    st.data(),
)
def test_redaction_equals_the_oracle_on_any_bytes(values, noise, draw):
    forms = [(value, owner) for owner, value in enumerate(values)]
    pieces = draw.draw(st.lists(st.sampled_from([*values, *noise]), max_size=8))
    data = b"".join(pieces)
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(data)), max_size=6)))
    assert streamed(WithForms(forms), data, cuts) == oracle(data, forms)
