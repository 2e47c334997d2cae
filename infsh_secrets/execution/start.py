"""From a fork to the new program: what it inherits, and what is said when it cannot be started."""

from __future__ import annotations

import errno
import os
import sys

from infsh_secrets.domain import exit_codes
from infsh_secrets.domain.errors import (
    CommandNotFoundError,
    InfshError,
    NotExecutableError,
    UnavailableError,
    UsageError,
)
from infsh_secrets.domain.sanitize import sanitize

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import NoReturn

    from infsh_secrets.execution.signals import Signals

_PR_SET_PDEATHSIG = 1
_SIGKILL = 9
_SHELL = "/bin/sh"
_ABSENT = (errno.ENOENT, errno.ENOTDIR)
_MESSAGE_LIMIT = 65536
_MANY_DESCRIPTORS = 65536  # some systems allow a billion, and old ones close one by one


def check(argv: Sequence[str], environ: Mapping[str, str]) -> None:
    """Raise UsageError for what no program can be given."""
    if not argv:
        raise UsageError("There is no command to run.", "Name it after --.")
    if any("\0" in word for word in argv):
        raise UsageError("An argument of the command contains a NUL byte.")
    for name, value in environ.items():
        if "\0" in value or "\0" in name or "=" in name or not name:
            raise UsageError(
                f"The variable {sanitize(name)} cannot be given to a program: it contains a NUL "
                "byte or its name contains an equals sign.",
                "Give it to the command in a file: infsh secrets run --files",
            )


def execute(argv: Sequence[str], environ: Mapping[str, str]) -> NoReturn:
    """Become the program, searched for in the PATH of `environ`.

    A script without `#!` is run by /bin/sh, as shells and `env` do. Raises CommandNotFoundError or
    NotExecutableError.
    """
    name = argv[0]
    found: InfshError | None = None
    for path in _candidates(name, environ):
        if not os.path.exists(path):  # a try costs more, since it converts every variable
            continue
        try:
            os.execve(path, list(argv), environ)  # noqa: S606  # an argument list is the point
        except OSError as error:
            if error.errno == errno.ENOEXEC:
                _by_shell(path, argv, environ)
            problem = _problem(name, path, error.errno or 0)
            if error.errno not in (*_ABSENT, errno.EACCES):
                raise problem from None
            found = found or problem
    raise found or CommandNotFoundError(
        f"There is no command {sanitize(name)}.",
        "Check its name and path."
        if "/" in name
        else "Check its name and the PATH it is looked for in.",
    )


def _candidates(name: str, environ: Mapping[str, str]) -> list[str]:
    if not name:
        return []
    if "/" in name:
        return [name]
    folders = environ.get("PATH", os.defpath).split(os.pathsep)
    return [f"{folder or '.'}/{name}" for folder in folders]


def _by_shell(path: str, argv: Sequence[str], environ: Mapping[str, str]) -> NoReturn:
    try:
        os.execve(_SHELL, [_SHELL, path, *argv[1:]], environ)  # noqa: S606  # as above
    except OSError as error:
        raise _problem(argv[0], path, error.errno or 0) from None


def _problem(name: str, path: str, number: int) -> InfshError:
    shown = sanitize(name)
    if number == errno.E2BIG:
        return NotExecutableError(
            f"The arguments and variables for {shown} are larger than this system allows.",
            "Declare fewer secrets, or give large ones as files: infsh secrets run --files",
        )
    if number in _ABSENT:
        return NotExecutableError(
            f"{shown} cannot be executed: the interpreter that it names is not there.",
            "Look at its first line.",
        )
    if os.path.isdir(path):
        return NotExecutableError(f"{shown} is a folder.", "Name a program.")
    if number == errno.EACCES:
        return NotExecutableError(
            f"{shown} cannot be executed: permission denied.",
            "Make it executable, as in: chmod +x FILE",
        )
    return NotExecutableError(f"{shown} cannot be executed: {os.strerror(number)}.")


