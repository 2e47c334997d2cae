"""Metadata of Julep, which is any JSON object, as the pairs of text that a secret has here."""

from __future__ import annotations

import json
from typing import Any

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.models import check_metadata

_TYPED = "julep.json"
"""A pair that names those of the others whose text is JSON and not a string."""


def as_pairs(metadata: dict[str, Any]) -> dict[str, str]:
    """Return an object as pairs, from which `as_object` makes the same object again.

    Raises UsageError for what is more than a secret's metadata may be.
    """
    if _TYPED in metadata:
        raise UsageError(f"The metadata name {_TYPED} is reserved.")
    pairs = {name: _as_text(value) for name, value in metadata.items()}
    typed = [name for name, value in metadata.items() if not isinstance(value, str)]
    if typed:
        pairs[_TYPED] = _as_text(typed)
    return check_metadata(pairs)


def as_object(pairs: dict[str, str]) -> dict[str, Any] | None:
    """Return the object that a secret's pairs stand for; None without any, as Julep says it."""
    if not pairs:
        return None
    typed = _parsed(pairs.get(_TYPED, ""), [])
    names = {name for name in typed if isinstance(name, str)} if isinstance(typed, list) else set()
    return {
        name: _parsed(text, text) if name in names else text
        for name, text in pairs.items()
        if name != _TYPED
    }


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        raise UsageError("The metadata has a number that JSON does not have.") from None


def _parsed(text: str, otherwise: Any) -> Any:
    """Return the JSON in a text; people can have changed it to something else."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return otherwise


def _refuse(_: str) -> None:
    raise ValueError
