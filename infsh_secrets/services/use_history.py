"""The record read backwards: who used a secret, under which of its names, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.domain.use_results import UseRow
from infsh_secrets.services.workspace import PROGRAM
from infsh_secrets.stores.base import RENAMED
from infsh_secrets.stores.vault import grouping
from infsh_secrets.stores.vault.transaction import RENAMED_TO

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from infsh_secrets.domain.use_results import RunFacts
    from infsh_secrets.stores.vault.audit import Entry, Subject

_FOREVER = 1 << 63


class _Span:
    """The time in which a name was that of a secret, which is now called `key`."""

    __slots__ = ("end", "key", "start")

    def __init__(self, key: str, end: int = _FOREVER) -> None:
        self.key = key
        self.start = 0
        self.end = end


class History:
    """The uses of secrets, collected from entries: first those of the chain, newest first.

    `used` are the secrets of which a use was met.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = frozenset(keys)
        self._spans: dict[tuple[str, str], list[_Span]] = {}
        self._uses: list[tuple[Entry, Subject, RunFacts | None]] = []
        self._ends: dict[int, tuple[int, int]] = {}
        self.used: set[str] = set()

    def add(self, entry: Entry) -> None:
        """Take what an entry says of these secrets, and of their names."""
        run = grouping.run_of(entry)
        old: Subject | None = None
        for subject in entry.subjects:
            action, environment, name, _ = subject
            if action == grouping.USED and (spans := self._spans_of(environment, name)):
                self._uses.append((entry, subject, run))
                self.used.update(span.key for span in spans)
            elif action == RENAMED:
                old = subject
            elif action == RENAMED_TO and old is not None:
                self._renamed(environment, old[2], name, entry.time)
        if run is not None and run.ends:
            end = (entry.time, run.ends[-1][0])
            self._ends[run.number] = max(self._ends.get(run.number, end), end, key=_time)

    def rows(self) -> list[UseRow]:
        """Return a row for each program, manifest, environment and name; the newest use first."""
        found: dict[tuple[str, ...], UseRow] = {}
        ends: dict[tuple[str, ...], tuple[int, int]] = {}
        for entry, (_, environment, name, version), run in self._uses:
            for key in self._meant(environment, name, entry.time):
                row = _row(entry, key, name, environment, version, run)
                same = (key, row.used_as, environment, row.program, row.manifest, str(row.run))
                found[same] = _united(found.get(same), row)
                if run is not None and run.number in self._ends:
                    end = self._ends[run.number]
                    ends[same] = max(ends.get(same, end), end, key=_time)
        rows = [
            row._replace(exit_status=ends[same][1] if same in ends else None)
            for same, row in found.items()
        ]
        return sorted(rows, key=lambda row: (-row.last_used, row.key, row.program, row.manifest))

    def _spans_of(self, environment: str, name: str) -> list[_Span]:
        place = (environment, name)
        if place not in self._spans:
            self._spans[place] = [_Span(name)] if name in self._keys else []
        return self._spans[place]

    def _renamed(self, environment: str, old: str, new: str, time: int) -> None:
        """Take the older name into account: it was this secret's until then."""
        taken = [span for span in self._spans_of(environment, new) if not span.start]
        for span in [*taken, *self._spans_of(environment, old)]:
            span.start = span.start or time  # before, the name was that of another secret
        self._spans_of(environment, old).extend(_Span(span.key, time) for span in taken)

    def _meant(self, environment: str, name: str, time: int) -> Iterator[str]:
        for span in self._spans_of(environment, name):
            if span.start <= time < span.end:
                yield span.key


def _row(
    entry: Entry, key: str, name: str, environment: str, version: int, run: RunFacts | None
) -> UseRow:
    return UseRow(
        key=key,
        used_as="" if name == key else name,
        environment=environment,
        program=_caller(entry.program) if run is None else run.program,
        manifest="" if run is None else run.manifest,
        run=run is not None,
        last_used=entry.time,
        times=entry.count,
        user=entry.user,
        version=version,
    )


def _united(one: UseRow | None, other: UseRow) -> UseRow:
    """Return the newer of two rows, with the number of both."""
    if one is None:
        return other
    newer = other if other.last_used > one.last_used else one
    return newer._replace(times=one.times + other.times)


def _caller(program: str) -> str:
    """Return who called, of a program as the record has it."""
    called = program.removeprefix(f"{PROGRAM} (from ")
    return called.removesuffix(")") if called != program else program


def _time(end: tuple[int, int]) -> int:
    return end[0]
