"""What a server can do with the secrets of a team: what each wire contract's routes call.

Every operation is done by the thread that owns the team's vault, sees or makes one state of it, and
is durable when it returns. It may raise the errors of `domain.errors`: NotFoundError, ConflictError
and UsageError are about the request, UnavailableError says that it may work later.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from infsh_secrets.server.held import HeldVault, Wanted
from infsh_secrets.server.worker import VaultWorker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from infsh_secrets.domain.models import Secret, SecretInfo
    from infsh_secrets.server.data import ServerData
    from infsh_secrets.server.held import Actor, Whole, Written
    from infsh_secrets.server.listing import Page, Span, Stored
    from infsh_secrets.server.tokens import TeamRow
    from infsh_secrets.stores.base import Write

_T = TypeVar("_T")


class Revealed(NamedTuple):
    """A secret and its value, which is on record as given out."""

    stored: Stored
    secret: Secret


class Team:
    """The secrets of one team. `actor` is who asks, (user, program), for the record."""

    def __init__(self, name: str, worker: VaultWorker) -> None:
        self.name = name
        self._worker = worker

    async def get(self, environment: str, key: str) -> Stored:
        """Return what is known of a live secret, or raise NotFoundError."""
        return await self._call(lambda vault: vault.get(environment, key))

    async def find(self, identity: bytes) -> Stored | None:
        """Return a live secret of any environment by its id, None when there is none."""
        return await self._call(lambda vault: vault.listing().find(identity))

    async def known(self, environment: str, keys: Sequence[str]) -> dict[str, Stored]:
        """Return which of these secrets are live, by key."""
        return await self._call(lambda vault: vault.known(environment, keys))

    async def all(self, environment: str) -> list[Stored]:
        """Return all live secrets of an environment, newest first."""
        return await self._call(lambda vault: vault.listing().all(environment))

    async def page(
        self, environment: str, span: Span, fits: Callable[[Stored], bool] | None = None
    ) -> Page:
        """Return a part of the live secrets that fit, newest first; None is what all fits."""
        return await self._call(lambda vault: vault.listing().page(environment, span, fits))

    async def put(
        self, actor: Actor, environment: str, write: Write, *, existing: bool = False
    ) -> Written:
        """Create or update a secret; with `existing` NotFoundError unless it is there.

        ConflictError when it is there and `write.create` is set.
        """
        return await self._call(
            lambda vault: vault.put(actor, environment, write, existing=existing)
        )

    async def describe(self, actor: Actor, environment: str, key: str, description: str) -> Stored:
        """Change a live secret's description and leave its value."""
        return await self._call(lambda vault: vault.describe(actor, environment, key, description))

    async def rename(self, actor: Actor, environment: str, old: str, new: str) -> Stored:
        """Give a live secret another name; ConflictError when a secret bears it."""
        return await self._call(lambda vault: vault.rename(actor, environment, old, new))

    async def delete(self, actor: Actor, environment: str, key: str) -> Stored:
        """Delete a live secret and return what was known of it, or raise NotFoundError."""
        return await self._call(lambda vault: vault.delete(actor, environment, key))

    async def slice(self, environment: str, offset: int, limit: int) -> list[Stored]:
        """Return so many live secrets after the first `offset` ones, newest first."""
        return await self._call(lambda vault: vault.listing().slice(environment, offset, limit))

    async def create_whole(self, actor: Actor, environment: str, whole: Whole) -> Stored:
        """Create a secret that is just this; ConflictError when there is one of its name."""
        return await self._call(lambda vault: vault.create_whole(actor, environment, whole))

    async def change_whole(
        self, actor: Actor, environment: str, identity: bytes, whole: Whole
    ) -> Stored:
        """Give the live secret of this id a name, value and facts, all at once."""
        return await self._call(
            lambda vault: vault.change_whole(actor, environment, identity, whole)
        )

    async def delete_identified(self, actor: Actor, environment: str, identity: bytes) -> Stored:
        """Delete the live secret of this id and return what was known of it."""
        return await self._call(lambda vault: vault.delete_identified(actor, environment, identity))

    async def deleted(self, environment: str) -> list[SecretInfo]:
        """Return what is known of the secrets that can be restored, in any order."""
        return await self._call(lambda vault: vault.deleted(environment))

    async def find_deleted(self, environment: str, key: str) -> SecretInfo | None:
        """Return what is known of a secret that can be restored, None when there is none."""
        return await self._call(lambda vault: vault.find_deleted(environment, key))

    async def purge(self, actor: Actor, environment: str, key: str) -> None:
        """Remove a live or deleted secret for good, or raise NotFoundError."""
        await self._call(lambda vault: vault.purge(actor, environment, key))

    async def reveal(self, actor: Actor, environment: str, key: str) -> Revealed:
        """Return a live secret with its value, once that is on record."""
        wanted = Wanted(environment, key, actor)
        return Revealed(*await asyncio.wrap_future(self._worker.reveal(wanted)))

    async def _call(self, function: Callable[[HeldVault], _T]) -> _T:
        return await asyncio.wrap_future(self._worker.call(function))


class Teams:
    """The teams of a server, their vaults opened when they are first needed."""

    def __init__(self, data: ServerData) -> None:
        self._data = data
        self._open: dict[str, tuple[bytes, Team, VaultWorker]] = {}

    def team(self, row: TeamRow) -> Team:
        """Return a team that the database of tokens has."""
        vault, team, worker = self._open.get(row.name, (b"", None, None))
        if team is not None and vault == row.vault:
            return team
        if worker is not None:  # of a team of that name that was removed
            worker.stop()
        worker = VaultWorker(lambda: HeldVault(self._data.open_team(row)), row.name)
        team = Team(row.name, worker)
        self._open[row.name] = row.vault, team, worker
        return team

    def close(self, timeout: float) -> None:
        """Let every vault finish what was begun, and close it; waits at most so many seconds."""
        workers = [worker for _, _, worker in self._open.values()]
        self._open.clear()
        for worker in workers:
            worker.stop()
        end = time.monotonic() + timeout
        for worker in workers:
            worker.join(max(0.0, end - time.monotonic()))
