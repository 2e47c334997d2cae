"""What a program gets and gives: secrets without their values, and values that hide themselves."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  # tools read the types of the fields
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from infsh_secrets.domain.models import SecretValue
from infsh_secrets.sdk.boundary import boundary

if TYPE_CHECKING:
    from collections.abc import Callable

    from infsh_secrets.domain.models import SecretInfo, VersionInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
_LATEST_MS = int(_LATEST.timestamp()) * 1000


class StoredValue(SecretValue):
    """A value in a store, which is read when it is revealed, and not held here."""

    __slots__ = ("_read",)

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read

    def reveal(self) -> str:
        """Return the secret text; that it was given out is on record then."""
        return self._read().decode()

    def reveal_bytes(self) -> bytes:
        """Return the secret text as the exact bytes that were stored, as `reveal` does."""
        return self._read()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class KnownSecret:
    """What `Secret` and `AsyncSecret` tell, which differ in how a value is read."""

    name: str
    environment: str
    store: str
    team: str
    masked: str
    description: str
    metadata: Mapping[str, str] = field(hash=False)
    version: int
    fingerprint: str
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    deleted_at: datetime | None
    value: SecretValue = field(compare=False)

    @property
    def key(self) -> str:
        """The name, as the command line calls it."""
        return self.name

    def __repr__(self) -> str:
        said = f"{self.name!r}, environment={self.environment!r}, version={self.version}"
        return f"{type(self).__name__}({said})"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class KnownVersion:
    """What `SecretVersion` and `AsyncSecretVersion` tell."""

    number: int
    created_at: datetime
    masked: str
    fingerprint: str
    value: SecretValue = field(compare=False)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.number})"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Secret(KnownSecret):
    """What is known of a secret; its value is read when it is asked for.

    `value` and `reveal` give the value of `version`, the one that `masked` and `fingerprint`
    describe, also when the secret was changed since. A store that keeps no versions (`version` is
    0) gives the value it has by then. NotFoundError when the secret, or that version of it, is gone
    meanwhile. `created_at` and all other times are aware, in UTC.

    Equal are secrets of which the same is known; values are not compared.
    """

    @boundary
    def reveal(self) -> str:
        """Return the value, once it is on record that it was given out.

        >>> from infsh_secrets import Client
        >>> with Client() as client:
        ...     secret = client.secrets.create(name="STRIPE_API_KEY", value="made-up-value")
        ...     print(secret.value, secret.reveal())
        ******** made-up-value
        """
        return self.value.reveal()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SecretVersion(KnownVersion):
    """One kept version of a secret; its value is read when it is asked for."""

    @boundary
    def reveal(self) -> str:
        """Return the value of this version, once it is on record that it was given out."""
        return self.value.reveal()


def secret_of(
    info: SecretInfo, store: str, team: str, value: SecretValue, version: VersionInfo | None = None
) -> Secret:
    """Return a secret as programs see it; `version` is an older one that was asked for."""
    return Secret(
        name=info.key,
        environment=info.environment,
        store=store,
        team=team,
        masked=version.masked if version else info.masked,
        description=info.description,
        metadata=dict(info.metadata),
        version=version.number if version else info.version,
        fingerprint=version.fingerprint if version else info.fingerprint,
        created_at=moment(info.created),
        updated_at=moment(version.created if version else info.updated),
        expires_at=None if info.expires is None else moment(info.expires),
        last_used_at=None if info.last_used is None else moment(info.last_used),
        deleted_at=None if info.deleted is None else moment(info.deleted),
        value=value,
    )


def moment(milliseconds: int) -> datetime:
    """Return an aware time in UTC; what is later than the year 9999 is its end."""
    if milliseconds >= _LATEST_MS:
        return _LATEST
    return _EPOCH + timedelta(milliseconds=milliseconds)
