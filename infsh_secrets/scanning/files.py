"""Searching one file, of any size and whatever has become of it since it was found."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.scanning.scanner import BLOCK, SNIFFED, search

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infsh_secrets.scanning.scanner import Finder, FormNamer, Hit

_SMALL = 64 * 1024
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Searched(NamedTuple):
    """A file's size in bytes and the hits in it, None when it is binary and left out."""

    size: int
    hits: list[Hit] | None


def search_file(
    path: str, finder: Finder, name_form: FormNamer, *, binary: bool, named: bool = False
) -> Searched | None:
    """Search a file in blocks; None when there is none any more, or it is not a regular one.

    It is read as far as it went when that began. A link is followed only if it is `named`. Raises
    OSError.
    """
    try:
        status = os.stat(path) if named else os.lstat(path)
        if not stat.S_ISREG(status.st_mode):
            return None
        descriptor = os.open(path, _FLAGS if named else _FLAGS | getattr(os, "O_NOFOLLOW", 0))
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        blocks = _blocks(descriptor, status.st_size)
        return Searched(status.st_size, search(blocks, finder, name_form, binary=binary))
    finally:
        os.close(descriptor)


def _blocks(descriptor: int, size: int) -> Iterator[bytes]:
    """Yield a file's content; of a large one first what shows whether it is binary.

    A size of 0 is not believed: files that the system makes up have it.
    """
    left = size or BLOCK
    wanted = SNIFFED if left > _SMALL else left
    while left and (block := os.read(descriptor, min(wanted, left))):
        left -= len(block) if size else 0
        wanted = BLOCK
        yield block
