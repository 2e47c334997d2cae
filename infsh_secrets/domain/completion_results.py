"""What putting completion in its place has done, or would do."""

from __future__ import annotations

from infsh_secrets.domain.record import Record

CREATED, UPDATED, UNCHANGED, REMOVED, KEPT = "created", "updated", "unchanged", "removed", "kept"


class FileChange(Record):
    """A file, and what became of it: CREATED, UPDATED, UNCHANGED, REMOVED, or KEPT as another's."""

    path: str
    action: str


class CompletionFiles(Record):
    """The files of a shell's completion; nothing was written if `planned`. `then` is what to do."""

    shell: str
    files: list[FileChange]
    then: str
    planned: bool
