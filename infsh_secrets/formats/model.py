"""What a file of secrets says once it is read, and what becomes of secrets that are written."""

from __future__ import annotations

from typing import NamedTuple

from infsh_secrets.domain.errors import UsageError

MOST_ENTRIES = 1_000_000
MOST_PROBLEMS = 1_000
"""A file with more is something else than what it is taken for."""

Entry = tuple[str, str, int]
"""(name as it is written, value, line or number); the value is secret."""

Pairs = list[tuple[str, str]]
"""(name, value) in the order in which they are written; the values are secret."""


class Problem(NamedTuple):
    """Why one entry cannot be taken; `key` is "" where what stands there may be a value."""

    place: int
    key: str
    reason: str


class Parsed(NamedTuple):
    """The entries of a file, what is wrong with others, and what a person should know.

    `unit` says what the places are: lines, or numbers of entries. A name may stand in `entries`
    several times only where the format lets the last one win.
    """

    entries: list[Entry]
    problems: list[Problem]
    notices: list[str]
    unit: str = "line"


class Written(NamedTuple):
    """The text of a file, which is secret, and what a person should know about it."""

    text: str
    notices: list[str]


class UnfitError(UsageError):
    """A value that a format cannot hold; the message names the key and the reason."""

    def __init__(self, key: str, form: str, reason: str) -> None:
        super().__init__(
            f"The value of {key} cannot be written as {form}: {reason}. Nothing was written.",
            "Leave it out, or choose another --format: json holds everything.",
        )


def check_amount(entries: int, problems: int) -> None:
    """Raise UsageError when a file has more entries or problems than one may have."""
    if problems > MOST_PROBLEMS:
        raise UsageError(
            f"More than {MOST_PROBLEMS} entries cannot be understood.",
            "Name the format that it is with --format.",
        )
    if entries > MOST_ENTRIES:
        raise UsageError(f"There are more than {MOST_ENTRIES} entries.", "Split the file.")


def some(names: list[str], most: int = 5) -> str:
    """Return names in a row, the first few of many."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")
