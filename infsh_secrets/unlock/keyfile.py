"""Key files: one raw key as text in a private file."""

from __future__ import annotations

import os

from infsh_secrets.crypto.keytext import (
    RECOVERY_PREFIX,
    KeyTextError,
    decode_raw_key,
    decode_recovery_code,
    encode_raw_key,
)
from infsh_secrets.domain.errors import DeniedError, LockedError, NotFoundError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.private import (
    create_private_file,
    ensure_private_folder,
    led_to,
    read_private_file,
)

_LIMIT = 1024
_KEY_FILE = "key file"
_KEY_TEXTS = ("INFSHKEY", RECOVERY_PREFIX)


def read_key_file(path: str) -> bytes:
    """Return the key in a private file.

    Raises LockedError when there is none or it holds no key, and DeniedError when it is not safe.
    """
    return parse_key(read_secret_file(path, _KEY_FILE, _LIMIT), f"The key file {sanitize(path)}")


def read_secret_file(path: str, what: str, limit: int) -> bytes:
    """Return the content of a private file that is to open a vault; LockedError without one."""
    try:
        return read_private_file(led_to(path), what, limit)
    except NotFoundError as error:
        if what != _KEY_FILE or any(text in path.upper() for text in _KEY_TEXTS):
            # Who gives the secret itself in place of the path does not want it repeated.
            raise LockedError(
                f"There is no {what} at the path that is given.",
                "Give the path of a file, not what is in it.",
            ) from None
        raise LockedError(error.message, f"Name the {what} that you have.") from None
    except DeniedError as error:
        raise DeniedError(error.message, error.hint or f"Name another {what}.") from None


def parse_key(data: bytes, what: str) -> bytes:
    """Return the key or recovery code in `data`.

    A LockedError says what is wrong with it and shows none of it.
    """
    try:
        text = data.decode("ascii")
        if text.lstrip().upper().startswith(RECOVERY_PREFIX):
            return decode_recovery_code(text)
        return decode_raw_key(text)
    except KeyTextError as error:
        reason = error.reason
    except UnicodeDecodeError:
        reason = "it is not plain text"
    raise LockedError(f"{what} holds no vault key: {reason}.", "Look for a copy without the error.")


def own_key_path(folder: str, key_id: bytes) -> str:
    """Return where a vault's own key file lies: named by the key's id, so none replaces another."""
    return os.path.join(folder, f"{key_id.hex()}.key")


def write_own_key(folder: str, key_id: bytes, key: bytes) -> str:
    """Write a new key file and return its path when it is on the disk."""
    ensure_private_folder(folder)
    path = own_key_path(folder, key_id)
    create_private_file(path, encode_raw_key(key).encode() + b"\n", "key file")
    return path
