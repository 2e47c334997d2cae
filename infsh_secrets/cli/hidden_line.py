"""What is typed or pasted at a terminal, without being shown.

A terminal's own editing keeps at most 4095 bytes of a line and the first of several lines, and
drops the rest without a word. So keys are read here as they come, and a terminal that can tell a
paste from typing (bracketed paste) is asked to.
"""

from __future__ import annotations

import os
import re
import select
import signal
import sys
from typing import TYPE_CHECKING, Any

from infsh_secrets.cli.prompts import wait_for_input
from infsh_secrets.domain.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PASTE, _PASTED = b"\x1b[200~", b"\x1b[201~"
_TELL_PASTES, _TELL_NO_MORE = b"\x1b[?2004h", b"\x1b[?2004l"
_SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|O[ -~])")
_BEGUN = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|O)?")
_MORE_SECONDS = 0.05
_READ = 65536
_UTF8_BITS, _UTF8_FOLLOWS = 0xC0, 0x80


class Line:
    """A line in the making; `text` is what it holds so far (secret).

    `keys` are the bytes that edit it: erase, kill, word, end, literal; the kernel makes signals of
    the others before they come here.
    """

    def __init__(self, keys: dict[bytes, str]) -> None:
        self.text = bytearray()
        self.rest = b""
        self._keys = keys
        self._literal = False
        self._pasting = False

    def feed(self, data: bytes) -> bool:
        """Take what has come; True once the line has ended, with what came after it in `rest`.

        Raises EOFError for the key that ends input on an empty line.
        """
        self.rest += data
        while self.rest:
            if self._pasting:
                if not self._paste():
                    return False
                continue
            if _BEGUN.fullmatch(self.rest) and not self._literal:
                return False
            found = None if self._literal else _SEQUENCE.match(self.rest)
            if found:  # but for pastes these are keys that move a cursor: no part of a value
                self._pasting = found[0] == _PASTE
                self.rest = self.rest[found.end() :]
                continue
            key, self.rest = self.rest[:1], self.rest[1:]
            if not self._literal and key in (b"\r", b"\n"):
                return True
            self._type(key)
        return False

    def _paste(self) -> bool:
        """Take a paste, with one final line break less; False when its end is still to come."""
        pasted, end, rest = self.rest.partition(_PASTED)
        if not end:
            return False
        pasted = pasted.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        self.text += pasted.removesuffix(b"\n")
        self.rest = rest
        self._pasting = False
        return True

    def _type(self, key: bytes) -> None:
        does = None if self._literal else self._keys.get(key)
        self._literal = does == "literal"
        if does is None:
            self.text += key
        elif does == "end":
            if not self.text:
                raise EOFError
        elif does == "kill":
            self.text.clear()
        elif does == "erase":
            self._erase()
        elif does == "word":
            self.text = bytearray(re.sub(rb"\S*\s*\Z", b"", self.text))

    def _erase(self) -> None:
        """Take one character away, all its bytes."""
        while self.text and self.text.pop() & _UTF8_BITS == _UTF8_FOLLOWS:
            continue


def read(question: str, *, lines: bool) -> str:
    """Return what is typed or pasted as the answer to a question, which is not shown; it is secret.

    A pasted text may have several lines if `lines`. Raises UsageError for lines where there can be
    only one and for a terminal that cannot be told to show nothing, EOFError at the end of input,
    UnicodeDecodeError for what is no UTF-8. The terminal is as before in each case, also while
    the program is stopped.
    """
    descriptor = _terminal()
    try:
        silent = _Silent(descriptor, question)
        sys.stderr.flush()
        line = Line(silent.keys)
        with silent:
            while not line.feed(_some(descriptor)):
                continue
            after = line.rest
            while select.select([descriptor], [], [], _MORE_SECONDS)[0]:
                after += _some(descriptor)
    finally:
        if descriptor != sys.stdin.fileno():
            os.close(descriptor)
    count = line.text.count(b"\n") + 1
    sys.stderr.write(f"({count} lines)\n" if count > 1 else "\n")
    if after.strip(b"\r\n") or (count > 1 and not lines):
        raise UsageError(
            "More than one line came, nothing was stored."
            if lines
            else "More than one line came where one is asked for.",
            "Give it with --file or by a pipe.",
        )
    return line.text.decode()


def _some(descriptor: int) -> bytes:
    wait_for_input(descriptor)
    try:
        data = os.read(descriptor, _READ)
    except OSError:  # the terminal has gone away
        data = b""
    if not data:
        raise EOFError
    return data


def _terminal() -> int:
    """Return a descriptor of the terminal that the person sits at."""
    try:
        return os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return sys.stdin.fileno()


class _Silent:
    """A terminal that shows nothing of what is typed within the block, and edits nothing.

    Whatever ends or stops the process leaves the terminal as it was; when it goes on, the question
    is asked again.
    """

    def __init__(self, descriptor: int, question: str) -> None:
        import termios

        self._descriptor = descriptor
        self._question = question
        self._tells_pastes = os.environ.get("TERM", "dumb") != "dumb"
        try:
            self._before = termios.tcgetattr(descriptor)
        except termios.error:
            raise UsageError(
                "This terminal would show what you type.",
                "Give the value with --file or by a pipe.",
            ) from None
        self.keys = dict(_editing_keys(self._before[6]))
        self._replaced: dict[int, Any] = {}

    def __enter__(self) -> None:
        for number in (signal.SIGTSTP, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            if signal.getsignal(number) == signal.SIG_DFL:
                self._replaced[number] = signal.signal(number, self._signalled)
        try:
            self._ask()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        self._restore()
        while self._replaced:
            signal.signal(*self._replaced.popitem())

    def _ask(self) -> None:
        import termios

        silent = list(self._before)
        silent[0] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR)
        silent[3] &= ~(termios.ECHO | termios.ECHONL | termios.ICANON | termios.IEXTEN)
        silent[6] = list(silent[6])
        silent[6][termios.VMIN], silent[6][termios.VTIME] = 1, 0
        # What was typed before the question has been shown, and is no answer.
        termios.tcsetattr(self._descriptor, termios.TCSAFLUSH, silent)
        if self._tells_pastes:
            os.write(self._descriptor, _TELL_PASTES)
        # Not through the stream: a signal may come while it is written, and ask again.
        os.write(sys.stderr.fileno(), self._question.encode(errors="replace"))

    def _restore(self) -> None:
        import termios

        try:
            if self._tells_pastes:
                os.write(self._descriptor, _TELL_NO_MORE)
            # What is left of a paste is not for the shell to run.
            termios.tcsetattr(self._descriptor, termios.TCSAFLUSH, self._before)
        except (OSError, termios.error):
            pass  # it has gone away

    def _signalled(self, number: int, _: object) -> None:
        self._restore()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        signal.signal(number, self._signalled)  # it was stopped, and goes on
        self._ask()


def _editing_keys(special: list[Any]) -> Iterator[tuple[bytes, str]]:
    """Return which bytes edit a line on this terminal."""
    import termios

    yield b"\x7f", "erase"
    yield b"\x08", "erase"
    names = {"VKILL": "kill", "VWERASE": "word", "VEOF": "end", "VLNEXT": "literal"}
    for name, does in names.items():
        key = special[getattr(termios, name)] if hasattr(termios, name) else b"\0"
        if key != b"\0":  # which is how a terminal says that it has none
            yield key, does
