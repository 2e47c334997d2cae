"""Searching one text, block by block: at which line and column something stands in it."""

from __future__ import annotations

import codecs
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    FormNamer = Callable[[int, bytes], str]

BLOCK = 1024 * 1024
"""Bytes searched at once, at most."""

SNIFFED = 8192
"""A text with a NUL among so many first bytes is binary, as git has it."""

MOST_HITS = 1000
"""In one text; after these it is not searched any further."""

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
_ALL_MARKS = tuple(mark for mark, _ in _MARKS)
_CONTINUATION = bytes(range(0x80, 0xC0))


class Finder(Protocol):
    """What finds forms of secrets in bytes."""

    def find(self, data: bytes, known: int = 0) -> list[tuple[int, int, int]]:
        """Return (start, end, owner) of every match that ends after `known`, in no order."""

    def growing(self, data: bytes) -> int:
        """Return where the longest end of `data` begins that a match may begin with."""


class Hit(NamedTuple):
    """A place at which a secret stands: whose, where (from 1), and in which kind of form."""

    owner: int
    line: int
    column: int
    form: str


class _Match(NamedTuple):
    """A match, with the place of its start; positions count from the beginning of the text."""

    start: int
    end: int
    owner: int
    line: int
    column: int
    form: str


class Search:
    """The search of one text, fed from its first byte to its last, in blocks of any sizes.

    Matches of one owner that overlap are one hit: at the start of the first, of the longest's form.
    """

    def __init__(self, finder: Finder, name_form: FormNamer, line: int = 1) -> None:
        self._finder = finder
        self._name_form = name_form
        self._line = line  # where `_last` begins
        self._column = 1
        self._base = 0
        self._last = b""
        self._open: list[_Match] = []
        self._hits: list[Hit] = []

    @property
    def full(self) -> bool:
        """Whether there are so many hits that no more are wanted."""
        return len(self._hits) >= MOST_HITS

    def feed(self, data: bytes) -> None:
        """Take the next bytes in."""
        known = 0
        if self._last:
            keep = self._finder.growing(self._last)
            self._line, self._column = _after(self._last, 0, keep, self._line, self._column)
            self._base += keep
            self._settle(self._base)
            known = len(self._last) - keep
            data = self._last[keep:] + data if known else data
        self._last = data
        if matches := self._finder.find(data, known):
            self._note(data, matches)

    def finish(self) -> list[Hit]:
        """Return all hits, in the order of the text, MOST_HITS at most: nothing comes any more."""
        self._settle(self._base + len(self._last))
        return self._hits[:MOST_HITS]

    def _note(self, data: bytes, matches: list[tuple[int, int, int]]) -> None:
        place, line, column = 0, self._line, self._column
        for start, end, owner in sorted(matches):
            line, column = _after(data, place, start, line, column)
            place = start
            form = self._name_form(owner, data[start:end])
            position = self._base + start, self._base + end
            self._open.append(_Match(*position, owner, line, column, form))

    def _settle(self, limit: int) -> None:
        """Make hits of the matches that nothing after `limit` can overlap."""
        if not self._open:
            return
        regions: list[list[_Match]] = []
        ends: dict[int, int] = {}
        latest: dict[int, list[_Match]] = {}
        for match in sorted(self._open):
            if match.start < ends.get(match.owner, -1):
                latest[match.owner].append(match)
            else:
                latest[match.owner] = [match]
                regions.append(latest[match.owner])
            ends[match.owner] = max(match.end, ends.get(match.owner, -1))
        self._open = []
        for region in regions:
            if max(map(itemgetter(1), region)) > limit:
                self._open += region
                continue
            longest = max(region, key=lambda match: match.end - match.start)
            first = region[0]
            self._hits.append(Hit(first.owner, first.line, first.column, longest.form))


def search(
    blocks: Iterable[bytes],
    finder: Finder,
    name_form: FormNamer,
    *,
    binary: bool,
    line: int = 1,
) -> list[Hit] | None:
    """Return the hits in a text given in blocks; None for a binary one unless `binary`.

    The first block tells what it is: it has all of the text, or SNIFFED bytes or more. A text that
    begins with a byte order mark of UTF-16 or UTF-32 is searched as UTF-8. `line` is the number of
    the first.
    """
    texts = _texts(iter(blocks), binary=binary)
    if texts is None:
        return None
    running = Search(finder, name_form, line)
    for block in texts:
        running.feed(block)
        if running.full:
            break
    return running.finish()


def is_binary(first: bytes) -> bool:
    """Tell by the first SNIFFED bytes of a text whether it is one."""
    return first.find(b"\0", 0, SNIFFED) >= 0 and not has_mark(first)


def has_mark(first: bytes) -> bool:
    """Tell whether a text begins with a byte order mark, so that it is not searched as it is."""
    return first.startswith(_ALL_MARKS)


def _texts(blocks: Iterator[bytes], *, binary: bool) -> Iterable[bytes] | None:
    first = next(blocks, b"")
    for mark, encoding in _MARKS:
        if first.startswith(mark):
            return _recoded(first, blocks, encoding)
    if not binary and is_binary(first):
        return None
    return _all(first, blocks)


def _all(first: bytes, blocks: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from blocks


def _recoded(first: bytes, blocks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    if encoding == "utf-8-sig":
        yield from _all(first[len(codecs.BOM_UTF8) :], blocks)
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for block in _all(first, blocks):
        yield decoder.decode(block).encode()


def _after(data: bytes, start: int, end: int, line: int, column: int) -> tuple[int, int]:
    """Return line and column of `end`, given those of `start`."""
    newlines = data.count(b"\n", start, end)
    if newlines:
        start, line, column = data.rindex(b"\n", start, end) + 1, line + newlines, 1
    piece = data[start:end]
    if not piece.isascii():
        piece = piece.translate(None, _CONTINUATION)
    return line, column + len(piece)
