"""A private file for a moment, in memory where the system has such a place."""

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
_PREFIX = "infsh-edit-"
_LONGEST_NAME = 100


class ScratchFile:
    """A file of mode 0600 in a folder of its own of mode 0700, from the first byte on.

    A context manager: on leaving it, the file and whatever else was put into the folder is
    overwritten and removed. `in_memory` tells whether nothing of it was on a disk.
    """

    def __init__(self, data: bytes, name: str, environ: Mapping[str, str]) -> None:
        self._data = data
        self._name = name[:_LONGEST_NAME]
        self._environ = environ
        self._folder = ""
        self.in_memory = False
        self.path = ""

    def __enter__(self) -> Self:
        place = _memory_folder(self._environ)
        self.in_memory = place is not None
        # Named before it is made, so that whatever comes between finds what to remove.
        self._folder = os.path.join(
            place or tempfile.gettempdir(), f"{_PREFIX}{os.urandom(8).hex()}"
        )
        self.path = os.path.join(self._folder, self._name)
        try:
            os.mkdir(self._folder, 0o700)
            create_private_file(self.path, self._data, "file for the editor")
        except OSError as error:
            raise os_error(error, "folder", self._folder) from None
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.remove()

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

    def remove(self) -> None:
        """Overwrite and remove everything in the folder; calling it twice does nothing."""
        for folder, folders, names in os.walk(self._folder, topdown=False):
            for name in names:
                _shred(os.path.join(folder, name))
            for name in folders:
                _quietly(os.rmdir, os.path.join(folder, name))
        if self._folder:
            _quietly(os.rmdir, self._folder)


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
