"""The connection to a vault's file: how it is opened and set up, and what SQLite's errors mean.

The only importer of SQLite; the statements on the tables stand in `tables`.
"""

from __future__ import annotations

import os
import time

from infsh_secrets.domain.errors import (
    DeniedError,
    InfshError,
    IntegrityError,
    NotFoundError,
    UnavailableError,
)
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.private import check_private_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3 as sqlite
    from collections.abc import Iterable
    from typing import Self
else:

    def _compiled() -> object:
        """Return the compiled half of `sqlite3`; the public one imports datetime first.

        Of all that it imports itself, functools and what that needs, it uses one function, for its
        cache of statements, whose own compiled half does as well: a tenth of every start. Where
        others may look at the same time, or have functools already, it is left to itself.
        """
        import sys

        if "functools" not in sys.modules and "threading" not in sys.modules:
            from _functools import _lru_cache_wrapper

            stand_in = type(sys)("functools")
            stand_in.lru_cache = lambda maxsize: (
                lambda call: _lru_cache_wrapper(call, maxsize, False, tuple)  # noqa: FBT003
            )
            sys.modules["functools"] = stand_in
            try:
                import _sqlite3
            finally:
                del sys.modules["functools"]
        import _sqlite3

        return _sqlite3

    try:
        sqlite = _compiled()
    except (ImportError, AttributeError):
        import sqlite3 as sqlite

BUSY_SECONDS = 10.0
_MEND = (
    "Put back a backup (infsh secrets vault restore PATH), or save what still opens "
    "(infsh secrets vault salvage OUT)."
)
_FIRST_PAUSE = 0.016
_LEAST_PAUSE = 0.0002
# The name, pages of 4 KiB, written and read with a rollback journal, no reserved space.
_START = b"SQLite format 3\0\x10\x00\x01\x01\x00"
_NO_AUTO_VACUUM = bytes(4)
_UTF_8 = b"\0\0\0\1"
_HEADER_BYTES = 100
_LARGEST_ROW = 1024 * 1024
_LIMIT_LENGTH = 0

_SET = (
    ("journal_mode", "DELETE", b"delete"),
    ("synchronous", "EXTRA", 3),
    ("fullfsync", "ON", 1),
    ("secure_delete", "ON", 1),
    ("temp_store", "MEMORY", 2),
    ("mmap_size", "0", 0),
    ("trusted_schema", "OFF", 0),
    ("cell_size_check", "ON", 1),
)
"""(pragma, setting, what it answers when asked): each is read back and must have taken."""

# What the module itself raises, not SQLite, when a damaged file gives it text that is not UTF-8
# (in SQLite's own error messages too) or sizes that make no sense.
_CONFUSED = (ValueError, TypeError, OverflowError, SystemError, MemoryError)

Row = tuple["bytes | int", ...]

_open_paths: list[str] = []


