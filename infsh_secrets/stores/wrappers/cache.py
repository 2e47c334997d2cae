"""An encrypted cache around a store, for the time when that cannot be reached.

The store is always asked while it may be: what it gives is kept, and is what an offline store
reads. So nobody gets an old value without having asked for one.
"""

from __future__ import annotations

from infsh_secrets.domain.errors import DeniedError, InfshError, LockedError, NotFoundError
from infsh_secrets.domain.models import Secret, SecretInfo, SecretValue
from infsh_secrets.domain.names import DEFAULT_ENVIRONMENT
from infsh_secrets.stores import selecting
from infsh_secrets.stores.base import SecretStore, not_found
from infsh_secrets.stores.wrappers.wrapper import Wrapper

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any, TypeVar

    from infsh_secrets.domain.models import History
    from infsh_secrets.stores.base import Outcome, Selection, Write
    from infsh_secrets.stores.wrappers.shelf import Shelf

    _T = TypeVar("_T")

_LIST, _SECRET = "list", "secret"
_EVERYWHERE = ""


class CachedStore(Wrapper):
    """Keeps on `shelf` what `inner` gives; `offline`, reads from there and asks `inner` nothing.

    A refused token, a refused reading and a known secret that is gone all wipe what is kept. Writes
    go through and take what they change off the shelf. That something cannot be kept is told in
    `notices` once and spoils nothing. Offline, what is not kept is an UnavailableError, and so is a
    write.
    """

    def __init__(self, inner: SecretStore, shelf: Shelf, *, offline: bool = False) -> None:
        super().__init__(inner)
        self.notices: list[str] = []
        self._shelf = shelf
        self._offline = offline

    # -- reading -----------------------------------------------------------------------------------

    def get(self, environment: str, key: str, version: int | None = None) -> Secret:
        self._can(environment, "reveal", "versions" if version is not None else "")
        if self._offline:
            return self._kept(environment, key, version)
        try:
            secret = self._asked(lambda: self.inner.get(environment, key, version))
        except NotFoundError:
            if version is None and self._shelf.has((_SECRET, environment, key)):
                self._shelf.wipe()  # it is deleted, or this token may not see it any more
            raise
        if version is None:
            self._keep((_SECRET, environment, key), lambda: _of_secret(secret))
        return secret

    def info(self, environment: str, key: str) -> SecretInfo:
        self._can(environment)
        if not self._offline:
            return self._asked(lambda: self.inner.info(environment, key))
        return SecretStore.info(self, environment, key)

    def listing(self, environment: str | None = None, *, deleted: bool = False) -> list[SecretInfo]:
        self._can(environment, "restore" if deleted else "")
        home = _EVERYWHERE if self.capabilities.environments else DEFAULT_ENVIRONMENT
        place = (_LIST, environment or home)
        if self._offline:
            record = None if deleted else self._shelf.get(place)
            found = None if record is None else _infos(record)
            if found is None:
                raise self._not_kept("The list of secrets")
            return found
        try:
            infos = self._asked(lambda: self.inner.listing(environment, deleted=deleted))
        except NotFoundError:
            self._shelf.wipe()  # what has no list is no store, or no longer ours
            raise
        if not deleted:
            self._keep(place, lambda: {"infos": [_of_info(info) for info in infos]})
        return infos

    def select(
        self, chain: Sequence[str], keys: Sequence[str] | None, names: Sequence[str] = ()
    ) -> Selection:
        return selecting.select(self, chain, keys, names)

    def select_matching(
        self, chain: Sequence[str], fits: Callable[[str], bool] | None
    ) -> dict[str, Secret]:
        return selecting.select_matching(self, chain, fits)

    def select_addressed(
        self, wanted: Mapping[tuple[str, ...], Sequence[str]]
    ) -> dict[tuple[str, ...], dict[str, Secret]]:
        return SecretStore.select_addressed(self, wanted)

    def preview(self, environment: str, writes: Sequence[Write]) -> list[Outcome]:
        return self._written(environment, (), lambda: self.inner.preview(environment, writes))

    def history(self, environment: str, key: str) -> History:
        self._can(environment, "versions")
        if self._offline:
            raise self._not_kept(f"The history of {key}")
        return self._asked(lambda: self.inner.history(environment, key))

    # -- writing -----------------------------------------------------------------------------------

    def write(self, environment: str, writes: Sequence[Write]) -> list[Outcome]:
        keys = [write.key for write in writes]
        return self._written(environment, keys, lambda: self.inner.write(environment, writes))

    def delete(
        self, environment: str, keys: Sequence[str], *, ignore_missing: bool = False
    ) -> list[SecretInfo]:
        return self._written(
            environment,
            keys,
            lambda: self.inner.delete(environment, keys, ignore_missing=ignore_missing),
        )

    def restore(self, environment: str, keys: Sequence[str]) -> list[SecretInfo]:
        self._can(environment, "restore")
        return self._written(environment, keys, lambda: self.inner.restore(environment, keys))

    def rollback(self, environment: str, key: str, to: int | None = None) -> Outcome:
        self._can(environment, "versions")
        return self._written(environment, [key], lambda: self.inner.rollback(environment, key, to))

    def rename(self, environment: str, old: str, new: str) -> SecretInfo:
        self._can(environment, "rename")
        return self._written(
            environment, [old, new], lambda: self.inner.rename(environment, old, new)
        )

    def copy(
        self, environment: str, key: str, to_environment: str, name: str | None = None
    ) -> SecretInfo:
        self._can(to_environment)
        return self._written(
            to_environment,
            [name or key],
            lambda: self.inner.copy(environment, key, to_environment, name),
        )

    def describe(
        self,
        environment: str,
        key: str,
        *,
        description: str | None = None,
        metadata: dict[str, str] | None = None,
        unset: Sequence[str] = (),
        expires: int | None = None,
    ) -> Outcome:
        self._can(environment, "describe")
        return self._written(
            environment,
            [key],
            lambda: self.inner.describe(
                environment,
                key,
                description=description,
                metadata=metadata,
                unset=unset,
                expires=expires,
            ),
        )

    def purge(self, environment: str, keys: Sequence[str]) -> list[SecretInfo]:
        return self._written(environment, keys, lambda: self.inner.purge(environment, keys))

    def check_writable(self) -> None:
        if self._offline:
            raise self._needs_the_store()
        self._with_token(self.inner.check_writable)

    # -- how -----------------------------------------------------------------------------------

    def _can(self, environment: str | None, *capabilities: str) -> None:
        """Raise DeniedError for what no token could do, before anything is taken for a refusal."""
        if environment not in (None, DEFAULT_ENVIRONMENT):
            self.require("environments")
        for capability in capabilities:
            if capability:
                self.require(capability)

    def _asked(self, question: Callable[[], _T]) -> _T:
        """Return what the store answers; when it refuses, nothing that it gave before is kept."""
        try:
            return self._with_token(question)
        except DeniedError:
            self._shelf.wipe()
            raise

    def _with_token(self, question: Callable[[], _T]) -> _T:
        """Do the same for a question that a token which only reads may be refused."""
        try:
            return question()
        except LockedError:
            self._shelf.wipe()
            raise

    def _written(self, environment: str, keys: Sequence[str], write: Callable[[], _T]) -> _T:
        """Return what a write answers; nothing that it may have changed is kept."""
        self._can(environment)
        if self._offline:
            raise self._needs_the_store()
        self._forget(environment, keys)
        try:
            return self._with_token(write)
        finally:
            # Once more: meanwhile somebody may have read what there was before.
            self._forget(environment, keys)

    def _forget(self, environment: str, keys: Sequence[str]) -> None:
        for place in self._places(environment, keys):
            self._shelf.drop(place)

    @staticmethod
    def _places(environment: str, keys: Sequence[str]) -> Iterator[tuple[str, ...]]:
        if keys:
            yield _LIST, environment
            yield _LIST, _EVERYWHERE
        for key in keys:
            yield _SECRET, environment, key

    def _keep(self, place: tuple[str, ...], record: Callable[[], dict[str, Any]]) -> None:
        try:
            self._shelf.put(place, record())
        except InfshError as error:
            notice = f"{self.name} cannot be kept for --offline: {error.message}"
            if notice not in self.notices:
                self.notices.append(notice)

    def _kept(self, environment: str, key: str, version: int | None) -> Secret:
        record = self._shelf.get((_SECRET, environment, key)) if version is None else None
        secret = None if record is None else _secret(record, environment, key)
        if secret is not None:
            return secret
        listed = self._shelf.get((_LIST, environment))
        infos = None if listed is None else _infos(listed)
        if infos is not None and all(info.key != key for info in infos):
            raise not_found(key, environment)
        raise self._not_kept(f"The secret {key}")

    def _not_kept(self, what: str) -> InfshError:
        from infsh_secrets.domain.errors import UnavailableError

        return UnavailableError(
            f"{what} of {self.name} is not kept here, or has been for too long.",
            "Leave --offline out to ask the store.",
        )

    def _needs_the_store(self) -> InfshError:
        from infsh_secrets.domain.errors import UnavailableError

        return UnavailableError(
            f"Nothing is written to {self.name} while offline.", "Leave --offline out."
        )


