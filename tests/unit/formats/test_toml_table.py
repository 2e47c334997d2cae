from __future__ import annotations

import tomllib

import pytest

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.formats.toml_table import parse, write


def test_scalars_keep_the_text_they_are_written_as():
    text = (
        "# c\nA = \"é\\n\\\"\" # c\n'B' = 'raw \\ # text'\n\nC = 1_000\nD = 0x1F\nE=-1.50e3\n"
        'F = true\nG = 2020-01-01 10:00:00Z # c\nH = """\nfirst = 1\n[no table]\n""" # c\n'
        'I = \'\'\'it\'s\'\'\'\nJ = ""\nK = inf\n"L" = """a "quoted""""\nM = 7'
    )
    parsed = parse(text)
    assert parsed.problems == []
    assert [(key, value) for key, value, _ in parsed.entries] == [
        ("A", 'é\n"'),
        ("B", "raw \\ # text"),
        *(("C", "1_000"), ("D", "0x1F"), ("E", "-1.50e3"), ("F", "true")),
        ("G", "2020-01-01 10:00:00Z"),
        ("H", "first = 1\n[no table]\n"),
        *(("I", "it's"), ("J", ""), ("K", "inf"), ("L", 'a "quoted"'), ("M", "7")),
    ]
    assert [line for _, _, line in parsed.entries] == [2, 3, 5, 6, 7, 8, 9, 10, 14, 15, 16, 17, 18]
    assert parsed.unit == "line"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("B = {INNER = 'hunter2'}", "it is a table (with INNER in it)"),
        ("B = {'hunter 2' = 1}", "it is a table, and"),
        ("B = [\n  'hunter2', # ]\n]", "it is an array"),
        ("B.x = 'hunter2'\nB.y = 1", "it is a table (with x in it)"),
        ("'B' . x = 'hunter2'", "it is a table (with x in it)"),
    ],
)
def test_what_is_no_text_is_a_problem(written, reason):
    parsed = parse(f"A = 1\n{written}\nC = 2\n")
    last = written.count("\n") + 3
    assert parsed.entries == [("A", "1", 1), ("C", "2", last)]
    (problem,) = parsed.problems
    assert problem[:2] == (2, "B")
    assert reason in problem.reason
    assert "hunter" not in problem.reason


def test_a_table_is_one_problem_whatever_is_in_it():
    text = (
        'A = "1"\n\n[connections.db]\npassword = "hunter2"\nA = "2"\nB = [\n[1]]\n'
        '["no name"]\nC = 1\n[[list]]\nx = 1\n[[list]]\n[connections."a.b"]\n'
    )
    parsed = parse(text)
    assert parsed.entries == [("A", "1", 1)]
    assert [problem[:2] for problem in parsed.problems] == [
        (3, "connections"),
        (8, ""),
        (10, "list"),
    ]
    assert "(with db in it)" in parsed.problems[0].reason


def test_lines_may_end_as_on_windows():
    parsed = parse('A = "1"\r\nB = """x\r\ny"""\r\nC = 3\r\n')
    assert parsed.entries == [("A", "1", 1), ("B", "x\ny", 2), ("C", "3", 4)]


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "# = [\n"])
def test_a_text_without_entries_has_none(text):
    assert parse(text) == ([], [], [], "line")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hunter2", "cannot be understood"),
        ("A = 1\nB = hunter2\n", "line 2 cannot be understood"),
        ('A = "\x07hunter2"\n', "line 1 cannot be understood"),
        ("A = ['hunter2',", "its end"),
        ("A = " + "9" * 5000, "a number in it"),
        ("A = 'hunter2'\nA = 'hunter3'\nB = 1", "line 2 has a name that was there before"),
        ("A = 'hunter2'\nA = 'hunter3'", "last line has a name that was there before"),
        ("[A]\n[A]\n", "line 2 has a name that was there before"),
        ("A = " + "[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_toml_is_refused_without_a_part_of_it(text, said):
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert said in caught.value.message
    assert "hunter" not in caught.value.message + caught.value.hint
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_what_is_written_is_what_toml_reads():
    pairs = [("A", 'é"\\\n\t\r\x1b\x7f\x85\u2028\ufeff😀 # '), ("B", ""), ("true", "1")]
    assert tomllib.loads(write(pairs).text) == dict(pairs)
    assert write([]).text == ""
