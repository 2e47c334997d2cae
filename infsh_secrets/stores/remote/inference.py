"""The secrets of a team at inference.sh, or at a server that speaks its language."""

from __future__ import annotations

from urllib.parse import quote

from infsh_secrets.domain.errors import DeniedError, NotFoundError, UnavailableError
from infsh_secrets.domain.masking import MASK
from infsh_secrets.domain.models import SecretInfo
from infsh_secrets.domain.names import DEFAULT_ENVIRONMENT
from infsh_secrets.stores.base import CREATED, UPDATED, Capabilities, Outcome, not_found
from infsh_secrets.stores.remote import answers
from infsh_secrets.stores.remote.messages import Request
from infsh_secrets.stores.remote.moments import milliseconds
from infsh_secrets.stores.remote.store import MOST_SECRETS, PAGE, Identity, RemoteStore, exists

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from infsh_secrets.domain.models import SecretValue
    from infsh_secrets.stores.base import Write
    from infsh_secrets.stores.remote.messages import Reply

INFERENCE = Capabilities(
    reveal=True,
    versions=False,
    restore=False,
    environments=False,
    metadata=False,
    expiry=False,
    rename=False,
    transactions=False,
)
ABSENT = 404
CONFLICT = 409
WRITE = "secrets:write"
_EVERYTHING = "*"


class InferenceStore(RemoteStore):
    """The plain secrets of one team; a description and a value is all that they have."""

    capabilities = INFERENCE

    def identity(self) -> Identity:
        data = self._content(self._client.call(Request("GET", "/me")))
        if not isinstance(data, dict):
            raise answers.strange(self.name)
        scopes = data.get("scopes")
        return Identity(
            _called(data.get("user"), "email", "username", "name", "id"),
            _called(data.get("team"), "name", "username", "id"),
            [answers.shown(one) for one in scopes] if isinstance(scopes, list) else (),
        )

    def _infos(self) -> list[SecretInfo]:
        end = self._client.end()
        found: dict[str, tuple[bool, SecretInfo]] = {}
        seen: set[str] = set()
        cursor = ""
        while True:
            body: dict[str, Any] = {"limit": PAGE}
            if cursor:
                body["cursor"] = cursor
            request = Request("POST", "/secrets/list", body=body)
            page = self._content(self._client.call(request, end))
            if not isinstance(page, dict) or not isinstance(page.get("items"), list):
                raise answers.strange(self.name)
            for item in page["items"]:
                info = self._read(item)
                # Providers may have several secrets of one name; the plain one is the one that
                # the name alone means.
                plain = not item.get("credential_id")
                if info.key not in found or (plain and not found[info.key][0]):
                    found[info.key] = (plain, info)
            cursor = page.get("next_cursor") or ""
            if not cursor or page.get("has_next") is False:
                return [info for _, info in found.values()]
            if not isinstance(cursor, str) or cursor in seen or len(found) > MOST_SECRETS:
                raise UnavailableError(
                    f"The list of the store {self.name} does not end.",
                    "Check its address with: infsh secrets store list",
                )
            seen.add(cursor)

    def _info(self, key: str, values: Sequence[str] = ()) -> SecretInfo | None:
        reply = self._client.call(Request("GET", _path(key)))
        if reply.status == ABSENT:
            return None
        return self._read(self._content(reply, values), key)

    def _reveal(self, key: str) -> tuple[SecretInfo, SecretValue]:
        reply = self._client.call(Request("GET", f"/secrets/reveal/{quote(key, safe='')}"))
        if reply.status == ABSENT:
            raise not_found(key, DEFAULT_ENVIRONMENT)
        data = self._content(reply)
        return self._read(data, key), self._value(data.get("value"))

    def _put(self, write: Write) -> Outcome:
        if not write.create:
            reply = self._update(write)
            if reply.status != ABSENT:
                return self._outcome(UPDATED, reply, write)
        body = {"key": write.key, "value": write.value.reveal()}
        description = write.description
        body["description"] = write.first_description if description is None else description
        reply = self._post(Request("POST", "/secrets", body=body, repeat=False))
        if reply.status != CONFLICT:
            return self._outcome(CREATED, reply, write)
        if write.create:
            raise exists(write.key)
        return self._outcome(UPDATED, self._update(write), write)

    def _update(self, write: Write) -> Reply:
        body = {"value": write.value.reveal()}
        if write.description is not None:
            body["description"] = write.description
        return self._client.call(Request("PUT", _path(write.key), body=body))

    def _outcome(self, action: str, reply: Reply, write: Write) -> Outcome:
        """Return what became of a write; a server may answer it without any data."""
        sent = [write.value.reveal()]
        data = self._content(reply, sent, optional=True)
        if data is not None and "key" in data:
            return Outcome(action, self._read(data, write.key))
        info = self._info(write.key, sent)
        if info is None:
            raise UnavailableError(
                f"The store {self.name} took {write.key} and does not have it.", "Try again later."
            )
        return Outcome(action, info)

    def _remove(self, key: str) -> None:
        reply = self._client.call(Request("DELETE", _path(key)))
        if reply.status != ABSENT:
            self._content(reply, optional=True)

    def _check_writable(self) -> None:
        try:
            scopes = self.identity().scopes
        except NotFoundError:
            return  # a server that does not tell
        if scopes and WRITE not in scopes and _EVERYTHING not in scopes:
            raise DeniedError(
                f"The token for the store {self.name} lacks the scope {WRITE}.",
                "Use a token that has it.",
            )

    # -- parts ---------------------------------------------------------------------------------

    def _content(self, reply: Reply, values: Sequence[str] = (), *, optional: bool = False) -> Any:
        hidden = [self._token, *values]
        data = answers.content(reply, self.name, hidden, optional=optional)
        self.notices += answers.notices(reply, self.name, hidden)
        return data

    def _read(self, data: Any, key: str = "") -> SecretInfo:
        """Return what a SecretDTO says, of the key that was asked for if there is one."""
        if not isinstance(data, dict) or not isinstance(data.get("key"), str):
            raise answers.strange(self.name)
        if key and data["key"] != key:
            raise UnavailableError(
                f"The store {self.name} was asked for {key} and gives another secret.",
                "Check its address with: infsh secrets store list",
            )
        masked = data.get("masked_value")
        description = data.get("description")
        created = milliseconds(data.get("created_at"))
        return SecretInfo(
            key=data["key"],
            environment=DEFAULT_ENVIRONMENT,
            description=description if isinstance(description, str) else "",
            metadata={},
            masked=masked if isinstance(masked, str) else MASK,
            fingerprint="",
            version=0,
            created=created,
            updated=max(created, milliseconds(data.get("updated_at"))),
            expires=None,
            last_used=None,
            deleted=None,
        )


def _called(data: Any, *fields: str) -> str:
    """Return the first of these facts that is there."""
    known = data if isinstance(data, dict) else {}
    return next((text for text in (answers.shown(known.get(one)) for one in fields) if text), "")


def _path(key: str) -> str:
    return f"/secrets/{quote(key, safe='')}"
