"""The table of goals: what is met, what is missed, what was not measured."""

from __future__ import annotations

import goals
import pytest
from goals import MET, MISSED, UNKNOWN, Goal
from measuring import Times
from report import Report, markdown_table, text_table


@pytest.mark.parametrize(
    ("value", "least", "verdict"),
    [
        (2.59, False, MET),
        (2.6, False, MET),
        (2.61, False, MISSED),
        (2.59, True, MISSED),
        (2.6, True, MET),
        (0.0, True, MISSED),
        (None, False, UNKNOWN),
        (None, True, UNKNOWN),
    ],
)
def test_a_limit_itself_is_met(value, least, verdict):
    assert Goal("a title", "a figure", 2.6, least=least).verdict(value) == verdict


def test_a_row_has_the_figure_its_verdict_and_its_floor():
    report = Report()
    report.ratio("get", Times([(0.03, 0.02), (0.02, 0.02)]), Times([(0.01, 0.01)]))
    report.figure("least of all", 1.25)
    (row,) = goals.rows(report, [Goal("get", "get", 2.6, floor="least of all")])
    assert row == ["get", "at most 2.6 x bare", "2.5", "2", "2", MET, "1.25"]


def test_a_rate_counts_what_is_done_in_a_second():
    report = Report()
    report.rate("import", 100, Times([(2.0, 1.0), (4.0, 1.0), (3.0, 1.0)]))
    (row,) = goals.rows(report, [Goal("import", "import", 40, "a second", least=True)])
    assert row[2:6] == ["33.3", "50", "100", MISSED]


def test_a_busy_machine_is_judged_by_processor_times():
    report = Report()
    report.figure("get", 2.0, 2.0, 3.0)
    report.figure("bytes", 700)
    both = [Goal("get", "get", 2.6), Goal("bytes", "bytes", 900)]
    assert [row[goals.VERDICT] for row in goals.rows(report, both)] == [MET, MET]
    assert [row[goals.VERDICT] for row in goals.rows(report, both, busy=True)] == [MISSED, MET]


def test_the_summary_counts_verdicts():
    report = Report()
    report.figure("one", 1)
    report.figure("two", 2)
    table = goals.rows(report, [Goal(name, name, 1) for name in ("one", "two", "three", "four")])
    assert goals.summary(table) == "1 goals met, 1 missed, 2 not measured here"


def test_goals_are_told_apart():
    titles = [goal.title for goal in goals.GOALS]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize(
    ("value", "text"), [(None, "-"), (0.0312, "0.0312"), (2.649, "2.65"), (20_000.4, "20,000")]
)
def test_figures_are_short(value, text):
    assert goals.shown(value) == text


def test_columns_are_aligned():
    assert text_table(["", "ms"], [["short", "1.0"], ["a longer one", "12.0"]]) == [
        "                ms",
        "short          1.0",
        "a longer one  12.0",
    ]


def test_a_bar_does_not_end_a_cell():
    assert markdown_table(["what", "ms"], [["a | b", "1"]]) == [
        "| what | ms |",
        "| --- | ---: |",
        "| a \\| b | 1 |",
    ]
