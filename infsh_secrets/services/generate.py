"""Random values."""

from __future__ import annotations

import base64
import secrets
import string
import uuid

from infsh_secrets.domain.errors import UsageError

_ALPHABET = string.ascii_letters + string.digits
_LEAST = 16
_MOST = 4096


def generate(form: str) -> bytes:
    """Return a random value: `hex:N`, `base64:N` (N bytes), `alnum:N` (N characters) or `uuid`.

    N is 16 to 4096, 32 when left out (40 for alnum). Raises UsageError for any other form.
    """
    kind, _, number = form.partition(":")
    if kind == "uuid" and not number:
        return str(uuid.uuid4()).encode()
    size = number or ("40" if kind == "alnum" else "32")
    if kind in ("hex", "base64", "alnum") and size.isascii() and size.isdigit():
        count = int(size[:6])
        if _LEAST <= count <= _MOST:
            return _random(kind, count)
    raise UsageError(
        "This is not a form of random value.",
        f"Write --generate=hex:N, base64:N or alnum:N with N from {_LEAST} to {_MOST}, or uuid.",
    )


def _random(kind: str, count: int) -> bytes:
    if kind == "hex":
        return secrets.token_hex(count).encode()
    if kind == "base64":
        return base64.b64encode(secrets.token_bytes(count))
    return "".join(secrets.choice(_ALPHABET) for _ in range(count)).encode()
