"""The order in which keys are tried, and what each attempt means.

Descriptor, named key file, variable, the vault's own key file, OS keyring, passphrase file, prompt.
A key that the command line names must fit; one that merely lies around is passed over.
"""

from __future__ import annotations

import os

from infsh_secrets.crypto import keyslots
from infsh_secrets.crypto.keytext import key_id
from infsh_secrets.crypto.seal import SealError
from infsh_secrets.domain.errors import LockedError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.unlock.keyfile import own_key_path, parse_key, read_key_file, read_secret_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infsh_secrets.crypto.keyslots import Slot

KEYRING = "keyring"
_KEY_LIMIT = 1024
_PASSPHRASE_LIMIT = 4096


class Lock:
    """What a vault shows before it is open."""

    __slots__ = ("epoch", "path", "slots", "vault_id")

    def __init__(self, path: str, vault_id: bytes, epoch: int, slots: list[Slot]) -> None:
        self.path = path
        self.vault_id = vault_id
        self.epoch = epoch
        self.slots = slots


class Sources:
    """Where to look. `key_text` is secret; `ask` prompts for a passphrase, None when it may not."""

    __slots__ = (
        "ask",
        "from_descriptor",
        "key_fd",
        "key_file",
        "key_file_named",
        "key_text",
        "own",
        "passphrase",
    )

    def __init__(
        self,
        *,
        key_fd: int | None,
        key_file: str | None,
        key_file_named: bool,
        key_text: str | None,
        own: str,
        passphrase: str | None,
        ask: Callable[[str], str] | None,
    ) -> None:
        self.key_fd = key_fd
        self.from_descriptor: bytes | None = None
        self.key_file = key_file
        self.key_file_named = key_file_named
        self.key_text = key_text
        self.own = own
        self.passphrase = passphrase
        self.ask = ask


class Opened:
    """The vault key (secret), and in words what opened the vault."""

    __slots__ = ("by", "vault_key")

    def __init__(self, vault_key: bytes, by: str) -> None:
        self.vault_key = vault_key
        self.by = by


def named_key(sources: Sources) -> tuple[bytes, str, bool] | None:
    """Return (key, where from, whether it must fit) from descriptor, named file or variable."""
    if sources.key_fd is not None:
        if sources.from_descriptor is None:  # it can be read only once
            sources.from_descriptor = read_key_descriptor(sources.key_fd)
        return sources.from_descriptor, "the key from --key-fd", True
    if sources.key_file:
        shown = f"the key file {sanitize(sources.key_file)}"
        return read_key_file(sources.key_file), shown, sources.key_file_named
    if sources.key_text:
        key = parse_key(sources.key_text.encode(errors="replace"), "INFSH_VAULT_KEY")
        return key, "the key in INFSH_VAULT_KEY", False
    return None


def open_lock(lock: Lock, sources: Sources) -> Opened:
    """Return the vault key from the first source that has it.

    Raises LockedError when none has, or when a key named on the command line does not fit.
    """
    damaged = False
    for key, by, must_fit in _raw_keys(lock, sources):
        wanted = key_id(key)
        slots = [s for s in lock.slots if s.kind == keyslots.RAW and s.key_id == wanted]
        for slot in slots:
            try:
                return Opened(keyslots.unwrap_raw(slot, key, lock.vault_id, lock.epoch), by)
            except SealError:
                damaged = True
        if must_fit:
            raise LockedError(
                f"The vault {sanitize(lock.path)} does not open with {by}.",
                "It is the key of another vault, or its slot was removed.",
            )
    opened = _open_with_passphrase(lock, sources)
    if opened:
        return opened
    if damaged:
        raise LockedError(
            f"A key of the vault {sanitize(lock.path)} is at hand, but its slot is damaged.",
            "Open it with another key, or put back a backup of the vault.",
        )
    if any(slot.hint == KEYRING for slot in lock.slots):
        raise LockedError(
            f"The key of the vault {sanitize(lock.path)} is in an OS keyring that is not at hand.",
            "Use it in the desktop session that has the keyring, or give a key with "
            "--key-file PATH or INFSH_VAULT_KEY.",
        )
    raise LockedError(
        f"No key at hand opens the vault {sanitize(lock.path)}.",
        "Give it with --key-file PATH, --key-fd N, INFSH_VAULT_KEY, INFSH_VAULT_KEY_FILE or "
        "INFSH_VAULT_PASSPHRASE_FILE.",
    )


def _raw_keys(lock: Lock, sources: Sources) -> Iterator[tuple[bytes, str, bool]]:
    named = named_key(sources)
    if named:
        yield named
    raw = [slot for slot in lock.slots if slot.kind == keyslots.RAW]
    for slot in raw:
        path = own_key_path(sources.own, slot.key_id)
        if os.path.lexists(path):
            yield read_key_file(path), f"the key file {sanitize(path)}", False
    in_keyring = [slot for slot in raw if slot.hint == KEYRING]
    if in_keyring:
        from infsh_secrets.unlock import os_keyring

        for slot in in_keyring:
            text = os_keyring.load(lock.vault_id, slot.key_id)
            if text is not None:
                key = parse_key(text.encode(errors="replace"), "The OS keyring's entry")
                yield key, "the key in the OS keyring", False


def _open_with_passphrase(lock: Lock, sources: Sources) -> Opened | None:
    slots = [slot for slot in lock.slots if slot.kind == keyslots.PASSPHRASE]
    if not slots:
        return None
    if sources.passphrase:
        passphrase = read_passphrase_file(sources.passphrase)
        by = f"the passphrase in {sanitize(sources.passphrase)}"
    elif sources.ask:
        passphrase = sources.ask(f"Passphrase of the vault {sanitize(lock.path)}: ")
        by = "the passphrase"
    else:
        return None
    from infsh_secrets.crypto.kdf import KdfError

    for slot in slots:
        try:
            key = keyslots.unwrap_passphrase(slot, passphrase, lock.vault_id, lock.epoch)
            return Opened(key, by)
        except SealError:
            continue
        except KdfError as error:
            raise LockedError(f"The passphrase cannot be tried: {error}.") from None
    raise LockedError(f"The vault {sanitize(lock.path)} does not open with {by}.", "Try again.")


def read_passphrase_file(path: str) -> str:
    """Return the passphrase in a private file, without one trailing newline."""
    data = read_secret_file(path, "passphrase file", _PASSPHRASE_LIMIT)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = ""
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise LockedError(
            f"The passphrase file {sanitize(path)} is empty or not UTF-8 text.",
            "Write the passphrase into it, on one line.",
        )
    return text


def read_key_descriptor(descriptor: int) -> bytes:
    """Return the key that an open descriptor gives; it is read to its end and left open."""
    data = b""
    try:
        while len(data) <= _KEY_LIMIT:
            part = os.read(descriptor, _KEY_LIMIT)
            if not part:
                break
            data += part
    except OSError as error:
        raise LockedError(
            f"The descriptor of --key-fd cannot be read: {os.strerror(error.errno or 0)}.",
            "Open it in the shell, as in: infsh secrets list --key-fd 3 3<key-file",
        ) from None
    return parse_key(data, "The descriptor of --key-fd")