_TEXTS = ("key", "environment", "description", "masked", "fingerprint")
_NUMBERS = ("version", "created", "updated")
_MAYBE = ("expires", "last_used", "deleted")


def _of_info(info: SecretInfo) -> dict[str, Any]:
    return {name: getattr(info, name) for name in SecretInfo.__slots__}


def _of_secret(secret: Secret) -> dict[str, Any]:
    return {
        "info": _of_info(secret.info),
        "value": secret.value.reveal(),
        "version": secret.version,
        "created": secret.version_created,
    }


def _infos(record: dict[str, Any]) -> list[SecretInfo] | None:
    """Return a kept list; None where another program version wrote something else."""
    kept = record.get("infos")
    if not isinstance(kept, list):
        return None
    infos = [_info(one) for one in kept]
    return None if None in infos else [info for info in infos if info is not None]


def _info(kept: Any) -> SecretInfo | None:
    if not isinstance(kept, dict) or kept.keys() != set(SecretInfo.__slots__):
        return None
    right = (
        all(isinstance(kept[name], str) for name in _TEXTS)
        and all(isinstance(kept[name], int) for name in _NUMBERS)
        and all(isinstance(kept[name], int | None) for name in _MAYBE)
        and isinstance(kept["metadata"], dict)
    )
    return SecretInfo(**kept) if right else None


def _secret(record: dict[str, Any], environment: str, key: str) -> Secret | None:
    info = _info(record.get("info"))
    value, version, created = (record.get(name) for name in ("value", "version", "created"))
    if info is None or (info.environment, info.key) != (environment, key):
        return None
    if not (isinstance(value, str) and isinstance(version, int) and isinstance(created, int)):
        return None
    return Secret(info, SecretValue(value.encode()), version, created)
