"""What a server's answer means: its data, or one of our errors with what the server says.

Shapes: inference.sh answers with `data` and `messages`, older servers with `success`, `status` and
`data`, or with the bare object; errors are RFC 9457 problems or an object `error`. Julep answers
with the bare object and an object `error`, or the `detail` of its framework.
"""

from __future__ import annotations

import math

from infsh_secrets.domain.errors import (
    ConflictError,
    DeniedError,
    InfshError,
    LockedError,
    NotFoundError,
    UnavailableError,
    UsageError,
)
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.stores.remote.messages import LIMITED, NO_CONTENT, OK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from infsh_secrets.stores.remote.messages import Reply

_LONGEST = 300
_LONGEST_TOLD = 600
_SHORTEST_HIDDEN = 4
_FIRST_SERVER_ERROR = 500

STATUSES: dict[int, type[InfshError]] = {
    400: UsageError,
    401: LockedError,
    402: DeniedError,
    403: DeniedError,
    404: NotFoundError,
    409: ConflictError,
    410: NotFoundError,
    412: UsageError,
    413: UsageError,
    414: UsageError,
    422: UsageError,
    429: UnavailableError,
    451: DeniedError,
}
"""Which error a status is; any other is an UnavailableError."""

CODES: dict[str, type[InfshError]] = {
    "unauthorized": LockedError,
    "forbidden": DeniedError,
    "insufficient_scope": DeniedError,
    "team_role_required": DeniedError,
    "not_found": NotFoundError,
    "conflict": ConflictError,
    "name_conflict": ConflictError,
    "already_exists": ConflictError,
    "rate_limited": UnavailableError,
    "invalid_request": UsageError,
    "validation_error": UsageError,
    "cost_limit_exceeded": DeniedError,
    "invalid_user_account": DeniedError,
}
"""Which error a code of the server is; it comes before the status."""

_JULEP_BAD_KEY = "could not validate api key"


class Refusal:
    """What a server says about a request it refuses; `text` is safe to show.

    `wait` is how many seconds it wants to be left alone, None if it does not say.
    """

    __slots__ = ("code", "scope", "status", "text", "wait")

    def __init__(
        self, status: int, code: str, text: str, scope: str, wait: float | None = None
    ) -> None:
        self.status = status
        self.code = code
        self.text = text
        self.scope = scope
        self.wait = wait

    @property
    def kind(self) -> type[InfshError]:
        """The class of our error."""
        if self.status >= _FIRST_SERVER_ERROR:
            return UnavailableError
        if self.text.lower().startswith(_JULEP_BAD_KEY):
            return LockedError
        return CODES.get(self.code) or STATUSES.get(self.status, UnavailableError)


def content(reply: Reply, store: str, hidden: Sequence[str] = (), *, optional: bool = False) -> Any:
    """Return the object or array of a good answer, None where there is none and it is `optional`.

    Raises the error that the answer means. `hidden` are the values and tokens that were sent: what
    repeats one of them is not shown.
    """
    if reply.status not in OK:
        raise error(refusal(reply, hidden), store)
    data = reply.data
    if isinstance(data, dict) and "data" in data:
        data = data["data"]
    if reply.status == NO_CONTENT or (data is None and optional and reply.readable):
        data = None
    elif not reply.readable or not isinstance(data, dict | list):
        raise strange(store)
    return data


def notices(reply: Reply, store: str, hidden: Sequence[str] = ()) -> list[str]:
    """Return what a server says besides its data, at most five sentences."""
    data = reply.data
    messages = data.get("messages") if isinstance(data, dict) and "data" in data else None
    if not isinstance(messages, list):
        return []
    said = [one.get("message") for one in messages[:5] if isinstance(one, dict)]
    return [f"{store}: {text}" for text in (shown(one, hidden) for one in said) if text]


def strange(store: str) -> UnavailableError:
    """Return the error for an answer that is none of the shapes there are."""
    return UnavailableError(
        f"The store {store} gives an answer that cannot be understood.",
        "Check its address and its kind with: infsh secrets store list",
    )


def refusal(reply: Reply, hidden: Sequence[str] = ()) -> Refusal:
    """Return what an answer says about its refusal, whatever its shape."""
    data = reply.data if isinstance(reply.data, dict) else {}
    inner = data.get("error")
    inner = inner if isinstance(inner, dict) else {}
    detail = data.get("detail")
    said = (detail, data.get("title"), data.get("message"), inner.get("message"))
    text = next((one for one in said if isinstance(one, str) and one.strip()), "")
    kind = data.get("type")
    code = kind.rpartition("/errors/")[2] if isinstance(kind, str) and "/errors/" in kind else ""
    code = code or _text(inner.get("code"))
    meta = data.get("meta") or inner.get("meta")
    scope = _text(meta.get("required_scope")) if isinstance(meta, dict) else ""
    return Refusal(reply.status, code, shown(text, hidden), shown(scope, hidden), reply.wait)


def error(refused: Refusal, store: str) -> InfshError:
    """Return our error for a refusal."""
    kind = refused.kind
    said = f": {refused.text}" if refused.text else "."
    said += "." if refused.text and refused.text[-1] not in ".!?" else ""
    if kind is LockedError:
        return LockedError(
            f"The store {store} does not accept the token{said}",
            f"Log in with: infsh login {store}",
        )
    if refused.scope:
        return DeniedError(
            f"The token for the store {store} lacks the scope {refused.scope}.",
            "Use a token that has it.",
        )
    if kind is DeniedError:
        return DeniedError(f"The store {store} denies this{said}", "Ask an owner of the team.")
    if kind is UnavailableError:
        busy = "is busy" if refused.status == LIMITED else f"fails (status {refused.status})"
        when = "later"
        if refused.wait is not None and refused.wait <= _LONGEST_TOLD:
            when = f"in {max(1, math.ceil(refused.wait))} seconds"
        return UnavailableError(f"The store {store} {busy}{said}", f"Try again {when}.")
    if kind is UsageError:
        return UsageError(f"The store {store} refuses this{said}", "Correct the request.")
    return kind(
        f"The store {store} answers{said}" if refused.text else f"The store {store} has none such.",
        "See what there is with: infsh secrets list",
    )


def shown(text: Any, hidden: Sequence[str] = ()) -> str:
    """Return text from outside on one line, at most 300 characters, "" if it repeats a secret."""
    if not isinstance(text, str):
        return ""
    if any(repeats(text, one) for one in hidden):
        return ""
    text = " ".join(text.split())
    return sanitize(text if len(text) <= _LONGEST else text[:_LONGEST] + "…")


def repeats(text: str, secret: str) -> bool:
    """Tell whether a text shows a secret, or a part of it that gives it away, in some form."""
    if len(secret) < _SHORTEST_HIDDEN:
        return False
    if secret in text or secret.strip() in text:
        return True
    from infsh_secrets.domain.variants import forms

    data = text.encode(errors="surrogatepass")
    return any(form in data for form in forms(secret.encode()))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
