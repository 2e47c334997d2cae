from __future__ import annotations

import copy
import json
import logging
import pickle
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infsh_secrets.domain import models
from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.models import Secret, SecretInfo, SecretValue, check_value

CANARY = "made-up-canary-3141592653"
STARS = "********"


def info(**fields):
    known = {
        "key": "A_KEY",
        "environment": "default",
        "description": "what it opens",
        "metadata": {},
        "masked": STARS,
        "fingerprint": "00" * 8,
        "version": 2,
        "created": 1,
        "updated": 2,
        "expires": None,
        "last_used": None,
        "deleted": None,
    }
    return SecretInfo(**{**known, **fields})


def holders():
    value = SecretValue(CANARY.encode())
    return [value, Secret(info(), value, 2, 2), [value], {"a": (value,)}]


@pytest.mark.parametrize("holder", holders(), ids=["value", "secret", "list", "dict"])
def test_no_way_of_writing_it_out_shows_the_value(holder):
    shown = [
        repr(holder),
        str(holder),
        f"{holder}",
        f"{holder!s:>40}",
        f"{holder!r}",
        f"{holder!a}",
        "%s %r" % (holder, holder),  # noqa: UP031  # each way of formatting is one case
        "{0} {0!r}".format(holder),  # noqa: UP032
        logging.LogRecord("n", 10, "p", 1, "%s", (holder,), None).getMessage(),
    ]
    assert not any(CANARY in text for text in shown)


def test_a_value_formats_as_stars():
    value = SecretValue(CANARY.encode())
    assert str(value) == f"{value}" == STARS
    assert f"{value:>10}" == "  " + STARS
    assert repr(value) == "SecretValue(********)"


@pytest.mark.parametrize(
    "act",
    [
        pickle.dumps,
        lambda value: pickle.dumps(value, 0),
        json.dumps,
        vars,
        len,
        iter,
        bytes,
        lambda value: value + "",
        lambda value: value.__dict__,
    ],
    ids=range(9),
)
def test_a_value_is_not_pickled_encoded_or_taken_apart(act):
    with pytest.raises((TypeError, AttributeError)) as caught:
        act(SecretValue(CANARY.encode()))
    assert CANARY not in str(caught.value)


def test_a_copy_of_a_value_is_the_value():
    value = SecretValue(CANARY.encode())
    assert copy.copy(value) is copy.deepcopy(value) is value


def test_a_traceback_with_locals_shows_no_value():
    def fail(value):
        raise RuntimeError("made up")

    try:
        fail(holders()[1])
    except RuntimeError as error:
        shown = "".join(
            traceback.TracebackException.from_exception(error, capture_locals=True).format()
        )
    assert "Secret(" in shown
    assert CANARY not in shown


def test_values_of_equal_text_do_not_compare_equal():
    assert SecretValue(b"same") != SecretValue(b"same")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_a_value_comes_back(text):
    value = check_value(text.encode())
    assert value.reveal() == text
    assert value.reveal_bytes() == text.encode()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"x" * 65537, "too many bytes, 65536 are allowed"),
        (CANARY.encode() + b"\0", "NUL"),
        (CANARY.encode() + b"\xff", "not UTF-8"),
        (b"\xed\xa0\x80" + CANARY.encode(), "not UTF-8"),
    ],
)
def test_what_cannot_be_a_value_is_refused_without_showing_it(data, says):
    with pytest.raises(UsageError, match=says) as caught:
        check_value(data)
    error = caught.value
    assert CANARY not in error.message + error.hint + repr(error)
    assert error.__cause__ is None
    assert error.__context__ is None


def test_the_edges_of_a_value():
    assert check_value(b"x" * 65536).reveal_bytes() == b"x" * 65536
    assert check_value(b"", allow_empty=True).reveal() == ""


def test_descriptions():
    assert models.check_description("d" * 4096) == "d" * 4096
    assert models.check_description("") == ""
    for text in ("d" * 4097, "\u00e4" * 2049, "\udc80"):
        with pytest.raises(UsageError):
            models.check_description(text)


def test_metadata():
    largest = {f"{n}".ljust(1024, "k"): "v" * 1024 for n in range(64)}
    assert models.check_metadata(largest) == largest
    assert models.check_metadata({"a": ""}) == {"a": ""}
    wrong = [
        {str(n): "" for n in range(65)},
        {"": "v"},
        {"k" * 1025: ""},
        {"k": "v" * 1025},
        {"k": "\u00e4" * 513},
        {"\udc80": "v"},
        {"k": "\udc80"},
    ]
    for pairs in wrong:
        with pytest.raises(UsageError):
            models.check_metadata(pairs)


def test_what_is_known_shows_neither_description_nor_metadata():
    shown = repr(info(description=CANARY, metadata={"a": CANARY}))
    assert shown == "SecretInfo('A_KEY', environment='default', v2)"
    assert repr(models.VersionInfo(3, 1, CANARY, CANARY)) == "VersionInfo(3)"


def test_metadata_as_it_is_written():
    assert models.parse_pair("a=b=c") == ("a", "b=c")
    assert models.parse_pair("a=") == ("a", "")
    for text in ("", "a", "=b"):
        with pytest.raises(UsageError):
            models.parse_pair(text)
