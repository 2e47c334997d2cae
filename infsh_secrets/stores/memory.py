"""The reference store: everything in dictionaries, gone with the process."""

from __future__ import annotations

import os
import time

from infsh_secrets.domain.errors import NotFoundError
from infsh_secrets.domain.models import Secret, SecretInfo, SecretValue
from infsh_secrets.stores import changes
from infsh_secrets.stores.base import (
    UNCHANGED,
    Capabilities,
    Outcome,
    SecretStore,
    not_found,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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


class MemoryStore(SecretStore):
    """Secrets in this process only; `clock` gives milliseconds since 1970.

    It never drops deleted secrets by age. Records are replaced, never changed, so that a write
    that fails has changed nothing.
    """

    name = "memory"
    capabilities = MEMORY

    def __init__(self, *, team: str = "personal", clock: Callable[[], int] = _now_ms) -> None:
        self.team = team
        self.clock = clock
        self._fingerprint_key = os.urandom(32)
        self._records: dict[tuple[str, str], _Record] = {}

    def get(self, environment: str, key: str, version: int | None = None) -> Secret:
        record = self._records.get((environment, key))
        if record is None or record.info.deleted is not None:
            raise not_found(key, environment, deleted=record is not None)
        number = record.info.version if version is None else version
        if number not in record.versions:
            kept = ", ".join(map(str, record.versions))
            raise NotFoundError(f"The secret {key} has no version {number}.", f"It has: {kept}.")
        created, data = record.versions[number]
        return Secret(changes.replaced(record.info), SecretValue(data), number, created)

    def listing(self, environment: str | None = None, *, deleted: bool = False) -> list[SecretInfo]:
        found = [
            changes.replaced(record.info)
            for record in self._records.values()
            if (record.info.deleted is not None) == deleted
            and environment in (None, record.info.environment)
        ]
        found.sort(key=lambda info: (info.key, info.environment))
        return found

    def write(self, environment: str, writes: Sequence[Write]) -> list[Outcome]:
        draft = dict(self._records)
        now = self.clock()
        outcomes = [self._put(draft, environment, write, now) for write in writes]
        self._records = draft
        return outcomes

    def delete(
        self, environment: str, keys: Sequence[str], *, ignore_missing: bool = False
    ) -> list[SecretInfo]:
        draft = dict(self._records)
        now = self.clock()
        done = []
        for key in keys:
            before = self._known(draft, environment, key)
            if ignore_missing and (before is None or before.deleted is not None):
                continue
            info = changes.delete(before, environment, key, now)
            done.append(self._replace(draft, info))
        self._records = draft
        return done

    def restore(self, environment: str, keys: Sequence[str]) -> list[SecretInfo]:
        draft = dict(self._records)
        now = self.clock()
        done = []
        for key in keys:
            info = changes.restore(self._known(draft, environment, key), environment, key, now)
            done.append(self._replace(draft, info))
        self._records = draft
        return done

    def check_writable(self) -> None:
        """Do nothing: memory can always be written."""

    def close(self) -> None:
        """Do nothing: the secrets live as long as the object."""

    @staticmethod
    def _known(
        draft: dict[tuple[str, str], _Record], environment: str, key: str
    ) -> SecretInfo | None:
        record = draft.get((environment, key))
        return record.info if record else None

    @staticmethod
    def _replace(draft: dict[tuple[str, str], _Record], info: SecretInfo) -> SecretInfo:
        place = (info.environment, info.key)
        draft[place] = _Record(info, draft[place].versions)
        return changes.replaced(info)

    def _put(
        self, draft: dict[tuple[str, str], _Record], environment: str, write: Write, now: int
    ) -> Outcome:
        place = (environment, write.key)
        data = write.value.reveal_bytes()
        mark = changes.fingerprint(self._fingerprint_key, data)
        before = self._known(draft, environment, write.key)
        action, info = changes.put(before, environment, write, mark, now)
        if action != UNCHANGED:
            versions = dict(draft[place].versions) if before else {}
            versions.setdefault(info.version, (now, data))
            for old in list(versions)[: -changes.KEPT_VERSIONS]:
                del versions[old]
            draft[place] = _Record(info, versions)
        return Outcome(action, changes.replaced(info))
