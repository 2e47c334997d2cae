"""Values for the clipboard: on record before they get there, and gone from it after a while."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from infsh_secrets.clipboard import clearing
from infsh_secrets.clipboard.programs import find
from infsh_secrets.domain.errors import InfshError, UsageError
from infsh_secrets.services import secrets, views

if TYPE_CHECKING:
    from collections.abc import Callable

    from infsh_secrets.clipboard.programs import Clipboard
    from infsh_secrets.domain.models import Secret
    from infsh_secrets.domain.results import Changes, SecretView
    from infsh_secrets.services.workspace import Workspace


def check_get(*, plain: bool, reveal: bool) -> None:
    """Raise UsageError for options that show what is to be copied."""
    if plain or reveal:
        raise UsageError(
            "-c copies the value and shows nothing.", "Leave --plain and --reveal out."
        )


def check_set(*, generate: bool) -> None:
    """Raise UsageError where a value is to be copied that somebody has at hand."""
    if not generate:
        raise UsageError("-c goes with --generate.", "Leave it out; `get KEY -c` copies a value.")


def copy(workspace: Workspace, key: str, version: int | None) -> SecretView:
    """Put the value of a secret on the clipboard and return what is known of it without the value.

    The use is on record before. Raises UnavailableError, and then it is not, when there is no
    clipboard; UsageError for an empty value.
    """
    board = find(os.environ)
    view = views.view(workspace, key, version, reveal=False, raw=False)
    _give(workspace, board, secrets.read(workspace, key, view.version))
    return view


def write_and_copy(workspace: Workspace, key: str, write: Callable[[], Changes]) -> Changes:
    """Store a value and put it on the clipboard; without a clipboard nothing is stored."""
    board = find(os.environ)
    changes = write()
    try:
        _give(workspace, board, secrets.read(workspace, key))
    except InfshError as error:
        message = f"The secret is stored, but not copied: {error.message}"
        raise type(error)(message, error.hint) from None
    return changes


def _give(workspace: Workspace, board: Clipboard, secret: Secret) -> None:
    data = secret.value.reveal_bytes()
    if not data:
        raise UsageError(
            "The secret is empty, so there is nothing to copy.", "Store a value first."
        )
    secrets.note_use(workspace, [secret])
    clearing.copy_for_a_while(board, data, clearing.CLEAR_AFTER_SECONDS)
    workspace.notices.append(
        f"The value of {secret.info.key} is on the clipboard for"
        f" {clearing.CLEAR_AFTER_SECONDS:g} seconds."
    )
