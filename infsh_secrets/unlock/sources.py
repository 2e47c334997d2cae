"""The order in which keys are tried, and what each attempt means.

Descriptor, named key file, variable, session, the own key file, OS keyring, passphrase file,
prompt.
A key that the command line names must fit; one that merely lies around is passed over. Wherever a
key is named, a recovery code may stand instead.
"""

from __future__ import annotations

import os

from infsh_secrets.crypto import keyslots
from infsh_secrets.crypto.keytext import key_id
from infsh_secrets.crypto.seal import SealError
from infsh_secrets.domain.errors import InfshError, LockedError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.unlock.keyfile import own_key_path, parse_key, read_key_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infsh_secrets.crypto.keyslots import Slot

KEYRING = "keyring"
SERVED = "server"
"""The hint of a slot whose key a server derives from its own: see `server_key`."""
_KEY_LIMIT = 1024


class Lock:
    """What a vault shows before it is open."""

    __slots__ = ("commitment", "epoch", "path", "slots", "vault_id")

    def __init__(
        self, path: str, vault_id: bytes, epoch: int, slots: list[Slot], commitment: bytes = b""
    ) -> None:
        self.path = path
        self.vault_id = vault_id
        self.epoch = epoch
        self.slots = slots
        self.commitment = commitment


class Sources:
    """Where to look.

    `key_text` is secret; `ask` prompts for a passphrase, None when it may not. `passphrases` are
    those that have been read or typed so far. `own` is the folder of the vaults' own key files and
    `sessions` that of what `vault unlock` left, "" for none. Without `must_fit`, no key has to fit:
    the command line names it for another vault. `words`, a passphrase or recovery code, come before
    everything else and must fit. `vault` is the path of the vault in force.
    """

    __slots__ = (
        "ask",
        "from_descriptor",
        "key_fd",
        "key_file",
        "key_file_named",
        "key_text",
        "must_fit",
        "own",
        "passphrase",
        "passphrases",
        "sessions",
        "vault",
        "words",
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
        sessions: str = "",
        words: str | None = None,
        vault: str = "",
    ) -> None:
        self.key_fd = key_fd
        self.from_descriptor: bytes | None = None
        self.key_file = key_file
        self.key_file_named = key_file_named
        self.key_text = key_text
        self.own = own
        self.passphrase = passphrase
        self.ask = ask
        self.passphrases: list[str] = []
        self.sessions = sessions
        self.words = words
        self.vault = vault
        self.must_fit = True

    def for_another_vault(self) -> Sources:
        """Return the same places, none of which has to have the key."""
        other = Sources(
            key_fd=self.key_fd,
            key_file=self.key_file,
            key_file_named=self.key_file_named,
            key_text=self.key_text,
            own=self.own,
            passphrase=self.passphrase,
            ask=self.ask,
            sessions=self.sessions,
        )
        other.from_descriptor = self.from_descriptor
        other.passphrases = self.passphrases
        other.must_fit = False
        return other


class Opened:
    """The vault key (secret), and in words what opened the vault."""

    __slots__ = ("by", "vault_key")

    def __init__(self, vault_key: bytes, by: str) -> None:
        self.vault_key = vault_key
        self.by = by


def named_key(sources: Sources) -> tuple[bytes, str, bool] | None:
    """Return (key, where from, whether it must fit) from descriptor, named file or variable."""
    return next(named_keys(sources), None)


def named_keys(sources: Sources) -> Iterator[tuple[bytes, str, bool]]:
    """Yield all of them, the first of which counts where one is enough."""
    if sources.key_fd is not None:
        if sources.from_descriptor is None:  # it can be read only once
            sources.from_descriptor = read_key_descriptor(sources.key_fd)
        yield sources.from_descriptor, "the key from --key-fd", sources.must_fit
    if sources.key_file:
        shown = f"the key file {sanitize(sources.key_file)}"
        must_fit = sources.key_file_named and sources.must_fit
        try:
            key = read_key_file(sources.key_file)
        except LockedError:  # an image may name a file, and who starts it gives the key itself
            if sources.key_file_named or not sources.key_text:
                raise
        else:
            yield key, shown, must_fit
    if sources.key_text:
        key = parse_key(sources.key_text.encode(errors="replace"), "INFSH_VAULT_KEY")
        yield key, "the key in INFSH_VAULT_KEY", False


