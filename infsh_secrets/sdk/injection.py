"""Secrets as environment variables: of a child, as a mapping, or of this process for a while."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.sdk.boundary import boundary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType
    from typing import Self

    from infsh_secrets.services.use_records import RunRecord


class Environ(Mapping[str, str]):
    """The whole environment of a child, for `subprocess.run(env=…)`; it holds values.

    `repr` shows names of secrets and no value; it is not pickled. As with `os.environ`, `|` gives
    another one with more variables, and `copy` a dictionary, which shows its values.
    """

    __slots__ = ("_names", "_variables")

    def __init__(self, variables: dict[str, str], names: Sequence[str]) -> None:
        self._variables = variables
        self._names = tuple(names)

    def __getitem__(self, name: str) -> str:
        if name not in self._variables:
            raise KeyError(name)
        return self._variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)

    def __or__(self, others: object) -> Environ:
        if not isinstance(others, Mapping):
            return NotImplemented
        return Environ({**self, **others}, self._names)

    def __ror__(self, others: object) -> Environ:
        if not isinstance(others, Mapping):
            return NotImplemented
        return Environ({**others, **self}, self._names)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def copy(self) -> dict[str, str]:
        """Return the variables as a dictionary, to be changed."""
        return dict(self._variables)

    def __repr__(self) -> str:
        return f"<Environ of {len(self)} variables with the secrets {list(self._names)!r}>"

    def __reduce__(self) -> str:
        raise TypeError("an environment with secrets is not pickled")

    def __getstate__(self) -> object:
        raise TypeError("an environment with secrets is not pickled")


class Injection:
    """A context manager that puts variables into `os.environ` and takes them out again.

    Entering it gives their names. It may be entered several times, one inside of the other.
    """

    def __init__(self, read: Callable[[], tuple[Environ, RunRecord]]) -> None:
        self._read = read
        self._entered: list[tuple[object, RunRecord]] = []

    @boundary
    def __enter__(self) -> tuple[str, ...]:
        """Read the secrets, put their use on record, set the variables."""
        variables, record = self._read()
        layer = object()
        try:
            _layers.add(layer, variables)
            self._entered.append((layer, record))
        except BaseException:
            _layers.remove(layer)
            record.ended(1)
            raise
        return tuple(sorted(variables))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give every variable the value back that it had."""
        if not self._entered:
            raise UsageError("This injection is not entered.", "Use it by `with`.")
        layer, record = self._entered.pop()
        _layers.remove(layer)
        record.ended(0 if kind is None else 1)


class _Layers:
    """What has been put over the variables of this process, by whom, in which order.

    Whoever leaves takes away what is its own: the newest of those that stay shows, and after the
    last one the variable is as it was before the first, whatever was done to it meanwhile.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._before: dict[str, str | None] = {}
        self._over: dict[str, list[tuple[object, str]]] = {}

    def base(self) -> dict[str, str]:
        """Return the variables as they would be without all that is put over them."""
        with self._lock:
            found = dict(os.environ)
            for name, before in self._before.items():
                if before is None:
                    found.pop(name, None)
                else:
                    found[name] = before
            return found

    def add(self, layer: object, variables: Mapping[str, str]) -> None:
        with self._lock:
            for name, value in variables.items():
                self._before.setdefault(name, os.environ.get(name))
                self._over.setdefault(name, []).append((layer, value))
                os.environ[name] = value

    def remove(self, layer: object) -> None:
        with self._lock:
            for name in list(self._over):
                stay = [one for one in self._over[name] if one[0] is not layer]
                if len(stay) == len(self._over[name]):
                    continue
                self._over[name] = stay
                before = stay[-1][1] if stay else self._before[name]
                if not stay:
                    del self._over[name], self._before[name]
                if before is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = before

    def renew(self) -> None:
        """Go on in a child: whoever held the lock is not here."""
        self._lock = threading.Lock()


_layers = _Layers()
base_environ = _layers.base
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_layers.renew)
