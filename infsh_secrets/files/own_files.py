"""Files of the person's own set-up: read whole, and replaced whole or not at all.

A symbolic link stays one, and what it leads to is replaced: dotfiles often are links. Mode and
owner stay.
"""

from __future__ import annotations

import errno
import os
import stat

from infsh_secrets.domain.errors import DeniedError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.inputs import read_input
from infsh_secrets.files.private import ensure_private_folder, os_error, sync_folder

_MOST_BYTES = 4 * 1024 * 1024
_NEW_MODE = 0o644


def read_own_file(path: str, what: str) -> bytes | None:
    """Return the bytes of a text file, None when there is none; links are followed.

    Raises DeniedError for what is no regular file, may not be read, or is no text of one byte a
    sign, to which nothing can be added.
    """
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return None
    except OSError as error:
        raise os_error(error, what, path) from None
    if not stat.S_ISREG(mode):
        raise DeniedError(f"The {what} {sanitize(path)} is not a regular file.", "Move it away.")
    data = read_input(path, _MOST_BYTES)
    if b"\0" in data or data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DeniedError(
            f"The {what} {sanitize(path)} is not text in UTF-8.", "Save it as UTF-8, and try again."
        )
    return data


def replace_own_file(path: str, data: bytes | None, what: str) -> None:
    """Put these bytes in the place of a file, or remove it for None; nobody sees half of them.

    Folders that are missing are made, 0700; a new file is 0644. A link stays, and what it leads to
    is written or removed.
    """
    try:
        target = os.path.realpath(path)
        if data is None:
            os.unlink(target)
            return
        ensure_private_folder(os.path.dirname(target))
        _replace(target, data)
    except OSError as error:
        raise os_error(error, what, path) from None
    sync_folder(os.path.dirname(target))


def _replace(target: str, data: bytes) -> None:
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, f".{name[:100]}.{os.urandom(8).hex()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
            _take_over(descriptor, target)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def _take_over(descriptor: int, target: str) -> None:
    """Give a file mode and owner of the one that it replaces."""
    if not hasattr(os, "fchmod"):
        return
    try:
        before = os.stat(target)
    except FileNotFoundError:
        umask = os.umask(0)
        os.umask(umask)
        os.fchmod(descriptor, _NEW_MODE & ~umask)
        return
    now = os.fstat(descriptor)
    if (now.st_uid, now.st_gid) != (before.st_uid, before.st_gid):
        try:
            os.fchown(descriptor, before.st_uid, before.st_gid)
        except PermissionError as error:
            raise OSError(errno.EPERM, os.strerror(errno.EPERM)) from error
    os.fchmod(descriptor, stat.S_IMODE(before.st_mode))
