"""Questions at a terminal. They are never asked where nobody could answer."""

from __future__ import annotations

import sys

from infsh_secrets.domain.errors import AbortedError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from infsh_secrets.services.dialogue import Dialogue

_TRIES = 3
_HEARD_SECONDS = 0.2


def ask_hidden(question: str, *, lines: bool = False) -> str:
    """Return what is typed without showing it; a paste may have several lines if `lines`.

    Raises AbortedError at end of input, UsageError for several lines otherwise and for a terminal
    that would show it.
    """
    try:
        return _read_hidden(question, lines=lines)
    except EOFError:
        sys.stderr.write("\n")
        raise AbortedError("Nothing was typed, nothing was changed.") from None
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        raise
    except UnicodeDecodeError:
        raise UsageError("What was typed is not UTF-8 text.") from None


def _read_hidden(question: str, *, lines: bool) -> str:
    try:
        import termios  # noqa: F401  # which Windows has not
    except ImportError:
        from getpass import getpass

        return getpass(question)
    from infsh_secrets.cli import hidden_line

    return hidden_line.read(question, lines=lines)


def ask_value(key: str) -> str:
    """Return a secret value typed or pasted twice the same."""
    value = ask_twice(f"Value of {key} (not shown): ")
    if not value:
        raise AbortedError("Nothing was typed, nothing was changed.")
    return value


def ask_twice(question: str) -> str:
    """Return what is typed twice the same without showing it; "" when the first time is empty.

    Raises AbortedError at end of input, UsageError after three times that differ.
    """
    for _ in range(_TRIES):
        value = ask_hidden(question, lines=True)
        if not value or ask_hidden("The same again: ", lines=True) == value:
            return value
        say("The two differ. Once more.\n")
    raise UsageError("The two never were the same, nothing was stored.", "Try again.")


def confirm(question: str, *, may_ask: bool, option: str) -> None:
    """Ask a yes-or-no question; AbortedError for anything but yes.

    Where nothing may be asked, a UsageError names the `option` that says yes beforehand.
    """
    if not may_ask:
        raise UsageError(
            "This has to be confirmed, and nobody can be asked here.", f"Add {option}."
        )
    if not agrees(question):
        raise AbortedError("Nothing was changed.")


def dialogue() -> Dialogue:
    """Return how use cases reach the person at this terminal."""
    from infsh_secrets.services.dialogue import Dialogue

    return Dialogue(ask_new_passphrase, agrees, show_code)


def ask_new_passphrase() -> str:
    """Return a passphrase typed twice the same."""
    for _ in range(_TRIES):
        passphrase = ask_hidden("New passphrase of the vault (not shown): ")
        if not passphrase:
            raise AbortedError("Nothing was typed, nothing was changed.")
        if ask_hidden("The same again: ") == passphrase:
            return passphrase
        sys.stderr.write("The two differ. Once more.\n")
    raise UsageError("The two never were the same, nothing was changed.", "Try again.")


def agrees(question: str) -> bool:
    """Ask a yes-or-no question; only y and yes are yes."""
    return _ask_shown(f"{question} [y/N] ").lower() in ("y", "yes")


def show_code(code: str) -> None:
    """Show a recovery code on the terminal, and have its last group typed as a proof of paper."""
    last = code.rpartition("-")[2]
    say(
        "\nThe recovery code opens the vault when every other key is lost. It is shown only now:\n"
        f"\n    {code}\n\nWrite it down and keep it away from this machine.\n"
    )
    for _ in range(_TRIES):
        if _ask_shown("To show that you have it, type its last group: ").upper() == last:
            return
        say("That is not its last group.\n")
    raise AbortedError("The recovery code was not taken down, nothing was changed.")


def say(text: str) -> None:
    """Write to the terminal beside the questions."""
    sys.stderr.write(text)
    sys.stderr.flush()


def wait_for_input(stream: TextIO | int) -> None:
    """Return once something can be read from a terminal.

    Ctrl-C is heard meanwhile: a read that begins at the very moment of a signal would go on
    waiting, and the signal be seen after it.
    """
    if sys.platform == "win32":
        return
    import select

    try:
        while not select.select([stream], [], [], _HEARD_SECONDS)[0]:
            continue
    except (OSError, ValueError):
        return  # it is closed or no file: the read tells


def _ask_shown(question: str) -> str:
    """Return what is typed, without blanks around it; AbortedError at end of input."""
    sys.stderr.write(question)
    sys.stderr.flush()
    try:
        wait_for_input(sys.stdin)
        line = sys.stdin.readline()
    except UnicodeDecodeError:
        line = "?\n"
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        raise
    if not line:
        sys.stderr.write("\n")
        raise AbortedError("Nothing was typed, nothing was changed.")
    return line.strip()
