"""What `scan` returns: where secrets stand, never what stands there."""

from __future__ import annotations

from infsh_secrets.domain import exit_codes
from infsh_secrets.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

FILES, STAGED, HISTORY = "files", "staged", "history"

_COMMIT_SHOWN = 12


class Leak(Record):
    """One place where a secret stands.

    `path` is the file, as text with escapes for bytes that are not UTF-8; in a HISTORY, that of
    `commit`, the earliest that has this content. Lines and columns count from 1, columns in
    characters of UTF-8. `form` is a word of `domain.form_kinds`, `environments` those that have
    this value under this name.
    """

    path: str
    line: int
    column: int
    key: str
    environments: tuple[str, ...]
    form: str
    commit: str = ""

    @property
    def place(self) -> str:
        """The place as compilers write it: file:line:column, after the commit if there is one."""
        commit = f"{self.commit[:_COMMIT_SHOWN]}:" if self.commit else ""
        return f"{commit}{self.path}:{self.line}:{self.column}"


class Unread(Record):
    """Something that could not be searched, and why."""

    path: str
    reason: str


class ScanResult(Record):
    """All places found. `what` is FILES, STAGED or HISTORY.

    `texts` and `bytes` are what was searched; `skipped` counts binary files, `keys` the secrets
    that were looked for. `crowded` are texts in which more places are than are listed.
    """

    what: str
    leaks: Sequence[Leak]
    keys: int
    texts: int
    bytes: int
    skipped: int = 0
    unread: Sequence[Unread] = ()
    crowded: Sequence[str] = ()

    @property
    def exit_status(self) -> int:
        """6 when something was found; else 1 when not everything could be searched."""
        if self.leaks:
            return exit_codes.CHECK_FAILED
        return exit_codes.ERROR if self.unread else exit_codes.OK


class HookInstalled(Record):
    """The hook at `path` was "created", "updated" or is "unchanged"."""

    action: str
    path: str
