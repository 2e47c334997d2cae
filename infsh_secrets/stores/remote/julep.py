"""The secrets of a Julep account, as its server of the 2.x line and its SDKs have them.

No route gives a value back: the server writes ENCRYPTED in its place. There is no route for one
secret by name either, so a name is looked up in the list. A secret is replaced as a whole, which is
why facts are changed only together with the value.
"""

from __future__ import annotations

from infsh_secrets.domain.errors import UnavailableError, UsageError
from infsh_secrets.domain.masking import MASK
from infsh_secrets.domain.models import SecretInfo, check_metadata
from infsh_secrets.domain.names import DEFAULT_ENVIRONMENT
from infsh_secrets.stores.base import CREATED, UPDATED, Capabilities, Outcome
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

JULEP = Capabilities(
    reveal=False,
    versions=False,
    restore=False,
    environments=False,
    metadata=True,
    expiry=False,
    describe=False,
    rename=False,
    transactions=False,
)
ABSENT = 404
CONFLICT = 409


class JulepStore(RemoteStore):
    """The secrets of one account; values go in and never come back."""

    capabilities = JULEP
    _known: dict[str, tuple[str, SecretInfo]] | None = None
    """(id, what is known) by name, while one request of a caller is worked off."""

    def identity(self) -> Identity:
        """Return nothing, which is all that Julep says, once it has accepted the token."""
        self._page(0, 1, self._client.end())
        return Identity()

    def _check_writable(self) -> None:
        self.identity()

    def _check(self, write: Write) -> None:
        super()._check(write)
        if not write.key[:1].isalpha():
            raise UsageError(
                f"Julep takes no name that does not begin with a letter: {write.key}.",
                "Choose another name.",
            )

    def _infos(self) -> list[SecretInfo]:
        return [info for _, info in self._rows().values()]

    def _info(self, key: str) -> SecretInfo | None:
        row = self._rows().get(key)
        return None if row is None else row[1]

    def _reveal(self, key: str) -> tuple[SecretInfo, SecretValue]:  # noqa: ARG002
        self.require("reveal")
        raise NotImplementedError

    def _put(self, write: Write) -> Outcome:
        row = self._rows().get(write.key)
        if row is None:
            reply = self._post(Request("POST", "/secrets", body=_new(write), repeat=False))
            if reply.status != CONFLICT:
                return self._outcome(CREATED, reply, write)
            self._begin()  # somebody has just made it
            row = self._rows().get(write.key)
        if row is None or write.create:
            raise exists(write.key)
        identity, info = row
        body = _new(write, info)
        request = Request("PUT", f"/secrets/{identity}", body=body)
        return self._outcome(UPDATED, self._client.call(request), write)

    def _outcome(self, action: str, reply: Reply, write: Write) -> Outcome:
        data = self._content(reply, [write.value.reveal()])
        identity, info = self._read(data)
        if info.key != write.key:
            raise answers.strange(self.name)
        self._rows()[write.key] = identity, info
        return Outcome(action, info)

    def _remove(self, key: str) -> None:
        row = self._rows().get(key)
        if row is None:
            return
        reply = self._client.call(Request("DELETE", f"/secrets/{row[0]}"))
        if reply.status != ABSENT:
            self._content(reply, optional=True)
        self._rows().pop(key, None)

    # -- parts ---------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._known = None

    def _rows(self) -> dict[str, tuple[str, SecretInfo]]:
        """Return (id, what is known) by name, of all pages."""
        if self._known is None:
            self._known = self._read_all()
        return self._known

    def _read_all(self) -> dict[str, tuple[str, SecretInfo]]:
        end = self._client.end()
        found: dict[str, tuple[str, SecretInfo]] = {}
        ids: set[str] = set()
        offset = 0
        while True:
            page = [self._read(item) for item in self._page(offset, PAGE, end)]
            if page and ids.issuperset(identity for identity, _ in page):
                raise UnavailableError(
                    f"The list of the store {self.name} does not end.",
                    "Check its address with: infsh secrets store list",
                )
            for identity, info in page:
                ids.add(identity)
                found.setdefault(info.key, (identity, info))
            offset += len(page)
            if len(page) < PAGE or offset > MOST_SECRETS:
                return found

    def _page(self, offset: int, limit: int, end: float) -> list[Any]:
        query = {"limit": str(limit), "offset": str(offset)}
        reply = self._client.call(Request("GET", "/secrets", query=query), end)
        data = self._content(reply)
        if isinstance(data, dict):
            data = data.get("items")  # as its description, but none of its servers, has it
        if not isinstance(data, list):
            raise answers.strange(self.name)
        return data

    def _content(self, reply: Reply, values: Sequence[str] = (), *, optional: bool = False) -> Any:
        return answers.content(reply, self.name, [self._token, *values], optional=optional)

    def _read(self, data: Any) -> tuple[str, SecretInfo]:
        """Return (id, what is known) of a secret; a value that stands there is not looked at."""
        known = data if isinstance(data, dict) else {}
        identity, key = known.get("id"), known.get("name")
        if not isinstance(identity, str) or not isinstance(key, str) or not _is_id(identity):
            raise answers.strange(self.name)
        metadata = known.get("metadata")
        description = known.get("description")
        created = milliseconds(known.get("created_at"))
        return identity, SecretInfo(
            key=key,
            environment=DEFAULT_ENVIRONMENT,
            description=description if isinstance(description, str) else "",
            metadata=_texts(metadata) if isinstance(metadata, dict) else {},
            masked=MASK,
            fingerprint="",
            version=0,
            created=created,
            updated=max(created, milliseconds(known.get("updated_at"))),
            expires=None,
            last_used=None,
            deleted=None,
        )


def _new(write: Write, info: SecretInfo | None = None) -> dict[str, Any]:
    """Return the body that writes a secret; what is null in it stays as it is there."""
    metadata = None
    if write.metadata:
        metadata = check_metadata({**(info.metadata if info else {}), **write.metadata})
    description = write.description
    if description is None and info is None:
        description = write.first_description
    facts = {"description": description, "metadata": metadata}
    given = {name: fact for name, fact in facts.items() if fact is not None}
    return {"name": write.key, "value": write.value.reveal(), **given}


def _is_id(text: str) -> bool:
    """Tell whether a text may stand in a path: ids are UUIDs."""
    return text.isascii() and text.replace("-", "").isalnum()


def _texts(metadata: dict[Any, Any]) -> dict[str, str]:
    """Return metadata as text; what is no text is shown as JSON."""
    import json

    return {
        str(name): fact if isinstance(fact, str) else json.dumps(fact)
        for name, fact in metadata.items()
    }
