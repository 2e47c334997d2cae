"""A Kubernetes manifest of kind Secret, values in base64.

https://kubernetes.io/docs/concepts/configuration/secret/
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.formats.model import Written

if TYPE_CHECKING:
    from infsh_secrets.formats.model import Pairs

_MOST_BYTES = 1024 * 1024
_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_LONGEST_NAME = 253


def check_name(name: str) -> str:
    """Return the name of a Secret; UsageError when Kubernetes would not take it (RFC 1123)."""
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise UsageError(
            "This is not a name for a Secret.",
            "Use lower-case letters, digits, '-' and '.', as in --name my-app-secrets.",
        )
    return name


def write(pairs: Pairs, name: str) -> Written:
    """Return the manifest of a Secret; UsageError for more than the 1 MiB that one may hold."""
    data = [(key, value.encode()) for key, value in pairs]
    if sum(len(key) + len(value) for key, value in data) > _MOST_BYTES:
        raise UsageError(
            "A Kubernetes Secret holds at most 1 MiB, and these are more.",
            "Name those that it should have; several Secrets may share them.",
        )
    lines = [
        "apiVersion: v1\n",
        "kind: Secret\n",
        f'metadata:\n  name: "{name}"\n',
        "type: Opaque\n",
        "data:\n" if data else "data: {}\n",
        *(f'  "{key}": "{b64encode(value).decode()}"\n' for key, value in data),
    ]
    return Written("".join(lines), [])
