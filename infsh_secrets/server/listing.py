"""The secrets of one vault in memory, newest first, without their values."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from infsh_secrets.domain.models import SecretInfo

Place = tuple[int, bytes]
"""(created, id): where a secret stands in the order of its environment."""


class Stored(NamedTuple):
    """A live secret without its value; `id` is 16 random bytes that stay for its life.

    `empty` tells that its value is empty.
    """

    id: bytes
    info: SecretInfo
    empty: bool

    @property
    def place(self) -> Place:
        """Where it stands among the others."""
        return self.info.created, self.id


class Span(NamedTuple):
    """Which part of a list is wanted: at most `limit` secrets after or before a place.

    In the order of the list, newest first; with neither from its beginning.
    """

    limit: int
    after: Place | None = None
    before: Place | None = None


class Page(NamedTuple):
    """A part of a list, and whether there is more on either side."""

    items: list[Stored]
    has_next: bool
    has_previous: bool


class Listing:
    """All live secrets of a vault in one state of it, `state`, which is what its root says."""

    def __init__(self, state: Place, secrets: Iterable[Stored]) -> None:
        self.state = state
        self._by_id = {one.id: one for one in secrets}
        self._order: dict[str, list[Place]] = {}
        for one in self._by_id.values():
            self._order.setdefault(one.info.environment, []).append(one.place)
        for places in self._order.values():
            places.sort()

    def all(self, environment: str) -> list[Stored]:
        """Return the secrets of an environment, newest first."""
        return [self._by_id[place[1]] for place in reversed(self._order.get(environment, ()))]

    def slice(self, environment: str, offset: int, limit: int) -> list[Stored]:
        """Return at most `limit` of an environment's secrets after the newest `offset` ones."""
        places = self._order.get(environment, [])
        end = max(len(places) - offset, 0)
        return [self._by_id[place[1]] for place in reversed(places[max(end - limit, 0) : end])]

    def find(self, identity: bytes) -> Stored | None:
        """Return a secret of any environment by its id."""
        return self._by_id.get(identity)

    def page(self, environment: str, span: Span, fits: Callable[[Stored], bool] | None) -> Page:
        """Return the part of an environment's list that `span` means; None is what all fits."""
        places = self._order.get(environment, [])
        if span.before is not None:
            start = bisect_left(places, (span.before[0], span.before[1] + b"\0"))
            found, more = self._take(places, range(start, len(places)), span.limit, fits)
            found.reverse()
            return Page(found, has_next=start > 0, has_previous=more)
        end = len(places) if span.after is None else bisect_left(places, span.after)
        found, more = self._take(places, range(end - 1, -1, -1), span.limit, fits)
        return Page(found, has_next=more, has_previous=end < len(places))

    def _take(
        self,
        places: list[Place],
        order: range,
        limit: int,
        fits: Callable[[Stored], bool] | None,
    ) -> tuple[list[Stored], bool]:
        found: list[Stored] = []
        for number in order:
            one = self._by_id[places[number][1]]
            if fits is not None and not fits(one):
                continue
            if len(found) == limit:
                return found, True
            found.append(one)
        return found, False

    def put(self, one: Stored) -> None:
        """Take over a secret that was written."""
        if one.id in self._by_id:
            self.drop(one.id)
        self._by_id[one.id] = one
        insort(self._order.setdefault(one.info.environment, []), one.place)

    def drop(self, identity: bytes) -> None:
        """Take out a secret that was deleted."""
        one = self._by_id.pop(identity, None)
        if one is not None:
            places = self._order[one.info.environment]
            del places[bisect_left(places, one.place)]
