"""Which names secrets, environments and teams may bear."""

from __future__ import annotations

from infsh_secrets.domain.errors import UsageError

MAX_NAME = 255
MAX_LABEL = 64
DEFAULT_ENVIRONMENT = "default"
DEFAULT_TEAM = "personal"

_LABEL_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")
VAGUE_NAMES = frozenset({"KEY", "TOKEN", "SECRET", "PASSWORD", "API_KEY", "APIKEY", "VALUE"})


def is_key(name: str) -> bool:
    """Tell whether `name` is `[A-Za-z_][A-Za-z0-9_]*` of 1 to 255 characters."""
    return name.isascii() and name.isidentifier() and len(name) <= MAX_NAME


def check_key(name: str) -> str:
    """Return `name` if it may name a secret.

    The message of the UsageError does not repeat the name: it could be a value in the wrong place.
    """
    if is_key(name):
        return name
    if not name:
        reason = "it is empty"
    elif len(name) > MAX_NAME:
        reason = f"it has {len(name)} characters, {MAX_NAME} are allowed"
    elif name[0].isascii() and name[0].isdigit():
        reason = "it begins with a digit"
    else:
        bad = next(i for i, c in enumerate(name) if not (c.isascii() and (c.isalnum() or c == "_")))
        reason = f"the character at position {bad + 1} is not allowed"
    raise UsageError(
        f"This is not a name for a secret: {reason}.",
        "Use letters, digits and underscores, not beginning with a digit, as in OPENAI_API_KEY.",
    )


def _check_label(kind: str, label: str) -> str:
    if (
        label
        and len(label) <= MAX_LABEL
        and _LABEL_CHARACTERS.issuperset(label)
        and label[0].isalnum()
    ):
        return label
    raise UsageError(
        f"This is not a name for {kind}.",
        f"Use 1 to {MAX_LABEL} lower-case letters, digits, '-' and '_', "
        "beginning with a letter or digit.",
    )


def check_environment(name: str) -> str:
    """Return `name` if it may name an environment, else raise UsageError."""
    return _check_label("an environment", name)


def check_team(name: str) -> str:
    """Return `name` if it may name a team, else raise UsageError.

    A team's name is part of a file name: lower case, no dots, no separators.
    """
    return _check_label("a team", name)


def check_store(name: str) -> str:
    """Return `name` if it may name a store of the configuration, else raise UsageError."""
    return _check_label("a store", name)


def is_vague(name: str) -> bool:
    """Tell whether `name` says nothing about what the secret opens (KEY, TOKEN, API_KEY2 …)."""
    return name.upper().rstrip("0123456789").rstrip("_") in VAGUE_NAMES