def start(
    argv: Sequence[str],
    environ: Mapping[str, str],
    signals: Signals,
    descriptors: Sequence[tuple[int, int]],
) -> int:
    """Start the program in a process of its own and return the number of that.

    `descriptors` are (its descriptor, ours). It dies with this process where the system has that.
    Raises CommandNotFoundError, NotExecutableError, or UnavailableError when there is no room for
    another process.
    """
    errors, report = os.pipe()
    parent = os.getpid()
    try:
        child = fork()
    except UnavailableError:
        os.close(errors)
        os.close(report)
        raise
    if not child:
        become(argv, environ, signals, descriptors, report=report, parent=parent)
    os.close(report)
    try:
        raise_reported(errors)
    except InfshError:
        os.waitpid(child, 0)
        raise
    return child


def fork() -> int:
    """Fork; UnavailableError when the system has no room for another process."""
    try:
        return os.fork()
    except OSError as error:
        raise UnavailableError(
            f"No process can be started: {os.strerror(error.errno or 0)}.", "Try again later."
        ) from None


def become(
    argv: Sequence[str],
    environ: Mapping[str, str],
    signals: Signals,
    descriptors: Sequence[tuple[int, int]],
    *,
    report: int,
    parent: int,
) -> NoReturn:
    """In a new process: become the program, or say into `report` why not, and end."""
    try:
        die_with(parent)
        for number, ours in descriptors:
            os.dup2(ours, number)
        _restore_core_limit()
        signals.restore()
        execute(argv, environ)
    except InfshError as error:
        text = f"{error.exit_status}\n{error.message}\n{error.hint}"
        os.write(report, text.encode("utf-8", "surrogateescape"))
    except BaseException as error:  # noqa: BLE001  # nothing of ours may go on in the copy
        os.write(report, f"{exit_codes.RUN_FAILED}\n{type(error).__name__}\n".encode())
    finally:
        os._exit(exit_codes.RUN_FAILED)


def replace(argv: Sequence[str], environ: Mapping[str, str], signals: Signals) -> NoReturn:
    """Become the program in this process; it is left as it was when that fails."""
    try:
        _restore_core_limit()
        signals.restore()
        execute(argv, environ)
    finally:
        signals.release()


def raise_reported(errors: int) -> None:
    """Return when the program has started; raise what its process has said otherwise."""
    data = b""
    while part := os.read(errors, _MESSAGE_LIMIT):
        data += part
    os.close(errors)
    if not data:
        return
    status, message, hint = data.decode("utf-8", "surrogateescape").split("\n", 2)
    if int(status) == exit_codes.COMMAND_NOT_FOUND:
        raise CommandNotFoundError(message, hint)
    if int(status) == exit_codes.NOT_EXECUTABLE:
        raise NotExecutableError(message, hint)
    raise InfshError(f"The command cannot be started: {message}.", hint)


def die_with(parent: int) -> None:
    """Have this process killed when `parent`, which forked it, has ended; Linux only."""
    if sys.platform != "linux":
        return
    try:
        import _ctypes

        library = _ctypes.dlopen(None, 0)  # type: ignore[arg-type,unused-ignore]
        prctl = _ctypes.dlsym(library, "prctl")
        _ctypes.call_function(prctl, (_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0))
    except (ImportError, AttributeError, OSError):
        return
    if os.getppid() != parent:
        os._exit(exit_codes.RUN_FAILED)


def close_others(keep: Sequence[int]) -> None:
    """Close every descriptor of this process but these."""
    low = 0
    for number in sorted(keep):
        os.closerange(low, number)
        low = number + 1
    os.closerange(low, min(os.sysconf("SC_OPEN_MAX"), _MANY_DESCRIPTORS))


def _restore_core_limit() -> None:
    import infsh_secrets

    if infsh_secrets.core_limit is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, infsh_secrets.core_limit)


def exit_status(status: int) -> int:
    """Return the exit status for what waitpid has told: 128+N for signal N."""
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else exit_codes.SIGNALLED - code
