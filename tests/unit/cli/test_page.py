"""Tables for a terminal: the same as rich lays them out, which is asked where text is not plain."""

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

from infsh_secrets.cli.page import BOLD, NAME, Page, cells, fold

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
    assert head == f"\x1b[{BOLD}mkey\x1b[0m   \x1b[{BOLD}mx\x1b[0m"
    assert rule == "─" * 7
    assert row == f"\x1b[{NAME}mA\x1b[0m     b"


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


def test_plain_text_needs_no_rich():
    program = """
import sys
from infsh_secrets.cli.page import Page
page = Page(40, colour=True, unicode=True)
page.listed(("key", "value"), [("A", "sk-a\u2022\u2022\u2022z"), ("B", "x" * 20)])
page.table(("a", "b"), [("A", "x" * 30)], widths=(4, 8))
page.facts([("label", "fact")], 8)
sys.exit("rich" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


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
        f"\x1b[{NAME}mA\x1b[0m    \x1b[32musable\x1b[0m",
        f"\x1b[{NAME}mB\x1b[0m    \x1b[31mmissing\x1b[0m",
        f"\x1b[{NAME}mC\x1b[0m    \x1b[33msuspicious\x1b[0m",
        f"\x1b[{NAME}mD\x1b[0m    optional",
    ]
