"""The child of a run, from its start to its end."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import NoReturn

    from infsh_secrets.execution.redact import Redactor


def run_child(argv: Sequence[str], environ: Mapping[str, str], redactor: Redactor | None) -> int:
    """Run a command to its end and return its exit status: its own, or 128+N for signal N.

    What it prints passes the redactor: through a pseudo-terminal where our standard output is a
    terminal, else through pipes. Without a redactor it has our descriptors. Signals that reach us
    reach it, once. Raises CommandNotFoundError or NotExecutableError when it cannot be started,
    UsageError for a NUL byte, OutputError when our standard output takes no more.
    """
    if os.name == "nt":
        from infsh_secrets.execution.windows import run_on_windows

        return run_on_windows(argv, environ, redactor)
    from infsh_secrets.execution.start import check

    check(argv, environ)
    if redactor is not None and os.isatty(1):
        from infsh_secrets.execution.terminal import run_in_terminal

        return run_in_terminal(argv, environ, redactor)
    from infsh_secrets.execution.pipes import run_piped

    return run_piped(argv, environ, redactor)


def replace_process(argv: Sequence[str], environ: Mapping[str, str]) -> NoReturn:
    """Become the command: same process number, our descriptors, no redaction.

    Raises CommandNotFoundError, NotExecutableError or UsageError.
    """
    if os.name == "nt":
        from infsh_secrets.execution.windows import run_on_windows

        os._exit(run_on_windows(argv, environ, None))
    from infsh_secrets.execution.signals import Signals
    from infsh_secrets.execution.start import check, replace

    check(argv, environ)
    replace(argv, environ, Signals())
