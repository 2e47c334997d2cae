"""Private files and folders: made 0600 and 0700, checked before use, replaced atomically."""

from __future__ import annotations

import os
import stat
from io import FileIO

from infsh_secrets.domain.errors import DeniedError, InfshError, NotFoundError, UnavailableError
from infsh_secrets.domain.sanitize import sanitize

POSIX = os.name == "posix"
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)  # a pipe put in place of the file must not hang the reader
_SHARED_BITS = 0o077
_OTHERS_WRITE = 0o022
_WORLD_WRITES = 0o002
_ROOT = 0


def check_private_file(path: str, what: str, *, sealed: bool = False) -> os.stat_result:
    """Return the status of a file that is safe to use as `what`, without opening it.

    What is in a `sealed` file is encrypted and authenticated: bits for others are no reason to
    refuse it, for `close_to_others` can take them away.

    Raises NotFoundError when it does not exist and DeniedError when it is not a regular file, is a
    symbolic link, has another owner, more than one link, bits for group or world, or a parent
    folder that others may write or own (other than root). What root has put into a folder of its
    own for another user is root's to protect: of that only what others may write is refused.
    """
    shown = sanitize(path)
    try:
        status = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        raise NotFoundError(f"There is no {what} at {shown}.") from None
    except OSError as error:
        raise os_error(error, what, path) from None
    if stat.S_ISLNK(status.st_mode):
        raise DeniedError(
            f"The {what} {shown} is a symbolic link.", "Name the file that it points to."
        )
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not a regular file"
        raise DeniedError(f"The {what} {shown} is {kind}.", "Name a file.")
    if POSIX:
        _check_posix(status, path, what, sealed=sealed)
    return status


def close_to_others(path: str, what: str) -> str:
    """Take from group and world what they may do with a sealed file of ours that was checked.

    Returns the mode that it had, in octal; "" if nothing was changed, as on a read-only medium.
    Raises DeniedError when others may go on writing to it.
    """
    mode = _mode_for_others(path)
    if not mode:
        return ""
    try:
        # By its name: to open and close it would end the locks that this process has on it.
        os.chmod(path, mode & ~_SHARED_BITS)
    except OSError:
        left = mode
    else:
        left = _mode_for_others(path)
    if left & _OTHERS_WRITE:
        raise DeniedError(
            f"Other users may write to the {what} {sanitize(path)} (mode {left:03o}), and its mode "
            "cannot be changed.",
            "Copy it to a folder of your own, where files have modes.",
        )
    return "" if left else f"{mode:03o}"


def _mode_for_others(path: str) -> int:
    """Return the permissions of a file of ours that has some for others, else 0."""
    try:
        status = os.stat(path)
    except OSError:
        return 0  # what is wrong with it is told by whoever uses it
    shared = POSIX and status.st_uid == os.geteuid() and status.st_mode & _SHARED_BITS
    return stat.S_IMODE(status.st_mode) if shared else 0


def led_to(path: str) -> str:
    """Return where a link leads that root has put into a folder of its own for another user.

    Kubernetes hands over secrets so. Any other path is returned as it is.
    """
    try:
        if POSIX and os.path.islink(path) and _is_handed_over(os.lstat(path), path, link=True):
            return os.path.realpath(path)
    except OSError:
        return path  # what is wrong with it is told by whoever uses it
    return path


def _is_handed_over(status: os.stat_result, path: str, *, link: bool = False) -> bool:
    """Tell whether root gives us a file that nobody else may write, as systemd and Docker do."""
    if status.st_uid != _ROOT or os.geteuid() == _ROOT:
        return False
    folder = os.stat(os.path.dirname(path) or ".")
    if folder.st_uid != _ROOT:
        return False
    if link:  # in a sticky folder nobody else can put another one in its place
        return bool(folder.st_mode & stat.S_ISVTX) or not folder.st_mode & _OTHERS_WRITE
    return not (folder.st_mode | status.st_mode) & _OTHERS_WRITE


def _check_posix(status: os.stat_result, path: str, what: str, *, sealed: bool) -> None:
    if _is_handed_over(status, path):
        return
    shown = sanitize(path)
    if status.st_uid != os.geteuid():
        raise DeniedError(
            f"The {what} {shown} belongs to another user.", "Use a copy that is your own."
        )
    if status.st_mode & _SHARED_BITS and not sealed:
        raise DeniedError(
            f"The {what} {shown} is open to other users (mode {status.st_mode & 0o777:03o}).",
            f"Close it with: chmod 600 {shown}",
        )
    if status.st_nlink != 1:
        raise DeniedError(
            f"The {what} {shown} has {status.st_nlink} hard links.", "Use a copy of its own."
        )
    parent = os.path.dirname(path) or "."
    folder = os.stat(parent)
    if others_may_write(folder):
        raise DeniedError(
            f"Other users may write to {sanitize(parent)}, the folder of the {what}.",
            f"Close it with: chmod go-w {sanitize(parent)}, or keep the {what} elsewhere.",
        )
    if folder.st_uid not in (os.geteuid(), _ROOT):
        raise DeniedError(
            f"{sanitize(parent)}, the folder of the {what}, belongs to another user.",
            f"Keep the {what} in a folder of your own.",
        )


