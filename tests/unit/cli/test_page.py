"""Tables for a terminal: as rich lays them out by itself, and what it has not."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from infsh_secrets.cli.page import DIM, NAME, Page, cells, fold

CELL = st.text("ab -/•…é日🔑", max_size=20)


def by_rich(titles, rows, widths):
    console = Console(file=io.StringIO(), width=200, color_system=None)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for title, width in zip(titles, widths, strict=True):
        table.add_column(title, width=width, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


@given(
    rows=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=4),
    widths=st.tuples(*[st.integers(4, 12)] * 3),
)
def test_a_table_is_what_rich_makes_of_it(rows, widths):
    titles = ("key", "one", "two")
    page = Page(200, colour=False, unicode=True)
    page.table(titles, rows, widths=widths, shorten=False)
    assert page.text.splitlines() == by_rich(titles, rows, widths)


@given(text=CELL, width=st.integers(2, 30))
def test_no_line_is_wider_than_it_may_be(text, width):
    assert all(cells(line) <= width for line in fold(text, width))


def test_styles_stand_around_the_text_alone():
    page = Page(80, colour=True, unicode=True)
    page.table(("key", "x"), [("A", "b")], widths=(4, 1), styles=(NAME, ""))
    head, rule, row = page.text.splitlines()
    assert head == "\x1b[1mkey\x1b[0m   \x1b[1mx\x1b[0m"
    assert rule == "─" * 7
    assert row == "\x1b[1;36mA\x1b[0m     b"


def test_a_left_out_column_and_a_shortened_cell():
    page = Page(80, colour=False, unicode=True)
    page.table(("key", "x", "y"), [("ABCDEF", "abcdef", "日本語日本語")], widths=(3, 0, 7))
    assert page.text.splitlines()[2:] == ["ABC  日本語…", "DEF"]


@pytest.mark.parametrize("content", ["red\x1b[31m", "\u202eright", "two\nlines"])
def test_what_could_steer_a_terminal_is_made_visible(content):
    page = Page(40, colour=True, unicode=True)
    page.add(content)
    page.facts([("label", content)], 8)
    page.listed(("a", "b"), [("x", content)])
    assert content not in page.text
    assert "\\" in page.text


def loaded(program):
    """Return the modules that a program about a page has loaded at its end."""
    text = f"""
import sys
from infsh_secrets.cli.page import Page
page = Page(40, colour=True, unicode=True)
{program}
print(*sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, encoding="utf-8", check=True
    )
    return set(done.stdout.split())


def test_lines_need_no_rich():
    program = """
page.add("a sentence that the terminal breaks by itself, since it is so long")
page.facts([("label", "fact"), ("masked", "sk-a\u2022\u2022\u2022z")], 8)
"""
    assert "rich" not in loaded(program)


def test_a_table_loads_of_rich_what_it_needs():
    modules = loaded('page.listed(("key", "value"), [("A", "x" * 60)])')
    assert "rich.table" in modules
    assert modules.isdisjoint({"rich.live", "rich.progress", "rich.syntax"})


@pytest.mark.parametrize(
    "environ", [{"TERM": "dumb"}, {"COLUMNS": "5", "LINES": "2"}, {"NO_COLOR": "1"}], ids=str
)
def test_the_page_alone_says_how_wide_a_table_is_and_whether_it_has_colours(monkeypatch, environ):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    page = Page(100, colour=True, unicode=True)
    page.table(("key", "x"), [("A", "b" * 90)], widths=(3, 90), styles=(DIM, ""))
    assert page.text.splitlines()[1:] == ["\u2500" * 95, f"\x1b[2mA\x1b[0m    {'b' * 90}"]


def test_markup_and_emoji_are_text_like_any_other():
    page = Page(60, colour=True, unicode=True)
    cell = "[red]:key:[/red] 12"
    page.listed(("a", "b"), [("x", cell), (cell, "y")])
    assert page.text.count(cell) == 2


def test_without_unicode_lines_and_ellipses_are_ascii():
    page = Page(60, colour=False, unicode=False)
    page.table(("key", "x"), [("A", page.showable("\xe9" * 9))], widths=(3, 9))
    assert page.text.splitlines() == ["key  x", "-" * 14, "A    \\xe9\\x..."]


TITLES = ("time", "action", "env", "user", "program")


def listed(width, *rows, titles=TITLES):
    page = Page(width, colour=False, unicode=True)
    page.listed(titles, rows)
    return page.text.splitlines()


def test_without_room_columns_go_that_say_the_same_in_every_row():
    rows = [("09:41", "used", "default", "ann", "python"), ("09:42", "set", "default", "ann", "sh")]
    assert listed(44, *rows)[0].split() == ["time", "action", "env", "user", "program"]
    assert listed(30, *rows)[0].split() == ["time", "action", "user", "program"]
    assert listed(22, *rows)[0].split() == ["time", "action", "program"]
    assert listed(21, *rows)[0] == "09:41  used  default"


def test_which_environment_it_is_stays_where_there_are_several():
    rows = [("09:41", "used", "default", "ann", "sh"), ("09:42", "used", "staging", "bob", "sh")]
    assert listed(33, *rows)[0].split() == ["time", "action", "env", "program"]


def test_the_first_column_is_never_left_out():
    titles = ("ver", "value", "fingerprint", "written")
    row = ("1", "made-up", "0123456789abcdef", "just now")
    assert listed(30, row, titles=titles)[0].split() == ["ver", "value", "written"]


def test_a_status_has_its_colour():
    page = Page(80, colour=True, unicode=True)
    rows = [("A", "usable"), ("B", "missing"), ("C", "suspicious"), ("D", "optional")]
    page.table(("key", "status"), rows, widths=(3, 10), styles=(NAME, ""))
    assert page.text.splitlines()[2:] == [
        "\x1b[1;36mA\x1b[0m    \x1b[32musable\x1b[0m",
        "\x1b[1;36mB\x1b[0m    \x1b[31mmissing\x1b[0m",
        "\x1b[1;36mC\x1b[0m    \x1b[33msuspicious\x1b[0m",
        "\x1b[1;36mD\x1b[0m    optional",
    ]
