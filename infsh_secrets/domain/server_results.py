"""What the administration of a server returns and the renderer shows."""

from __future__ import annotations

from infsh_secrets.domain.record import Record


class TokenFacts(Record):
    """A token without its secret; times are milliseconds since 1970, UTC, None where none is.

    `state` is "valid", "expired" or "revoked".
    """

    id: str
    name: str
    team: str
    role: str
    scopes: tuple[str, ...]
    created: int
    expires: int | None
    revoked: int | None
    state: str


class TokenCreated(Record):
    """A new token and its text, which is secret and shown this once."""

    facts: TokenFacts
    text: str

    def __repr__(self) -> str:
        return f"TokenCreated({self.facts.id!r})"


class TokenList(Record):
    """The tokens of a server, oldest first."""

    tokens: list[TokenFacts]


class TokenRevoked(Record):
    """A token that opens nothing any more."""

    facts: TokenFacts


class TeamAdded(Record):
    """A team that a server has now, where its vault is, and the server's folder."""

    team: str
    path: str
    folder: str


class TeamRemoved(Record):
    """A team that is gone, how many tokens went with it, and where its vault was put aside."""

    team: str
    tokens: int
    path: str


ServerResult = TokenCreated | TokenList | TokenRevoked | TeamAdded | TeamRemoved
SERVER_RESULTS = (TokenCreated, TokenList, TokenRevoked, TeamAdded, TeamRemoved)
