"""What all remote stores share: checks before requests, writes one by one, errors that say how far.

A remote store has no transactions. What can be known to be wrong is found before the first write;
what fails later leaves the writes before it done, and the error names them.
"""

from __future__ import annotations

from abc import abstractmethod

from infsh_secrets.domain.errors import ConflictError, DeniedError, InfshError, UnavailableError
from infsh_secrets.domain.models import Secret, check_metadata, check_value
from infsh_secrets.domain.names import DEFAULT_ENVIRONMENT, is_key
from infsh_secrets.stores.base import DESCRIBED, UNCHANGED, Outcome, SecretStore, not_found

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Self

    from infsh_secrets.domain.addresses import Address
    from infsh_secrets.domain.models import History, SecretInfo, SecretValue
    from infsh_secrets.stores.base import Write
    from infsh_secrets.stores.remote.http import Client
    from infsh_secrets.stores.remote.messages import Limits, Network, Request

MOST_SECRETS = 20_000
PAGE = 100
_MOST_NAMED = 20


class Identity:
    """Whom a token belongs to, as far as the server says; safe to show.

    `scopes` is what it may do, empty when the server does not say.
    """

    __slots__ = ("scopes", "team", "user")

    def __init__(self, user: str = "", team: str = "", scopes: Sequence[str] = ()) -> None:
        self.user = user
        self.team = team
        self.scopes = tuple(scopes)


