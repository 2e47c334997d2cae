from __future__ import annotations

import json

import pytest

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.formats.json_object import parse, write


def test_strings_numbers_and_booleans_are_taken_as_they_are_written():
    text = '{"A": "é\\n\\"", "B": 1.50, "C": 1e5, "D": -0, "E": true, "F": false, "G": ""}'
    parsed = parse(text)
    expected = {"A": 'é\n"', "B": "1.50", "C": "1e5", "D": "-0", "E": "true", "F": "false", "G": ""}
    assert {key: value for key, value, _ in parsed.entries} == expected
    assert [place for _, _, place in parsed.entries] == list(range(1, 8))
    assert (parsed.problems, parsed.unit) == ([], "entry")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("null", "it is null"),
        ('{"INNER": {"x": "hunter2"}}', "it is an object (with INNER in it)"),
        ('{"hunter 2": 1}', "it is an object, and"),
        ('["hunter2"]', "it is an array"),
        ("NaN", "it is not a number"),
        ("-Infinity", "it is not a number"),
    ],
)
def test_what_is_no_text_is_a_problem(value, reason):
    parsed = parse(f'{{"A": "1", "B": {value}, "C": 2}}')
    assert [key for key, _, _ in parsed.entries] == ["A", "C"]
    (problem,) = parsed.problems
    assert problem[:2] == (2, "B")
    assert reason in problem.reason
    assert "hunter" not in problem.reason


def test_a_name_that_stands_there_twice_is_a_problem():
    parsed = parse('{"A": "1", "B": "2", "A": "3", "bad name": 1, "bad name": 2}')
    assert [(place, key) for place, key, _ in parsed.problems] == [(3, "A"), (5, "")]
    assert "first as entry 1" in parsed.problems[0].reason


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1, column 1"),
        ('{"A": "hunter2",\n "B": hunter2}', "line 2, column 7"),
        ('["A"]', "not an object"),
        ('"A"', "not an object"),
        ("[" * 100_000, "nested too deeply"),
        ('{"A":' * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_object_is_refused_without_a_part_of_it(text, said):
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert said in caught.value.message
    assert "hunter2" not in caught.value.message + caught.value.hint
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_what_is_written_is_what_json_reads():
    pairs = [("A", 'é"\\\n\t\x1b\x7f\u2028😀'), ("B", "")]
    assert json.loads(write(pairs).text) == dict(pairs)
    assert json.loads(write([]).text) == {}
