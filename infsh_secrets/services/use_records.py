"""What is put on record of a run: before it starts, and when it has ended.

On the start-up path of `run`.
"""

from __future__ import annotations

import os
import time

from infsh_secrets.config.settings import LOGGED, REQUIRED
from infsh_secrets.domain.errors import InfshError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.stores.vault import runs
from infsh_secrets.stores.vault.uselog import ID_BYTES, Use, append

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from infsh_secrets.domain.models import Secret
    from infsh_secrets.services.workspace import Workspace
    from infsh_secrets.stores.vault.store import VaultStore

_NAMELESS = "-"


class RunRecord:
    """The record of one run, which `ended` completes; it works when the workspace is closed too."""

    def __init__(self, log: _Log | None) -> None:
        self._log = log
        self._started = time.monotonic()

    def ended(self, status: int) -> None:
        """Add the exit status, 128 and the signal for a signalled program; the first one counts.

        Best effort: whatever is in the way, nothing is raised.
        """
        log, self._log = self._log, None
        if log is not None:
            log.end(max(0, status), int((time.monotonic() - self._started) * 1000))


def note_run(
    workspace: Workspace, given: Sequence[Secret], manifest: str, program: str
) -> RunRecord:
    """Record that a program is about to be given the values of secrets.

    `manifest` is an absolute path, "" for a run without one; `program` the command's name as it was
    given, without its arguments. By default this is a line of the use log, best effort. Where the
    configuration requires it, it is in the vault itself when this returns, and an error means that
    nothing may start. Without secrets, or where uses are not recorded, nothing is; a remote store
    keeps its own record of the values that it gives out.
    """
    reads = workspace.settings.reads
    if not given or not workspace.is_local or reads not in (LOGGED, REQUIRED):
        return RunRecord(None)
    subjects = [(secret.info.environment, secret.info.key, secret.version) for secret in given]
    marks = runs.started(sanitize(program) or _NAMELESS, manifest, subjects)
    store = workspace.vault_store()
    log = _Log(store, marks)
    if reads == REQUIRED:
        from infsh_secrets.stores.vault.uses import write_through

        try:
            write_through(store, subjects, marks)
        except InfshError as error:
            message = f"The run cannot be recorded, so nothing is started: {error.message}"
            raise type(error)(message, error.hint) from None
        log.seen = store.seen
    else:
        log.begin(subjects)
    return RunRecord(log)


class _Log:
    """What the two lines of a run need of the vault, which may be closed at the second."""

    def __init__(self, store: VaultStore, marks: list[tuple[str, str, int]]) -> None:
        self._path = store.use_log
        self._keys = store.keys
        self._vault = store.vault
        self._clock = store.clock
        self._actor = store.actor()
        self._marks = marks
        self._line = os.urandom(ID_BYTES)
        self.seen = store.seen

    def begin(self, subjects: Sequence[tuple[str, str, int]]) -> None:
        """Write the first line."""
        self._append(subjects, self._marks, self._line)

    def end(self, status: int, milliseconds: int) -> None:
        """Write the second line."""
        self._append((), runs.ended(self._marks, self._line, status, milliseconds), b"")

    def _append(
        self,
        subjects: Sequence[tuple[str, str, int]],
        marks: Sequence[tuple[str, str, int]],
        identity: bytes,
    ) -> None:
        use = Use(self._clock(), self.seen, *self._actor, subjects, marks)
        append(self._path, self._keys, self._vault, use, identity)