class Database:
    """One open SQLite file. Not shared between threads; every method may raise our errors."""

    def __init__(self, path: str, connection: sqlite.Connection, identity: tuple[int, int]) -> None:
        self.path = path
        self._identity = identity
        self.writing = False
        self._connection = connection
        self._open = True

    @classmethod
    def connect(cls, path: str, *, new: bool = False, cut: bool = False) -> Self:
        """Open a private file after checking its path and (unless it is `new`) its header.

        One that ends before the last page that its header knows is refused unless it may be `cut`.
        It is opened for writing if the medium allows it, which writes nothing by itself; a journal
        left by a killed writer is rolled back by SQLite.
        """
        path = os.path.abspath(path)
        return cls(path, *_open(path, new=new, cut=cut))

    def close(self) -> None:
        """Close the file; an open transaction is rolled back. Using it then is an error."""
        if self._open:
            self._open = False
            _open_paths.remove(self.path)
            try:
                self._connection.close()
            except sqlite.Error as error:
                raise map_error(error, self.path) or self.damaged("it cannot be closed") from None

    def reopen(self) -> None:
        """Close the file and open it anew, as it is on the disk; after an error it is closed."""
        self.close()
        self._connection, self._identity = _open(self.path)
        self._open = True

    def run(self, sql: str, parameters: tuple[bytes | int | str, ...] = ()) -> list[Row]:
        """Execute one statement and return all its rows."""
        try:
            return self._connection.execute(sql, parameters).fetchall()
        except sqlite.Error as error:
            raise self._error(error) from None
        except _CONFUSED:
            raise self.damaged("it cannot be read") from None

    def run_many(self, sql: str, rows: Iterable[tuple[bytes | bytearray | int, ...]]) -> None:
        """Execute one statement for each of the rows.

        Of very many, a bytearray is taken as it is, where for bytes an adapter is looked for.
        """
        try:
            self._connection.executemany(sql, rows)
        except sqlite.Error as error:
            raise self._error(error) from None
        except _CONFUSED:
            raise self.damaged("it cannot be read") from None

    def damaged(self, what: str) -> IntegrityError:
        """Return the error for a file that is not as this program wrote it."""
        return IntegrityError(
            f"The vault {sanitize(self.path)} is damaged or was tampered with: {what}.",
            _MEND,
        )

    def _error(self, error: sqlite.Error) -> InfshError:
        if not self._open:
            return UnavailableError(f"The vault {sanitize(self.path)} is closed.", "Open it again.")
        return map_error(error, self.path) or self.damaged("SQLite cannot read it")

    def initialize(self) -> None:
        """Give an empty file the header that `connect` demands, whatever SQLite's defaults are."""
        for setting in ("page_size=4096", "encoding='UTF-8'", "auto_vacuum=NONE"):
            self.run(f"PRAGMA {setting}")

    # -- transactions ------------------------------------------------------------------------------

    def begin_read(self) -> None:
        """Begin a transaction that sees one snapshot."""
        self.writing = False
        self.run("BEGIN")

    def begin_write(self) -> None:
        """Begin a transaction that excludes other writers; waits for them up to 10 s.

        SQLite's own waiting is unfair: a newcomer asks again after 1 ms, who has waited for long
        ten times a second. Here who has waited longer asks more often, so that of many writers each
        gets its turn.
        """
        self.run("PRAGMA busy_timeout=0")
        self.writing = True
        try:
            begun = time.monotonic()
            while not self._try_begin_write(time.monotonic() - begun):
                time.sleep(_pause(time.monotonic() - begun))
        finally:
            self.run(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")
        self._check_replaced()

    def _check_replaced(self) -> None:
        """Refuse to write to a file that has lost its name to another while this one waited."""
        if self.replaced():
            self.rollback()
            raise UnavailableError(
                f"The vault {sanitize(self.path)} was replaced while this program had it open.",
                "Try again.",
            )

    def replaced(self) -> bool:
        """Tell whether the file's name is that of another file now, or of none."""
        try:
            status = os.stat(self.path)
        except OSError:
            return True
        return (status.st_dev, status.st_ino) != self._identity

    def _try_begin_write(self, waited: float) -> bool:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite.Error as error:
            busy = getattr(error, "sqlite_errorcode", 0) & _PRIMARY in _BUSY
            if busy and waited < BUSY_SECONDS:
                return False
            raise self._error(error) from None
        except _CONFUSED:
            raise self.damaged("it cannot be read") from None
        return True

    def data_version(self) -> object:
        """Return what is another when others have committed; inside a transaction it stays.

        What this connection commits itself does not change it.
        """
        return self.run("PRAGMA data_version")[0][0]

    def expect_much(self) -> None:
        """Keep 64 MiB of pages in memory: less would be written and read again in a long write."""
        self.run("PRAGMA cache_size=-65536")

    def commit(self) -> None:
        """Make the transaction durable; on an error it is not known whether that happened."""
        self.run("COMMIT")

    def vacuum(self) -> None:
        """Write the file anew without what was removed from it; outside a transaction."""
        self.run("VACUUM")

    def copy_into(self, target: Database) -> None:
        """Copy all pages, as this connection's transaction sees them, into an open empty file."""
        try:
            self._connection.backup(target._connection)
        except sqlite.Error as error:
            raise target._error(error) from None

    def rollback(self) -> None:
        """End the transaction, if there is one, without a change."""
        if self._open and self._connection.in_transaction:
            self.run("ROLLBACK")


def library_version() -> str:
    """Return the version of SQLite itself."""
    return sqlite.sqlite_version


def _open(
    path: str, *, new: bool = False, cut: bool = False
) -> tuple[sqlite.Connection, tuple[int, int]]:
    """Return a connection, and which file it is to."""
    status = check_private_file(path, "vault", sealed=True)
    # Closing any descriptor of a file drops this process's locks on it, so a file that is
    # open here already is not opened a second time beside SQLite; its header was checked then.
    if not new and path not in _open_paths:
        _check_header(path)
    connection = _connect(path, "rw" if os.access(path, os.W_OK) else "ro", cut=cut)
    _open_paths.append(path)
    return connection, (status.st_dev, status.st_ino)


def _pause(waited: float) -> float:
    """Return how long to wait before asking again: 16 ms, halved by each second of waiting.

    It is drawn from between nothing and twice that, lest many ask in step.
    """
    mean: float = max(_FIRST_PAUSE * 0.5**waited, _LEAST_PAUSE)
    return mean * os.urandom(1)[0] / 127


def _check_header(path: str) -> None:
    """Refuse a file whose header is not the one that this program gives its files.

    Opening a file that says WAL would write to it. Other page sizes, encodings and auto-vacuum
    would do no harm that is known, but nothing that we wrote has them (https://sqlite.org/fileformat.html).
    """
    from infsh_secrets.files.private import os_error

    try:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            header = os.read(descriptor, _HEADER_BYTES)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise os_error(error, "vault", path) from None
    if (
        header[: len(_START)] != _START
        or header[52:56] != _NO_AUTO_VACUUM
        or header[56:60] != _UTF_8
    ):
        raise IntegrityError(
            f"{sanitize(path)} is not a vault, or its first page is damaged.",
            "Name the vault with --vault PATH, or put back a backup.",
        )


def _connect(path: str, mode: str, *, cut: bool) -> sqlite.Connection:
    name = "".join(
        chr(byte) if (chr(byte).isalnum() and byte < 0x80) or byte in b"/-_." else f"%{byte:02x}"  # noqa: PLR2004
        for byte in os.fsencode(path)
    )
    connection = None
    try:
        connection = sqlite.connect(
            f"file:{name}?mode={mode}",
            timeout=BUSY_SECONDS,
            isolation_level=None,
            uri=True,
            check_same_thread=False,
        )
        connection.text_factory = bytes
        connection.setlimit(_LIMIT_LENGTH, _LARGEST_ROW)
        if cut:
            # What else that allows nobody here asks for: https://sqlite.org/recovery.html
            connection.execute("PRAGMA writable_schema=ON")
        _set_up(connection)
    except BaseException as error:
        if connection is not None:
            connection.close()
        if not isinstance(error, (sqlite.Error, *_CONFUSED)):
            raise
        raise map_error(error, path) or IntegrityError(
            f"The vault {sanitize(path)} is damaged: SQLite cannot read it.",
            _MEND,
        ) from None
    return connection


def _set_up(connection: sqlite.Connection) -> None:
    for pragma, setting, answer in _SET:
        connection.execute(f"PRAGMA {pragma}={setting}").fetchall()
        found = connection.execute(f"PRAGMA {pragma}").fetchall()
        if found and found[0][0] != answer:
            raise UnavailableError(f"SQLite does not take the setting {pragma}={setting}.")


_BUSY = (5, 6)
_NO_MEMORY = 7
_READ_ONLY = 8
_MUST_ROLL_BACK = 776
_IO_ERROR = 10
_FULL = 13
_CANNOT_OPEN = 14
_PERMISSION = (3, 23)
_SHORT_READ = 522
_CORRUPT_FILE_SYSTEM = 8458
_PRIMARY = 0xFF


def map_error(error: Exception, path: str) -> InfshError | None:
    """Return our error for SQLite's, or None when the file itself must be at fault.

    The numbers are SQLite's result codes, https://sqlite.org/rescode.html.
    """
    code = getattr(error, "sqlite_errorcode", 0)
    primary = code & _PRIMARY
    shown = sanitize(path)
    if primary in _BUSY:
        return UnavailableError(
            f"The vault {shown} is busy: another program has been writing for 10 seconds.",
            # SQLite does not tell a lock that is held from a file system that has none.
            "Try again. If nothing else uses it, its file system may lack locks: "
            "infsh secrets doctor",
        )
    if primary == _FULL:
        return UnavailableError(
            f"The disk that holds the vault {shown} is full.",
            "Free some space and try again; reading secrets works.",
        )
    if primary == _IO_ERROR and code not in (_SHORT_READ, _CORRUPT_FILE_SYSTEM):
        return UnavailableError(
            f"The disk that holds the vault {shown} reports an error, or a size limit is reached.",
            "Check the disk and its free space, then try again.",
        )
    if primary == _NO_MEMORY:
        return UnavailableError("There is not enough memory.", "Close other programs.")
    if code == _MUST_ROLL_BACK:
        return DeniedError(
            f"The last write to the vault {shown} was interrupted, and to undo it the file must be "
            "written, which is read-only.",
            "Open it once where it may be written, with the -journal file beside it.",
        )
    if primary == _READ_ONLY:
        return DeniedError(
            f"The vault {shown} cannot be written: the file or its medium is read-only.",
            "Reading secrets works.",
        )
    if primary in _PERMISSION or primary == _CANNOT_OPEN:
        if not os.path.exists(path):
            return NotFoundError(f"There is no vault at {shown}.")
        return DeniedError(
            f"The vault {shown} or its folder cannot be used.",
            "Its folder must allow you to make files; check owner and mode.",
        )
    return None
