"""Where the manifest of a folder is: there, or in a parent of the same project."""

from __future__ import annotations

import os
import stat

from infsh_secrets.domain.errors import DeniedError, UsageError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.private import POSIX, os_error
from infsh_secrets.manifest.source import not_a_file

NAMES = ("inf.yml", "inf.yaml", "app.yaml", "app.yml")
"""The names of a manifest; the first that is there counts."""

_GIT = ".git"
_OTHERS_WRITE = 0o002
_ROOT = 0


def find(folder: str, home: str) -> str | None:
    """Return the absolute path of the manifest for work in `folder`, None when there is none.

    Looked in are the folder and its parents up to the one with `.git` or to `home`, whichever is
    nearer; outside of both up to the root of the file system. A manifest decides which secrets a
    program gets, so one of another user (other than root), or in a folder of theirs, is refused
    with DeniedError. Above `folder`, where everybody may write, it only ends the search: else
    anybody could break every command that is run below /tmp. A manifest that is no regular file,
    or a link to nothing, raises UsageError.
    """
    folder = os.path.abspath(folder)
    last = _identity(home) if home else None
    start = True
    while True:
        try:
            status = os.stat(folder)
            found, name, is_root = _look(folder)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except PermissionError:
            if start:
                raise DeniedError(
                    f"The folder {sanitize(folder)} cannot be searched for a manifest.",
                    "Check owner and mode of the folder, or name a manifest with -f FILE.",
                ) from None
            return None
        except OSError as error:
            raise os_error(error, "folder", folder) from None
        if found is not None:
            return _checked(os.path.join(folder, name), found, status, start=start)
        parent = os.path.dirname(folder)
        if is_root or parent == folder or (status.st_dev, status.st_ino) == last:
            return None
        folder, start = parent, False


def _identity(folder: str) -> tuple[int, int] | None:
    try:
        status = os.stat(folder)
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def _look(folder: str) -> tuple[os.stat_result | None, str, bool]:
    """Return (status of the manifest, its name, whether this is the root of a repository)."""
    for name in NAMES:
        try:
            return os.lstat(os.path.join(folder, name)), name, False
        except FileNotFoundError:
            continue
    try:
        os.lstat(os.path.join(folder, _GIT))
    except FileNotFoundError:
        return None, "", False
    return None, "", True


def _checked(
    path: str, found: os.stat_result, folder: os.stat_result, *, start: bool
) -> str | None:
    if POSIX:
        ours = (os.geteuid(), _ROOT)
        if found.st_uid not in ours or folder.st_uid not in ours:
            if not start and folder.st_mode & _OTHERS_WRITE:
                return None
            whose = "belongs to" if found.st_uid not in ours else "is in a folder of"
            raise DeniedError(
                f"The manifest {sanitize(path)} {whose} another user.",
                f"If you trust it, name it: -f {sanitize(path)}",
            )
    mode = found.st_mode
    if stat.S_ISLNK(mode):
        try:
            mode = os.stat(path).st_mode
        except OSError:
            raise UsageError(
                f"The manifest {sanitize(path)} is a link to something that is not there.",
                "Remove the link or make what it points to, or name a manifest with -f FILE.",
            ) from None
    if not stat.S_ISREG(mode):
        raise not_a_file(path, mode)
    return path
