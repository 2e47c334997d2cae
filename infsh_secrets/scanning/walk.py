"""Which files are to be searched: those below some folders, without what git ignores."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from infsh_secrets.domain.errors import DeniedError, InfshError, NotFoundError, UsageError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.domain.scan_results import Unread
from infsh_secrets.scanning.git import Git

if TYPE_CHECKING:
    from collections.abc import Sequence

_GIT = ".git"


class Walk:
    """Collects the paths of files: `files` in order, each once, `unread` folders, `notices`.

    `named` are those that were named themselves. Symbolic links are followed only where they are
    named, and a folder that git ignores is searched only when it is. In a git work tree git says
    what it ignores; where there is no git, or it refuses, nothing is left out. `.git` always is.
    Only folders and regular files are looked at, and no file is opened.
    """

    def __init__(self, *, ignore: bool) -> None:
        self.unread: list[Unread] = []
        self.notices: list[str] = []
        self.named: set[str] = set()
        self._found: dict[str, None] = {}
        self._ignore = ignore

    @property
    def files(self) -> list[str]:
        """The files found so far."""
        return list(self._found)

    def add(self, named: Sequence[str]) -> None:
        """Add what these paths name; raises NotFoundError and UsageError before anything else."""
        kinds = [_kind(path) for path in named]
        for path, is_folder in zip(named, kinds, strict=True):
            if not is_folder:
                self._found[_plain(path)] = None
                self.named.add(_plain(path))
            elif self._ignore and _in_work_tree(path):
                self._by_git(_plain(path), named=True)
            else:
                self._descend(_plain(path))
        if len(named) > 1:
            unique: dict[str, str] = {}
            for path in self._found:
                unique.setdefault(os.path.abspath(path), path)
            self._found = dict.fromkeys(unique.values())

    def _descend(self, folder: str, *, repositories: bool = True) -> None:
        """Add all files below a folder; of a repository those that git names."""
        waiting = [folder]
        while waiting:
            current = waiting.pop()
            try:
                with os.scandir(current or os.curdir) as listing:
                    entries = sorted(listing, key=lambda entry: entry.name)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                self.unread.append(Unread(current, os.strerror(error.errno or 0)))
                continue
            mine = repositories or current != folder
            if self._ignore and mine and any(entry.name == _GIT for entry in entries):
                self._by_git(current)
                continue
            folders = []
            for entry in entries:
                path = os.path.join(current, entry.name)
                if entry.name == _GIT:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(path)
                elif entry.is_file(follow_symlinks=False):
                    self._found[path] = None
            waiting += reversed(folders)

    def _by_git(self, folder: str, *, named: bool = False) -> None:
        """Add the files that git does not ignore; all, where it ignores the folder itself."""
        try:
            git = Git(folder or os.curdir, inherited=False)
            if named and git.ignores_folder():
                self._descend(folder, repositories=False)
                return
            listing = git.listing()
        except InfshError as error:
            self.notices.append(f"{error.message} Files that git would ignore are searched, too.")
            self._descend(folder, repositories=False)
            return
        for name in sorted(listing.files):
            self._found[os.path.join(folder, os.fsdecode(name))] = None
        for name in sorted(listing.folders):
            path = os.path.join(folder, os.fsdecode(name.rstrip(b"/")))
            if not os.path.islink(path):  # in the place of a submodule
                self._descend(path)


def _kind(path: str) -> bool:
    """Tell whether a path names a folder; anything but a folder or a file is an error."""
    if not path:
        raise UsageError("An empty path names nothing.", "Name a file or a folder.")
    shown = sanitize(path)
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        if isinstance(error, PermissionError):
            raise DeniedError(
                f"{shown} cannot be reached: {os.strerror(error.errno or 0)}.",
                "Check owner and mode of the folders on the way to it.",
            ) from None
        raise NotFoundError(
            f"There is no file or folder {shown}.", "Name one, or search the working folder."
        ) from None
    except ValueError:
        raise UsageError(f"{shown} is no path.", "Name a file or a folder.") from None
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        raise UsageError(f"{shown} is neither a file nor a folder.", "Name one.")
    return stat.S_ISDIR(mode)


def _plain(path: str) -> str:
    """Return a path as places are written: without `./` before it or a slash behind."""
    while path.startswith("./"):
        path = path[2:].lstrip("/")
    path = path.rstrip("/") or path[:1]
    return "" if path == os.curdir else path


def _in_work_tree(path: str) -> bool:
    folder = os.path.abspath(path)
    while not os.path.lexists(os.path.join(folder, _GIT)):
        parent = os.path.dirname(folder)
        if parent == folder:
            return False
        folder = parent
    return True
