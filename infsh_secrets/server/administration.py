"""Teams and tokens, on the machine of the server. A running server sees every change at once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from infsh_secrets.config.paths import folder
from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.results import TeamList
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.domain.server_results import (
    TeamAdded,
    TeamRemoved,
    TokenCreated,
    TokenFacts,
    TokenList,
    TokenRevoked,
)
from infsh_secrets.domain.times import parse_moment, rfc3339
from infsh_secrets.server.data import open_server_data
from infsh_secrets.server.tokens import ADMIN, MEMBER, NEVER, READ, ROLES, SCOPES
from infsh_secrets.stores.vault.store import now_ms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from infsh_secrets.server.data import ServerData
    from infsh_secrets.server.tokens import Token

_FOLDER = "server"
_LONGEST_NAME = 64


class Server:
    """A server's folder as its administrator sees it; `notices` is what he should be told."""

    def __init__(self, data: str | None, environ: Mapping[str, str]) -> None:
        self.folder = data_folder(data, environ)
        self.key_file = key_file(environ)
        self.notices: list[str] = []

    def create_team(self, name: str) -> TeamAdded:
        """Make a team with a vault of its own; the first one makes the server's folder."""
        with self._open(make=True) as data:
            return TeamAdded(name, data.create_team(name), data.folder)

    def teams(self) -> TeamList:
        """Return the teams of the server."""
        with self._open() as data:
            return TeamList([row.name for row in data.tokens.teams()], "")

    def remove_team(self, name: str) -> TeamRemoved:
        """Remove a team; its tokens end at once, its vault is put aside."""
        with self._open() as data:
            path, tokens = data.remove_team(name)
            return TeamRemoved(name, tokens, path)

    def create_token(
        self, team: str, name: str, scopes: Sequence[str], role: str | None, expires: str
    ) -> TokenCreated:
        """Make a token of a team. Without a role it gets the least that its scopes need."""
        now = now_ms()
        wanted = parse_scopes(scopes)
        chosen = role or (MEMBER if set(wanted) <= {READ} else ADMIN)
        if chosen not in ROLES:
            raise UsageError("There is no role of that name.", f"Choose one of {', '.join(ROLES)}.")
        ends = NEVER if expires == "never" else parse_moment(expires, now)
        if ends != NEVER and ends <= now:
            raise UsageError("The expiry lies in the past.", "Name a time to come, as in 90d.")
        with self._open() as data:
            token, text = data.tokens.create(
                team, check_token_name(name), chosen, wanted, ends, now
            )
        until = (rfc3339(ends or None) or "")[:10]
        self.notices.append(
            f"The token {token.id} ({name}) of the team {team}: {chosen}, {' '.join(wanted)}, "
            f"{f'until {until}' if until else 'without end'}. It is shown this once."
        )
        if chosen == MEMBER and set(wanted) - {READ}:
            self.notices.append(
                "A member may neither change nor reveal secrets, whatever the scopes say: "
                "that needs the role admin."
            )
        return TokenCreated(facts(token, now), text)

    def list_tokens(self, team: str | None) -> TokenList:
        """Return the tokens of a team, or of all."""
        now = now_ms()
        with self._open() as data:
            return TokenList([facts(token, now) for token in data.tokens.tokens(team)])

    def revoke_token(self, identity: str) -> TokenRevoked:
        """Revoke a token by its id, or by its whole text; at once and for good."""
        now = now_ms()
        prefix, _, rest = identity.partition("_")
        identity = rest.partition("_")[0] if prefix == "infsh" else identity
        with self._open() as data:
            return TokenRevoked(facts(data.tokens.revoke(identity, now), now))

    def _open(self, *, make: bool = False) -> ServerData:
        data = open_server_data(self.folder, self.key_file, make=make)
        self.notices += data.notices
        return data


def data_folder(data: str | None, environ: Mapping[str, str]) -> str:
    """Return the folder of the server: the one that is named, else one in the user's own data."""
    if data == "":
        raise UsageError("The folder of --data is empty.", "Name a folder, or leave it out.")
    return os.path.abspath(data) if data else os.path.join(folder("data", environ), _FOLDER)


def key_file(environ: Mapping[str, str]) -> str | None:
    """Return where the server key lies, None for its place in the folder."""
    return environ.get("INFSH_SERVER_KEY_FILE") or None


def parse_scopes(scopes: Sequence[str]) -> tuple[str, ...]:
    """Return the scopes that are named, each alone or several with commas between them."""
    named = {one.strip() for scope in scopes for one in scope.split(",") if one.strip()}
    if not named or not named <= set(SCOPES):
        raise UsageError("There is no scope of that name.", f"Choose of {', '.join(SCOPES)}.")
    return tuple(scope for scope in SCOPES if scope in named)


def check_token_name(name: str) -> str:
    """Return a name that can stand in lists and records: 1 to 64 printable characters."""
    if 1 <= len(name) <= _LONGEST_NAME and name.isprintable() and sanitize(name) == name:
        return name
    raise UsageError(
        "This is not a name for a token.", f"Use 1 to {_LONGEST_NAME} printable characters."
    )


def facts(token: Token, now: int) -> TokenFacts:
    """Return what is told of a token."""
    state = "valid" if token.usable(now) else "revoked" if token.revoked else "expired"
    return TokenFacts(
        token.id,
        token.name,
        token.team,
        token.role,
        token.scopes,
        token.created,
        token.expires or None,
        token.revoked or None,
        state,
    )
