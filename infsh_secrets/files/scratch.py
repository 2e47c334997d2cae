"""Private files for a moment, in memory where the system has such a place."""

from __future__ import annotations

import os
import stat
import tempfile

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.files.folders import file_system
from infsh_secrets.files.private import create_private_file, os_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Self

_IN_MEMORY = ("tmpfs", "ramfs")
_PREFIX = "infsh-"
_LONGEST_NAME = 100


class ScratchFolder:
    """A folder of mode 0700 for files of mode 0600, from their first byte on.

    A context manager: on leaving it, the files and whatever else was put into the folder are
    overwritten and removed. `in_memory` tells whether nothing of it is on a disk; `purpose` is a
    part of its name.
    """

    def __init__(self, environ: Mapping[str, str], purpose: str) -> None:
        place = _memory_folder(environ)
        self.in_memory = place is not None
        # Named before it is made, so that whatever comes between finds what to remove.
        self.path = os.path.join(
            place or tempfile.gettempdir(), f"{_PREFIX}{purpose}-{os.urandom(8).hex()}"
        )

    def __enter__(self) -> Self:
        try:
            os.mkdir(self.path, 0o700)
        except OSError as error:
            raise os_error(error, "folder", self.path) from None
        return self

    def __exit__(self, *exception: object) -> None:
        self.remove()

    def add(self, name: str, data: bytes, what: str = "private file") -> str:
        """Write a new file and return its path; `what` is its name in messages."""
        path = os.path.join(self.path, name)
        create_private_file(path, data, what)
        return path

    def remove(self) -> None:
        """Overwrite and remove everything in the folder; calling it twice does nothing."""
        for folder, folders, names in os.walk(self.path, topdown=False):
            for name in names:
                _shred(os.path.join(folder, name))
            for name in folders:
                _quietly(os.rmdir, os.path.join(folder, name))
        _quietly(os.rmdir, self.path)


class ScratchFile:
    """One private file in a folder of its own, for an editor.

    A context manager: on leaving it, the file and whatever else was put into the folder is
    overwritten and removed. `in_memory` tells whether nothing of it was on a disk.
    """

    def __init__(self, data: bytes, name: str, environ: Mapping[str, str]) -> None:
        self._data = data
        self._name = name[:_LONGEST_NAME]
        self._folder = ScratchFolder(environ, "edit")
        self.in_memory = self._folder.in_memory
        self.path = ""

    def __enter__(self) -> Self:
        try:
            self._folder.__enter__()
            self.path = self._folder.add(self._name, self._data, "file for the editor")
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.remove()

    def remove(self) -> None:
        """Overwrite and remove everything in the folder; calling it twice does nothing."""
        self._folder.remove()

    def read(self, limit: int) -> bytes:
        """Return at most `limit` bytes of what the file holds now; UsageError when it is gone."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
            try:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise OSError
                data = b""
                while len(data) < limit:
                    part = os.read(descriptor, limit - len(data))
                    if not part:
                        break
                    data += part
            finally:
                os.close(descriptor)
        except OSError:
            raise UsageError(
                "The editor left no file, nothing was changed.", "Save it under the name it had."
            ) from None
        return data


def _memory_folder(environ: Mapping[str, str]) -> str | None:
    """Return a folder that lies in memory and may be written to."""
    for place in ("/dev/shm", environ.get("XDG_RUNTIME_DIR") or ""):  # noqa: S108  # private below
        if (
            os.path.isabs(place)
            and os.access(place, os.W_OK | os.X_OK)
            and file_system(os.path.realpath(place)) in _IN_MEMORY
        ):
            return place
    return None


def _shred(path: str) -> None:
    """Overwrite a regular file once and remove it; a link or pipe is only removed."""
    try:
        status = os.lstat(path)
        if stat.S_ISREG(status.st_mode) and status.st_nlink == 1:
            descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0))
            try:
                os.write(descriptor, bytes(status.st_size))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
    except OSError:
        pass
    _quietly(os.unlink, path)


def _quietly(call: Callable[[str], None], path: str) -> None:
    try:
        call(path)
    except OSError:
        return
