"""The server key, and the keys that are derived from it."""

from __future__ import annotations

import os

from infsh_secrets.crypto.binding import hmac_digest
from infsh_secrets.crypto.keytext import RAW_BYTES, encode_raw_key
from infsh_secrets.domain.errors import LockedError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.private import create_private_file
from infsh_secrets.unlock.keyfile import read_key_file
from infsh_secrets.unlock.server_key import DOMAIN, team_key


class ServerKey:
    """256 random bits that open everything a server keeps; whatever is derived is secret as well.

    The key of a team's vault depends on the team's name: a vault's file under the name of another
    team does not open.
    """

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __repr__(self) -> str:
        return "ServerKey()"

    def team(self, name: str) -> bytes:
        """Return the key that opens the vault of a team."""
        return team_key(self._key, name)

    def pepper(self) -> bytes:
        """Return the key under which tokens are stored."""
        return self._derived(b"tokens")

    def cursors(self) -> bytes:
        """Return the key that tells the cursors of this server from others."""
        return self._derived(b"cursors")

    def check(self) -> bytes:
        """Return bytes by which the key is recognised; they tell nothing about it."""
        return self._derived(b"check")

    def _derived(self, purpose: bytes) -> bytes:
        return hmac_digest(self._key, DOMAIN + purpose, "sha256")


def read_server_key(path: str) -> ServerKey:
    """Return the server key in a private file.

    Raises LockedError when there is none or it holds no key, DeniedError when it is not safe.
    """
    key = read_key_file(path)
    if len(key) != RAW_BYTES:
        raise LockedError(
            f"The file {sanitize(path)} holds a recovery code, not a server key.",
            "Name the server's own key file with INFSH_SERVER_KEY_FILE.",
        )
    return ServerKey(key)


def make_server_key(path: str) -> ServerKey:
    """Write a new server key into a file that must not exist yet, and return it."""
    key = os.urandom(RAW_BYTES)
    create_private_file(path, encode_raw_key(key).encode() + b"\n", "server key")
    return ServerKey(key)
