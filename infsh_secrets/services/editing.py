"""`edit` as a use case: what the editor gets, and what becomes of what it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.domain.errors import ConflictError, NotFoundError, UsageError
from infsh_secrets.domain.results import Change, Changes, Place
from infsh_secrets.services import secrets, writing
from infsh_secrets.stores.base import UNCHANGED

if TYPE_CHECKING:
    from infsh_secrets.domain.models import Secret
    from infsh_secrets.services.workspace import Workspace


class Begun(NamedTuple):
    """A secret under the editor; `secret` is None for a new one."""

    key: str
    secret: Secret | None

    @property
    def text(self) -> bytes:
        """What the editor is to show; secret."""
        return b"" if self.secret is None else self.secret.value.reveal_bytes()

    def __repr__(self) -> str:
        return f"Begun({self.key!r})"


def begin(workspace: Workspace, key: str) -> Begun:
    """Return what is to be edited; everything that stands in the way of storing it is raised."""
    writing.prepare(workspace, [key], writing.Request(writing.Facts()))
    found = _find(workspace, key)
    if found is not None:
        secrets.note_use(workspace, [found])
    return Begun(key, found)


def finish(workspace: Workspace, begun: Begun, text: bytes, *, strict: bool = False) -> Changes:
    """Store the text if it is another one.

    Of a final newline, which editors add, nothing is kept unless the value had one before. Raises
    UsageError for an empty text and ConflictError when somebody else has changed the secret.
    """
    if text.endswith(b"\n") and not begun.text.endswith(b"\n"):
        text = text[:-1]
    if not text:
        raise UsageError(
            "The text is empty, nothing was changed.",
            f"To delete the secret: infsh secrets delete {begun.key}",
        )
    if begun.secret is not None and text == begun.text:
        place = Place(workspace.store().name, workspace.store().team)
        workspace.notices.append("The text is the same, nothing was changed.")
        return Changes(place, [Change(UNCHANGED, begun.secret.info)], single=True)
    now = _find(workspace, begun.key)
    if _version(now) != _version(begun.secret):
        raise ConflictError(
            f"The secret {begun.key} was changed by somebody else meanwhile, nothing was stored.",
            "Edit it again.",
        )
    request = writing.Request(writing.Facts(), strict=strict)
    return writing.write(workspace, [(begun.key, text)], request)


def _find(workspace: Workspace, key: str) -> Secret | None:
    try:
        return secrets.read(workspace, key)
    except NotFoundError:
        return None


def _version(secret: Secret | None) -> tuple[int, int]:
    """Return what differs once somebody else has changed a secret; some stores count nothing."""
    return (0, 0) if secret is None else (secret.info.version, secret.info.updated)