class RemoteStore(SecretStore):
    """Secrets of one team on a server; `token` is secret.

    `notices` collects what the server says and what of its answers was left out.
    """

    def __init__(self, client: Client, *, name: str, team: str, token: str) -> None:
        self.name = name
        self.team = team
        self.notices: list[str] = []
        self._client = client
        self._token = token
        self._writable = False

    @classmethod
    def at(
        cls,
        address: Address,
        *,
        name: str,
        team: str,
        token: str,
        network: Network | None = None,
        limits: Limits | None = None,
    ) -> Self:
        """Return the store at an address; a team that is named goes with every request."""
        from infsh_secrets.stores.remote.http import Client

        headers = {"X-Team-ID": team} if team else {}
        client = Client(address, token, headers=headers, network=network, limits=limits)
        return cls(client, name=name, team=team, token=token)

    # -- what an adapter has to say ------------------------------------------------------------

    @abstractmethod
    def identity(self) -> Identity:
        """Return whom the token belongs to; LockedError when the store does not accept it."""

    @abstractmethod
    def _infos(self) -> list[SecretInfo]:
        """Return what is known of all secrets, in any order."""

    @abstractmethod
    def _info(self, key: str) -> SecretInfo | None:
        """Return what is known of one secret, None when it is absent."""

    @abstractmethod
    def _reveal(self, key: str) -> tuple[SecretInfo, SecretValue]:
        """Return a secret with its value; NotFoundError when it is absent."""

    @abstractmethod
    def _put(self, write: Write) -> Outcome:
        """Write one secret; ConflictError for `create` when it is there."""

    @abstractmethod
    def _remove(self, key: str) -> None:
        """Delete one secret; one that is gone already is no error."""

    @abstractmethod
    def _check_writable(self) -> None:
        """Raise what a write would meet for lack of permission, as far as that can be asked."""

    # -- the contract --------------------------------------------------------------------------

    def get(self, environment: str, key: str, version: int | None = None) -> Secret:
        self._at_home(environment)
        if version is not None:
            self.require("versions")
        self.require("reveal")
        info, value = self._reveal(key)
        return Secret(info, value, info.version, info.updated)

    def info(self, environment: str, key: str) -> SecretInfo:
        self._at_home(environment)
        self._begin()
        found = self._info(key)
        if found is None:
            raise not_found(key, environment)
        return found

    def listing(self, environment: str | None = None, *, deleted: bool = False) -> list[SecretInfo]:
        if environment is not None:
            self._at_home(environment)
        if deleted:
            self.require("restore")
        self._begin()
        return sorted(self._usable(self._infos()), key=lambda info: info.key)

    def check_write(self, write: Write) -> None:
        self._check(write)

    def write(self, environment: str, writes: Sequence[Write]) -> list[Outcome]:
        self._at_home(environment)
        for write in writes:
            self._check(write)
        self._begin()
        for write in writes:
            info = self._info(write.key) if write.create or write.metadata else None
            if write.create and info is not None:
                raise exists(write.key)
            if write.metadata:
                check_metadata({**(info.metadata if info else {}), **write.metadata})
        done: list[Outcome] = []
        for write in writes:
            try:
                done.append(self._put(write))
            except InfshError as error:
                names = [outcome.info.key for outcome in done]
                raise _partly(error, write.key, names, len(writes), "stored") from None
        return done

    def delete(
        self, environment: str, keys: Sequence[str], *, ignore_missing: bool = False
    ) -> list[SecretInfo]:
        return self._gone(environment, keys, self._remove, ignore_missing=ignore_missing)

    def _gone(
        self,
        environment: str,
        keys: Sequence[str],
        remove: Callable[[str], None],
        *,
        ignore_missing: bool = False,
    ) -> list[SecretInfo]:
        self._at_home(environment)
        self._begin()
        found: dict[str, SecretInfo] = {}
        for key in keys:
            info = None if key in found else self._info(key)
            if info is not None:
                found[key] = info
            elif not ignore_missing:
                raise not_found(key, environment)
        done: list[str] = []
        for key in found:
            try:
                remove(key)
            except InfshError as error:
                raise _partly(error, key, done, len(found), "deleted") from None
            done.append(key)
        return list(found.values())

    def restore(self, environment: str, keys: Sequence[str]) -> list[SecretInfo]:  # noqa: ARG002
        self.require("restore")
        raise NotImplementedError  # an adapter that says it can has its own

    def history(self, environment: str, key: str) -> History:  # noqa: ARG002
        self.require("versions")
        raise NotImplementedError

    def rollback(self, environment: str, key: str, to: int | None = None) -> Outcome:  # noqa: ARG002
        self.require("versions")
        raise NotImplementedError

    def rename(self, environment: str, old: str, new: str) -> SecretInfo:  # noqa: ARG002
        raise DeniedError(
            f"The store {self.name} cannot rename a secret.",
            f"Store its value as {new} yourself, then delete {old}.",
        )

    def copy(
        self, environment: str, key: str, to_environment: str, name: str | None = None
    ) -> SecretInfo:
        from infsh_secrets.stores.base import Write

        self._at_home(environment)
        self._at_home(to_environment)
        self.require("reveal")
        info, value = self._reveal(key)
        copied = Write(name or key, value, description=info.description, create=True)
        copied.metadata = dict(info.metadata) or None
        return self.write(environment, [copied])[0].info

    def describe(
        self,
        environment: str,
        key: str,
        *,
        description: str | None = None,
        metadata: dict[str, str] | None = None,
        unset: Sequence[str] = (),
        expires: int | None = None,
    ) -> Outcome:
        from infsh_secrets.stores.base import Write

        self._at_home(environment)
        if description is not None:
            self.require("descriptions")
        self.require("describe")
        info, value = self._reveal(key)
        write = Write(key, value, description=description, metadata=metadata, expires=expires)
        self._check(write)
        if unset:
            self.require("metadata")
        if description in (None, info.description):
            return Outcome(UNCHANGED, info)
        return Outcome(DESCRIBED, self._put(write).info)

    def purge(self, environment: str, keys: Sequence[str]) -> list[SecretInfo]:
        """Delete secrets; what the server keeps of deleted ones is out of reach."""
        return self.delete(environment, keys)

    def check_writable(self) -> None:
        if not self._writable:
            self._check_writable()
            self._writable = True

    def close(self) -> None:
        self._client.close()

    # -- parts ---------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Forget what was read before; each request of a caller sees the state of its time."""

    def _at_home(self, environment: str) -> None:
        if environment != DEFAULT_ENVIRONMENT:
            self.require("environments")

    def _check(self, write: Write) -> None:
        """Raise what can be known to be wrong about a write."""
        if write.description:
            self.require("descriptions")
        if write.metadata:
            self.require("metadata")
        if write.expires:
            self.require("expiry")

    def _usable(self, infos: Sequence[SecretInfo]) -> list[SecretInfo]:
        """Leave out what has no name that a variable may bear, and tell how many those are."""
        found = {info.key: info for info in reversed(infos) if is_key(info.key)}
        odd = sum(not is_key(info.key) for info in infos)
        if odd:
            self.notices.append(
                f"{odd} of the secrets in {self.name} have names that cannot be used here; they "
                "are left out."
            )
        return list(found.values())

    def _value(self, data: Any) -> SecretValue:
        """Return a value from an answer if it can be one."""
        problem = UnavailableError(
            f"The store {self.name} gives a value that no secret can have.",
            "Store it there again.",
        )
        if not isinstance(data, str):
            raise problem
        try:
            return check_value(data.encode(), allow_empty=True)
        except (InfshError, UnicodeEncodeError):
            raise problem from None

    def _post(self, request: Request) -> Any:
        """Call with a request that is not repeated; of a lost answer, say that nothing is known."""
        try:
            return self._client.call(request)
        except UnavailableError as error:
            if not getattr(error, "begun", True):
                raise
            raise UnavailableError(
                f"{error.message} It is not known whether the secret was stored.",
                "See whether it is there with: infsh secrets list",
            ) from None


def exists(key: str) -> ConflictError:
    """Return the error of a store that has the secret that is to be created."""
    return ConflictError(
        f"The secret {key} exists already, nothing was stored.",
        "Leave --create out to update it.",
    )


def _partly(error: InfshError, key: str, done: Sequence[str], of: int, what: str) -> InfshError:
    """Return the error of one write of several with its name and those before it."""
    if of == 1:
        return error
    before = f"before it, {len(done)} of {of} were {what}: {', '.join(done[:_MOST_NAMED])}"
    before += f" and {len(done) - _MOST_NAMED} more" if len(done) > _MOST_NAMED else ""
    message = f"{error.message} That was {key}; {before if done else f'none was {what}'}."
    return type(error)(message, error.hint)
