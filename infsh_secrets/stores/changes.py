"""What a write does to what is known of a secret, the same in every store that decides it itself.

Pure functions: each takes what is known before and returns what is known after, or raises the
error of the contract; nothing is changed in place.
"""

from __future__ import annotations

from infsh_secrets.crypto.binding import hmac_digest
from infsh_secrets.domain.errors import ConflictError
from infsh_secrets.domain.masking import mask
from infsh_secrets.domain.models import SecretInfo, check_metadata
from infsh_secrets.stores.base import CREATED, DESCRIBED, UNCHANGED, UPDATED, not_found

TYPE_CHECKING = False
if TYPE_CHECKING:
    from infsh_secrets.stores.base import Write

KEPT_VERSIONS = 20
KEPT_DELETED_MS = 30 * 24 * 3600 * 1000


def fingerprint(key: bytes, value: bytes) -> str:
    """Return 16 hex digits that are equal for equal values under one store's key."""
    return hmac_digest(key, value, "sha256")[:8].hex()


def replaced(info: SecretInfo, **fields: object) -> SecretInfo:
    """Return a copy of `info` that shares nothing with it, with `fields` set anew."""
    known = {name: getattr(info, name) for name in SecretInfo.__slots__}
    known["metadata"] = dict(info.metadata)
    known.update(fields)
    return SecretInfo(**known)


def put(
    info: SecretInfo | None, environment: str, write: Write, mark: str, now: int
) -> tuple[str, SecretInfo]:
    """Return (action, info) of a write; CREATED and UPDATED have a version whose value is new.

    `info` is that of the live or deleted secret of that name, `mark` the new value's fingerprint.
    """
    if info is None:
        return CREATED, _described(_blank(environment, write, now), write, mark, now)
    live = info.deleted is None
    if write.create and live:
        raise ConflictError(
            f"The secret {write.key} exists already, nothing was stored.",
            "Leave --create out to update it.",
        )
    after = _described(info, write, mark, now)
    if after.version != info.version:
        return UPDATED if live else CREATED, after
    facts = (info.description, info.metadata, info.expires)
    if facts == (after.description, after.metadata, after.expires):
        return UNCHANGED, info
    return DESCRIBED, after


def delete(info: SecretInfo | None, environment: str, key: str, now: int) -> SecretInfo:
    """Return what is known of a live secret that becomes a deleted one."""
    if info is None or info.deleted is not None:
        raise not_found(key, environment, deleted=info is not None)
    return replaced(info, deleted=now)


def restore(info: SecretInfo | None, environment: str, key: str, now: int) -> SecretInfo:
    """Return what is known of a deleted secret that becomes a live one."""
    if info is None:
        raise not_found(key, environment)
    if info.deleted is None:
        raise ConflictError(f"The secret {key} is not deleted.", "There is nothing to restore.")
    return replaced(info, deleted=None, updated=now)


def _blank(environment: str, write: Write, now: int) -> SecretInfo:
    return SecretInfo(
        key=write.key,
        environment=environment,
        description=write.first_description,
        metadata={},
        masked="",
        fingerprint="",
        version=0,
        created=now,
        updated=now,
        expires=None,
        last_used=None,
        deleted=None,
    )


def _described(info: SecretInfo, write: Write, mark: str, now: int) -> SecretInfo:
    """Take over the facts that are given, and the value where it is not the live one already."""
    after = replaced(info, updated=now)
    if write.description is not None:
        after.description = write.description
    if write.metadata is not None:
        # Each write was checked for itself, but they add up.
        after.metadata = check_metadata({**info.metadata, **write.metadata})
    if write.expires is not None:
        after.expires = write.expires or None
    if info.deleted is not None or mark != info.fingerprint:
        after.version += 1
        after.masked = mask(write.value.reveal())
        after.fingerprint = mark
        after.deleted = None
    return after
