from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infsh_secrets.domain.errors import (
    ConflictError,
    DeniedError,
    InfshError,
    LockedError,
    NotFoundError,
    UnavailableError,
    UsageError,
)
from infsh_secrets.stores.remote import answers
from infsh_secrets.stores.remote.messages import Reply, parse
from infsh_secrets.stores.remote.moments import milliseconds

PROBLEM = "https://api.inference.sh/errors/"


def reply(status, data):
    return Reply(status, {}, b"" if data is None else json.dumps(data).encode())


def problem(code, detail="why", **meta):
    return {"type": PROBLEM + code, "title": "title", "detail": detail, "meta": meta}


@pytest.mark.parametrize(
    ("status", "data", "kind", "told"),
    [
        (400, problem("invalid_request"), UsageError, "refuses this: why."),
        (401, problem("unauthorized"), LockedError, "does not accept the token: why."),
        (403, problem("forbidden"), DeniedError, "denies this: why."),
        (403, problem("team_role_required", capability="x"), DeniedError, "denies this: why."),
        (
            403,
            problem("insufficient_scope", required_scope="secrets:write"),
            DeniedError,
            "lacks the scope secrets:write.",
        ),
        (404, problem("not_found"), NotFoundError, "why"),
        (409, problem("already_exists"), ConflictError, "why"),
        (400, problem("name_conflict"), ConflictError, "why"),
        (410, None, NotFoundError, "none such"),
        (412, {"satisfied": False, "errors": []}, UsageError, "refuses this."),
        (422, {"title": "Validation failed"}, UsageError, "Validation failed."),
        (422, {"error": {"message": "m", "code": "validation_error"}}, UsageError, "m."),
        (418, None, UnavailableError, "status 418"),
        (429, problem("rate_limited"), UnavailableError, "is busy: why."),
        (500, problem("conflict"), UnavailableError, "status 500"),
        (502, None, UnavailableError, "status 502"),
        (403, {"error": {"message": "Could not validate API KEY"}}, LockedError, "infsh login"),
        (403, {"error": {"message": "no", "code": "cost_limit_exceeded"}}, DeniedError, "no."),
        (401, {"detail": "missing or invalid bearer token"}, LockedError, "bearer token."),
        (401, {"success": False, "error": {"message": "m"}}, LockedError, "m."),
    ],
)  # fmt: skip
def test_errors_of_every_shape(status, data, kind, told):
    with pytest.raises(kind) as caught:
        answers.content(reply(status, data), "work")
    assert type(caught.value) is kind
    assert told in f"{caught.value.message} {caught.value.hint}"
    assert "work" in caught.value.message


@pytest.mark.parametrize(
    "data",
    [
        {"data": {"key": "A"}, "messages": []},
        {"success": True, "status": 200, "data": {"key": "A"}},
        {"key": "A"},
    ],
)
def test_data_of_every_envelope(data):
    assert answers.content(reply(200, data), "work") == {"key": "A"}


@pytest.mark.parametrize(("status", "data"), [(204, None), (200, None), (200, {"data": None})])
def test_an_answer_without_data_where_none_is_needed(status, data):
    assert answers.content(reply(status, data), "work", optional=True) is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["data", "error", "detail", "meta", "type", "title", "message", "x"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=10,
    ),
    st.sampled_from([200, 204, 400, 401, 403, 404, 409, 422, 429, 500]),
)
def test_whatever_stands_there_is_data_or_one_of_our_errors(data, status):
    with contextlib.suppress(InfshError):
        answers.content(reply(status, data), "work", ["hidden-value"])
    answers.notices(reply(status, data), "work")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("it is hidden-value there", ""),
        ("aGlkZGVuLXZhbHVl", ""),
        ("hidden%2Dvalue", "hidden%2Dvalue"),
        ("something else", "something else"),
    ],
)
def test_what_repeats_a_secret_is_not_shown(text, shown):
    assert answers.shown(text, ["hidden-value"]) in (shown, "")


def test_short_values_hide_nothing():
    assert answers.shown("a text with x", ["x", ""]) == "a text with x"


@pytest.mark.parametrize(
    "body", [b"[" * 50, b"{", b"NaN", b"[1e999999]" * 2, b"\xff", b"[" + b"1," * 300_000 + b"1]"]
)
def test_json_that_is_refused(body):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # it says nothing on purpose
        parse(body)
    assert str(caught.value) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-02T03:04:05Z", 1767323045000),
        ("2026-01-02T03:04:05.678901234Z", 1767323045679),
        ("2026-01-02T04:04:05+01:00", 1767323045000),
        ("2026-01-02T03:04:05", 1767323045000),
        ("0001-01-01T00:00:00Z", 0),
        ("soon", 0),
        (None, 0),
        (5, 0),
    ],
)
def test_times(text, expected):
    assert milliseconds(text) == expected
