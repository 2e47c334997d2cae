"""Tokens of remote stores, each bound to the origin it was given for.

They lie in the operating system's keyring or, where there is none, in a private file each.
"""

from __future__ import annotations

import json
import os

from infsh_secrets.domain.errors import DeniedError, InfshError, NotFoundError, UnavailableError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.private import (
    create_private_file,
    ensure_private_folder,
    read_private_file,
)
from infsh_secrets.unlock import os_keyring

SERVICE = "infsh-secrets tokens"
KEYRING = "the OS keyring"
MOST_BYTES = 16 * 1024
_WHAT = "file of the token"


def find(folder: str, origin: str) -> tuple[str, str] | None:
    """Return (token, where it lies in words) for an origin, None when none is kept.

    Raises DeniedError for a file that is not private, UnavailableError when the keyring does not
    answer.
    """
    path = _path(folder, origin)
    try:
        data = read_private_file(path, _WHAT, MOST_BYTES)
    except NotFoundError:
        return _in_keyring(origin)
    try:
        kept = json.loads(data)
        if kept["origin"] == origin and isinstance(kept["token"], str):
            return kept["token"], f"the file {sanitize(path)}"
    except (ValueError, TypeError, KeyError, RecursionError):
        pass
    raise DeniedError(
        f"The {_WHAT} {sanitize(path)} is not what was written there.",
        f"Remove it and log in again: infsh login {origin}",
    )


def _in_keyring(origin: str) -> tuple[str, str] | None:
    try:
        text = os_keyring.load_entry(SERVICE, origin)
    except UnavailableError as error:
        raise UnavailableError(
            error.message, "Unlock it, or give the token as INFSH_API_KEY."
        ) from None
    return None if text is None else (text, KEYRING)


def keep(folder: str, origin: str, token: str) -> str:
    """Keep a token in place of the one there was, and return in words where it lies."""
    try:
        backend = os_keyring.find()
        if backend is not None:
            os_keyring.store_entry(backend, SERVICE, origin, token)
            _forget_file(_path(folder, origin))
            return KEYRING
    except InfshError:
        pass  # a locked or broken keyring is as good as none: the file is what find looks at first
    path = _path(folder, origin)
    ensure_private_folder(folder)
    data = json.dumps({"origin": origin, "token": token}).encode()
    beside = f"{path}.{os.urandom(8).hex()}"
    create_private_file(beside, data, _WHAT)
    os.replace(beside, path)
    return f"the file {sanitize(path)}"


def forget(folder: str, origin: str) -> bool:
    """Forget the token of an origin; False when none was kept."""
    was_there = _forget_file(_path(folder, origin))
    if _in_keyring(origin) is not None:
        backend = os_keyring.find()
        if backend is not None:
            os_keyring.forget_entry(backend, SERVICE, origin)
            was_there = True
    return was_there


def _forget_file(path: str) -> bool:
    try:
        os.unlink(path)
    except FileNotFoundError:
        return False
    return True


def _path(folder: str, origin: str) -> str:
    from urllib.parse import quote

    return os.path.join(folder, f"{quote(origin, safe='')}.json")
