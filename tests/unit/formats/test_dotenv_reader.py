from __future__ import annotations

import contextlib
import io
import time

import dotenv
import pytest

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.formats import dotenv_reader, model
from infsh_secrets.formats.dotenv_reader import parse


def values(text):
    parsed = parse(text)
    assert parsed.problems == []
    return {key: value for key, value, _ in parsed.entries}


# Each is read the same by python-dotenv, without its interpolation.
SAME = [
    "A=1",
    "A=1\n\n\nB=2\n",
    "A=1\r\nB='2'\r\n",
    "A=1\rB=2",
    "# comment\n  # another\nA=1 # said\nB=2#3\nC=#fff\n",
    "export A=1\n\texport\tB = 2\nexport=3\n",
    "A = spaced \n  B\t=\tx y  z\t\n",
    "A=''\nB=\"\"\nC=\n",
    "A='single # no comment' # a comment\n",
    "A='it\\'s'\nB='back\\\\slash'\nC='\\n stays'\n",
    'A="tab\\tnewline\\nquote\\"back\\\\slash"\nB="\\d stays \\$"\n',
    "A=\"several\nlines\n\"\nB='also\n\nhere'\n",
    'A="win\r\nlines"\r\nB=1\r\n',
    "A=it's\nB=say \"hi\"\nC=a'b'c\n",
    "A=${B}\nB='${C:-x}'\n",
    "A=é€😀\nB='日本'\n",
    "'quoted key'=1\nA.B-C=2\n9=3\n",
    "A=1\nA=2\nB=3\nA=4",
    'A=C:\\dir\\new\nC="C:\\x"\n',
    "A= # c",
    'A="a\\\\"\nB="\nx"',
    "A=--x=y==\n",
    "A=a\\\nB=2",
    "A='x'   \nB=\"y\"\t# c",
    "A=a\x0bb\x0c\nB=2",
    "A=a#b #c #d",
]


@pytest.mark.parametrize("text", SAME)
def test_it_is_what_python_dotenv_reads(text):
    stream = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"))  # as it opens files
    assert values(text) == dotenv.dotenv_values(stream=stream, interpolate=False)


# Every difference that is meant: what this program reads, and what python-dotenv does.
DIFFERENT = {
    "backquotes, as in Node": ("A=`a'b\"c\\n`", {"A": "a'b\"c\\n"}, {"A": "`a'b\"c\\n`"}),
    "a path of Windows that ends with a backslash": (
        "A='C:\\dir\\'\nB=\"D:\\\"\nC=1",
        {"A": "C:\\dir\\", "B": "D:\\", "C": "1"},
        {"C": "1"},
    ),
}


@pytest.mark.parametrize(("text", "here", "there"), DIFFERENT.values(), ids=DIFFERENT)
def test_where_it_differs_from_python_dotenv(text, here, there):
    assert values(text) == here
    assert dotenv.dotenv_values(stream=io.StringIO(text), interpolate=False) == there


@pytest.mark.parametrize(
    ("text", "problems", "kept"),
    [
        ("A=1\nB='never\nC=3\n", [(2, "B", "never closed")], "AC"),
        ('A=1\nB="never\n\nC=3\n', [(2, "B", "never closed")], "AC"),
        ("export B=`never\nC=3", [(1, "B", "never closed")], "C"),
        ("A=1\nB\nC=3", [(2, "", "no = after")], "AC"),
        ("export A\nC=3", [(1, "", "no = after")], "C"),
        ("=1\nC=3", [(1, "", "no name")], "C"),
        ("A='x' y\nC=3", [(1, "A", "after the closing quote")], "C"),
        ('A="x"y"\nC=3', [(1, "A", "after the closing quote")], "C"),
        ("hunter two\nC=3", [(1, "", "not KEY=VALUE")], "C"),
        ("hunter-2\nC=3", [(1, "", "no = after")], "C"),
        ("A B=1\nC=3", [(1, "", "not KEY=VALUE")], "C"),
        (
            "A=-----BEGIN X KEY-----\nabcd\nefgh==\nabc=\n-----END X KEY-----\nC=3\n",
            [(1, "A", "several lines has to stand in quotes")],
            "C",
        ),
    ],
)
def test_what_cannot_be_understood_is_a_problem_of_its_line(text, problems, kept):
    parsed = parse(text)
    assert [(place, key) for place, key, _ in parsed.problems] == [one[:2] for one in problems]
    for problem, (_, _, reason) in zip(parsed.problems, problems, strict=True):
        assert reason in problem.reason
    assert "".join(key for key, _, _ in parsed.entries) == kept


def test_each_entry_has_its_line():
    text = "\n# c\nA=1\n\nB='two\nlines'\nexport C=3\n   \nD=4"
    assert [(key, line) for key, _, line in parse(text).entries] == [
        ("A", 3),
        ("B", 5),
        ("C", 7),
        ("D", 9),
    ]


def test_references_are_kept_and_told_by_line():
    (notice,) = parse("A=1\nB=${A}\nC='x${A:-y}'\nD=$A\nE=${").notices
    assert "line 2, 3)" in notice
    assert parse("D=$A\nE=${\n").notices == []
    (notice,) = parse("A=${X}\n" * 9).notices
    assert "5 and 4 more" in notice


@pytest.mark.parametrize(
    "text",
    [
        "A='" + "x" * 1_000_000,
        "A='x\n" * 50_001,
        'A="x\\"\n' * 50_001,
        "A=`\n" * 50_001,
        "A\n" * 100_000,
        " " * 1_000_000,
        "A=" + " " * 1_000_000 + "#",
        "A=" + " #" * 300_000,
        "'" * 200_000,
        "A='" + "\\" * 500_001,
        "export " * 100_000,
        "=\n" * 100_000,
    ],
    ids=range(12),
)
def test_nothing_takes_more_than_its_length_to_read(text):
    begun = time.process_time()
    with contextlib.suppress(UsageError):
        parse(text)
    assert time.process_time() - begun < 20  # a backtracking pattern would take hours


def test_what_is_no_dotenv_file_is_not_read_to_its_end(monkeypatch):
    with pytest.raises(UsageError, match="More than 1000 entries cannot be understood"):
        parse("A\n" * 1_500)
    assert len(parse("A\n" * 1_000).problems) == 1_000
    for module in (dotenv_reader, model):
        monkeypatch.setattr(module, "MOST_ENTRIES", 10)
    with pytest.raises(UsageError, match="more than 10 entries"):
        parse("A=1\n" * 20)
