"""Open workspaces that threads share, each used by one thread at a time."""

from __future__ import annotations

import os
import threading
import weakref
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from infsh_secrets.domain.errors import (
    CheckFailedError,
    ConflictError,
    DeniedError,
    InfshError,
    NotFoundError,
    UsageError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infsh_secrets.services.workspace import Workspace

MOST_REQUESTS = 8
"""How many threads speak to a server at the same time; of a vault there is one connection."""

_LOOK_AGAIN = 1.0
"""Seconds."""

_KEEPS_OPEN = (CheckFailedError, ConflictError, DeniedError, NotFoundError, UsageError)
"""Errors after which a connection is as good as before."""


class _Loan:
    """One use of a workspace, which lasts as long as this object is referred to."""

    __slots__ = ("__weakref__",)


class Connections:
    """Workspaces that `make` gives, opened as threads need them.

    After an error that leaves a doubt about it, and when another file has taken a vault's place, a
    workspace is closed and opened anew. A fork waits until no thread is inside of the vault, and
    what was open is never used in the child.

    A signal handler may raise at any place, also where a workspace is given back; then the loan
    ends with its object, and whoever waits notices that within a second.
    """

    def __init__(self, make: Callable[[], Workspace]) -> None:
        self._make = make
        self._most = 1
        self._idle: list[Workspace] = []
        self._lent: dict[int, tuple[weakref.ref[_Loan], Workspace]] = {}
        self._closed = False
        self._forking = False
        self._renew_lock()
        _all.add(self)

    def _renew_lock(self) -> None:
        # Entering a Condition is Python code, where a signal could leave it locked for ever.
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)

    @contextmanager
    def use(self) -> Iterator[Workspace]:
        """Lend a workspace to this thread; UsageError when all are closed."""
        loan = _Loan()
        sound = False
        try:
            workspace = self._take(loan)
            if workspace.replaced():
                workspace.close()
            yield workspace
            sound = True
        except _KEEPS_OPEN:
            sound = True
            raise
        finally:
            self._give_back(loan, sound=sound)

    def close(self) -> None:
        """Close what is idle now, and the rest when it is given back; nothing is lent any more."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            self._changed.notify_all()
        for workspace in idle:
            workspace.close()

    def __del__(self) -> None:
        with suppress(Exception):  # whatever is in the way, nobody could be told
            self.close()

    def _take(self, loan: _Loan) -> Workspace:
        me = threading.get_ident()
        with self._lock:
            while True:
                self._end_loans()
                if me in self._lent:
                    raise UsageError(
                        "The client is in use by this very thread.",
                        "Call it when the call that is under way has ended.",
                    )
                if self._closed:
                    raise UsageError("The client is closed.", "Make another one.")
                free = self._idle or len(self._lent) < self._most
                if free and not self._forking:
                    workspace = self._idle.pop() if self._idle else self._new()
                    self._lent[me] = (weakref.ref(loan), workspace)
                    return workspace
                self._changed.wait(_LOOK_AGAIN)

    def _end_loans(self) -> None:
        """Close what was lent to somebody who was interrupted while giving it back."""
        for thread, (loan, workspace) in list(self._lent.items()):
            if loan() is None:
                with suppress(InfshError):
                    workspace.close()
                del self._lent[thread]

    def _new(self) -> Workspace:
        workspace = self._make()
        remote = workspace.settings.remote
        self._most = MOST_REQUESTS if remote is not None and remote.address is not None else 1
        return workspace

    def _give_back(self, loan: _Loan, *, sound: bool) -> None:
        me = threading.get_ident()
        lent, workspace = self._lent.get(me, (None, None))
        if lent is None or workspace is None or lent() is not loan:
            return  # it could not be lent, or this is a child that forked meanwhile
        if not sound:
            with suppress(InfshError):
                workspace.close()
        with self._lock:
            self._lent.pop(me, None)
            closed = self._closed
            if not closed:
                self._idle.append(workspace)
            self._changed.notify_all()
        if closed:
            workspace.close()

    # -- a fork ------------------------------------------------------------------------------------

    def hold(self) -> None:
        """Let nobody in until `resume`, once no other thread is inside of a vault."""
        self._lock.acquire()
        self._forking = True
        me = threading.get_ident()
        try:
            self._end_loans()
            while self._most == 1 and self._lent.keys() - {me}:
                self._changed.wait(_LOOK_AGAIN)
                self._end_loans()
        except BaseException:
            self.resume()
            raise

    def resume(self) -> None:
        """Go on in the process that has forked."""
        self._forking = False
        self._changed.notify_all()
        self._lock.release()

    def renew(self) -> None:
        """Go on in the child, where nothing that was open may be used."""
        self._forking = False
        self._renew_lock()
        lent = [workspace for _, workspace in self._lent.values()]
        for workspace in (*self._idle, *lent):
            workspace.abandon()
        self._lent.clear()


_all: weakref.WeakSet[Connections] = weakref.WeakSet()
_held: list[Connections] = []
_fork = threading.Lock()


def _before_fork() -> None:
    _fork.acquire()
    for connections in list(_all):
        connections.hold()
        _held.append(connections)


def _after_fork_here() -> None:
    while _held:
        _held.pop().resume()
    _fork.release()


def _after_fork_in_child() -> None:
    while _held:
        _held.pop().renew()
    _fork.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=_after_fork_here,
        after_in_child=_after_fork_in_child,
    )
