"""The reference store: everything in dictionaries, gone with the process."""

from __future__ import annotations

import os
import time

from infsh_secrets.domain.masking import mask
from infsh_secrets.domain.models import History, Secret, SecretInfo, SecretValue, VersionInfo
from infsh_secrets.stores import changes
from infsh_secrets.stores.base import (
    UNCHANGED,
    Capabilities,
    Outcome,
    SecretStore,
    no_version,
    not_found,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    _T = TypeVar("_T")

    from infsh_secrets.stores.base import Write

MEMORY = Capabilities(reveal=True, versions=True, restore=True, environments=True)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class _Record:
    """A secret: what is known of it, and (created, value) by version, oldest first."""

    __slots__ = ("info", "versions")

    def __init__(self, info: SecretInfo, versions: dict[int, tuple[int, bytes]]) -> None:
        self.info = info
        self.versions = versions


_Records = dict[tuple[str, str], _Record]


class MemoryStore(SecretStore):
    """Secrets in this process only; `clock` gives milliseconds since 1970.

    Records are replaced, never changed, so that a write that fails has changed nothing.
    """

    name = "memory"
    capabilities = MEMORY

    def __init__(self, *, team: str = "personal", clock: Callable[[], int] = _now_ms) -> None:
        self.team = team
        self.clock = clock
        self._fingerprint_key = os.urandom(32)
        self._records: _Records = {}
        self._last_write = 0

    def get(self, environment: str, key: str, version: int | None = None) -> Secret:
        record = self._kept(self.clock()).get((environment, key))
        if record is None or record.info.deleted is not None:
            raise not_found(key, environment, deleted=record is not None)
        number = record.info.version if version is None else version
        if number not in record.versions:
            raise no_version(key, number, record.versions)
        created, data = record.versions[number]
        return Secret(changes.replaced(record.info), SecretValue(data), number, created)

    def listing(self, environment: str | None = None, *, deleted: bool = False) -> list[SecretInfo]:
        if deleted:
            self.require("restore")
        found = [
            changes.replaced(record.info)
            for record in self._kept(self.clock()).values()
            if (record.info.deleted is not None) == deleted
            and environment in (None, record.info.environment)
        ]
        found.sort(key=lambda info: (info.key, info.environment))
        return found

    def history(self, environment: str, key: str) -> History:
        self.require("versions")
        record = self._kept(self.clock()).get((environment, key))
        if record is None:
            raise not_found(key, environment)
        versions = [
            VersionInfo(number, created, mask(data.decode()), self._mark(data))
            for number, (created, data) in record.versions.items()
        ]
        return History(changes.replaced(record.info), versions[::-1])

    def write(self, environment: str, writes: Sequence[Write]) -> list[Outcome]:
        now = self.clock()
        draft = self._kept(now)
        return self._commit(draft, now, [self._put(draft, environment, w, now) for w in writes])

    def delete(
        self, environment: str, keys: Sequence[str], *, ignore_missing: bool = False
    ) -> list[SecretInfo]:
        now = self.clock()
        draft = self._kept(now)
        done = []
        for key in keys:
            before = _known(draft, environment, key)
            if ignore_missing and (before is None or before.deleted is not None):
                continue
            info = changes.delete(before, environment, key, now)
            done.append(self._replace(draft, info))
        return self._commit(draft, now, done)

    def restore(self, environment: str, keys: Sequence[str]) -> list[SecretInfo]:
        self.require("restore")
        now = self.clock()
        draft = self._kept(now)
        done = []
        for key in keys:
            info = changes.restore(_known(draft, environment, key), environment, key, now)
            done.append(self._replace(draft, info))
        return self._commit(draft, now, done)

    def rollback(self, environment: str, key: str, to: int | None = None) -> Outcome:
        self.require("versions")
        now = self.clock()
        draft = self._kept(now)
        info = changes.live(_known(draft, environment, key), environment, key)
        versions = draft[environment, key].versions
        data = versions[changes.version_to_roll_back_to(info, versions, to)][1]
        action, after = changes.rollback(info, data, self._mark(data), now)
        if action != UNCHANGED:
            self._append(draft, after, (now, data))
        return self._commit(draft, now, Outcome(action, changes.replaced(after)))

    def rename(self, environment: str, old: str, new: str) -> SecretInfo:
        now = self.clock()
        draft = self._kept(now)
        info = changes.live(_known(draft, environment, old), environment, old)
        after = changes.rename(info, _known(draft, environment, new), new, now)
        draft[environment, new] = _Record(after, draft.pop((environment, old)).versions)
        return self._commit(draft, now, changes.replaced(after))

    def copy(
        self, environment: str, key: str, to_environment: str, name: str | None = None
    ) -> SecretInfo:
        if to_environment != environment:
            self.require("environments")
        now = self.clock()
        draft = self._kept(now)
        name = name or key
        info = changes.live(_known(draft, environment, key), environment, key)
        target = _known(draft, to_environment, name)
        after = changes.copy(info, target, to_environment, name, now)
        data = draft[environment, key].versions[info.version][1]
        self._append(draft, after, (now, data))
        return self._commit(draft, now, changes.replaced(after))

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
        now = self.clock()
        draft = self._kept(now)
        action, after = changes.describe(
            changes.live(_known(draft, environment, key), environment, key),
            description=description,
            metadata=metadata,
            unset=unset,
            expires=expires,
            now=now,
        )
        return self._commit(draft, now, Outcome(action, self._replace(draft, after)))

    def purge(self, environment: str, keys: Sequence[str]) -> list[SecretInfo]:
        now = self.clock()
        draft = self._kept(now)
        done = []
        for key in keys:
            done.append(changes.purge(_known(draft, environment, key), environment, key))
            del draft[environment, key]
        return self._commit(draft, now, done)

    def check_writable(self) -> None:
        """Do nothing: memory can always be written."""

    def close(self) -> None:
        """Do nothing: the secrets live as long as the object."""

    def _kept(self, now: int) -> _Records:
        """Return a new dictionary of all records but those deleted too long ago."""
        return {
            place: record
            for place, record in self._records.items()
            if now < self._last_write or not changes.expired(record.info, now)
        }

    def _commit(self, draft: _Records, now: int, done: _T) -> _T:
        self._records = draft
        self._last_write = now
        return done

    def _mark(self, data: bytes) -> str:
        return changes.fingerprint(self._fingerprint_key, data)

    @staticmethod
    def _replace(draft: _Records, info: SecretInfo) -> SecretInfo:
        place = (info.environment, info.key)
        draft[place] = _Record(info, draft[place].versions)
        return changes.replaced(info)

    @staticmethod
    def _append(draft: _Records, info: SecretInfo, version: tuple[int, bytes]) -> None:
        """Put a record with one more version in place of the one there is, if there is one."""
        place = (info.environment, info.key)
        versions = dict(draft[place].versions) if place in draft else {}
        versions[info.version] = version
        for old in list(versions)[: -changes.KEPT_VERSIONS]:
            del versions[old]
        draft[place] = _Record(info, versions)

    def _put(self, draft: _Records, environment: str, write: Write, now: int) -> Outcome:
        data = write.value.reveal_bytes()
        before = _known(draft, environment, write.key)
        action, info = changes.put(before, environment, write, self._mark(data), now)
        if before is None or info.version != before.version:
            self._append(draft, info, (now, data))
        elif action != UNCHANGED:
            self._replace(draft, info)
        return Outcome(action, changes.replaced(info))


def _known(draft: _Records, environment: str, key: str) -> SecretInfo | None:
    record = draft.get((environment, key))
    return record.info if record else None
