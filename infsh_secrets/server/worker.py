"""A thread that owns a vault: everything that is done to the vault is done there, in turn."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

from infsh_secrets.domain.errors import (
    ConflictError,
    InfshError,
    IntegrityError,
    KeyChangedError,
    NotFoundError,
    UsageError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from infsh_secrets.domain.models import Secret
    from infsh_secrets.server.held import HeldVault, Wanted
    from infsh_secrets.server.listing import Stored

_T = TypeVar("_T")

_MOST_AT_ONCE = 256
_HARMLESS = (NotFoundError, ConflictError, UsageError)
"""What says something about a request; after anything else the vault is opened anew."""


class _Call:
    def __init__(self, function: Callable[[HeldVault], Any], result: Future[Any]) -> None:
        self.function = function
        self.result = result


class _Reveal:
    def __init__(self, wanted: Wanted, result: Future[Any]) -> None:
        self.wanted = wanted
        self.result = result


class VaultWorker:
    """The thread of one vault. `open_vault` is called in it, when the vault is first needed.

    Values that are wanted at the same time share one transaction, so that their being given out is
    on record before any of them leaves.
    """

    def __init__(self, open_vault: Callable[[], HeldVault], name: str) -> None:
        self._open_vault = open_vault
        self._vault: HeldVault | None = None
        self._jobs: SimpleQueue[_Call | _Reveal | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=f"vault {name}", daemon=True)
        self._thread.start()

    def call(self, function: Callable[[HeldVault], _T]) -> Future[_T]:
        """Have `function` called with the vault; the future gets what it returns or raises."""
        result: Future[_T] = Future()
        self._jobs.put(_Call(function, result))
        return result

    def reveal(self, wanted: Wanted) -> Future[tuple[Stored, Secret]]:
        """Have a value given out, and that put on record before."""
        result: Future[tuple[Stored, Secret]] = Future()
        self._jobs.put(_Reveal(wanted, result))
        return result

    def stop(self) -> None:
        """Let the thread finish what was asked for, close the vault, and end."""
        self._jobs.put(None)

    def join(self, timeout: float) -> None:
        """Wait until it has ended, at most so many seconds."""
        self._thread.join(timeout)

    # -- in the thread -----------------------------------------------------------------------------

    def _work(self) -> None:
        open_for_more = True
        while open_for_more:
            jobs, open_for_more = self._take()
            for job in jobs:
                if isinstance(job, _Call):
                    self._do(job)
            reveals = [job for job in jobs if isinstance(job, _Reveal)]
            if reveals:
                self._reveal(reveals)
        self._drop()

    def _take(self) -> tuple[list[_Call | _Reveal], bool]:
        """Wait for a job, and return it with all others that wait; False when it is the end."""
        jobs: list[_Call | _Reveal] = []
        job = self._jobs.get()
        while job is not None:
            if job.result.set_running_or_notify_cancel():
                jobs.append(job)
            if len(jobs) == _MOST_AT_ONCE:
                return jobs, True
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return jobs, True
        return jobs, False

    def _do(self, job: _Call) -> None:
        try:
            job.result.set_result(self._with_vault(job.function))
        except BaseException as error:  # noqa: BLE001  # it is raised where it is waited for
            job.result.set_exception(error)

    def _reveal(self, jobs: list[_Reveal]) -> None:
        try:
            found = self._with_vault(lambda vault: vault.reveal([job.wanted for job in jobs]))
        except BaseException as error:  # noqa: BLE001  # as above
            for job in jobs:
                job.result.set_exception(error)
            return
        for job, one in zip(jobs, found, strict=True):
            if isinstance(one, InfshError):
                job.result.set_exception(one)
            else:
                job.result.set_result(one)

    def _with_vault(self, function: Callable[[HeldVault], Any]) -> Any:
        """Call `function`; once more when the vault got a new key since it was opened."""
        try:
            return self._once(function)
        except KeyChangedError:
            return self._once(function)

    def _once(self, function: Callable[[HeldVault], Any]) -> Any:
        if self._vault is not None and self._vault.replaced():
            self._drop()  # a backup was put in its place
        if self._vault is None:
            self._vault = self._opened()
        try:
            return function(self._vault)
        except _HARMLESS:
            raise
        except BaseException:
            self._drop()
            raise

    def _opened(self) -> HeldVault:
        try:
            return self._open_vault()
        except NotFoundError as error:  # of the file, which says nothing about the request
            raise IntegrityError(error.message, "Put back a backup of the file.") from None

    def _drop(self) -> None:
        vault, self._vault = self._vault, None
        if vault is not None:
            try:
                vault.close()
            except InfshError:
                return
