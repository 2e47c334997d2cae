"""The help of every command: readable at 80 columns, with nothing twice and nothing odd."""

from __future__ import annotations

import re

import pytest

from infsh_secrets import entry
from infsh_secrets.cli.commands_table import COMMANDS, GROUPS

PATHS = [(), *GROUPS, *(command.path for command in COMMANDS)]


@pytest.fixture(params=PATHS, ids=lambda path: " ".join(path) or "infsh")
def path(request):
    return request.param


@pytest.fixture
def page(capfd):
    """Return the help of a command, run in this process."""

    def read(*words):
        capfd.readouterr()
        assert entry.run([*words, "--help"]) == 0
        out, err = capfd.readouterr()
        assert err == ""
        return out

    return read


def test_the_page_of_a_command(page, path):
    text = page(*path)
    lines = text.splitlines()
    assert lines[0].startswith(" ".join(["Usage: infsh", *path, ""]))
    assert max(map(len, lines)) <= 80
    assert not [line for line in lines if line != line.rstrip()]
    assert "\n\n\n" not in text
    text = re.sub(r"\{+ ?secrets\.NAME[^{}]*\}+", "", text)  # what a command is about
    for odd in ("<str>", "{", "[required]", "[default", "\x1b", "│", "TEXT TEXT"):
        assert odd not in text
    named = [w.rstrip(",") for line in lines for w in line.split()[:2] if w.startswith("-")]
    assert sorted(named) == sorted(set(named)), "an option is explained twice"
    assert "--help" in named


def test_every_line_of_a_list_says_something(page, path):
    for piece in page(*path).split("\n\n"):
        title, *rows = piece.rstrip().split("\n")
        if title.endswith(":") and not title.startswith("Example"):
            assert rows
            assert all("  " in row.strip() or row.startswith(" " * 8) for row in rows), piece


def test_examples_are_one_block(page):
    text = page("secrets", "set")
    block = next(piece for piece in text.split("\n\n") if piece.startswith("Examples:"))
    assert block.split("\n")[1:] == [
        '  infsh secrets set OPENAI_API_KEY -d "For GPT-4 calls"',
        '  printf %s "$TOKEN" | infsh secrets set FAL_KEY',
        "  infsh secrets set SSH_KEY --file ~/.ssh/id_ed25519",
        "  infsh secrets set DB_PASSWORD --generate -c",
        "  infsh secrets set A=1 B=2",
    ]


def test_arguments_are_explained(page):
    assert "\n  KEY  The secret.\n" in page("secrets", "get")


def test_a_group_lists_its_commands_with_summaries(page):
    text = page("secrets")
    meanings = {g[-1]: t for g, t in GROUPS.items() if g[:-1] == ("secrets",)}
    meanings |= {c.name: c.summary for c in COMMANDS if c.path[:-1] == ("secrets",)}
    listed = text.partition("\nCommands:\n")[2].partition("\n\n")[0]
    entries = re.split(r"\n  (?=\S)", "\n" + listed)[1:]
    assert {e.split()[0]: " ".join(e.split()[1:]) for e in entries} == meanings
    assert "\n  ls " not in text


@pytest.mark.parametrize("columns", [40, 80, 100, 200])
def test_the_page_fits_the_terminal(seen, columns):
    done = seen("secrets", "list", "--help", columns=columns, lines=90)
    assert done.status == 0
    examples = {"infsh secrets list 'AWS_*' -e staging"}
    assert {row for row in done.rows if len(row) > min(columns, 100)} <= examples
    assert b"\x1b" not in done.raw
    assert "  -h, --help" in done.text


def test_a_page_without_unicode(infsh):
    text = infsh("secrets", "set", "-h", env={"PYTHONIOENCODING": "ascii"}).stdout.decode("ascii")
    assert text.startswith("Usage: infsh secrets set [OPTION]... KEY [VALUE] | KEY=VALUE ...\n")
