"""Finding many byte strings in a block: all matches, and where one may still be growing.

A secret has some sixty forms, a hundred secrets have thousands. An automaton over all of them whole
would take hundreds of megabytes; here it knows only a short piece of each form, its anchor, which
forms share where they can, and what follows is a comparison. Few anchors can be looked for by
vector instructions, at the speed of memory. Some hundreds can so in groups, one after the other,
which is faster in most texts and slower in some, such as long rows of one digit: what is faster in
the text at hand is found out by the clock. Both ways find the same.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from time import thread_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from ahocorasick_rs import BytesAhoCorasick

Match = tuple[int, int, int]
"""(start, end, owner)"""

UNCOVERED = 3
"""At the beginning of a piece of a value, how many bytes are no part of its match."""

_LONG_ANCHOR = 8
_SHORT_ANCHOR = 4
_MOST_FOR_VECTORS = 64
_MOST_GROUPS = 6
_LEAST_ANCHORS = 10
"""Of an owner of whose anchors there are many."""
_SHORTEST_IN_GROUPS = 2048
"""Bytes; in less the calls take longer than the search."""

_TRIED_EVERY = 16
"""The way that was slower is tried again in every block of so many."""

_PREFIX = 4
_FEW = 64
_SEARCHED = 1024
"""At the end of a form, how many bytes are searched for an anchor that another form has."""

_DIGITS = b"0123456789:-, \\x"
_HEXADECIMAL = _DIGITS + b"abcdefABCDEF"
_FIRST_LINE = 60
"""Digits before the first break of those forms that are broken into lines."""

_NUMBERS = (12, 8)
"""Bytes of an anchor that is made of digits, as far as there are so many in a row."""

_MANY = 64
"""From so many hits in a block on, it is searched whole rather than around each of them."""


class Matcher:
    """Finds forms in bytes: byte strings of at least 4 bytes, each with the number of its owner.

    All forms are secret. Of equal forms the first counts. Of `pieces`, which are longer than
    `UNCOVERED`, a match leaves out so many bytes at the beginning: nothing has to be held back for
    what only begins like so many pieces.
    """

    def __init__(
        self, forms: Iterable[tuple[bytes, int]], pieces: Iterable[tuple[bytes, int]] = ()
    ) -> None:
        owners: dict[bytes, int] = {}
        for form, owner in forms:
            owners.setdefault(form, owner)
        self._sorted = sorted(owners)
        self._short_prefixes = {form[:size] for form in owners for size in range(1, _PREFIX)}
        more = {piece: owner for piece, owner in pieces if piece not in owners}
        self._pieces = sorted(more)
        self._short_pieces = {piece[:size] for piece in more for size in range(1, UNCOVERED + 1)}
        if more:
            owners = dict(sorted([*owners.items(), *more.items()], key=_owner))
        self.longest = max(map(len, owners), default=0)
        self.uncovered = UNCOVERED if more else 0
        self._starts = _automaton(sorted({form[:_PREFIX] for form in owners}), overlapping=True)
        anchors = {}
        groups = -(-_LEAST_ANCHORS * len(set(owners.values())) // _MOST_FOR_VECTORS)
        if groups <= _MOST_GROUPS:  # with more owners there are more anchors than that
            anchors = _anchored(owners, more, _SHORT_ANCHOR)
            groups = -(-len(anchors) // _MOST_FOR_VECTORS)
        if groups > _MOST_GROUPS:
            anchors = _anchored(owners, more, _LONG_ANCHOR)
        self._anchors = list(anchors)
        self._anchored = list(anchors.values())
        self._longest_anchor = max(map(len, self._anchors), default=0)
        self._first = _automaton(self._anchors, overlapping=False)
        self._all = _automaton(self._anchors, overlapping=True)
        self._groups: list[BytesAhoCorasick] = []
        if 1 < groups <= _MOST_GROUPS:
            self._groups = [
                _automaton(self._anchors[group::groups], overlapping=False)
                for group in range(groups)
            ]
        self._paces = [0.0, 0.0]  # seconds a byte in one search, and in groups
        self._blocks = 0

    def __repr__(self) -> str:
        return f"Matcher({len(self._sorted)} forms)"

    def find(self, data: bytes, known: int = 0) -> list[Match]:
        """Return every match that ends after `known`, overlapping ones too, in no order.

        Of pieces, those that are not within a match of a form.
        """
        hits = self._hits(data)
        if not hits:
            return []
        found: list[Match] = []
        cut: list[Match] = []
        for anchor, start in self._anchors_at(data, hits):
            for form, offset, owner, uncovered in self._anchored[anchor]:
                begin = start - offset
                end = begin + len(form)
                if begin >= 0 and end > known and data.startswith(form, begin):
                    matches = cut if uncovered else found
                    matches.append((begin + uncovered, end, owner))
        return found + _outside(cut, found) if cut else found

    def _hits(self, data: bytes) -> list[Match]:
        """Return anchors in `data`, so that each of the others overlaps one of them.

        Which anchor it is may be numbered within a group; several threads may be here.
        """
        if not self._groups or len(data) < _SHORTEST_IN_GROUPS:
            return self._first.find_matches_as_indexes(data)
        self._blocks += 1
        in_groups = self._paces[1] <= self._paces[0]
        if self._blocks % _TRIED_EVERY == 0:
            in_groups = not in_groups
        begun = thread_time()
        if in_groups:
            hits = [hit for group in self._groups for hit in group.find_matches_as_indexes(data)]
        else:
            hits = self._first.find_matches_as_indexes(data)
        pace = (thread_time() - begun) / len(data)
        known = self._paces[in_groups] or pace
        self._paces[in_groups] = known + (pace - known) / 4
        return hits

    def _anchors_at(self, data: bytes, hits: list[Match]) -> Iterable[tuple[int, int]]:
        """Return (anchor, start) of every anchor, also of those that overlap one of the hits.

        The search that gave the hits goes on behind each: what it has passed over begins within it.
        """
        if len(hits) >= _MANY:
            return [hit[:2] for hit in self._all.find_matches_as_indexes(data, overlapping=True)]
        found: dict[tuple[int, int], None] = {}
        for _, start, end in hits:
            window = data[start : end + self._longest_anchor]
            for anchor, begin, _ in self._all.find_matches_as_indexes(window, overlapping=True):
                found[anchor, start + begin] = None
        return found

    def growing(self, data: bytes) -> int:
        """Return where the longest end of `data` begins that is the beginning of a longer form.

        The length of `data` when there is none.
        """
        size = hold = len(data)
        window = max(0, size - self.longest + 1)
        last = data[window:] if window else data
        for _, start, _ in self._starts.find_matches_as_indexes(last, overlapping=True):
            begun = last[start:]
            if _begins(self._sorted, begun):
                return min(hold, window + start)
            if hold == size and _begins(self._pieces, begun):
                hold = min(size, window + start + UNCOVERED)
        for length in range(min(_PREFIX - 1, size), 0, -1):
            if data[size - length :] in self._short_prefixes:
                return min(hold, size - length)
        return hold

    def context(self, data: bytes, hold: int) -> int:
        """Return from where on `data` may be a part of what ends after `hold`, which is growing."""
        size = len(data)
        if not self._pieces:
            return hold
        if hold < size:
            return max(0, hold - UNCOVERED)
        lengths = range(min(UNCOVERED, size), 0, -1)
        return next((size - n for n in lengths if data[size - n :] in self._short_pieces), size)


def _outside(pieces: list[Match], matches: list[Match]) -> list[Match]:
    """Return those pieces that are not within a match."""
    matches.sort()
    begins, ends, farthest = [], [], 0
    for begin, end, _ in matches:
        farthest = max(farthest, end)
        begins.append(begin)
        ends.append(farthest)
    return [one for one in pieces if not _is_within(one, begins, ends)]


def _is_within(piece: Match, begins: list[int], ends: list[int]) -> bool:
    place = bisect_right(begins, piece[0])
    return place > 0 and ends[place - 1] >= piece[1]


def _begins(known: list[bytes], text: bytes) -> bool:
    """Tell whether `text` is the beginning of one of the sorted `known`, and shorter."""
    place = bisect_left(known, text)
    if place < len(known) and known[place] == text:
        place += 1
    return place < len(known) and known[place].startswith(text)


def _owner(item: tuple[bytes, int]) -> int:
    return item[1]


def _anchored(
    owners: dict[bytes, int], pieces: Container[bytes], length: int
) -> dict[bytes, list[tuple[bytes, int, int, int]]]:
    """Return anchor -> (form, where the anchor is in it, owner, what of it is left uncovered).

    There are few different anchors.

    The end of a key says more than its beginning, which others of its kind share. A form that is
    broken into lines there takes the middle, as others of its owner do.
    """
    anchors: dict[bytes, list[tuple[bytes, int, int, int]]] = {}
    mine: dict[bytes, None] = {}
    current = -1
    recent: bytes | None = None
    for form, owner in owners.items():
        if owner != current:
            current, mine, recent = owner, {}, None
        anchor = recent
        if anchor is None or anchor not in form[-_SEARCHED:]:
            anchor = _shared(form, mine, length)
        if anchor is None:
            # They come from the last to the first: the beginning of one is in those before it.
            anchor = form[:length] if form in pieces else _choose(form, length)
            mine[anchor] = None
        recent = anchor
        uncovered = UNCOVERED if form in pieces else 0
        anchors.setdefault(anchor, []).append((form, form.rindex(anchor), owner, uncovered))
    return anchors


def _shared(form: bytes, known: dict[bytes, None], length: int) -> bytes | None:
    """Return one of the known anchors that is near the end of `form`, by the shorter search."""
    form = form[-_SEARCHED:]
    if len(known) <= _FEW:
        return next((anchor for anchor in known if anchor in form), None)
    pieces = (form[start : start + length] for start in range(len(form) - length + 1))
    return next((piece for piece in pieces if piece in known), None)


def _choose(form: bytes, length: int) -> bytes:
    end = form[-length:]
    if b"\n" in end and len(form) >= 4 * length:
        middle = len(form) // 2
        return form[middle - length : middle]
    if not form[-_SEARCHED:].translate(None, _HEXADECIMAL):
        return _without_letters(form) or end
    # Of UTF-16 in either order of bytes, the same.
    return form[-length - 1 : -1] if end[-1:] == b"\0" else end


def _without_letters(form: bytes) -> bytes:
    """Return digits that are the same in both cases; more of them, since texts have many."""
    form = form[:_FIRST_LINE]
    for size in _NUMBERS:
        for end in range(len(form), size, -1):
            piece = form[end - size : end]
            if not piece.translate(None, _DIGITS):
                return piece
    return b""


def _automaton(patterns: Sequence[bytes], *, overlapping: bool) -> BytesAhoCorasick:
    from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

    kind = MatchKind.Standard if overlapping else MatchKind.LeftmostFirst
    return BytesAhoCorasick(patterns, matchkind=kind, implementation=Implementation.DFA)
