"""A test's report without the values that it may not show, and failed where it has shown one."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from infsh_secrets.testing.observers import text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from infsh_secrets.testing.guard import Guard

TITLE = "shown secrets"
_PLACES = {"log": "the log", "stdout": "stdout", "stderr": "stderr"}
_FAILURE = "the failure"
_ID = "the id of a parameter"
_ADVICE_ON_ID = 'Choose an id that does not show it: pytest.param(value, id="a name").\n'
_ADVICE = """\
Where this report had it there is a mark now. A test that is meant to show one is marked
with @pytest.mark.allow_secret_output.
"""
_SHORTENED = ("...", "identical leading", "identical trailing")
"""What pytest writes where it has left a part of a text out."""

# An id is what other processes and files know the test by.
_KEPT = {"nodeid", "_id", "location", "keywords", "node", "outcome", "when"}


def judge(guard: Guard, report: pytest.TestReport, *, of_test: bool) -> None:
    """Redact the report in place; make it one of a failure when something new was shown.

    `of_test` tells that it is one of pytest's own of the test, not of a part of it.
    """
    before = set(guard.seen)
    guard.judge_observed()
    _judge_captured(guard, report)
    if of_test:
        guard.judged = (len(report.sections), len(report.user_properties))
    _judge_failure(guard, report)
    guard.judge(_ID, report.nodeid)
    _redact_rest(guard, report)
    shown = guard.seen - before
    if shown and not guard.allowed:
        _fail(report, sorted(shown))


def redact_inside(guard: Guard, shown: object) -> None:
    """Redact, in place, a representation that pytest has made of an exception."""
    _Redaction(guard.redact_pieces).of(shown)


def _judge_captured(guard: Guard, report: pytest.TestReport) -> None:
    """Judge what is new of that which each report of a test repeats."""
    sections, properties = guard.judged
    if len(report.sections) < sections:
        sections = 0
    for title, content in report.sections[sections:]:
        guard.judge(_place(title), content)
    if hasattr(report, "wasxfail"):
        guard.judge("the reason of the expected failure", text_of(report.wasxfail))
    for name, value in report.user_properties[properties:]:
        guard.judge("a recorded property", f"{name}\n{text_of(value)}")


def _place(title: str) -> str:
    """Return where it was, of a section that pytest calls `Captured stdout call`."""
    words = title.split()
    return _PLACES.get(words[1], "a section of the report") if words[1:] else "a section"


def _judge_failure(guard: Guard, report: pytest.TestReport) -> None:
    if report.longrepr is None:
        return
    text = _text(report)
    guard.judge("the reason of the skip" if _is_skip(report) else _FAILURE, text)
    shortened = any(sign in text for sign in _SHORTENED)
    redact = guard.redact_pieces if shortened else guard.redact
    report.longrepr = _Redaction(redact).of(report.longrepr)
    text = _text(report)
    redacted = guard.redact(text)
    if redacted is not text:
        report.longrepr = redacted


def _is_skip(report: pytest.TestReport) -> bool:
    return report.skipped and not hasattr(report, "wasxfail")


def _text(report: pytest.TestReport) -> str:
    """Return all texts of the failure: as it is printed, and its line in the summary."""
    crash = getattr(report.longrepr, "reprcrash", None)
    return f"{report.longreprtext}\n{getattr(crash, 'message', '')}"


def _redact_rest(guard: Guard, report: pytest.TestReport) -> None:
    """Redact the properties, and what other plugins have added."""
    redaction = _Redaction(guard.redact)
    for name, fact in list(vars(report).items()):
        if name not in _KEPT:
            vars(report)[name] = redaction.of(fact)


class _Redaction:
    """Redacts texts wherever they are in lists, dictionaries and pytest's own representations."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        self._redact = redact
        self._done: set[int] = set()

    def of(self, fact: Any) -> Any:
        """Return `fact` redacted: a new text or tuple, else the same object, changed in place."""
        if isinstance(fact, str):
            return self._redact(fact)
        if type(fact) is tuple:
            return tuple(map(self.of, fact))
        if id(fact) not in self._done:
            self._done.add(id(fact))
            self._inside(fact)
        return fact

    def _inside(self, fact: Any) -> None:
        if isinstance(fact, list):
            fact[:] = map(self.of, fact)
        elif isinstance(fact, dict):
            fact.update([(name, self.of(value)) for name, value in fact.items()])
        elif dataclasses.is_dataclass(fact) or hasattr(fact, "toterminal"):
            names = dict.fromkeys(getattr(fact, "__dict__", ()))  # some have slots
            if dataclasses.is_dataclass(fact):
                names |= dict.fromkeys(field.name for field in dataclasses.fields(fact))
            for name in names:
                if hasattr(fact, name):
                    object.__setattr__(fact, name, self.of(getattr(fact, name)))  # some are frozen


def _fail(report: pytest.TestReport, shown: list[tuple[str, str]]) -> None:
    said, text = _told(shown, by_failure=report.failed)
    add_section = getattr(report.longrepr, "addsection", None)
    if add_section:
        add_section(TITLE, text)
    elif report.failed:
        report.sections.append((TITLE, text))
    else:
        from _pytest._code import code

        path, line, _ = report.location
        report.longrepr = code.ReprExceptionInfo(
            code.ReprTraceback([code.ReprEntryNative([text])], None, "native"),
            code.ReprFileLocation(path, (line or 0) + 1, said),
        )
    report.outcome = "failed"
    vars(report).pop("wasxfail", None)


def _told(shown: list[tuple[str, str]], *, by_failure: bool) -> tuple[str, str]:
    """Return what was shown where, in a line and with what to do about it."""
    where: dict[str, list[str]] = {}
    for name, place in shown:
        where.setdefault(name, []).append(place)
    places = {place for _, place in shown}
    if by_failure and places == {_FAILURE}:
        said = f"has a mark where it showed a secret: {', '.join(where)}"
        return said, f"The failure {said}.\n"
    parts = (f"{name} in {' and '.join(places)}" for name, places in where.items())
    said = f"showed a secret: {'; '.join(parts)}"
    return said, f"The test {said}.\n{_ADVICE_ON_ID if _ID in places else ''}{_ADVICE}"
