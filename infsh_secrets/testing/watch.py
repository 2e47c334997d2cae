"""The hooks of the guard: a pytest plugin that is registered when the first test needs it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from infsh_secrets.testing.guard import Guard
from infsh_secrets.testing.observers import observing
from infsh_secrets.testing.reports import judge, redact_inside

if TYPE_CHECKING:
    import warnings
    from collections.abc import Generator

_NAME = "infsh_secrets_watch"
_GUARD = pytest.StashKey[Guard]()
_NOT_CAPTURED = "stdout and stderr: they are not captured (-s), and so not searched"


def watch_of(config: pytest.Config) -> Watch:
    """Return the hooks of this run, registered the first time."""
    watch = config.pluginmanager.get_plugin(_NAME)
    if not isinstance(watch, Watch):
        watch = Watch(config)
        config.pluginmanager.register(watch, _NAME)
    return watch


class Watch:
    """Guards one test after the other; `base` are (name, value) that none of them may show."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self.base: list[tuple[str, bytes]] = []
        self._guard: Guard | None = None
        self._nodeid = ""
        self._observers = contextlib.ExitStack()
        self._observing = False
        self._judged: list[pytest.TestReport] = []

    def begin(self, item: pytest.Item) -> Guard:
        """Return the guard of a test, which sees what the test shows from now on.

        A test that is run again keeps its guard: its reports still have the output of before.
        """
        guard = item.stash.get(_GUARD, None)
        if guard is None:
            allowed = item.get_closest_marker("allow_secret_output") is not None
            guard = item.stash[_GUARD] = Guard(self.base, allowed=allowed)
        elif guard is self._guard and self._observing:
            return guard
        self._end()
        self._guard = guard
        self._nodeid = item.nodeid
        self._judged = []
        self._observers.enter_context(observing(guard, item.config))
        self._observing = True
        return guard

    def _end(self) -> None:
        """Let go of logging and warnings; the guard stays for what is reported late."""
        self._observing = False
        self._observers.close()

    def pytest_make_parametrize_id(self, val: object) -> str | None:
        """Keep what no test may show out of the ids that are made of parameters."""
        if not self.base or not isinstance(val, str | bytes):
            return None
        text = val if isinstance(val, str) else val.decode(errors="replace")
        redacted = Guard(self.base, allowed=False).redact(text)
        return None if redacted == text else redacted

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """Begin with the test where its own fixtures are not what decides."""
        if self.base:
            self.begin(item)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Judge the report of a phase when all others have said theirs."""
        report = yield
        guard = item.stash.get(_GUARD, None)
        if guard is None or guard is not self._guard:
            return report
        if call.when == "setup":  # a test that is run again is judged again
            guard.seen.clear()
        judge(guard, report, of_test=True)
        self._judged.append(report)
        if call.when == "teardown":
            vars(report)["infsh_secrets_unguarded"] = _unguarded(guard, item.config)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Judge reports that are made in other ways as well, such as those of subtests."""
        if any(report is judged for judged in self._judged):
            return
        if self._guard is not None and self._observing:
            judge(self._guard, report, of_test=False)

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(
        self, warning_message: warnings.WarningMessage, nodeid: str
    ) -> None:
        """Redact a warning that was given before its value was known."""
        if self._guard is not None and nodeid == self._nodeid:
            text = str(warning_message.message)
            redacted = self._guard.redact(text)
            if redacted is not text:
                warning_message.message = redacted

    @pytest.hookimpl(wrapper=True)
    def pytest_keyboard_interrupt(self) -> Generator[None, None, None]:
        """Redact what has broken the run off: Ctrl-C, pytest.exit; the terminal shows it last."""
        yield
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        self._redact(getattr(terminal, "_keyboardinterrupt_memo", None))

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excrepr: object) -> None:
        """Redact what ends the run because a hook has failed."""
        self._redact(excrepr)

    def _redact(self, shown: object) -> None:
        if self._guard is not None:
            redact_inside(self._guard, shown)

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logfinish(self) -> None:
        """End with the test."""
        self._end()

    def pytest_unconfigure(self) -> None:
        """End with the run, when a test was broken off."""
        self._end()


def _unguarded(guard: Guard, config: pytest.Config) -> list[str]:
    lines = [
        f"{name}: its value is too short or too common to be looked for" for name in guard.unguarded
    ]
    if config.getoption("capture", "no") == "no":
        lines.append(_NOT_CAPTURED)
    return lines
