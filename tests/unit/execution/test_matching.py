from __future__ import annotations

import random

import pytest

from infsh_secrets.domain.variants import forms
from infsh_secrets.execution import matching
from infsh_secrets.execution.matching import Matcher

SECRETS = [f"made-up-{place}-{random.Random(place).randbytes(12).hex()}" for place in range(12)]


@pytest.fixture(scope="module")
def found():
    return {form: owner for owner, text in enumerate(SECRETS) for form in forms(text.encode())}


@pytest.fixture
def matcher(found):
    made = Matcher(found.items())
    assert 1 < len(made._groups) <= 6
    return made


def everything(found, data):
    places = set()
    for form, owner in found.items():
        start = data.find(form)
        while start != -1:
            places.add((start, start + len(form), owner))
            start = data.find(form, start + 1)
    return places


def planted(found, chance, size):
    """A text with forms in it, whole and cut off, some of which touch or overlap."""
    pieces = []
    while sum(map(len, pieces)) < size:
        form = chance.choice(list(found))
        pieces.append(chance.choice([form, form[: len(form) // 2], b"\n", b"made-up-", b"00"]))
    return b"".join(pieces)


@pytest.mark.parametrize("way", [0, 1])
def test_one_search_and_searches_in_groups_find_everything(matcher, found, way):
    chance = random.Random(7)
    for size in (10, 300, 2100, 5000):
        data = planted(found, chance, size)
        matcher._paces = [1.0, 1.0]
        matcher._paces[way] = 1e-9
        assert set(matcher.find(data)) == everything(found, data)
        known = len(data) // 2
        assert set(matcher.find(data, known)) == {
            match for match in everything(found, data) if match[1] > known
        }


def test_a_single_form_in_a_long_text(matcher, found):
    for place, form in enumerate(found):
        data = b"-" * 3000 + form + b"-" * 200
        assert (3000, 3000 + len(form), found[form]) in matcher.find(data), place


@pytest.mark.parametrize("more", [0, 100])
def test_of_a_long_form_only_the_end_is_searched_for_anchors(more):
    known = dict.fromkeys([b"near", b"gone", *(b"%04d" % number for number in range(more))])
    assert matching._shared(b"-" * 100 + b"near" + b"-" * 900, known, 4) == b"near"
    assert matching._shared(b"gone" + b"-" * 60_000, known, 4) is None


def test_a_large_value_is_found_whole_and_by_its_lines():
    chance = random.Random(3)
    lines = [f"made-up-{chance.randbytes(24).hex()}" for _ in range(200)]
    known = dict.fromkeys(forms("\n".join(lines).encode()), 0)
    made = Matcher(known.items())
    for form in (max(known, key=len), next(iter(known)), lines[100].encode()):
        assert (100, 100 + len(form), 0) in made.find(b"-" * 100 + form + b"-")


def test_the_faster_way_is_taken_and_the_other_tried_again(matcher, monkeypatch):
    taken = []
    for way, name in enumerate(("_first", "_groups")):
        searches = [getattr(matcher, name)] if way == 0 else matcher._groups
        spy = Spy(searches[0], taken, way)
        monkeypatch.setattr(matcher, name, spy if way == 0 else [spy, *searches[1:]])
    clock = Clock(taken, {0: 1.0, 1: 0.5})
    monkeypatch.setattr("infsh_secrets.execution.matching.thread_time", clock)
    for _ in range(40):
        matcher.find(b"-" * 4000)
    assert taken.count(1) > 34
    assert taken.count(0) >= 2
    clock.cost[1] = 9.0
    for _ in range(40):
        matcher.find(b"-" * 4000)
    assert taken[-40:].count(0) > 34


class Spy:
    def __init__(self, search, taken, way):
        self.search, self.taken, self.way = search, taken, way

    def find_matches_as_indexes(self, data):
        self.taken.append(self.way)
        return self.search.find_matches_as_indexes(data)


class Clock:
    """Time that passes as the searches cost."""

    def __init__(self, taken, cost):
        self.taken, self.cost, self.read = taken, cost, 0

    def __call__(self):
        self.read += 1
        return self.cost[self.taken[-1]] if self.read % 2 == 0 else 0.0


def test_the_forms_of_a_key_share_few_anchors():
    key = b"sk-made-up-T0Ken_4mNc8vXq2LrZ7wKp9sYd3hF"
    assert len(Matcher((form, 0) for form in forms(key))._anchors) <= 16
