"""Completion put where a shell finds it by itself, and taken away again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from infsh_secrets.domain.completion_results import (
    CREATED,
    KEPT,
    REMOVED,
    UNCHANGED,
    UPDATED,
    CompletionFiles,
    FileChange,
)
from infsh_secrets.domain.errors import ConflictError, DeniedError, InfshError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.blocks import has_block, with_block, without_block
from infsh_secrets.files.own_files import read_own_file, replace_own_file
from infsh_secrets.services import shell_places

if TYPE_CHECKING:
    from collections.abc import Mapping

_OURS = b"# Completion of infsh and infsh-secrets for "
_SCRIPT = "completion script"
_START = "start-up file"


class _Step:
    """One file: what is there now and what shall be; None for no file."""

    __slots__ = ("after", "before", "path", "what")

    def __init__(self, path: str, before: bytes | None, after: bytes | None, what: str) -> None:
        self.path = path
        self.before = before
        self.after = after
        self.what = what

    @property
    def change(self) -> FileChange:
        action = UPDATED
        if self.before == self.after:
            action = UNCHANGED
        elif self.before is None:
            action = CREATED
        elif self.after is None:
            action = REMOVED
        return FileChange(self.path, action)


def install(
    shell: str, script: str, environ: Mapping[str, str], *, force: bool, planned: bool
) -> CompletionFiles:
    """Put a shell's script where it finds it, for both programs; a start-up file only if needed.

    All files are changed or none. Raises ConflictError for a file at that place which is not ours,
    unless `force`. With `planned` nothing is written.
    """
    places = shell_places.of(shell, environ)
    steps = [_script_step(path, script.encode(), force=force) for path in places.scripts]
    if places.lines and not _is_loaded(places.start):
        before = read_own_file(places.start, _START)
        steps.append(_Step(places.start, before, with_block(before, places.lines), _START))
    if not planned:
        try:
            _carry_out(steps)
        except DeniedError as error:
            raise DeniedError(
                error.message,
                f'Without a file: eval "$(infsh completion {shell})" in what the shell reads.',
            ) from None
    changes = [step.change for step in steps]
    changed = any(change.action != UNCHANGED for change in changes)
    then = places.then if changed else "Everything is in its place."
    then = "" if planned else then
    return CompletionFiles(shell, changes, then, planned)


def uninstall(shell: str, environ: Mapping[str, str], *, planned: bool) -> CompletionFiles:
    """Take away what `install` has put there, and nothing else."""
    places = shell_places.of(shell, environ)
    usual = shell_places.of(shell, {**environ, "FPATH": ""})
    steps = []
    kept = []
    for path in dict.fromkeys((*places.scripts, *usual.scripts)):
        before = read_own_file(path, _SCRIPT)
        if before is not None and (os.path.islink(path) or not _is_ours(before)):
            kept.append(FileChange(path, KEPT))
        elif before is not None:
            steps.append(_Step(path, before, None, _SCRIPT))
    data = read_own_file(places.start, _START) if places.start else None
    if data is not None and has_block(data):
        steps.append(_Step(places.start, data, without_block(data), _START))
    if not planned:
        _carry_out(steps)
    return CompletionFiles(shell, [*(step.change for step in steps), *kept], "", planned)


def is_there(shell: str, environ: Mapping[str, str]) -> bool:
    """Tell whether a script lies where the shell finds it without its start-up file."""
    try:
        places = shell_places.of(shell, environ)
    except InfshError:
        return False
    return not places.lines and os.path.exists(places.scripts[0])


def _is_ours(data: bytes) -> bool:
    return any(line.startswith(_OURS) for line in data.splitlines()[:2])


def _is_loaded(start: str) -> bool:
    """Tell whether the start-up file loads completion by a line of the person's own."""
    before = read_own_file(start, _START)
    if before is None or has_block(before):
        return False
    return any(b"infsh completion" in line for line in shell_places.code_lines(start))


def _script_step(path: str, script: bytes, *, force: bool) -> _Step:
    before = read_own_file(path, _SCRIPT)
    foreign = before is not None and (os.path.islink(path) or not _is_ours(before))
    if foreign and before != script and not force:
        raise ConflictError(
            f"There is a file at {sanitize(path)} that is not ours.", "Replace it with --force."
        )
    return _Step(path, before, script, _SCRIPT)


def _carry_out(steps: list[_Step]) -> None:
    """Make all changes; where one fails, those before it are undone."""
    done: list[_Step] = []
    try:
        for step in steps:
            if step.before != step.after:
                replace_own_file(step.path, step.after, step.what)
                done.append(step)
    except InfshError:
        for step in reversed(done):
            replace_own_file(step.path, step.before, step.what)
        raise
