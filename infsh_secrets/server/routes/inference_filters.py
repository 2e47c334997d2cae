"""The filters of a list: key and scope; conditions on other fields are ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infsh_secrets.server.failures import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from infsh_secrets.server.listing import Stored
    from infsh_secrets.server.routes.inference_models import Filter

_SCOPE = "team"


def as_test(filters: Sequence[Filter]) -> Callable[[Stored], bool] | None:
    """Return what a secret must fulfil, None where that is nothing; a Failure 400 for nonsense."""
    tests = [_key_test(one) for one in filters if one.field == "key"]
    if not all(_holds(one.operator, one.value, _SCOPE) for one in filters if one.field == "scope"):
        return _never
    wanted = [test for test in tests if test is not None]
    if not wanted:
        return None
    return lambda stored: all(test(stored.info.key) for test in wanted)


def _never(_stored: Stored) -> bool:
    return False


def _key_test(one: Filter) -> Callable[[str], bool] | None:
    _holds(one.operator, one.value, "")
    if one.operator not in _OPERATORS:
        return None
    return lambda key: _holds(one.operator, one.value, key)


def _holds(operator: str, value: Any, have: str) -> bool:
    """Tell whether a condition holds; one with an operator that is not known does."""
    if operator not in _OPERATORS:
        return True
    if operator == "in" and isinstance(value, list):
        return have in value
    if operator == "in" or not isinstance(value, str):
        raise Failure(400, f"The filter's value does not go with the operator {operator}.")
    return have == value if operator == "eq" else value in have


_OPERATORS = ("eq", "in", "contains")
