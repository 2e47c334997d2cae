from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infsh_secrets.domain import times
from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.times import age, parse_age, parse_moment, rfc3339

DAY = 24 * 3600 * 1000
NOW = 1_700_000_000_000


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("0s", 0),
        ("1s", 1000),
        ("5m", 300_000),
        ("12h", 12 * 3_600_000),
        ("90d", 90 * DAY),
        ("2w", 14 * DAY),
        ("1y", 365 * DAY),
    ],
)
def test_lengths_of_time(text, milliseconds):
    assert parse_age(text) == milliseconds
    assert parse_moment(text, NOW) == NOW + milliseconds


@pytest.mark.parametrize("text", ["", "d", "90", "-1d", "1.5h", "1 d", "1D", "\u0663d", "1234567d"])
def test_what_is_no_length_of_time(text):
    with pytest.raises(UsageError):
        parse_age(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2023-11-14", "2023-11-14T00:00:00Z"),
        ("2023-11-14T22:13:20Z", "2023-11-14T22:13:20Z"),
        ("2023-11-14T22:13:20.999", "2023-11-14T22:13:20Z"),
        ("2023-11-15T00:13:20+02:00", "2023-11-14T22:13:20Z"),
        ("9999-12-31", "9999-12-31T00:00:00Z"),
        ("999999y", "9999-12-31T23:59:59Z"),
    ],
)
def test_moments(text, moment):
    assert rfc3339(parse_moment(text, NOW)) == moment


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "2023-13-01", "1970-01-01", "1969-12-31", "0001-01-01T00:00+23:00"]
)
def test_what_is_no_moment(text):
    with pytest.raises(UsageError):
        parse_moment(text, NOW)


@given(st.text(max_size=30))
def test_any_text_is_a_moment_or_a_typed_error(text):
    try:
        assert 0 < parse_moment(text, NOW) < 2**63
    except UsageError as error:
        assert error.hint  # noqa: PT017  # both ends are fine


@given(st.integers(0, 2**64 - 1))
def test_every_stored_time_can_be_shown(moment):
    shown = rfc3339(moment)
    assert len(shown) == len("2026-11-22T03:04:05Z")
    assert age(moment, NOW)


def test_times_that_were_shown_are_kept_within_a_bound(monkeypatch):
    monkeypatch.setattr(times, "_MOST_TEXTS", 2)
    monkeypatch.setattr(times, "_texts", {})
    shown = [rfc3339(second * 1000) for second in (0, 1, 2, 0, 3, 1)]
    assert [text[-3:] for text in shown] == ["00Z", "01Z", "02Z", "00Z", "03Z", "01Z"]
    assert len(times._texts) <= 2


def test_no_time_is_none():
    assert rfc3339(None) is None


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (0, "just now"),
        (59_999, "just now"),
        (60_000, "1 minute ago"),
        (2 * 3_600_000, "2 hours ago"),
        (DAY, "1 day ago"),
        (364 * DAY, "364 days ago"),
        (800 * DAY, "2 years ago"),
        (-1000, "in a moment"),
        (-90 * DAY, "in 90 days"),
    ],
)
def test_ages(before, words):
    assert age(NOW - before, NOW) == words
