"""For tests of stores, and of programs that use one: a clock that stands, a store that fails."""

from __future__ import annotations

from infsh_secrets.domain.errors import UnavailableError
from infsh_secrets.stores.base import SecretStore
from infsh_secrets.stores.wrappers.wrapper import Wrapper

NEW_YEAR_2030 = 1_893_456_000_000
_CALLS = {name for name in vars(SecretStore) if not name.startswith("_")} - {"close", "require"}


class Clock:
    """A clock that stands until it is moved; `now` is milliseconds since 1970, UTC."""

    def __init__(self, now: int = NEW_YEAR_2030) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def advance(self, *, seconds: float = 0, days: float = 0) -> None:
        """Move it by so much, back with less than nothing."""
        self.now += round((seconds + days * 86_400) * 1000)


class FailingStore(Wrapper):
    """A store around another that fails when it is told to, and before it does anything.

    `calls` are the names of the methods that were called, in order, those that failed as well.
    """

    def __init__(self, inner: SecretStore) -> None:
        super().__init__(inner)
        self.calls: list[str] = []
        self._failures: list[tuple[set[str], Exception]] = []

    def fail(self, *calls: str, error: Exception | None = None, times: int = 1) -> None:
        """Let the next `times` of these calls (of all that are none of `close`) raise `error`.

        By default it is an UnavailableError, as of a server that does not answer. ValueError for a
        name that is no call of a store.
        """
        unknown = set(calls) - _CALLS
        if unknown:
            raise ValueError(f"no calls of a store: {', '.join(sorted(unknown))}")
        failing = set(calls) or _CALLS
        error = error or UnavailableError("The store does not answer.", "Try again later.")
        self._failures += [(failing, error)] * times

    def _called(self, call: str) -> None:
        self.calls.append(call)
        for place, (failing, error) in enumerate(self._failures):
            if call in failing:
                del self._failures[place]
                raise error

    def __getattribute__(self, name: str) -> object:
        if name in _CALLS:
            found = super().__getattribute__(name)

            def called(*args: object, **kwargs: object) -> object:
                self._called(name)
                return found(*args, **kwargs)

            return called
        return super().__getattribute__(name)
