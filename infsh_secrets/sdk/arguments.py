"""What a program gives: looked at before it goes where only the right types are expected."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.models import SecretValue

if TYPE_CHECKING:
    from infsh_secrets.services.writing import Facts


def given_bytes(value: object) -> bytes:
    """Return the bytes of a value that a program gives; UsageError for what can be none."""
    if isinstance(value, SecretValue):
        value = value.reveal_bytes()
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        raise UsageError(
            f"A value is text or bytes, and this is {type(value).__name__}.",
            "Give it as str, bytes or SecretValue.",
        )
    try:
        return value.encode()
    except UnicodeEncodeError:
        raise UsageError(
            "The value is not UTF-8 text.", "Encode binary data first, for example with base64."
        ) from None


def facts(
    description: str | None,
    metadata: Mapping[str, str] | None,
    expires: str | date | timedelta | None,
) -> Facts:
    """Return what a program says of a secret, as the services take it; UsageError if it cannot."""
    from infsh_secrets.services.writing import Facts

    if description is not None:
        check_text("A description", description)
    return Facts(description, pairs_of(metadata), _expiry(expires))


def pairs_of(metadata: object) -> tuple[tuple[str, str], ...]:
    """Return the pairs of metadata; UsageError for what is no text."""
    if metadata is None:
        return ()
    if not isinstance(metadata, Mapping):
        raise UsageError(
            f"Metadata is a dictionary, and this is {type(metadata).__name__}.",
            'Write it as in {"owner": "payments"}.',
        )
    pairs = tuple(metadata.items())
    for name, text in pairs:
        check_text("A name in metadata", name)
        if not isinstance(text, str):
            raise UsageError(
                f"Metadata is text, and {name} is {type(text).__name__}.",
                f'Write it as text, too, as in {{"{name}": "..."}}.',
            )
    return pairs


def _expiry(expires: object) -> str | None:
    if isinstance(expires, timedelta):
        try:
            expires = datetime.now(UTC) + expires
        except OverflowError:
            raise UsageError(
                "The expiry is later than the year 9999.", 'Write "never" for none.'
            ) from None
    if isinstance(expires, datetime):
        if expires.tzinfo is None:
            raise UsageError("The expiry has no time zone.", "Add one, as in tzinfo=UTC.")
        return expires.isoformat()
    if isinstance(expires, date):
        return expires.isoformat()
    if expires is None or isinstance(expires, str):
        return expires
    raise UsageError(
        f"An expiry is a time, a length of time or text, and this is {type(expires).__name__}.",
        'Write it as in "90d".',
    )


def check_text(what: str, given: object, kinds: str = "text") -> None:
    """Raise UsageError for what a program gives as a text, and is none."""
    if not isinstance(given, str):
        several = isinstance(given, list | tuple | set)
        hint = "Give several one after another, as in f(*names)." if several else ""
        raise UsageError(f"{what} is {kinds}, and this is {type(given).__name__}.", hint)


def check_names(*names: str) -> None:
    """Raise UsageError where something else than text is given as the name of a secret."""
    for name in names:
        check_text("The name of a secret", name)


def names_of(names: str | Iterable[str], option: str) -> list[str]:
    """Return one name, or several, as a list; UsageError for anything else."""
    if isinstance(names, str):
        return [names]
    if not isinstance(names, Iterable):
        raise UsageError(
            f"`{option}` is a name or several, and this is {type(names).__name__}.",
            f'Write {option}="NAME" or {option}=["ONE", "OTHER"].',
        )
    found = list(names)
    for name in found:
        check_text(f"A name in `{option}`", name)
    return found


def path_of(path: str | os.PathLike[str], option: str) -> str:
    """Return a path as text; UsageError for anything else."""
    given = path if isinstance(path, str) else _fspath(path)
    if not isinstance(given, str) or "\0" in given:
        raise UsageError(f"`{option}` is no path.", "Give it as str or pathlib.Path.")
    return given


def _fspath(path: object) -> object:
    return os.fspath(path) if isinstance(path, os.PathLike) else None


def place_of(path: str | os.PathLike[str] | None, option: str) -> str | None:
    """Return a path that holds when the working folder is another one later; None for None."""
    if path is None:
        return None
    given = path_of(path, option)
    try:
        return given and os.path.abspath(given)
    except FileNotFoundError:
        raise UsageError(
            f"`{option}` is a relative path, and the working folder is gone.",
            "Give an absolute path.",
        ) from None
