"""The pre-commit hook of a git repository that searches what is staged."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from infsh_secrets.domain.errors import ConflictError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.domain.scan_results import HookInstalled
from infsh_secrets.files.private import os_error

if TYPE_CHECKING:
    from infsh_secrets.scanning.git import Git

_OURS = b"# Written by `infsh secrets scan --install-hook`."
_SCAN = "secrets scan --staged -o table"
_HOOK = f"""#!/bin/sh
{_OURS.decode()}
# It stops a commit that holds a secret of your vault.
program=PROGRAM
[ -x "$program" ] || program=$(command -v infsh) || {{
    echo 'infsh is not on this machine: the commit was not searched for secrets.' >&2
    exit 0
}}
"$program" {_SCAN} || {{
    echo 'The commit was stopped. To make it all the same: git commit --no-verify' >&2
    exit 1
}}
"""
_EXECUTABLE = 0o777
"""Less what the person's mask takes away."""


def install(git: Git, program: str) -> HookInstalled:
    """Write the hook that runs `program`, by its absolute path, or the `infsh` on PATH.

    It is replaced in one step, and only if it is ours. Raises ConflictError when there is another.
    """
    folder = os.path.join(git.folder, os.fsdecode(_hooks(git)))
    path = os.path.join(folder, "pre-commit")
    wanted = os.fsencode(_HOOK.replace("PROGRAM", shlex.quote(program)))
    try:
        found = _current(path)
        if found == wanted and os.access(path, os.X_OK):
            return HookInstalled("unchanged", path)
        if found is not None and _OURS not in found:
            raise ConflictError(
                f"There is a pre-commit hook already: {sanitize(path)}.",
                f"Add this line to it: infsh {_SCAN} || exit 1",
            )
        os.makedirs(folder, exist_ok=True)
        _replace(path, wanted)
    except OSError as error:
        raise os_error(error, "hook", path) from None
    return HookInstalled("created" if found is None else "updated", path)


def _hooks(git: Git) -> bytes:
    return git.ask("rev-parse", "--git-path", "hooks", hooks=True).removesuffix(b"\n")


def _current(path: str) -> bytes | None:
    """Return what the hook is now, None when there is none; a link's is never ours."""
    if os.path.islink(path):
        return b""
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def _replace(path: str, content: bytes) -> None:
    new = f"{path}.{os.getpid()}.new"
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _EXECUTABLE)
        with open(descriptor, "wb") as file:
            file.write(content)
        os.replace(new, path)
    except BaseException:
        if os.path.lexists(new):
            os.unlink(new)
        raise
