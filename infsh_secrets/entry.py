"""The console scripts: fast path, else Typer; and the one place where an error ends a command."""

from __future__ import annotations

import gc
import os
import sys

_PR_SET_DUMPABLE = 4
_AT_THE_ROOT = ("--version", "completion", "login", "logout", "me", "secrets")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from infsh_secrets.fastpath import Shown


def main() -> None:
    """Run `infsh` and end the process."""
    _prepare()
    _leave(run(sys.argv[1:]))


def main_secrets() -> None:
    """Run `infsh-secrets`, which is `infsh secrets`, and end the process.

    What is there only once, without `secrets`, it has as well.
    """
    _prepare()
    argv = sys.argv[1:]
    _leave(run(argv if argv and argv[0] in _AT_THE_ROOT else ["secrets", *argv]))


def _prepare() -> None:
    """Make the rest of a start cheaper, in a process that is a command and nothing else."""
    gc.disable()  # a command ends before garbage matters; looking for it slows every start
    if sys.implementation.name == "cpython":
        from infsh_secrets.loading import install

        install()


def run(argv: list[str]) -> int:
    """Run one command line (without the program's name) and return its exit status."""
    from infsh_secrets.files.streams import fill_missing_descriptors

    fill_missing_descriptors()
    _harden()
    try:
        from infsh_secrets import fastpath

        request = fastpath.match(argv)
        if request is not None:
            done = request.run(_asker(), _say)
            return done if isinstance(done, int) else _show(done)
        if any(word.startswith("__complete") for word in argv[:2]):
            from infsh_secrets.cli import completion

            if completion.is_asked(argv):
                return completion.complete(argv)
        from infsh_secrets.cli.typer_import import import_typer

        import_typer()
        from infsh_secrets.cli.app import run as run_commands

        return run_commands(argv)
    except BaseException as error:  # noqa: BLE001  # whatever it is, it ends here
        return _report(error, argv)


def _asker() -> Callable[[str], str] | None:
    from infsh_secrets.files.streams import may_ask

    if not may_ask(os.environ):
        return None
    from infsh_secrets.cli.prompts import ask_hidden

    return ask_hidden


def _say(notice: str, quiet: bool) -> None:
    from infsh_secrets.cli.output import Renderer

    Renderer(quiet=quiet).say(notice)


def _show(shown: Shown) -> int:
    from infsh_secrets.cli.output import Renderer
    from infsh_secrets.domain import exit_codes

    Renderer(shown.form, no_color=shown.no_color).render(shown.result)
    return exit_codes.OK


def _harden() -> None:
    """Keep secrets out of core files and from other processes of the same user.

    Best effort: Windows has neither, macOS no such call. `ctypes` itself costs 2 ms, the compiled
    half of it a fifth of that. The limit is only lowered as far as it can be raised again for a
    child.
    """
    try:
        import resource

        import infsh_secrets

        limits = infsh_secrets.core_limit = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (0, limits[1]))
        if sys.platform == "linux":
            import _ctypes

            library = _ctypes.dlopen(None, 0)  # type: ignore[arg-type,unused-ignore]
            prctl = _ctypes.dlsym(library, "prctl")
            _ctypes.call_function(prctl, (_PR_SET_DUMPABLE, 0, 0, 0, 0))
    except (ImportError, AttributeError, ValueError, OSError):
        pass


def _report(error: BaseException, argv: list[str]) -> int:
    """Say on standard error what went wrong and return the exit status for it."""
    from infsh_secrets.domain import exit_codes

    if isinstance(error, BrokenPipeError):
        return exit_codes.OK  # the reader has enough
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else exit_codes.ERROR
    try:
        from infsh_secrets.cli.failures import report

        return report(error, argv)
    except KeyboardInterrupt:
        return exit_codes.INTERRUPTED
    except OSError as unwritable:  # nobody can be told
        from infsh_secrets.cli.run_line import is_run

        closed = isinstance(unwritable, BrokenPipeError)
        status = exit_codes.ERROR if closed else getattr(error, "exit_status", exit_codes.ERROR)
        return exit_codes.of_run(status) if is_run(argv) else status


def _leave(status: int) -> None:
    """End the process at once: unloading modules one by one takes longer than most commands."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            continue
    if "coverage" in sys.modules:  # it writes its figures when the interpreter ends
        sys.exit(status)
    os._exit(status)
