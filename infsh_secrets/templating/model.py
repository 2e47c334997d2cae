"""What a text refers to, what is wrong with it, and how large its result may become."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from infsh_secrets.domain.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_OUTPUT = 64 * 1024 * 1024
"""Characters of a result: one value of 64 KiB may stand in it as often as a template likes."""


class Name(NamedTuple):
    """The name of a secret; `environment` is "" where the caller's own are looked through."""

    key: str
    environment: str = ""

    def __str__(self) -> str:
        return f"{self.environment}/{self.key}" if self.environment else self.key


class Use(NamedTuple):
    """One mention of a name, on a line counted from 1."""

    name: Name
    line: int


class Problem(NamedTuple):
    """What cannot be resolved on a line, and what to write instead.

    Neither sentence holds any of the text, which may be a secret somebody has pasted. `is_set`: a
    name in single braces, which its own platform takes as well, and for something else.
    """

    line: int
    message: str
    hint: str
    is_set: bool = False


class Values:
    """The values of names, all of them secret; adds up what is put into a result.

    `path` is what messages call the template.
    """

    def __init__(self, values: Mapping[Name, str], path: str) -> None:
        self._values = values
        self.path = path
        self._used = 0

    def __getitem__(self, name: Name) -> str:
        return self._values[name]

    def __repr__(self) -> str:
        return f"Values({sorted(map(str, self._values))!r})"

    def count(self, text: str) -> str:
        """Return a part of the result; UsageError once all parts together are too long."""
        self._used += len(text)
        if self._used > MAX_OUTPUT:
            raise UsageError(
                f"The result would be longer than {MAX_OUTPUT // (1024 * 1024)} MiB.",
                "Refer to fewer or shorter secrets.",
            )
        return text


class Hole(Protocol):
    """A place that gets a value."""

    def evaluate(self, values: Values) -> Any:
        """Return what stands in this place, which is secret: what JSON can hold."""


class Template:
    """A text in parts: what stays as it is, and holes.

    `whole` says that the one hole is all there is, so that the result need not be a text. `uses`
    are in the order of the text, `problems` keep it from being evaluated.
    """

    __slots__ = ("changed", "parts", "problems", "uses", "whole")

    def __init__(
        self,
        parts: Sequence[str | Hole],
        uses: Sequence[Use] = (),
        problems: Sequence[Problem] = (),
        *,
        whole: bool = False,
        changed: bool = True,
    ) -> None:
        self.parts = parts
        self.uses = uses
        self.problems = problems
        self.whole = whole
        self.changed = changed

    def evaluate(self, values: Values) -> Any:
        """Return the result, which is secret: a text, or with `whole` what JSON can hold."""
        if self.whole:
            (hole,) = self.parts
            return _counted(hole.evaluate(values), values) if not isinstance(hole, str) else hole
        return "".join(
            values.count(part if isinstance(part, str) else as_text(part.evaluate(values)))
            for part in self.parts
        )


def as_text(result: Any) -> str:
    """Return the result of a hole as text, as the platform's own f-strings show it."""
    return result if isinstance(result, str) else str(result)


def _counted(result: Any, values: Values) -> Any:
    if isinstance(result, str):
        values.count(result)
    elif isinstance(result, list):
        for item in result:
            _counted(item, values)
    elif isinstance(result, dict):
        for key, item in result.items():
            _counted(key, values)
            _counted(item, values)
    return result
