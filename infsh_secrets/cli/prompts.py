"""Questions at a terminal. They are never asked where nobody could answer."""

from __future__ import annotations

import getpass
import sys
import warnings

from infsh_secrets.domain.errors import AbortedError, UsageError

_TRIES = 3


def ask_hidden(question: str) -> str:
    """Return what is typed without showing it; AbortedError at end of input.

    A terminal that would show it is a UsageError instead.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(question, stream=sys.stderr)
    except getpass.GetPassWarning:
        raise UsageError(
            "This terminal would show what you type.", "Give the value with --file or by a pipe."
        ) from None
    except EOFError:
        sys.stderr.write("\n")
        raise AbortedError("Nothing was typed, nothing was changed.") from None
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        raise
    except UnicodeDecodeError:
        raise UsageError("What was typed is not UTF-8 text.") from None


def ask_value(key: str) -> str:
    """Return a secret value typed twice the same."""
    for _ in range(_TRIES):
        value = ask_hidden(f"Value of {key} (not shown): ")
        if not value:
            raise AbortedError("Nothing was typed, nothing was changed.")
        if ask_hidden("The same again: ") == value:
            return value
        sys.stderr.write("The two differ. Once more.\n")
    raise UsageError("The two never were the same, nothing was stored.", "Try again.")


def confirm(question: str, *, may_ask: bool, option: str) -> None:
    """Ask a yes-or-no question; AbortedError for anything but yes.

    Where nothing may be asked, a UsageError names the `option` that says yes beforehand.
    """
    if not may_ask:
        raise UsageError(
            "This has to be confirmed, and nobody can be asked here.", f"Add {option}."
        )
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise AbortedError("Nothing was changed.")
