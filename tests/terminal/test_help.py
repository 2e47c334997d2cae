"""The help of every command: readable at 80 columns, with nothing twice and nothing odd."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

import pytest

from infsh_secrets import entry
from infsh_secrets.cli import app, help_text
from infsh_secrets.cli.commands_table import COMMANDS, GROUPS
from infsh_secrets.cli.group_pages import PAGES, SECTIONS
from infsh_secrets.cli.help_layout import Layout
from infsh_secrets.cli.parse_errors import SYNONYMS

PATHS = [(), *GROUPS, *(command.path for command in COMMANDS)]


@pytest.fixture(params=PATHS, ids=lambda path: " ".join(path) or "infsh")
def path(request):
    return request.param


_READ = {}


@pytest.fixture
def page(capfd):
    """Return the help of a command, run in this process and once for all that read it."""

    def read(*words):
        if words not in _READ:
            capfd.readouterr()
            assert entry.run([*words, "--help"]) == 0
            out, err = capfd.readouterr()
            assert err == ""
            _READ[words] = out
        return _READ[words]

    return read


def test_the_page_of_a_command(page, path):
    text = page(*path)
    lines = text.splitlines()
    assert lines[0].startswith(" ".join(["Usage: infsh", *path, ""]))
    assert max(map(len, lines)) <= 80
    assert not [line for line in lines if line != line.rstrip()]
    assert "\n\n\n" not in text
    text = re.sub(r"\{+ ?secrets\.[A-Z_]+[^{}]*\}+", "", text)  # what a command is about
    assert text.isascii()
    for odd in ("<str>", "{", "[required]", "[default", "\x1b", "TEXT TEXT"):
        assert odd not in text
    rows = [r for block in text.split("\n\n") if "ptions:\n" in block for r in block.split("\n")]
    named = [w.rstrip(",") for row in rows for w in row.split()[:2] if w.startswith("-")]
    assert sorted(named) == sorted(set(named)), "an option is explained twice"
    assert "--help" in named


def test_every_line_of_a_list_says_something(page, path):
    for piece in page(*path).split("\n\n"):
        title, *rows = piece.rstrip().split("\n")
        if title.endswith(":") and title not in ("Examples:", "Standard output:", "See also:"):
            assert rows
            assert all("  " in row.strip() or row.startswith(" " * 8) for row in rows), piece


def said_of(path):
    """Return what is said of a command or group."""
    command = next((c for c in COMMANDS if c.path == path), None)
    return help_text.parsed(app.load(command).__doc__ if command else PAGES[path])


def test_what_every_page_has(page, path):
    """A sentence, what goes to standard output, and two to four examples of the command itself."""
    said = said_of(path)
    assert said.paragraphs[0].endswith(".")
    lines = [line for line in said.examples if not line.startswith("#")]
    assert 2 <= len(lines) <= 4
    words = ("infsh", *path) if path != ("secrets", "audit", "list") else ("infsh", *path[:-1])
    assert any(" ".join(words) in line for line in lines)
    if path not in PAGES:
        assert said.output.endswith(".")
        assert f"Standard output:\n  {said.output.split()[0]}" in page(*path)
    text = page(*path)
    assert all(f"\n  {line}\n" in text + "\n" for line in said.examples)


def test_what_stands_under_see_also_exists(path):
    named = [help_text.command_line(name, path) for name in said_of(path).related]
    assert set(named) <= {" ".join(("infsh", *known)) for known in PATHS}
    assert " ".join(("infsh", *path)) not in named


def test_the_page_ends_with_examples(page):
    """So that they are what is left on a screen of 24 lines."""
    titles = re.findall(r"^([A-Z][a-z ]+):", page("secrets", "list"), re.MULTILINE)
    assert titles == [
        *("Usage", "Aliases", "Arguments", "Options", "Vault options", "Output options"),
        *("Standard output", "Examples", "See also"),
    ]
    assert page("secrets").split("\n\n")[-1].startswith("Examples:\n  # ")


@pytest.mark.parametrize("columns", [40, 60])
def test_an_example_is_never_broken_in_a_word(columns):
    layout = Layout(columns, painted=False)
    for path in PATHS:
        for line in said_of(path).examples:
            if not line.startswith("#"):
                shown = "\n".join(layout.example(line)).replace("\\\n", "")
                assert shlex.split(shown) == shlex.split(line)


def test_arguments_are_explained(page):
    assert "\n  KEY  The secret.\n" in page("secrets", "get")


def test_a_group_lists_its_commands_with_summaries(page):
    blocks = dict(
        block.split(":\n", 1) for block in page("secrets").split("\n\n") if ":\n" in block
    )
    listed = "\n".join(blocks[title] for title in SECTIONS)
    meanings = {g[-1]: t for g, t in GROUPS.items() if g[:-1] == ("secrets",)}
    meanings |= {c.name: c.summary for c in COMMANDS if c.path[:-1] == ("secrets",)}
    entries = re.split(r"\n  (?=\S)", "\n" + listed)[1:]
    assert {e.split()[0]: " ".join(e.split()[1:]) for e in entries} == meanings
    assert "Commands" not in blocks, "a command stands in no section of group_pages.SECTIONS"


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 200])
def test_the_page_fits_the_terminal(seen, columns):
    done = seen("secrets", "list", "--help", columns=columns, lines=99, env={"NO_COLOR": "1"})
    assert done.status == 0
    assert max(map(len, done.rows)) <= min(columns, 100)
    assert b"\x1b" not in done.raw
    assert "  -h, --help" in done.text


def test_colour_on_a_terminal(seen):
    done = seen("secrets", "list", "--help", lines=99)
    shown = {row: done.screen.buffer[place][2] for place, row in enumerate(done.rows)}
    option = next(cell for row, cell in shown.items() if row.startswith("  -h, --help"))
    assert (option.fg, option.bold) == ("cyan", True)
    assert done.screen.buffer[0][0].bold
    for words in (("--help", "--no-color"), ("--no-color", "--help")):
        assert b"\x1b" not in seen("secrets", "list", *words, lines=99).raw
    plain = seen("secrets", "list", "--help", "--no-color", lines=99)
    assert plain.text == done.text


@pytest.mark.parametrize(
    ("words", "same"),
    [
        ("help", "--help"),
        ("secrets help", "secrets --help"),
        ("help secrets", "secrets --help"),
        ("secrets help set", "secrets set --help"),
        ("secrets vault help", "secrets vault --help"),
        ("secrets help vault key add", "secrets vault key add --help"),
        ("secrets audit help", "secrets audit --help"),
        ("secrets help run touch made", "secrets run --help"),
        ("secrets help ls", "secrets ls --help"),
    ],
)
def test_the_word_help(capfd, page, own_home, monkeypatch, words, same):
    monkeypatch.chdir(own_home)
    assert entry.run(words.split()) == 0
    assert capfd.readouterr() == (page(*same.split()[:-1]), "")
    assert not (own_home / "made").exists()


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("secrets lst", "infsh secrets list"),
        ("secrets vautl", "infsh secrets vault"),
        ("secrets vault stat", "infsh secrets vault status"),
        ("secrets unlock", "infsh secrets vault unlock"),
        ("secrets show", "infsh secrets get"),
        ("sercets", "infsh secrets"),
        ("lst", "infsh secrets list"),
        ("secrets help lst", "infsh secrets list"),
    ],
)
def test_a_mistyped_command_names_the_nearest(capfd, words, meant):
    assert entry.run([*words.split(), "-o", "table"]) == 2
    assert f"Did you mean: {meant}" in capfd.readouterr().err


def test_synonyms_mean_commands_that_there_are():
    assert {("secrets", *words.split()) for words in SYNONYMS.values()} <= set(PATHS)
    assert not set(SYNONYMS) & {c.name for c in COMMANDS if len(c.path) == 2}


def test_a_command_does_without_what_help_needs(own_home):
    script = """
import sys
from infsh_secrets.entry import run
run(["secrets", "vault", "status", "-o", "json"])
sys.exit(" ".join(m for m in sys.modules if "help_text" in m or "help_layout" in m))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.stderr.strip() == b""
    assert done.stdout.startswith(b"{")
