"""What commands about remote stores return and the renderer shows."""

from __future__ import annotations

from infsh_secrets.domain.record import Record


class StoreRow(Record):
    """A store that has a name; `current` if commands use it where nothing else is named."""

    name: str
    url: str
    kind: str
    team: str
    current: bool


class StoreList(Record):
    """All stores that have a name, the local vault first."""

    stores: list[StoreRow]


class StoreAction(Record):
    """What was done to the configuration of a store or team, in one sentence."""

    name: str
    action: str
    sentence: str


class Account(Record):
    """Whom a token belongs to, as the server says; "" and () for what it does not say.

    `token` tells in words where the token comes from.
    """

    store: str
    url: str
    kind: str
    user: str
    team: str
    scopes: tuple[str, ...]
    token: str
    action: str = ""
    milliseconds: int = 0


RemoteResult = StoreList | StoreAction | Account
REMOTE_RESULTS = (StoreList, StoreAction, Account)
