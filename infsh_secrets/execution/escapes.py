"""Text without the colour sequences that a terminal takes out of it.

A program that highlights a part of a key, as `grep --color` does, prints the key with control
sequences between its characters: what a person sees is the key.
"""

from __future__ import annotations

import re
from bisect import bisect_right

ESCAPE = b"\x1b"
_LONGEST = 64
# Control Sequence Introducer sequences of ECMA-48, 5.4, with a bound on their length. The choice of
# a character set and the shift to the first one are what terminfo's `sgr0` ends colours with.
_SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]{0,56}[ -/]{0,4}[@-~]|[()][0-9A-Z])\x0f?")
# One that is complete may have its shift still to come.
_BEGUN = re.compile(rb"\x1b(?:\[[0-?]{0,56}[ -/]{0,4}[@-~]?|[()][0-9A-Z]?)?\Z")


class PlainView:
    """What is left of `data` without its control sequences, and where each byte of it was.

    A sequence that may go on behind the end is no part of `text`; it begins at `begun`, which is
    the length of `data` where there is none.
    """

    def __init__(self, data: bytes) -> None:
        start = max(0, len(data) - _LONGEST)
        begun = _BEGUN.search(data, data.rfind(ESCAPE, start) if ESCAPE in data[start:] else start)
        self.begun = begun.start() if begun else len(data)
        self._data = data
        self._complete = data[: self.begun]
        self.text = b"".join(_SEQUENCE.split(self._complete))
        self._places: tuple[list[int], list[int]] | None = None

    def place(self, offset: int) -> int:
        """Return where byte `offset` of the text stands in the data."""
        if self._places is None:
            self._places = self._map()
        in_text, in_data = self._places
        piece = bisect_right(in_text, offset) - 1
        return in_data[piece] + offset - in_text[piece]

    def place_or_end(self, offset: int) -> int:
        """Return the same; behind the end of the text, the end of the data."""
        return self.place(offset) if offset < len(self.text) else len(self._data)

    def _map(self) -> tuple[list[int], list[int]]:
        """Return where each piece between two sequences begins, in the text and in the data."""
        in_text, in_data, removed = [0], [0], 0
        for sequence in _SEQUENCE.finditer(self._complete):
            removed += sequence.end() - sequence.start()
            in_text.append(sequence.end() - removed)
            in_data.append(sequence.end())
        return in_text, in_data

    def boundary(self, place: int) -> int:
        """Return `place`, or where the complete sequence begins that it is within."""
        around = self._around(place)
        return around.start() if around else place

    def behind(self, place: int) -> int:
        """Return `place`, or where the complete sequence ends that it is within."""
        around = self._around(place)
        return around.end() if around else place

    def _around(self, place: int) -> re.Match[bytes] | None:
        begin = self._data.rfind(ESCAPE, max(0, place - _LONGEST), place)
        sequence = _SEQUENCE.match(self._data, begin) if begin >= 0 else None
        return sequence if sequence is not None and sequence.end() > place else None


def sequences(data: bytes, start: int, end: int, base: int) -> dict[int, bytes]:
    """Return the control sequences in a part of `data` by their places, counted from `base`."""
    found = _SEQUENCE.finditer(data, start, end)
    return {base + sequence.start(): sequence.group() for sequence in found}
