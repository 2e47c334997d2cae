"""Searching many texts at once: files, or the objects of a git repository."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.domain.scan_results import Unread
from infsh_secrets.scanning.files import FileSearch
from infsh_secrets.scanning.git import BLOB
from infsh_secrets.scanning.objects import Contents
from infsh_secrets.scanning.scanner import search
from infsh_secrets.scanning.workers import in_parallel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from infsh_secrets.scanning.git import Blob, Git
    from infsh_secrets.scanning.scanner import Finder, FormNamer, Hit
    from infsh_secrets.scanning.workers import Report

_FILES_AT_ONCE = 256
_OBJECTS_AT_ONCE = 128


class Found(NamedTuple):
    """A text with hits: its path, the commit it is first in ("" when it is a file), the hits."""

    path: str
    commit: str
    hits: list[Hit]


class Tally:
    """What was searched: texts and bytes, binary ones left out, finds, failures."""

    def __init__(self) -> None:
        self.texts = 0
        self.bytes = 0
        self.skipped = 0
        self.unread: list[Unread] = []
        self.found: list[tuple[int, Found]] = []

    def count(self, size: int, hits: list[Hit] | None, place: int, path: str, commit: str) -> None:
        """Take in one text; `place` is where it stands among all."""
        if hits is None:
            self.skipped += 1
            return
        self.texts += 1
        self.bytes += size
        if hits:
            self.found.append((place, Found(path, commit, hits)))

    def add(self, other: Tally) -> None:
        """Take in what another has."""
        self.texts += other.texts
        self.bytes += other.bytes
        self.skipped += other.skipped
        self.unread += other.unread
        self.found += other.found


class Texts:
    """Searches texts for what `finder` finds. Binary ones are left out unless `binary`."""

    def __init__(
        self, finder: Finder, name_form: FormNamer, *, binary: bool, report: Report
    ) -> None:
        self._finder = finder
        self._name_form = name_form
        self._binary = binary
        self._report = report

    def files(self, paths: Sequence[str], named: AbstractSet[str]) -> Tally:
        """Search files; links are followed only where they are `named`."""
        order = {path: place for place, path in enumerate(paths)}

        @contextmanager
        def hire() -> Iterator[Callable[[range], None]]:
            tally = Tally()
            tallies.append(tally)
            files = FileSearch(self._finder, self._name_form, binary=self._binary, named=named)

            def work(places: range) -> None:
                for path, size, hits in files.search(paths[places.start : places.stop]):
                    tally.count(size, hits, order[path], path, "")

            yield work
            tally.unread += [Unread(path, reason) for path, reason in files.unread]

        tallies: list[Tally] = []
        in_parallel(_batches(len(paths), _FILES_AT_ONCE), hire, self._report)
        return _sum(tallies)

    def objects(self, git: Git, blobs: Sequence[Blob]) -> Tally:
        """Search the objects of a repository."""

        @contextmanager
        def hire() -> Iterator[Callable[[range], None]]:
            tally = Tally()
            tallies.append(tally)
            with Contents(git) as contents:

                def work(places: range) -> None:
                    wanted = blobs[places.start : places.stop]
                    for place, (blob, size, blocks) in zip(
                        places, contents.read(wanted), strict=True
                    ):
                        hits = self._of_object(blob, blocks)
                        path = os.fsdecode(blob.path)
                        tally.count(size, hits, place, path, blob.commit.decode())

                yield work

        tallies: list[Tally] = []
        in_parallel(_batches(len(blobs), _OBJECTS_AT_ONCE), hire, self._report)
        return _sum(tallies)

    def _of_object(self, blob: Blob, blocks: Iterator[bytes]) -> list[Hit] | None:
        if blob.kind == BLOB:
            return search(blocks, self._finder, self._name_form, binary=self._binary)
        # A message stands behind a head of lines, which is searched but not counted.
        first = next(blocks, b"")
        head = first.partition(b"\n\n")[0].count(b"\n") + 2
        hits = search(
            _joined(first, blocks), self._finder, self._name_form, binary=True, line=1 - head
        )
        return [hit._replace(line=max(hit.line, 1)) for hit in hits or []]


def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _batches(count: int, size: int) -> list[range]:
    return [range(start, min(start + size, count)) for start in range(0, count, size)]


def _sum(tallies: Sequence[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total.add(tally)
    total.found.sort(key=lambda found: found[0])
    total.unread.sort()
    return total
