"""The contract of every store: what it promises, what it raises, what is atomic.

A new store subclasses SecretStore, says what it can do in `capabilities`, and passes the suite in
`infsh_secrets.testing.store_contract`. Errors are those of `domain.errors`; a library's own never
leave an adapter. Anything that raises UnavailableError may be tried again; nothing else may.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Self

    from infsh_secrets.domain.models import History, Secret, SecretInfo, SecretValue

CREATED = "created"
UPDATED = "updated"
DESCRIBED = "described"
UNCHANGED = "unchanged"
DELETED = "deleted"
RESTORED = "restored"
ROLLED_BACK = "rolled back"
RENAMED = "renamed"
COPIED = "copied"
PURGED = "purged"

_MISSING = {
    "reveal": "gives no values back",
    "versions": "keeps no older versions",
    "restore": "keeps no deleted secrets",
    "environments": "has no environments",
    "descriptions": "keeps no descriptions",
    "metadata": "keeps no metadata",
    "expiry": "keeps no expiry",
    "describe": "changes what is known of a secret only together with its value",
    "rename": "cannot rename a secret",
}


class Capabilities:
    """What a store can do; commands offer only that and say in a sentence what is missing.

    `reveal`: it gives values back. `versions`: it keeps older ones; a store that does not may count
    none, and gives 0. `restore`: deleted secrets can be listed and brought back. `environments`: it
    knows others than `default`. `descriptions`, `metadata`, `expiry`: it keeps those facts.
    `describe`: facts are changed without the value. `rename`: what it says. `transactions`: several
    writes are all or nothing; without, an error names those that were done before. Asked for what
    it cannot do, a store raises DeniedError.
    """

    __slots__ = (
        "describe",
        "descriptions",
        "environments",
        "expiry",
        "metadata",
        "rename",
        "restore",
        "reveal",
        "transactions",
        "versions",
    )

    def __init__(
        self,
        *,
        reveal: bool,
        versions: bool,
        restore: bool,
        environments: bool,
        descriptions: bool = True,
        metadata: bool = True,
        expiry: bool = True,
        describe: bool = True,
        rename: bool = True,
        transactions: bool = True,
    ) -> None:
        self.reveal = reveal
        self.versions = versions
        self.restore = restore
        self.environments = environments
        self.descriptions = descriptions
        self.metadata = metadata
        self.expiry = expiry
        self.describe = describe
        self.rename = rename
        self.transactions = transactions


class Write:
    """One secret to write. None leaves what is known as it is.

    A new secret gets empty facts, and `first_description` where no description is given.

    `metadata` is added to the pairs there are. `expires` is milliseconds since 1970, UTC; 0 takes
    an expiry away. With `create`, a live secret of that name is a ConflictError.
    """

    __slots__ = (
        "create",
        "description",
        "expires",
        "first_description",
        "key",
        "metadata",
        "value",
    )

    def __init__(
        self,
        key: str,
        value: SecretValue,
        *,
        description: str | None = None,
        metadata: dict[str, str] | None = None,
        expires: int | None = None,
        create: bool = False,
        first_description: str = "",
    ) -> None:
        self.key = key
        self.value = value
        self.description = description
        self.metadata = metadata
        self.expires = expires
        self.create = create
        self.first_description = first_description

    def __repr__(self) -> str:
        return f"Write({self.key!r})"


class Outcome:
    """What a write did, and the secret as it is now.

    CREATED, UPDATED, DESCRIBED, UNCHANGED or ROLLED_BACK.
    """

    __slots__ = ("action", "info")

    def __init__(self, action: str, info: SecretInfo) -> None:
        self.action = action
        self.info = info

    def __repr__(self) -> str:
        return f"Outcome({self.action!r}, {self.info!r})"


class Selection:
    """Live secrets by name, and those of other names that are live in any environment.

    `names_denied` tells that the store does not say which names it has, so that none is `known`.
    """

    __slots__ = ("known", "names_denied", "secrets")

    def __init__(
        self, secrets: dict[str, Secret], known: set[str], *, names_denied: bool = False
    ) -> None:
        self.secrets = secrets
        self.known = known
        self.names_denied = names_denied

    def __repr__(self) -> str:
        return f"Selection({list(self.secrets)!r})"


class SecretStore(ABC):
    """Secrets of one team, in named environments.

    A store is used by one thread at a time and closed by `close` or as a context manager. Every
    method that reads sees one consistent state; every method that writes is all or nothing, and
    has reached stable storage (or the remote side) when it returns.
    """

    name: str
    team: str
    capabilities: Capabilities

    @abstractmethod
    def get(self, environment: str, key: str, version: int | None = None) -> Secret:
        """Return a live secret with the value of `version`, or of the newest one.

        Raises NotFoundError when it is absent, deleted, or has no such version; DeniedError when
        the store does not give values back.
        """

    def info(self, environment: str, key: str) -> SecretInfo:
        """Return what is known of a live secret without opening its value; NotFoundError else."""
        for known in self.listing(environment):
            if known.key == key:
                return known
        raise not_found(key, environment)

    def select(
        self, chain: Sequence[str], keys: Sequence[str] | None, names: Sequence[str] = ()
    ) -> Selection:
        """Return of each key the secret of the first environment that has it; None is all keys.

        Of the `names`, those that are live in any environment are `known`. What the default gives
        is read one after another, and not of one state of the store.
        """
        from infsh_secrets.stores import selecting

        return selecting.select(self, chain, keys, names)

    def select_matching(
        self, chain: Sequence[str], fits: Callable[[str], bool] | None
    ) -> dict[str, Secret]:
        """Return the secrets whose names fit, sorted by name; None is what every name fits."""
        from infsh_secrets.stores import selecting

        return selecting.select_matching(self, chain, fits)

    def select_addressed(
        self, wanted: Mapping[tuple[str, ...], Sequence[str]]
    ) -> dict[tuple[str, ...], dict[str, Secret]]:
        """Return for each chain of environments the secrets of its keys that it has."""
        return {chain: self.select(chain, keys).secrets for chain, keys in wanted.items()}

    def preview(self, environment: str, writes: Sequence[Write]) -> list[Outcome]:
        """Return what `write` would do to names that each occur once; nothing is written.

        The default opens no values: it calls UPDATED what may turn out to be UNCHANGED.
        """
        from infsh_secrets.stores import selecting

        return selecting.preview(self, environment, writes)

    @abstractmethod
    def listing(self, environment: str | None = None, *, deleted: bool = False) -> list[SecretInfo]:
        """Return what is known of all live secrets (or the deleted ones), sorted by key.

        `environment` None means all of them. No value is opened. Nothing is returned unless the
        whole list is verified, where the store can verify it.
        """

    def check_write(self, write: Write) -> None:  # noqa: B027  # most stores take anything
        """Raise what keeps the store from ever holding this, whoever asks; nobody is asked."""

    @abstractmethod
    def write(self, environment: str, writes: Sequence[Write]) -> list[Outcome]:
        """Create or update secrets in the order given, all in one transaction, an outcome each.

        A value that is the newest already makes no version; of the versions at least the newest 20
        are kept. A deleted secret comes back and its versions go on. Raises ConflictError for
        `create` on a live secret and UsageError for more metadata than a secret may have, and then
        stores nothing.
        """

    @abstractmethod
    def delete(
        self, environment: str, keys: Sequence[str], *, ignore_missing: bool = False
    ) -> list[SecretInfo]:
        """Delete live secrets, all in one transaction, and return what was known of them.

        Raises NotFoundError and deletes nothing if one is absent, unless `ignore_missing`.
        """

    @abstractmethod
    def restore(self, environment: str, keys: Sequence[str]) -> list[SecretInfo]:
        """Bring deleted secrets back, all in one transaction.

        Raises NotFoundError when one is not there or not to be had any more, ConflictError when one
        is live; then nothing is changed.
        """

    @abstractmethod
    def history(self, environment: str, key: str) -> History:
        """Return the kept versions of a live or deleted secret, without their values.

        Raises NotFoundError when it is absent.
        """

    @abstractmethod
    def rollback(self, environment: str, key: str, to: int | None = None) -> Outcome:
        """Give a live secret the value of an older version, as a new version.

        `to` None means the version before the newest. What else is known stays as it is. UNCHANGED
        when the newest value is that one already. Raises NotFoundError when the secret is absent or
        deleted, or that version is not kept.
        """

    @abstractmethod
    def rename(self, environment: str, old: str, new: str) -> SecretInfo:
        """Give a live secret another name; its versions and all that is known of it stay.

        Raises NotFoundError when it is absent or deleted, ConflictError when a live or deleted
        secret bears the new name.
        """

    @abstractmethod
    def copy(
        self, environment: str, key: str, to_environment: str, name: str | None = None
    ) -> SecretInfo:
        """Make a new secret with the newest value of a live one, and what is known of it.

        `name` None means the same name. Raises NotFoundError when the secret is absent or deleted,
        ConflictError when there is a live or deleted one where the copy would be.
        """

    @abstractmethod
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
        """Change what is known of a live secret, and leave its value: DESCRIBED or UNCHANGED.

        None leaves a fact as it is. First the metadata named in `unset` goes, whether there is any
        or not, then `metadata` is added; `expires` 0 takes an expiry away. Raises NotFoundError
        when the secret is absent or deleted, UsageError for more metadata than it may have.
        """

    @abstractmethod
    def purge(self, environment: str, keys: Sequence[str]) -> list[SecretInfo]:
        """Remove live or deleted secrets with every version, for good, all in one transaction.

        Returns what was known of them. Raises NotFoundError and removes nothing if one is absent.
        """

    def require(self, capability: str) -> None:
        """Raise DeniedError unless the store can do this; `capability` is one of its fields."""
        if not getattr(self.capabilities, capability):
            from infsh_secrets.domain.errors import DeniedError

            raise DeniedError(
                f"The store {self.name} {_MISSING[capability]}.", "The local vault does: -s vault"
            )

    @abstractmethod
    def check_writable(self) -> None:
        """Raise the error that a write would meet for lack of permission; writes nothing."""

    @abstractmethod
    def close(self) -> None:
        """Release what the store holds; calling it twice does nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def not_found(key: str, environment: str, deleted: bool = False) -> Exception:
    """Return the NotFoundError of every store for an absent secret."""
    from infsh_secrets.domain.errors import NotFoundError

    where = "" if environment == "default" else f" in the environment {environment}"
    if deleted:
        return NotFoundError(
            f"The secret {key}{where} is deleted.",
            f"Bring it back with: infsh secrets restore {key}{on_environment(environment)}",
        )
    return NotFoundError(
        f"There is no secret named {key}{where}.",
        "See what there is with: infsh secrets list --all-envs",
    )


def no_version(key: str, version: int, kept: Iterable[int]) -> Exception:
    """Return the NotFoundError of every store for a version that is not kept."""
    from infsh_secrets.domain.errors import NotFoundError

    return NotFoundError(
        f"The secret {key} has no version {version}.", f"It has: {', '.join(map(str, kept))}."
    )


def on_environment(environment: str) -> str:
    """Return the option that a command in a hint needs to mean this environment."""
    return "" if environment == "default" else f" -e {environment}"
