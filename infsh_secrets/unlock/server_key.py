"""The keys that a server derives from its own, one for the vault of each team.

They let an administrator open the vault of a team, with the file of the server's key, as any other
vault is opened. A team's key depends on its name, and the vault's file bears that name.
"""

from __future__ import annotations

import os

from infsh_secrets.crypto.binding import hmac_digest
from infsh_secrets.domain.sanitize import sanitize

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

KEY_FILE = "server.key"
DOMAIN = b"infsh-server/1 "
_SUFFIX = ".vault"


def team_key(server_key: bytes, team: str) -> bytes:
    """Return the key (secret) that opens the vault of a team."""
    return hmac_digest(server_key, DOMAIN + b"team\0" + team.encode(), "sha256")


def team_keys(server_key: bytes, *paths: str) -> Iterator[bytes]:
    """Yield the keys (secret) of the teams that vaults at these paths may be of."""
    for path in paths:
        stem = os.path.basename(path).partition(_SUFFIX)[0]
        removed = stem.rsplit("-", 2)[0]  # followed by when, and some random letters
        for team in dict.fromkeys((stem, removed)):
            yield team_key(server_key, os.fsencode(team).decode(errors="replace"))


def hint(path: str) -> str:
    """Return how the vault of a team at this path is opened."""
    beside = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(path))), KEY_FILE)
    named = sanitize(beside) if os.path.lexists(beside) else f"FOLDER/{KEY_FILE}"
    return f"It is that of a server's team. Give the server's key with --key-file {named}"
