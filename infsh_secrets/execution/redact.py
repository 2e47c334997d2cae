"""Redaction: a stream of bytes in which each occurrence of a secret has become a mark.

Exact for every way in which the stream is cut into pieces: what comes out is what a replacement in
the whole of it at once would give. Of all matches, in every form of `domain.variants`, overlapping
ones are united into one mark, which names the longest, of equally long ones the leftmost. A match
that ends within a control sequence takes the rest of it along: behind a mark it would be text.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from infsh_secrets.execution.matching import Match, Matcher

BLOCK = 256 * 1024
"""How many bytes are searched at once; more are taken apart, so that memory has a bound."""

_LARGE = 16 * 1024
MOST_EARLY = 2
"""On a terminal, how many bytes of one held match may be shown after a silence."""

_FARTHEST = 64 * 1024
"""Bytes of control sequences in a match that are looked through; more would be kept for ever."""

_ESCAPE = b"\x1b"


class Redactor:
    """Finds the values of secrets in streams.

    `secrets` are (name, value); the values are secret. `unprotected` are the names of those that
    are too short or too common to be looked for. What is expensive is made at the first byte.
    """

    def __init__(self, secrets: Sequence[tuple[str, bytes]]) -> None:
        from infsh_secrets.domain.weak_values import is_weak

        self._secrets = [(name, value) for name, value in secrets if not is_weak(value)]
        self.unprotected = [name for name, value in secrets if is_weak(value)]
        self._matcher: Matcher | None = None
        self._forms: dict[int, tuple[list[bytes], list[bytes]]] = {}
        self.keeps_sequences = True

    def __repr__(self) -> str:
        return f"Redactor({len(self._secrets)} secrets)"

    @property
    def matcher(self) -> Matcher | None:
        """What finds them, None when there is nothing to find."""
        while self.prepare():
            continue
        return self._matcher

    def prepare(self) -> bool:
        """Do a part of what the first byte would wait for, and tell whether there is more to do."""
        forms_of = self._forms  # before the look at the matcher: other threads may be ahead
        if self._matcher is not None or not self._secrets:
            return False
        from infsh_secrets.domain.value_parts import pieces
        from infsh_secrets.domain.variants import forms
        from infsh_secrets.execution.matching import Matcher

        owner = len(forms_of)
        if owner < len(self._secrets):
            # White space around it is no secret; a line end would wait for what follows.
            value = self._secrets[owner][1].strip()
            forms_of[owner] = forms(value), pieces(value)
            return True
        found = [(form, owner) for owner, of_one in forms_of.items() for form in of_one[0]]
        cut = [(piece, owner) for owner, of_one in forms_of.items() for piece in of_one[1]]
        self.keeps_sequences = not any(_ESCAPE in form for form, _ in found)
        self._matcher = Matcher(found, cut)
        self._forms = {}
        return False

    def mark(self, owner: int) -> bytes:
        """Return what stands in the place of a secret."""
        return b"[REDACTED:%s]" % self._secrets[owner][0].encode()

    def stream(self) -> Stream:
        """Return a new stream, to be fed from its first byte to its last."""
        return Stream(self)


class _Region:
    """Bytes that become one mark; positions count from the beginning of the stream.

    `best` is (length, -start, -owner) of the match that it is named after. `sequences` are the
    control sequences that stood between the characters, by position. They stand before the mark:
    behind it, their last byte and the text that follows could make up a form.
    """

    __slots__ = ("best", "end", "marked", "sequences", "start")

    def __init__(
        self, start: int, end: int, best: tuple[int, int, int], sequences: dict[int, bytes]
    ) -> None:
        self.start = start
        self.end = end
        self.best = best
        self.sequences = sequences
        self.marked = False

    def unite(self, other: _Region) -> None:
        """Take in another region that begins before this one ends."""
        self.start = min(self.start, other.start)
        self.end = max(self.end, other.end)
        self.best = max(self.best, other.best)
        self.sequences.update(other.sequences)
        self.marked |= other.marked


class Stream:
    """One stream on its way through; for one thread at a time."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._kept = b""  # the end of what came in, as far as a match may begin in it
        self._base = 0  # where that begins
        self._viewed = 0  # how far it was searched without its control sequences
        self._done = 0  # how far everything is written
        self._pending: list[_Region] = []
        self._hold = 0  # where the match begins that may be growing
        self._shown_of = -1
        self._shown = 0

    @property
    def held(self) -> bool:
        """Whether bytes that came in have not come out."""
        return self._done < self._base + len(self._kept) or bool(self._pending)

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes in and return what is certain to be no part of a match, or marks."""
        matcher = self._redactor.matcher
        if matcher is None or not data:
            return data
        if len(data) <= BLOCK:
            return self._take(matcher, data)
        return b"".join(
            self._take(matcher, data[start : start + BLOCK]) for start in range(0, len(data), BLOCK)
        )

    def flush(self) -> bytes:
        """Return the rest: nothing comes any more."""
        kept, base = self._kept, self._base
        self._kept, self._base = b"", base + len(kept)
        return self._release(kept, base, self._base)

    def idle(self) -> bytes:
        """Return what a person should see of what is held, when nothing has come for a while.

        Of a match that may be growing, `MOST_EARLY` bytes in all; of one that is complete and could
        only become longer, the mark.
        """
        first = self._pending[0] if self._pending else None
        if first is not None and first.start <= self._done:
            return self._early_mark(first)
        if self._shown_of != self._hold:
            self._shown_of, self._shown = self._hold, 0
        limit = self._base + len(self._kept) if first is None else first.start
        size = max(0, min(MOST_EARLY - self._shown, limit - self._done))
        at = self._done - self._base
        self._done += size
        self._shown += size
        return self._kept[at : at + size]

    def _early_mark(self, region: _Region) -> bytes:
        if region.marked:
            return b""
        region.marked = True
        self._done = region.end
        return self._redactor.mark(-region.best[2])

    def _take(self, matcher: Matcher, data: bytes) -> bytes:
        at_seam = self._step_over_seam(matcher, data)
        known = len(self._kept)
        base = self._base
        whole = self._kept + data if known else data
        if _ESCAPE in whole:
            regions, hold, keep = self._search_both(matcher, whole, known)
        else:
            regions = at_seam + [self._region(match) for match in matcher.find(whole, known)]
            hold = matcher.growing(whole)
            keep = matcher.context(whole, hold)
            self._viewed = base + len(whole)
        self._hold = base + hold
        if not regions and not self._pending and hold == len(whole):
            written = self._done - base
            self._kept, self._base, self._done = whole[keep:], base + keep, self._hold
            return whole[written:] if written else whole
        self._unite(regions)
        self._kept, self._base = whole[keep:], base + keep
        return self._release(whole, base, self._hold)

    def _step_over_seam(self, matcher: Matcher, data: bytes) -> list[_Region]:
        """Where all that is kept is written, search what begins in it, and let go of it.

        So a large block need not be copied to stand behind a few bytes.
        """
        known = len(self._kept)
        if (
            not 0 < known <= matcher.uncovered
            or self._done < self._base + known
            or len(data) < _LARGE + matcher.longest
            or _ESCAPE in data
            or _ESCAPE in self._kept
        ):
            return []
        seam = self._kept + data[: matcher.longest]
        regions = [self._region(match) for match in matcher.find(seam, known)]
        self._kept, self._base = b"", self._base + known
        return regions

    def _search_both(
        self, matcher: Matcher, whole: bytes, known: int
    ) -> tuple[list[_Region], int, int]:
        """Search the bytes as they are, and as they are seen without control sequences."""
        from infsh_secrets.execution.escapes import PlainView, sequences

        view = PlainView(whole)
        farthest = matcher.longest + _FARTHEST
        viewed, self._viewed = self._viewed - self._base, self._base + view.begun
        regions = [self._region(match) for match in matcher.find(whole, known)]
        for start, end, owner in matcher.find(view.text):
            first, last = view.place(start), view.place(end - 1) + 1
            begin = max(0, start - matcher.uncovered)
            size = last - view.place(begin)
            through = end - begin < size <= farthest and _ESCAPE not in view.text[start:end]
            if through and last > viewed:
                region = self._region((first, last, owner), end - start)
                if self._redactor.keeps_sequences:
                    region.sequences = sequences(whole, first, last, self._base)
                regions.append(region)
        growing = matcher.growing(whole)
        seen = matcher.growing(view.text)
        hold = max(min(growing, view.place_or_end(seen)), len(whole) - farthest)
        needed = view.place_or_end(matcher.context(view.text, seen))
        keep = min(matcher.context(whole, growing), needed, view.begun)
        keep = view.boundary(max(keep, len(whole) - farthest))
        for region in (*regions, *self._pending):
            end = region.end - self._base
            if end > view.begun:  # where the sequence ends is still to come
                hold = min(hold, region.start - self._base)
            else:
                region.end = self._base + view.behind(end)
        return regions, hold, keep

    def _region(self, match: Match, length: int = 0) -> _Region:
        start, end, owner = match
        start, end = self._base + start, self._base + end
        return _Region(start, end, (length or end - start, -start, -owner), {})

    def _unite(self, regions: list[_Region]) -> None:
        """Add regions to those that are pending, so that no two overlap, in order."""
        regions += self._pending
        regions.sort(key=lambda region: region.start)
        united: list[_Region] = []
        for region in regions:
            if united and region.start < united[-1].end:
                united[-1].unite(region)
            else:
                united.append(region)
        self._pending = united

    def _release(self, whole: bytes, base: int, hold: int) -> bytes:
        """Return what of `whole`, which begins at `base`, is settled: all that is before `hold`."""
        out = []
        done = self._done
        settled = 0
        for region in self._pending:
            stop = min(region.start, hold)
            if stop > done:
                out.append(whole[done - base : stop - base])
                done = stop
            if region.end > hold:
                break
            out += self._harmless(region.sequences)
            if not region.marked:
                out.append(self._redactor.mark(-region.best[2]))
            done = max(done, region.end)
            settled += 1
        del self._pending[:settled]
        if not self._pending and hold > done:
            out.append(whole[done - base : hold - base])
            done = hold
        self._done = done
        return b"".join(out)

    def _harmless(self, sequences: dict[int, bytes]) -> list[bytes]:
        """Return control sequences in their order, but those that hold a match themselves."""
        matcher = self._redactor.matcher
        found = [sequences[place] for place in sorted(sequences)]
        return [one for one in found if matcher is not None and not list(matcher.find(one))]