def others_may_write(status: os.stat_result) -> bool:
    """Tell whether a folder of ours may be written by somebody else.

    Not if its group may that is ours alone: it has our name and no further member. Debian and
    Ubuntu give everybody such a group, and make folders that it may write.
    """
    if not status.st_mode & _OTHERS_WRITE:
        return False
    if status.st_mode & _WORLD_WRITES:
        return True
    import grp
    import pwd

    try:
        user = pwd.getpwuid(os.geteuid())
        group = grp.getgrgid(status.st_gid)
    except KeyError:
        return True
    ours = user.pw_gid == group.gr_gid and user.pw_name == group.gr_name
    return not ours or any(member != user.pw_name for member in group.gr_mem)


def ensure_private_folder(path: str) -> None:
    """Make the folder and the parents it lacks, each 0700; one that exists is left as it is.

    What was made is on the disk, lest a power loss takes it away with all that is in it.
    """
    path = os.path.abspath(path)
    missing = []
    while not os.path.isdir(path):
        missing.append(path)
        path = os.path.dirname(path)
    # One by one: makedirs gives its mode to the last folder only.
    for folder in reversed(missing):
        try:
            os.mkdir(folder, 0o700)
        except OSError as error:
            if not os.path.isdir(folder):
                raise os_error(error, "folder", folder) from None
            continue
        try:
            sync_folder(os.path.dirname(folder))
        except DeniedError:
            continue  # one that may be written to and not read


def read_private_file(path: str, what: str, limit: int) -> bytes:
    """Return the content of a private file of at most `limit` bytes.

    Errors are those of `check_private_file`. What was checked is what is read: the file is opened
    without following links and compared.
    """
    expected = check_private_file(path, what)
    try:
        descriptor = os.open(path, os.O_RDONLY | _NO_FOLLOW | _NO_WAIT)
        try:
            status = os.fstat(descriptor)
            if (status.st_ino, status.st_dev) != (expected.st_ino, expected.st_dev):
                raise DeniedError(f"The {what} {sanitize(path)} changed while it was opened.")
            data = os.read(descriptor, limit + 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise os_error(error, what, path) from None
    if len(data) > limit:
        raise DeniedError(f"The {what} {sanitize(path)} is larger than {limit} bytes.")
    return data


def create_private_file(path: str, data: bytes, what: str, called: str = "") -> None:
    """Create a file that must not exist yet, 0600, and return when it is on the disk.

    On any error nothing is left at `path` that was not there before. `called` is the path that an
    error names where `path` is not the one that the person gave.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW, 0o600)
    except OSError as error:
        raise os_error(error, what, called or path) from None
    try:
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        sync_folder(os.path.dirname(path))
    except OSError as error:
        _remove(path)
        raise os_error(error, what, called or path) from None
    except BaseException:
        _remove(path)
        raise


def _remove(path: str) -> None:
    """Remove what a failed creation has left; the failure itself is what is reported."""
    try:
        os.unlink(path)
    except OSError:
        return


def sync_folder(path: str) -> None:
    """Put a folder's entries on the disk (a no-op where the system has no such call)."""
    if not POSIX:
        return
    try:
        descriptor = os.open(path or ".", os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise os_error(error, "folder", path) from None


class ExclusiveLock:
    """An advisory lock on the file at `path`, made when absent, among processes and threads.

    A context manager. The operating system releases it when the process dies. Waits without limit:
    what is done under it takes milliseconds.
    """

    __slots__ = ("_file", "_path")

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: FileIO | None = None

    def __enter__(self) -> None:
        """Wait for the lock; a file object holds it, which goes with us if a signal ends us."""
        try:
            self._file = FileIO(self._path, "r+", opener=_open_lock)
        except OSError as error:
            raise os_error(error, "lock file", self._path) from None
        try:
            self._lock(self._file)
        except BaseException as error:
            self._file.close()
            if isinstance(error, OSError):
                raise os_error(error, "lock file", self._path) from None
            raise

    def _lock(self, file: FileIO) -> None:
        if POSIX:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        else:
            from msvcrt import LK_LOCK, locking  # type: ignore[attr-defined,unused-ignore]

            locking(file.fileno(), LK_LOCK, 1)

    def __exit__(self, *exception: object) -> None:
        if self._file is not None:
            self._file.close()


def _open_lock(path: str, _: int) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | _NO_FOLLOW, 0o600)


def os_error(error: OSError, what: str, path: str) -> InfshError:
    """Return our error for one of the operating system's, naming `what` and `path`."""
    import errno

    shown = sanitize(path)
    reason = os.strerror(error.errno) if error.errno else type(error).__name__
    message = f"The {what} {shown} cannot be used: {reason}."
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return UnavailableError(message, "Free some space and try again.")
    if error.errno in (errno.EACCES, errno.EPERM):
        return DeniedError(message, "Check owner and mode of the file and of its folders.")
    if error.errno == errno.EROFS:
        return DeniedError(message, "The medium is read-only; reading secrets works, writing not.")
    if error.errno in (errno.ELOOP, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG):
        return DeniedError(message, "Name another path.")
    if error.errno == errno.ENOENT:
        return NotFoundError(message, "Check the path.")
    return UnavailableError(message, "Try again, or name another path.")
