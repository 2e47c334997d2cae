"""Searching files, of any size and whatever has become of them since they were found."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.scanning.scanner import BLOCK, SNIFFED, has_mark, is_binary, search

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from infsh_secrets.scanning.scanner import Finder, FormNamer, Hit

_SMALL = 64 * 1024
_TOGETHER = 256 * 1024
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


class Searched(NamedTuple):
    """A file that was searched: its size in bytes and the hits, None when a binary is left out."""

    path: str
    size: int
    hits: list[Hit] | None


class FileSearch:
    """Searches files; for one thread.

    Small ones are searched together first: most have nothing, and a search of many bytes is as long
    as other threads can work. `unread` are (path, reason) of those that cannot be read.
    """

    def __init__(
        self,
        finder: Finder,
        name_form: FormNamer,
        *,
        binary: bool,
        named: AbstractSet[str] = frozenset(),
    ) -> None:
        self._finder = finder
        self._name_form = name_form
        self._binary = binary
        self._named = named
        self._waiting: list[tuple[str, bytes]] = []
        self._size = 0
        self.unread: list[tuple[str, str]] = []

    def search(self, paths: Iterable[str]) -> Iterator[Searched]:
        """Yield the files that are there and regular, in any order.

        A file is read as far as it went when that began. A link is followed only if it is `named`.
        """
        for path in paths:
            try:
                found = self._one(path)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                self.unread.append((path, os.strerror(error.errno or 0)))
                continue
            if found is not None:
                yield found
            if self._size >= _TOGETHER:
                yield from self._all_waiting()
        yield from self._all_waiting()

    def _one(self, path: str) -> Searched | None:
        """Search a file, unless it is to wait for others."""
        named = path in self._named
        status = os.stat(path) if named else os.lstat(path)
        if not stat.S_ISREG(status.st_mode):
            return None
        size = status.st_size
        descriptor = os.open(path, _FLAGS if named else _FLAGS | _NO_FOLLOW)
        try:
            if not 0 < size <= _SMALL:
                return self._alone(path, size, _blocks(descriptor, size))
            data = os.read(descriptor, size)
        finally:
            os.close(descriptor)
        if has_mark(data) or (not self._binary and is_binary(data)):
            return self._alone(path, size, [data])
        self._waiting.append((path, data))
        self._size += len(data)
        return None

    def _alone(self, path: str, size: int, blocks: Iterable[bytes]) -> Searched:
        hits = search(blocks, self._finder, self._name_form, binary=self._binary)
        return Searched(path, size, hits)

    def _all_waiting(self) -> Iterator[Searched]:
        waiting, self._waiting, self._size = self._waiting, [], 0
        if not self._finder.find(b"".join([data for _, data in waiting])):
            for path, data in waiting:
                yield Searched(path, len(data), [])
            return
        for path, data in waiting:
            yield self._alone(path, len(data), [data])


def _blocks(descriptor: int, size: int) -> Iterator[bytes]:
    """Yield a file's content, first what shows whether it is binary.

    A size of 0 is not believed: files that the system makes up have it.
    """
    left = size or BLOCK
    wanted = SNIFFED
    while left and (block := os.read(descriptor, min(wanted, left))):
        left -= len(block) if size else 0
        wanted = BLOCK
        yield block
