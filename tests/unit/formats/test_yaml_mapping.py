from __future__ import annotations

import pytest
import yaml

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.formats.yaml_mapping import parse, write


def test_scalars_keep_the_text_they_are_written_as():
    text = (
        "# c\n---\nA: plain text # c\nB: '1'\nC: 1.50\nD: 0x1F\nE: yes\nF: 2020-01-01\n"
        'G: "two\\nlines"\nH: |\n  block\n  text\nI: >-\n  folded\n  text\nJ: ""\nK: !!str 5\n'
    )
    parsed = parse(text)
    assert parsed.problems == []
    assert [value for _, value, _ in parsed.entries] == [
        *("plain text", "1", "1.50", "0x1F", "yes", "2020-01-01", "two\nlines"),
        *("block\ntext\n", "folded text", "", "5"),
    ]
    assert [line for _, _, line in parsed.entries] == [3, 4, 5, 6, 7, 8, 9, 10, 13, 16, 17]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "null"),
        ("~", "null"),
        ("null", "null"),
        ("{INNER: hunter2}", "a mapping"),
        ("[hunter2, [x, {y: z}]]", "a sequence"),
        ("!!binary aHVudGVyMg==", "a tag"),
        ("!custom hunter2", "a tag"),
        ("*unknown", "alias"),
    ],
)
def test_what_is_no_text_is_a_problem(value, reason):
    parsed = parse(f"A: 1\nB: {value}\nC: 2\n")
    assert [key for key, _, _ in parsed.entries] == ["A", "C"]
    (problem,) = parsed.problems
    assert problem[:2] == (2, "B")
    assert reason in problem.reason
    assert "hunter" not in problem.reason


def test_aliases_of_scalars_are_what_they_stand_for():
    assert [e[:2] for e in parse("A: &x made up\nB: *x\n").entries] == [
        ("A", "made up"),
        ("B", "made up"),
    ]
    (problem,) = parse("A: 1\nB: &m {x: y}\n").problems
    assert problem.place == 2


def test_aliases_and_nesting_cost_no_more_than_their_length():
    bomb = "A: &a [x]\n" + "".join(
        f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n"
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert len(parse(bomb).problems) == 9
    deep = "A: " + "[" * 900 + "]" * 900 + "\nB: 1\n"
    parsed = parse(deep)
    assert [key for key, _, _ in parsed.entries] == ["B"]


def test_a_name_that_stands_there_twice_is_a_problem():
    (problem,) = parse("A: 1\nB: 2\nA: 3\n").problems
    assert problem[:2] == (3, "A")
    assert "first on line 1" in problem.reason


def test_a_name_that_is_no_text_is_a_problem():
    assert [p.place for p in parse("? [a]\n: 1\n? ~\n: 2\nB: 1\n").problems] == [1, 3]


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "null\n", "{}"])
def test_a_text_without_entries_has_none(text):
    assert parse(text).entries == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- hunter2\n", "not a mapping"),
        ("hunter2\n", "not a mapping"),
        ("A: 1\n---\nB: 2\n", "several documents"),
        ("A: 'hunter2\nB: 1\n", "line"),
        ("A: hunter2: x\n", "line 1"),
        ("A: 1\n\tB: hunter2\n", "line"),
        ("A: \x07hunter2\n", "cannot be understood"),
        ("A: \udcff\n", "cannot be understood"),
        ("A: " + "[" * 100_000, "nested more than 1000 deep"),
    ],
)
def test_what_is_no_mapping_is_refused_without_a_part_of_it(text, said):
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert said in caught.value.message
    assert "hunter2" not in caught.value.message + caught.value.hint
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_what_is_written_is_what_yaml_reads():
    pairs = [
        ("A", 'é"\\\n\t\r\x1b\x7f\x85\u2028\ufeff😀 # '),
        ("NO", ""),
        ("null", "~"),
        ("Y", "1"),
    ]
    assert yaml.safe_load(write(pairs).text) == dict(pairs)
    assert yaml.safe_load(write([]).text) == {}
