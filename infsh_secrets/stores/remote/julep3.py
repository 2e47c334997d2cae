"""The secrets of a Julep 3 control plane, below /v1 of its address.

A token is that of an administrator, who lists and writes and is given no value, or of a worker, who
is given the values of the names that it may have and nothing else. Both are served: what a token
may not do is a DeniedError when it is asked for. A secret is a name and a value.

Deleting archives: nobody is given the value any more, and a new value brings the secret back.
Purging removes it.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from infsh_secrets.domain.errors import DeniedError, UsageError
from infsh_secrets.domain.masking import MASK
from infsh_secrets.domain.models import SecretInfo
from infsh_secrets.domain.names import DEFAULT_ENVIRONMENT
from infsh_secrets.stores.base import CREATED, UPDATED, Capabilities, Outcome, not_found
from infsh_secrets.stores.remote import answers
from infsh_secrets.stores.remote.messages import Request
from infsh_secrets.stores.remote.moments import milliseconds
from infsh_secrets.stores.remote.store import Identity, RemoteStore, exists

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from infsh_secrets.domain.models import SecretValue
    from infsh_secrets.stores.base import Write
    from infsh_secrets.stores.remote.messages import Reply

JULEP_3 = Capabilities(
    reveal=True,
    versions=False,
    restore=False,
    environments=False,
    descriptions=False,
    metadata=False,
    expiry=False,
    describe=False,
    rename=False,
    transactions=False,
)
DENIED, ABSENT, ARCHIVED = 403, 404, 410
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)


class Julep3Store(RemoteStore):
    """The secrets of one control plane."""

    capabilities = JULEP_3
    _known: dict[str, SecretInfo] | None = None
    """What is known of live secrets, while one request of a caller is worked off."""

    def identity(self) -> Identity:
        """Return nothing, which is all that Julep says, once it has accepted the token."""
        reply = self._client.call(Request("GET", "/v1/secrets"))
        if reply.status != DENIED:  # which is what a worker gets
            self._content(reply)
        return Identity()

    def purge(self, environment: str, keys: Sequence[str]) -> list[SecretInfo]:
        return self._gone(environment, keys, self._erase)

    def _check_writable(self) -> None:
        self._infos()

    def _check(self, write: Write) -> None:
        super()._check(write)
        if not _NAME.fullmatch(write.key):
            raise UsageError(
                f"Julep takes no name but small letters, digits and _, 64 at most: {write.key}.",
                "Choose another name.",
            )
        if not write.value.reveal_bytes():
            raise UsageError(
                f"Julep takes no empty value, and {write.key} has one.", "Give it a value."
            )

    def _begin(self) -> None:
        self._known = None

    def _infos(self) -> list[SecretInfo]:
        data = self._content(self._client.call(Request("GET", "/v1/secrets")))
        rows = data.get("items") if isinstance(data, dict) else None
        if not isinstance(rows, list):
            raise answers.strange(self.name)
        infos = [self._read(row) for row in rows]
        self._known = {info.key: info for info in infos if info.deleted is None}
        return list(self._known.values())

    def _info(self, key: str) -> SecretInfo | None:
        if self._known is None:
            self._infos()
        return (self._known or {}).get(key)

    def _reveal(self, key: str) -> tuple[SecretInfo, SecretValue]:
        reply = self._client.call(Request("GET", f"{_path(key)}/value"))
        if reply.status in (ABSENT, ARCHIVED):
            raise not_found(key, DEFAULT_ENVIRONMENT)
        try:
            data = self._content(reply)
        except DeniedError as error:
            raise DeniedError(
                error.message, "Values are for the token of a worker, of the names it may have."
            ) from None
        value = self._value(data.get("value") if isinstance(data, dict) else None)
        return (self._known or {}).get(key) or _info(key), value

    def _put(self, write: Write) -> Outcome:
        before = self._info(write.key)
        if before is not None and write.create:
            raise exists(write.key)
        value = write.value.reveal()
        reply = self._client.call(Request("PUT", _path(write.key), body={"value": value}))
        after = self._read(self._content(reply, [value]), write.key)
        if self._known is not None:
            self._known[write.key] = after
        return Outcome(CREATED if before is None else UPDATED, after)

    def _remove(self, key: str) -> None:
        self._take_away(Request("POST", f"{_path(key)}/archive"), key)

    def _erase(self, key: str) -> None:
        self._take_away(Request("DELETE", _path(key)), key)

    # -- parts ---------------------------------------------------------------------------------

    def _take_away(self, request: Request, key: str) -> None:
        reply = self._client.call(request)
        if reply.status != ABSENT:
            self._content(reply, optional=True)
        (self._known or {}).pop(key, None)

    def _content(self, reply: Reply, values: Sequence[str] = (), *, optional: bool = False) -> Any:
        return answers.content(reply, self.name, [self._token, *values], optional=optional)

    def _read(self, data: Any, key: str = "") -> SecretInfo:
        """Return what metadata says, of the key that was asked for if there is one."""
        name = data.get("name") if isinstance(data, dict) else None
        if not isinstance(name, str) or (key and name != key):
            raise answers.strange(self.name)
        created = milliseconds(data.get("created_at"))
        archived = data.get("archived_at")
        return _info(
            name,
            created,
            max(created, milliseconds(data.get("updated_at"))),
            None if archived is None else milliseconds(archived),
        )


def _info(key: str, created: int = 0, updated: int = 0, deleted: int | None = None) -> SecretInfo:
    return SecretInfo(
        key=key,
        environment=DEFAULT_ENVIRONMENT,
        description="",
        metadata={},
        masked=MASK,
        fingerprint="",
        version=0,
        created=created,
        updated=updated,
        expires=None,
        last_used=None,
        deleted=deleted,
    )


def _path(key: str) -> str:
    return f"/v1/secrets/{quote(key, safe='')}"
