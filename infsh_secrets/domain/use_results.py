"""What is known of the uses of secrets."""

from __future__ import annotations

from typing import NamedTuple


class RunFacts(NamedTuple):
    """The runs of a program that had secrets, as one entry of the record tells of them.

    `number` is the same for runs of a program with the same manifest and secrets. `ends` are (exit
    status, how often), the latest last; `lasted` milliseconds of the latest to end.
    """

    program: str
    manifest: str
    number: int
    ends: tuple[tuple[int, int], ...] = ()
    lasted: int | None = None
