"""client.redactor: texts and log records without the values of secrets."""

from __future__ import annotations

import base64
import io
import json
import logging
import threading

import pytest

from infsh_secrets import NotFoundError

CANARY = "kanarienvogel-made-up-7Hq2"
MARK = "[REDACTED:K]"


@pytest.fixture
def redactor(any_client):
    any_client.secrets.set("K", CANARY)
    return any_client.redactor()


def test_texts_and_bytes_get_marks(redactor):
    assert redactor.redact(f"<{CANARY}> ü {CANARY}") == f"<{MARK}> ü {MARK}"
    assert redactor.redact(CANARY.encode() + b"\xff") == MARK.encode() + b"\xff"
    assert redactor.redact("") == ""
    assert redactor.redact("\ud800 nothing here") == "\ud800 nothing here"
    encoded = base64.b64encode(CANARY.encode()).decode()
    assert encoded not in redactor.redact(encoded)
    assert CANARY not in repr(redactor)


def test_it_knows_what_there_was(any_client, redactor):
    any_client.secrets.set("L", "another-made-up-value-8Jr3")
    any_client.secrets.set("M", "yes")
    assert "8Jr3" in redactor.redact("another-made-up-value-8Jr3")
    later = any_client.redactor()
    assert "8Jr3" not in later.redact("another-made-up-value-8Jr3")
    assert later.unprotected == ("M",)
    assert "8Jr3" in any_client.redactor(only="K").redact("another-made-up-value-8Jr3")
    any_client.close()
    assert CANARY not in later.redact(CANARY)


def test_environments_are_all_or_one(any_client, redactor):
    any_client.secrets.set("L", "another-made-up-value-8Jr3", environment="staging")
    assert "8Jr3" not in any_client.redactor().redact("another-made-up-value-8Jr3")
    with pytest.raises(NotFoundError):
        any_client.redactor(environment="other")
    assert CANARY in any_client.redactor(environment="staging").redact(CANARY)


def test_with_nothing_to_look_for_nothing_is_promised(any_client):
    with pytest.raises(NotFoundError):
        any_client.redactor()


@pytest.fixture
def log(redactor):
    """A logger whose handler filters, and what it has written; several formats."""
    out = io.StringIO()

    class AsJson(logging.Formatter):
        def format(self, record):
            return json.dumps(vars(record), default=repr) + repr(record.exc_info)

    logger = logging.Logger("made.up")  # noqa: LOG001  # one that nobody else has
    for formatter in (logging.Formatter("%(name)s %(message)s %(extra)s"), AsJson()):
        handler = logging.StreamHandler(out)
        handler.addFilter(redactor)
        handler.setFormatter(formatter)
        logger.addHandler(handler)
    return logger, out


def test_no_log_record_shows_a_value(log):
    logger, out = log
    extra = {"extra": f"extra {CANARY}"}
    logger.info("message %s", CANARY, extra=extra)
    logger.info("mapping %(a)s", {"a": CANARY}, extra=extra)
    logger.info(f"text {CANARY}", extra=extra)  # noqa: G004
    logger.info([CANARY], extra=extra)
    logger.info("100%", extra=extra)
    inside = [CANARY, {"headers": {CANARY: (CANARY.encode(), 1, {CANARY})}}]
    inside.append(inside)
    logger.info("inside", extra={"extra": inside})
    assert CANARY in inside
    try:
        raise ValueError(CANARY)  # noqa: TRY301
    except ValueError:
        logger.exception("failed", extra=extra, stack_info=True)
    shown = out.getvalue()
    assert f"{{'{MARK}': (b'{MARK}', 1, {{'{MARK}'}})}}" in shown
    assert CANARY not in shown
    assert shown.count(MARK) >= 12
    assert "ValueError: " + MARK in shown
    assert "Traceback (most recent call last)" in shown
    assert "100%" in shown


class Unwilling:
    """An object without a text."""

    def __str__(self):
        raise ValueError(CANARY)


def test_a_mistake_in_a_call_of_the_log_ends_nothing(log, capsys):
    logger, out = log
    extra = {"extra": "x"}
    logger.info(f"{CANARY} %s %s", CANARY, extra=extra)  # noqa: G004
    logger.info("%d", CANARY, extra=extra)
    logger.info("%(b)s", {"a": CANARY}, extra=extra)
    logger.info(Unwilling(), extra=extra)
    shown = out.getvalue()
    assert CANARY not in shown + "".join(capsys.readouterr())
    assert f"{MARK} %s %s (with 1 arguments that do not fit)" in shown
    assert "Unwilling (with 0 arguments that do not fit)" in shown


def test_threads_share_it(redactor):
    given = set()

    def work():
        for _ in range(200):
            given.add(redactor.redact(f"a{CANARY}b"))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert given == {f"a{MARK}b"}
