"""What a test may not show, and what was seen of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from infsh_secrets.domain.variants import is_redacted
from infsh_secrets.stores.memory import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from infsh_secrets.execution.redact import Redactor
    from infsh_secrets.stores.base import Outcome, Write

PIECE = 8
"""Characters; of a value that pytest has shortened, pieces of so many are found as well."""

_MARK = re.compile(r"\[REDACTED:([^\]]*)\]")
_FEW_CHARACTERS = 3


class Guard:
    """The values that one test may not show (all of them secret), in every form of the redactor.

    `seen` are (name, place) of what was shown so far, places in words. `judged` counts the sections
    and properties that were judged by these values; later reports have them again.
    """

    def __init__(self, values: Iterable[tuple[str, bytes]], *, allowed: bool) -> None:
        self.allowed = allowed
        self.seen: set[tuple[str, str]] = set()
        self.judged = (0, 0)
        self._values = dict.fromkeys(values)
        self._redactor: Redactor | None = None
        self._observed: list[tuple[str, Callable[[], str]]] = []
        self._pieces: dict[str, str] | None = None

    def add(self, name: str, value: bytes) -> None:
        """Guard this value from now on, and in what was captured before."""
        if (name, value) not in self._values:
            self._values[name, value] = None
            self._redactor = self._pieces = None
            self.judged = (0, 0)

    @property
    def unguarded(self) -> list[str]:
        """The names of values that are too short or too common to be looked for."""
        return [name for name, value in self._values if value and not is_redacted(value)]

    def observe(self, place: str, text: Callable[[], str]) -> None:
        """Take note of something shown; its text is asked for when the phase of the test ends."""
        self._observed.append((place, text))

    def judge(self, place: str, text: str) -> str:
        """Return `text` redacted, and take note of what was found in it."""
        redacted = self.redact(text)
        if redacted is not text:
            before, after = _MARK.findall(text), _MARK.findall(redacted)
            for name in set(after):
                if after.count(name) > before.count(name):
                    self.seen.add((name, place))
        return redacted

    def judge_observed(self) -> None:
        """Look through what was observed since the last time; outputs of one kind as one text.

        Until there is a value to look for, it is kept.
        """
        if not self._values:
            return
        observed, self._observed = self._observed, []  # other threads may add to it
        texts: dict[str, list[str]] = {}
        for place, text in observed:
            texts.setdefault(place, []).append(text())
        for place, pieces in texts.items():
            self.judge(place, "".join(pieces))

    def redact(self, text: str) -> str:
        """Return `text` with a mark for each occurrence of a value, the same object if none."""
        if not text or not self._values:
            return text
        stream = self._made().stream()
        data = text.encode("utf-8", "surrogatepass")
        redacted = stream.feed(data) + stream.flush()
        return text if redacted == data else redacted.decode("utf-8", "surrogatepass")

    def redact_pieces(self, text: str) -> str:
        """Return `text` without values and without pieces of them, for texts that are shortened."""
        text = self.redact(text)
        if self._pieces is None:
            self._pieces = dict(_pieces(self._guarded()))
        if not self._pieces:
            return text
        return "".join(_without(text, self._pieces))

    def _guarded(self) -> Iterator[tuple[str, bytes]]:
        return ((name, value) for name, value in self._values if is_redacted(value))

    def _made(self) -> Redactor:
        if self._redactor is None:
            from infsh_secrets.execution.redact import Redactor

            self._redactor = Redactor(list(self._values))
        return self._redactor


class GuardedStore(MemoryStore):
    """A store in memory whose values, every version of them and deleted ones too, are guarded."""

    def __init__(self, guard: Guard) -> None:
        super().__init__()
        self._guard = guard

    def write(self, environment: str, writes: Sequence[Write]) -> list[Outcome]:
        for write in writes:
            self._guard.add(write.key, write.value.reveal_bytes())
        return super().write(environment, writes)


def _pieces(values: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, str]]:
    """Yield (piece, name) of every piece of a value, as it is and as Python writes it."""
    for name, value in values:
        text = value.decode("utf-8", "replace").strip()
        for form in {text, repr(text)[1:-1]}:
            for start in range(len(form) - PIECE + 1):
                piece = form[start : start + PIECE]
                if len(set(piece)) > _FEW_CHARACTERS:
                    yield piece, name


def _without(text: str, pieces: dict[str, str]) -> Iterator[str]:
    """Yield what is left of a text, and a mark for each run of pieces."""
    done = start = 0
    while start <= len(text) - PIECE:
        name = pieces.get(text[start : start + PIECE])
        if name is None:
            start += 1
            continue
        yield text[done:start]
        yield f"[REDACTED:{name}]"
        done = start + PIECE
        while text[done - PIECE + 1 : done + 1] in pieces and done < len(text):
            done += 1
        start = done
    yield text[done:]