def open_lock(lock: Lock, sources: Sources) -> Opened:
    """Return the vault key from the first source that has it.

    Raises LockedError when none has, or when a key named on the command line does not fit. A key
    that lies here but cannot be used, or whose slot is damaged, does not stop the others; when
    none of them opens the vault, it is what is told.
    """
    trouble: list[InfshError] = []
    if sources.words is not None:
        from infsh_secrets.unlock.passphrases import open_with_given_words

        return open_with_given_words(lock, sources.words)
    named = named_key(sources)
    if named:
        key, by, must_fit = named
        opened = _open_with_named(lock, key, by, sources, trouble)
        if opened:
            return opened
        if must_fit:
            raise LockedError(
                f"The vault {sanitize(lock.path)} does not open with {by}.",
                "It is the key of another vault, or its slot was removed.",
            )
    opened = _open_unnamed(lock, sources, trouble)
    if opened:
        return opened
    for error in trouble:
        raise error
    if any(slot.hint == KEYRING for slot in lock.slots):
        raise LockedError(
            f"The key of the vault {sanitize(lock.path)} is in an OS keyring that is not at hand.",
            "Use it in the desktop session that has the keyring, or give a key with "
            "--key-file PATH or INFSH_VAULT_KEY.",
        )
    raise LockedError(f"No key at hand opens the vault {sanitize(lock.path)}.", _hint(lock))


def _hint(lock: Lock) -> str:
    if is_served(lock):
        from infsh_secrets.unlock.server_key import hint

        return hint(lock.path)
    first = "Give it with "
    if any(slot.kind == keyslots.PASSPHRASE for slot in lock.slots):
        first = "Unlock it for some time with: infsh secrets vault unlock - or give a key with "
    return (
        f"{first}--key-file PATH, --key-fd N, INFSH_VAULT_KEY, INFSH_VAULT_KEY_FILE or "
        "INFSH_VAULT_PASSPHRASE_FILE."
    )


def is_served(lock: Lock) -> bool:
    """Tell whether a server opens the vault with a key that it derives from its own."""
    return any(slot.hint == SERVED for slot in lock.slots)


def _open_with_named(
    lock: Lock, key: bytes, by: str, sources: Sources, trouble: list[InfshError]
) -> Opened | None:
    """Return the vault key from a key or from what a server derives from it, None from neither."""
    opened = open_with_key(lock, key, by, trouble)
    if opened is None and is_served(lock):
        from infsh_secrets.unlock.server_key import team_keys

        for derived in team_keys(key, lock.path, sources.vault):
            opened = opened or open_with_key(lock, derived, by, trouble)
    return opened


def _open_unnamed(lock: Lock, sources: Sources, trouble: list[InfshError]) -> Opened | None:
    """Return the vault key from the session, from keys that lie here, or from words."""
    session = os.path.join(sources.sessions, f"{lock.vault_id.hex()}.session")
    if sources.sessions and os.path.lexists(session):
        from infsh_secrets.unlock.session import open_session

        opened = open_session(lock, session, trouble)
        if opened:
            return opened
    for key, by in keys_here(lock, sources, trouble):
        opened = open_with_key(lock, key, by, trouble)
        if opened:
            return opened
    if not (sources.passphrase or sources.ask):
        return None
    from infsh_secrets.unlock.passphrases import open_with_words

    return open_with_words(lock, sources, trouble)


def open_with_key(
    lock: Lock, key: bytes, by: str, trouble: list[InfshError] | None = None
) -> Opened | None:
    """Return the vault key from the slot of a raw key or recovery code, None when it has none."""
    wanted = key_id(key)
    for slot in lock.slots:
        if slot.kind not in keyslots.WITH_KEY_ID or slot.key_id != wanted:
            continue
        try:
            return Opened(keyslots.unwrap_key(slot, key, lock.vault_id, lock.epoch), by)
        except SealError:
            if trouble is not None:
                trouble.append(
                    LockedError(
                        f"A key of the vault {sanitize(lock.path)} is at hand, but its slot is "
                        "damaged.",
                        "Open it with another key, or put back a backup of the vault.",
                    )
                )
    return None


def keys_here(
    lock: Lock, sources: Sources, trouble: list[InfshError]
) -> Iterator[tuple[bytes, str]]:
    """Yield (key, where from) of the vault's own key files and the OS keyring.

    What keeps one of them from being read goes to `trouble`.
    """
    raw = [slot for slot in lock.slots if slot.kind == keyslots.RAW]
    for slot in raw if sources.own else ():
        path = own_key_path(sources.own, slot.key_id)
        if os.path.lexists(path):
            try:
                key = read_key_file(path)
            except InfshError as error:
                trouble.append(error)
            else:
                yield key, f"the key file {sanitize(path)}"
    in_keyring = [slot for slot in raw if slot.hint == KEYRING]
    if in_keyring:
        from infsh_secrets.unlock import os_keyring

        for slot in in_keyring:
            try:
                text = os_keyring.load(lock.vault_id, slot.key_id)
                if text is None:
                    continue
                key = parse_key(text.encode(errors="replace"), "The OS keyring's entry")
            except InfshError as error:
                trouble.append(error)
            else:
                yield key, "the key in the OS keyring"


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
