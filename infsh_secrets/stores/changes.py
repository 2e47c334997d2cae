"""What a write does to what is known of a secret, the same in every store that decides it itself.

Pure functions: each takes what is known before and returns what is known after, or raises the
error of the contract; nothing is changed in place.
"""

from __future__ import annotations

from infsh_secrets.crypto.binding import hmac_digest
from infsh_secrets.domain.errors import ConflictError, NotFoundError
from infsh_secrets.domain.masking import mask
from infsh_secrets.domain.models import SecretInfo, check_metadata
from infsh_secrets.stores.base import (
    CREATED,
    DESCRIBED,
    ROLLED_BACK,
    UNCHANGED,
    UPDATED,
    no_version,
    not_found,
    on_environment,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from infsh_secrets.crypto.mac import MacKey
    from infsh_secrets.stores.base import Write

KEPT_VERSIONS = 20
KEPT_DELETED_MS = 30 * 24 * 3600 * 1000


def fingerprint(key: bytes | MacKey, value: bytes) -> str:
    """Return 16 hex digits that are equal for equal values under one store's key."""
    mac = hmac_digest(key, value, "sha256") if isinstance(key, bytes) else key.digest(value)
    return mac[:8].hex()


def replaced(info: SecretInfo, **fields: object) -> SecretInfo:
    """Return a copy of `info` that shares nothing with it, with `fields` set anew."""
    copy = SecretInfo(
        info.key,
        info.environment,
        info.description,
        dict(info.metadata),
        info.masked,
        info.fingerprint,
        info.version,
        info.created,
        info.updated,
        info.expires,
        info.last_used,
        info.deleted,
    )
    for name, value in fields.items():
        setattr(copy, name, value)
    return copy


def expired(info: SecretInfo, now: int) -> bool:
    """Tell whether a secret was deleted so long ago that it may go for good.

    It counts as absent then, unless the clock is behind the last write: a wrong clock must not
    destroy anything.
    """
    return info.deleted is not None and info.deleted + KEPT_DELETED_MS < now


def live(info: SecretInfo | None, environment: str, key: str) -> SecretInfo:
    """Return what is known of a live secret; NotFoundError when it is absent or deleted."""
    if info is None or info.deleted is not None:
        raise not_found(key, environment, deleted=info is not None)
    return info


def put(
    info: SecretInfo | None, environment: str, write: Write, mark: str, now: int
) -> tuple[str, SecretInfo]:
    """Return (action, info) of a write; CREATED and UPDATED have a version whose value is new.

    `info` is that of the live or deleted secret of that name, `mark` the new value's fingerprint.
    """
    if info is None:
        return CREATED, _new(environment, write, mark, now)
    live = info.deleted is None
    if write.create and live:
        raise ConflictError(
            f"The secret {write.key} exists already, nothing was stored.",
            "Leave --create out to update it.",
        )
    after = _described(info, write, mark, now)
    if after.version != info.version:
        return UPDATED if live else CREATED, after
    return _described_or_not(info, after)


def delete(info: SecretInfo | None, environment: str, key: str, now: int) -> SecretInfo:
    """Return what is known of a live secret that becomes a deleted one."""
    return replaced(live(info, environment, key), deleted=now)


def restore(info: SecretInfo | None, environment: str, key: str, now: int) -> SecretInfo:
    """Return what is known of a deleted secret that becomes a live one."""
    if info is None:
        raise not_found(key, environment)
    if info.deleted is None:
        raise ConflictError(f"The secret {key} is not deleted.", "There is nothing to restore.")
    return replaced(info, deleted=None, updated=now)


def version_to_roll_back_to(info: SecretInfo, kept: Collection[int], to: int | None) -> int:
    """Return the number of the version that is meant; NotFoundError when it is not kept."""
    if to is None and info.version == 1:
        raise NotFoundError(
            f"The secret {info.key} has no version before this one.", "There is nothing to undo."
        )
    number = info.version - 1 if to is None else to
    if number not in kept:
        raise no_version(info.key, number, kept)
    return number


def rollback(info: SecretInfo, value: bytes, mark: str, now: int) -> tuple[str, SecretInfo]:
    """Return (action, info) of a live secret that gets an older value as a new version."""
    if mark == info.fingerprint:
        return UNCHANGED, info
    after = replaced(info, version=info.version + 1, updated=now)
    after.masked = mask(value.decode())
    after.fingerprint = mark
    return ROLLED_BACK, after


def rename(info: SecretInfo, target: SecretInfo | None, new: str, now: int) -> SecretInfo:
    """Return what is known of a live secret under its new name, which nothing else may bear."""
    _must_be_free(target)
    return replaced(info, key=new, updated=now)


def copy(
    info: SecretInfo, target: SecretInfo | None, environment: str, name: str, now: int
) -> SecretInfo:
    """Return what is known of the copy of a live secret, where nothing else may be."""
    _must_be_free(target)
    return replaced(
        info,
        key=name,
        environment=environment,
        version=1,
        created=now,
        updated=now,
        last_used=None,
    )


def describe(
    info: SecretInfo,
    *,
    description: str | None,
    metadata: dict[str, str] | None,
    unset: Sequence[str],
    expires: int | None,
    now: int,
) -> tuple[str, SecretInfo]:
    """Return (action, info) of a live secret of which something else becomes known."""
    after = replaced(info, updated=now)
    for name in unset:
        after.metadata.pop(name, None)
    _describe(after, description, metadata, expires)
    return _described_or_not(info, after)


def purge(info: SecretInfo | None, environment: str, key: str) -> SecretInfo:
    """Return what is known of a live or deleted secret that goes for good."""
    if info is None:
        raise not_found(key, environment)
    return info


def _must_be_free(target: SecretInfo | None) -> None:
    if target is None:
        return
    where = on_environment(target.environment)
    if target.deleted is None:
        raise ConflictError(
            f"There is a secret named {target.key} already, nothing was changed.",
            f"Choose another name, or delete it for good with: "
            f"infsh secrets delete {target.key}{where} --purge",
        )
    raise ConflictError(
        f"A deleted secret is named {target.key}, nothing was changed.",
        f"Bring it back with: infsh secrets restore {target.key}{where} - or remove it for good "
        f"with: infsh secrets delete {target.key}{where} --purge",
    )


def _described_or_not(before: SecretInfo, after: SecretInfo) -> tuple[str, SecretInfo]:
    facts = (before.description, before.metadata, before.expires)
    if facts == (after.description, after.metadata, after.expires):
        return UNCHANGED, before
    return DESCRIBED, after


def _describe(
    after: SecretInfo,
    description: str | None,
    metadata: dict[str, str] | None,
    expires: int | None,
) -> None:
    """Take over the facts that are given."""
    if description is not None:
        after.description = description
    if metadata is not None:
        # Each request was checked for itself, but they add up.
        after.metadata = check_metadata({**after.metadata, **metadata})
    if expires is not None:
        after.expires = expires or None


def _new(environment: str, write: Write, mark: str, now: int) -> SecretInfo:
    description = write.description
    return SecretInfo(
        write.key,
        environment,
        write.first_description if description is None else description,
        check_metadata(dict(write.metadata)) if write.metadata else {},
        mask(write.value.reveal()),
        mark,
        1,
        now,
        now,
        write.expires or None,
        None,
        None,
    )


def _described(info: SecretInfo, write: Write, mark: str, now: int) -> SecretInfo:
    """Take over the facts that are given, and the value where it is not the live one already."""
    after = replaced(info, updated=now)
    _describe(after, write.description, write.metadata, write.expires)
    if info.deleted is not None or mark != info.fingerprint:
        after.version += 1
        after.masked = mask(write.value.reveal())
        after.fingerprint = mark
        after.deleted = None
    return after
