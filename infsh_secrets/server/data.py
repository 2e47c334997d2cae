"""The folder of a server: its key, its database of tokens, and a vault for each team."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from infsh_secrets.crypto import keyslots
from infsh_secrets.crypto.keytext import key_id
from infsh_secrets.domain.errors import ConflictError, InfshError, LockedError, NotFoundError
from infsh_secrets.domain.names import check_team
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.private import (
    ExclusiveLock,
    close_to_others,
    ensure_private_folder,
    os_error,
    sync_folder,
)
from infsh_secrets.server.keys import ServerKey, make_server_key, read_server_key
from infsh_secrets.server.served_store import ServedStore
from infsh_secrets.server.tokens import TeamRow, TokenDatabase, create_token_database
from infsh_secrets.stores.vault.create import create_vault, draw_vault
from infsh_secrets.stores.vault.store import LockedVault, now_ms
from infsh_secrets.unlock.server_key import KEY_FILE
from infsh_secrets.unlock.sources import SERVED, Lock, open_with_key

if TYPE_CHECKING:
    from typing import Self

    from infsh_secrets.crypto.kdf import VaultKeys

_LOCK = ".create.lock"
_TOKENS = "tokens.db"
_TEAMS = "teams"
_REMOVED = "removed"


class ServerData:
    """An open folder: `key` (secret) and `tokens`; `notices` is what its owner should be told."""

    def __init__(self, folder: str, key: ServerKey, notices: list[str]) -> None:
        self.folder = folder
        self.key = key
        self.notices = notices
        self.tokens = TokenDatabase(os.path.join(folder, _TOKENS), key.pepper())
        self.tokens.verify_key(key.check())

    def close(self) -> None:
        """Close the database of tokens."""
        self.tokens.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # -- teams -------------------------------------------------------------------------------------

    def create_team(self, name: str) -> str:
        """Make a team with a vault of its own, and return its path.

        Raises ConflictError when there is one of that name.
        """
        path = self.vault_path(check_team(name))
        with ExclusiveLock(os.path.join(self.folder, _LOCK)):
            if self.tokens.team(name):
                raise ConflictError(
                    f"The server has a team named {name} already.",
                    f"Make a token of it with: infsh secrets token create --team {name} "
                    f"--data {sanitize(self.folder)}",
                )
            if os.path.lexists(path):
                self._put_aside(name)  # left by a removal or creation that was killed half-way
            new = draw_vault()
            own = self.key.team(name)
            slot = keyslots.wrap_raw(own, key_id(own), SERVED, new, keyslots.Randomness.draw())
            create_vault(path, new, [slot])
            self.tokens.add_team(name, new[0], now_ms())
        return path

    def remove_team(self, name: str) -> tuple[str, int]:
        """Remove a team: its tokens end at once, its vault is put aside.

        Returns where the vault is now, and how many tokens there were.
        """
        with ExclusiveLock(os.path.join(self.folder, _LOCK)):
            count = self.tokens.remove_team(check_team(name))
            return self._put_aside(name), count

    def _put_aside(self, name: str) -> str:
        folder = os.path.join(self.folder, _REMOVED)
        ensure_private_folder(folder)
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        target = os.path.join(folder, f"{name}-{moment}-{os.urandom(3).hex()}.vault")
        try:
            os.rename(self.vault_path(name), target)
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise os_error(error, "vault", target) from None
        sync_folder(folder)
        return target

    def vault_path(self, team: str) -> str:
        """Return where the vault of a team lies."""
        return os.path.join(self.folder, _TEAMS, f"{team}.vault")

    def open_team(self, team: TeamRow) -> ServedStore:
        """Return the vault of a team, unlocked.

        Raises IntegrityError when the file there is not the team's vault.
        """
        return open_team_vault(self.vault_path(team.name), team.name, team.vault, self.key)


def open_team_vault(path: str, team: str, vault_id: bytes, key: ServerKey) -> ServedStore:
    """Return the vault at `path`, unlocked with the team's own key."""
    locked = LockedVault(path)
    try:
        close_to_others(path, "vault")
        return ServedStore(locked, _unlock(locked, team, vault_id, key), team=team)
    except BaseException:
        locked.file.close()
        raise


def _unlock(locked: LockedVault, team: str, vault_id: bytes, key: ServerKey) -> VaultKeys:
    head = locked.head
    if head.vault_id != vault_id:
        raise locked.file.damaged("it is not the vault that this team was given")
    lock = Lock(locked.file.path, head.vault_id, head.epoch, locked.slots, head.commitment)
    trouble: list[InfshError] = []
    opened = open_with_key(lock, key.team(team), "the server key", trouble)
    if opened is None:
        raise LockedError(
            f"The vault {sanitize(locked.file.path)} does not open with the server key.",
            "Name the right key file with INFSH_SERVER_KEY_FILE.",
        )
    return locked.unlock(opened.vault_key)


def open_server_data(folder: str, key_file: str | None, *, make: bool) -> ServerData:
    """Open the folder of a server; with `make` what is missing of a new one is made.

    `key_file` is where the server key lies, in the folder when it is None. A key that is missing
    where there are tokens or vaults already is a LockedError: a new one would not open them.
    """
    folder = os.path.abspath(folder)
    notices: list[str] = []
    database = os.path.join(folder, _TOKENS)
    if not os.path.lexists(database):
        if not make:
            raise NotFoundError(
                f"There is no server data in {sanitize(folder)}.",
                "Name its folder with --data, or make a first team with: "
                "infsh secrets team create NAME --data FOLDER",
            )
        ensure_private_folder(folder)
        with ExclusiveLock(os.path.join(folder, _LOCK)):
            if not os.path.lexists(database):
                _make(folder, key_file, database, notices)
    key = read_server_key(key_file or os.path.join(folder, KEY_FILE))
    return ServerData(folder, key, notices)


def _make(folder: str, key_file: str | None, database: str, notices: list[str]) -> None:
    path = key_file or os.path.join(folder, KEY_FILE)
    teams = os.path.join(folder, _TEAMS)
    ensure_private_folder(teams)
    if not os.path.lexists(path):
        if any(name.endswith(".vault") for name in os.listdir(teams)):
            raise LockedError(
                f"There are vaults in {sanitize(folder)}, but no server key at {sanitize(path)}.",
                "Put back the key that they were made with; nothing else opens them.",
            )
        make_server_key(path)
        notices.append(
            f"Made the server key {sanitize(path)}: keep a copy apart from those of the data; "
            "without it nobody can read them."
        )
    create_token_database(database, read_server_key(path).check())
