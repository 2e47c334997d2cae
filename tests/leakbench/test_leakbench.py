"""LeakBench as tests: no row leaks, in no way and however its output is cut."""

from __future__ import annotations

import pytest
from leak_judge import CLEAN, LEAK, verdict
from leak_rows import ROWS, SECRETS, pieces
from leak_ways import WAYS, make_vault

from infsh_secrets.execution.redact import Redactor

SHOWN = [row for row in ROWS if not row.title.startswith("isatty")]
TITLES = [row.title for row in SHOWN]


@pytest.fixture(scope="session")
def redactor():
    return Redactor([(name, value.encode()) for name, value in SECRETS.items()])


@pytest.fixture(scope="session")
def leak_home(tmp_path_factory):
    home = str(tmp_path_factory.mktemp("leakbench"))
    make_vault(home)
    return home


def through(redactor, parts):
    stream = redactor.stream()
    return b"".join([*map(stream.feed, parts), stream.flush()])


def judged(row, output):
    return verdict(row, *((output, b"") if row.descriptor == 1 else (b"", output)))


@pytest.mark.parametrize("row", SHOWN, ids=TITLES)
@pytest.mark.parametrize("split", [False, True], ids=["whole", "split"])
def test_the_redactor_keeps_every_row(redactor, row, split):
    output = through(redactor, [part for part, _ in pieces(row, split=split)])
    assert judged(row, output) == CLEAN


@pytest.mark.parametrize("row", SHOWN, ids=TITLES)
def test_what_a_terminal_makes_of_line_ends_is_kept_too(redactor, row):
    parts = [part for part, _ in pieces(row, split=False)]
    assert judged(row, through(redactor, [part.replace(b"\n", b"\r\n") for part in parts])) == CLEAN


@pytest.mark.parametrize("row", SHOWN, ids=TITLES)
def test_every_cut_gives_what_the_whole_gives(redactor, row):
    for text in row.texts(SECRETS[row.secret]):
        data = b"before " + text.shown + b" after\n"
        whole = through(redactor, [data])
        for place in range(1, len(data)):
            assert through(redactor, [data[:place], data[place:]]) == whole
        assert through(redactor, [data[i : i + 1] for i in range(len(data))]) == whole


@pytest.mark.parametrize("row", SHOWN, ids=TITLES)
def test_the_judge_finds_what_nobody_hides(row):
    assert judged(row, b"".join(part for part, _ in pieces(row, split=False))) == LEAK


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.title)
@pytest.mark.parametrize(
    "way", ["pipe", *(pytest.param(way, marks=pytest.mark.slow) for way in WAYS if way != "pipe")]
)
def test_run_keeps_every_row(leak_home, row, way):
    assert WAYS[way](leak_home, row, split=False) == CLEAN


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.title)
@pytest.mark.parametrize("way", WAYS)
def test_run_keeps_every_row_that_is_printed_in_two_halves(leak_home, row, way):
    assert WAYS[way](leak_home, row, split=True) == CLEAN
