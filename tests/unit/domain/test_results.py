from __future__ import annotations

import pytest

from infsh_secrets.domain.models import SecretInfo, SecretValue
from infsh_secrets.domain.results import (
    Filters,
    Place,
    PlainValue,
    SecretView,
    matches,
    narrows,
    sort_key,
)


def info(**fields):
    known = dict.fromkeys(SecretInfo.__slots__)
    known.update(key="DB_PASSWORD", environment="default", metadata={"owner": "a"}, updated=100)
    return SecretInfo(**{**known, **fields})


@pytest.mark.parametrize(
    ("filters", "fits"),
    [
        (Filters(), True),
        (Filters(patterns=("DB_*",)), True),
        (Filters(patterns=("db_*",)), False),
        (Filters(patterns=("X*", "*WORD")), True),
        (Filters(patterns=("DB",)), False),
        (Filters(metadata=(("owner", "a"),)), True),
        (Filters(metadata=(("owner", "b"),)), False),
        (Filters(metadata=(("owner", "a"), ("team", "x"))), False),
        (Filters(stale_before=100), True),
        (Filters(stale_before=99), False),
        (Filters(expired_at=50), False),
    ],
)
def test_filters(filters, fits):
    assert matches(info(), filters) == fits
    assert fits or narrows(filters)


def test_a_secret_has_expired_at_its_very_time():
    assert matches(info(expires=50), Filters(expired_at=50))
    assert not matches(info(expires=51), Filters(expired_at=50))


def test_secrets_are_sorted_by_the_chosen_column_and_then_by_name():
    old, new, other = info(key="B"), info(key="A", updated=200), info(key="A", environment="x")
    known = [new, old, other]

    def order(sort):
        return sorted(known, key=lambda one: sort_key(one, Filters(sort=sort)))

    assert order("key") == [new, other, old]
    assert order("updated") == [other, old, new]
    assert order("used") == [new, other, old]


def test_results_show_no_value():
    value = SecretValue(b"made-up-canary")
    for result in (PlainValue(value), SecretView(Place("vault", "t"), info(), 1, 1, value)):
        assert "made-up-canary" not in repr(result) + str(result)
