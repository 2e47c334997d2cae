"""Tokens: who may do what in which team. The database keeps no token that could be used."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.crypto.binding import compare_digest, hmac_digest
from infsh_secrets.domain.errors import LockedError, NotFoundError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.private import create_private_file, os_error, sync_folder
from infsh_secrets.stores.vault.layout import lp, u64
from infsh_secrets.stores.vault.sqlite import Database

if TYPE_CHECKING:
    from infsh_secrets.stores.vault.sqlite import Row

READ = "secrets:read"
WRITE = "secrets:write"
REVEAL = "secrets:reveal"
SCOPES = (READ, WRITE, REVEAL)
OWNER = "owner"
ADMIN = "admin"
MEMBER = "member"
ROLES = (OWNER, ADMIN, MEMBER)
NEVER = 0
"""As an expiry: none."""

_PREFIX = "infsh"
_ID_LETTERS = 12
_SECRET_LETTERS = 43
"""Of 62 letters and digits: 256 bits."""
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LONGEST = 128
_BUSY_MS = 1000

_TABLES = (
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE teams(name TEXT PRIMARY KEY, vault BLOB NOT NULL, created INTEGER NOT NULL) "
    "WITHOUT ROWID",
    "CREATE TABLE tokens(id TEXT PRIMARY KEY, team TEXT NOT NULL, vault BLOB NOT NULL, "
    "name TEXT NOT NULL, role TEXT NOT NULL, scopes TEXT NOT NULL, created INTEGER NOT NULL, "
    "expires INTEGER NOT NULL, revoked INTEGER NOT NULL, mac BLOB NOT NULL) WITHOUT ROWID",
)
_COLUMNS = "id, team, vault, name, role, scopes, created, expires, revoked, mac"


class TeamRow(NamedTuple):
    """A team, which vault is its own, and when it was made (milliseconds since 1970, UTC)."""

    name: str
    vault: bytes
    created: int


class Token(NamedTuple):
    """What is known of a token without its secret; times are milliseconds since 1970, UTC.

    `vault` is the id of the vault that the team had when the token was made; `expires` NEVER for
    none, `revoked` 0 while it is not.
    """

    id: str
    team: str
    vault: bytes
    name: str
    role: str
    scopes: tuple[str, ...]
    created: int
    expires: int
    revoked: int = 0

    def usable(self, now: int) -> bool:
        """Tell whether the token is neither revoked nor expired."""
        return not self.revoked and (self.expires == NEVER or now < self.expires)

    @property
    def actor(self) -> tuple[str, str]:
        """Who the record says it was: (user, program)."""
        return f"{self.name} ({self.id})", "infsh secrets serve"


class TokenDatabase:
    """The tokens and teams of a server, in one SQLite file that is used by one thread at a time.

    Of a token it keeps an HMAC over its secret and all that it allows, under a key that is not in
    the file: whoever can write the file cannot make a token, nor widen one.
    """

    def __init__(self, path: str, pepper: bytes) -> None:
        self._pepper = pepper
        self._file = Database.connect(path)
        self._file.run(f"PRAGMA busy_timeout={_BUSY_MS}")

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def verify_key(self, check: bytes) -> None:
        """Raise LockedError unless the database was made with the server key at hand."""
        rows = self._file.run("SELECT value FROM meta WHERE name='check'")
        if len(rows) != 1 or not compare_digest(_bytes(rows[0][0]), check):
            raise LockedError(
                f"The server key at hand is not the one of {sanitize(self._file.path)}.",
                "Name the right key file with INFSH_SERVER_KEY_FILE.",
            )

    # -- teams -------------------------------------------------------------------------------------

    def teams(self) -> list[TeamRow]:
        """Return all teams, sorted by name."""
        rows = self._file.run("SELECT name, vault, created FROM teams ORDER BY name")
        return [_team(row) for row in rows]

    def team(self, name: str) -> TeamRow | None:
        """Return one team, None when there is none of that name."""
        rows = self._file.run("SELECT name, vault, created FROM teams WHERE name=?", (name,))
        return _team(rows[0]) if rows else None

    def add_team(self, name: str, vault: bytes, now: int) -> None:
        """Note a team, of whose name there is none."""
        with _Writing(self._file):
            self._file.run("INSERT INTO teams VALUES(?,?,?)", (name, vault, now))

    def remove_team(self, name: str) -> int:
        """Forget a team and its tokens at once, and return how many tokens it had."""
        with _Writing(self._file):
            if not self.team(name):
                raise no_team(name)
            count = self._file.run("SELECT count(*) FROM tokens WHERE team=?", (name,))[0][0]
            self._file.run("DELETE FROM tokens WHERE team=?", (name,))
            self._file.run("DELETE FROM teams WHERE name=?", (name,))
        return int(count)

    # -- tokens ------------------------------------------------------------------------------------

    def create(
        self, team: str, name: str, role: str, scopes: tuple[str, ...], expires: int, now: int
    ) -> tuple[Token, str]:
        """Make a token of a team; returns what is known of it and its text, which is secret.

        The text is nowhere else. Raises NotFoundError when there is no such team.
        """
        secret = _letters(_SECRET_LETTERS)
        with _Writing(self._file):
            row = self.team(team)
            if row is None:
                raise no_team(team)
            identity = _letters(_ID_LETTERS)
            token = Token(identity, team, row.vault, name, role, scopes, now, expires)
            self._file.run(
                f"INSERT INTO tokens({_COLUMNS}) VALUES(?,?,?,?,?,?,?,?,?,?)",  # fixed
                (
                    identity,
                    team,
                    row.vault,
                    name,
                    role,
                    " ".join(scopes),
                    now,
                    expires,
                    0,
                    self._mac(token, secret),
                ),
            )
        return token, f"{_PREFIX}_{identity}_{secret}"

    def tokens(self, team: str | None = None) -> list[Token]:
        """Return the tokens of one team or of all, oldest first."""
        where, values = ("WHERE team=? ", (team,)) if team else ("", ())
        rows = self._file.run(
            f"SELECT {_COLUMNS} FROM tokens {where}ORDER BY created, id",  # noqa: S608  # fixed
            values,
        )
        return [_token(row) for row in rows]

    def revoke(self, identity: str, now: int) -> Token:
        """Revoke a token, at once and for good; doing it again changes nothing."""
        with _Writing(self._file):
            found = self._find(identity)
            if found is None:
                raise NotFoundError(
                    "There is no token with this id.",
                    "See what there is with: infsh secrets token list",
                )
            token = found[0]
            if not token.revoked:
                self._file.run("UPDATE tokens SET revoked=? WHERE id=?", (now, identity))
                token = token._replace(revoked=now)
        return token

    def resolve(self, text: str) -> Token | None:
        """Return the token whose text this is, usable or not; None when there is none.

        Takes as long for a token that is not there as for one whose secret is wrong.
        """
        prefix, _, rest = text.partition("_")
        identity, _, secret = rest.partition("_")
        shaped = prefix == _PREFIX and len(text) <= _LONGEST and text.isascii()
        found = self._find(identity if shaped else "")
        token, mac = found or (_NOBODY, bytes(32))
        proven = compare_digest(self._mac(token, secret if shaped else ""), mac)
        return token if proven and found is not None and shaped else None

    def _find(self, identity: str) -> tuple[Token, bytes] | None:
        """Return a token and its MAC; a token of a team that is gone is gone as well."""
        rows = self._file.run(
            f"SELECT {_COLUMNS} FROM tokens WHERE id=? AND EXISTS"  # noqa: S608  # fixed
            "(SELECT 1 FROM teams WHERE teams.name=tokens.team AND teams.vault=tokens.vault)",
            (identity,),
        )
        return (_token(rows[0]), _bytes(rows[0][-1])) if rows else None

    def _mac(self, token: Token, secret: str) -> bytes:
        parts = [
            *(lp(text.encode(errors="replace")) for text in (token.id, token.team, token.name)),
            lp(token.vault),
            lp(token.role.encode(errors="replace")),
            lp(" ".join(token.scopes).encode(errors="replace")),
            u64(token.created),
            u64(token.expires),
            lp(secret.encode()),
        ]
        return hmac_digest(self._pepper, b"".join(parts), "sha256")


_NOBODY = Token("", "", b"", "", "", (), 0, 0)


class _Writing:
    """A write transaction as a context manager."""

    def __init__(self, file: Database) -> None:
        self._file = file

    def __enter__(self) -> None:
        self._file.begin_write()

    def __exit__(self, kind: object, *_rest: object) -> None:
        try:
            if kind is None:
                self._file.commit()
        finally:
            self._file.rollback()


def create_token_database(path: str, check: bytes) -> None:
    """Make an empty database that knows its server key by `check`; it appears when it is whole."""
    temporary = path + ".new"
    if os.path.lexists(temporary):
        os.unlink(temporary)
    create_private_file(temporary, b"", "token database")
    file = Database.connect(temporary, new=True)
    try:
        file.initialize()
        file.begin_write()
        for table in _TABLES:
            file.run(table)
        file.run("INSERT INTO meta VALUES('check', ?)", (check,))
        file.commit()
    finally:
        file.close()
    try:
        os.rename(temporary, path)
    except OSError as error:
        raise os_error(error, "token database", path) from None
    sync_folder(os.path.dirname(path))


def no_team(name: str) -> NotFoundError:
    """Return the error for a team that the server does not have."""
    return NotFoundError(
        f"The server has no team named {name}.",
        f"Make it with: infsh secrets team create {name} --data FOLDER",
    )


def _letters(count: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(count))


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""


def _text(value: object) -> str:
    return _bytes(value).decode(errors="replace")


def _team(row: Row) -> TeamRow:
    return TeamRow(_text(row[0]), _bytes(row[1]), int(row[2]))


def _token(row: Row) -> Token:
    identity, team, vault, name, role, scopes, created, expires, revoked, _ = row
    return Token(
        _text(identity),
        _text(team),
        _bytes(vault),
        _text(name),
        _text(role),
        tuple(_text(scopes).split()),
        int(created),
        int(expires),
        int(revoked),
    )
