"""What leaves the client when something fails: an error of ours, and no value with it.

The frames below a public function have values in their local variables, which some handlers of
errors show. So each public function is a boundary: what it raises comes without those frames, and
without an earlier exception behind it. Its sentence and its hint say what there is to know.
"""

from __future__ import annotations

import os
import sys
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from infsh_secrets.domain.errors import InfshError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from types import TracebackType

P = ParamSpec("P")
R = TypeVar("R")

_MAY_TELL_DATA = frozenset(
    (
        *("builtins", "json", "struct", "binascii", "sqlite3", "ssl", "tomllib"),
        *("cryptography", "httpx", "httpcore", "keyring", "yaml"),
    )
)
"""Where exceptions come from that could have a value in their text; of them the type is told."""


def boundary(function: Callable[P, R]) -> Callable[P, R]:
    """Return the function, of which only errors without values come out.

    An exception of Python or of a library could have a value in its text: only its type and place
    are told, as an InfshError. One of the caller, which a signal handler raises say, passes. What
    the caller was handling stays the context of what is raised.
    """

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        __tracebackhide__ = True  # a test that fails here points to its own line
        try:
            return function(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001  # it is raised again below
            del args, kwargs
            failure = _without_values(error)
        try:
            raise failure
        finally:
            del failure

    return call


def async_boundary(
    function: Callable[P, Coroutine[Any, Any, R]],
) -> Callable[P, Coroutine[Any, Any, R]]:
    """Return the function, whose failures come without the frames below it.

    What it awaits is behind a boundary of its own: no text has a value then, but the frames that
    have led there, of asyncio and of its threads, have the arguments.
    """

    @wraps(function)
    async def call(*args: P.args, **kwargs: P.kwargs) -> R:
        __tracebackhide__ = True
        try:
            return await function(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001  # it is raised again below
            del args, kwargs
            failure = _alone(error)
        try:
            raise failure
        finally:
            del failure

    return call


def _alone(error: BaseException) -> BaseException:
    """Return the exception without frames and without an earlier one behind it."""
    error.__traceback__ = error.__cause__ = error.__context__ = None
    error.__suppress_context__ = False
    return error


def _without_values(error: BaseException) -> BaseException:
    """Return what to raise instead of an exception that has come up to a boundary."""
    trace = error.__traceback__
    if isinstance(error, Exception) and _may_tell_data(error):
        if trace is None or trace.tb_next is None:
            return error  # the function was not even entered: its caller has called it wrongly
        told = InfshError(
            f"Internal error ({type(error).__name__} at {_place(trace)}).",
            "Report it: this is a fault of infsh-secrets or of the store that is given.",
        )
        _say_to_program(told)
        return told
    if isinstance(error, InfshError):
        _say_to_program(error)
    return _alone(error)


def _may_tell_data(error: Exception) -> bool:
    if isinstance(error, (InfshError, TimeoutError)):
        return False
    return type(error).__module__.partition(".")[0] in _MAY_TELL_DATA


def _say_to_program(error: InfshError) -> None:
    """Say it with arguments instead of options; let a traceback show the next step as well."""
    from infsh_secrets.sdk.next_steps import as_arguments

    message, error.hint = as_arguments(error.message), as_arguments(error.hint)
    if error.message != message:
        error.message, error.args = message, (message, *error.args[1:])
    if error.hint and error.hint not in getattr(error, "__notes__", ()):
        error.add_note(error.hint)


def _place(trace: TracebackType) -> str:
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"


def program() -> str:
    """Return what this program is called, for the record."""
    script = sys.argv[0] if sys.argv else ""
    return os.path.basename(script) if script not in ("", "-", "-c", "-m") else "python"
