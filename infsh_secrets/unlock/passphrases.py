"""Opening a vault with words: a passphrase from a file, or what a person types at the prompt.

Whoever has only paper left types the recovery code at the same prompt.
"""

from __future__ import annotations

from infsh_secrets.crypto import keyslots
from infsh_secrets.crypto.kdf import KdfError
from infsh_secrets.crypto.keytext import KeyTextError, decode_recovery_code
from infsh_secrets.crypto.seal import SealError
from infsh_secrets.domain.errors import InfshError, LockedError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.unlock.keyfile import read_secret_file
from infsh_secrets.unlock.sources import Opened, open_with_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from infsh_secrets.crypto.keyslots import Slot
    from infsh_secrets.unlock.sources import Lock, Sources

_LIMIT = 4096


def open_with_words(lock: Lock, sources: Sources, trouble: list[InfshError]) -> Opened | None:
    """Return the vault key from the passphrase file or prompt; None where neither is of use.

    Raises LockedError when the words are wrong.
    """
    phrases = _of_kind(lock, keyslots.PASSPHRASE)
    codes = _of_kind(lock, keyslots.RECOVERY)
    shown = sanitize(lock.path)
    if phrases and sources.passphrase:
        words = read_passphrase_file(sources.passphrase)
        by = f"the passphrase in {sanitize(sources.passphrase)}"
    elif sources.ask and (phrases or codes):
        what = "Passphrase or recovery code" if codes else "Passphrase"
        what = what if phrases else "Recovery code"
        words = readable(sources.ask(f"{what} of the vault {shown}: "))
        by = "the passphrase" if phrases else "the recovery code"
        if codes:
            opened = _with_code(lock, words, trouble, must_be=not phrases)
            if opened:
                return opened
    else:
        return None
    vault_key = try_passphrase(lock, phrases, words)
    if vault_key is None:
        raise LockedError(f"The vault {shown} does not open with {by}.", "Try again.")
    sources.passphrases.append(words)
    return Opened(vault_key, by)


def open_with_given_words(lock: Lock, words: str) -> Opened:
    """Return the vault key that a passphrase or recovery code opens; LockedError else."""
    opened = _with_code(lock, words, [], must_be=False)
    if opened:
        return opened
    vault_key = try_passphrase(lock, _of_kind(lock, keyslots.PASSPHRASE), words)
    if vault_key is None:
        raise LockedError(
            f"The vault {sanitize(lock.path)} does not open with the passphrase that is given.",
            "Give another one, or none where a key is at hand.",
        )
    return Opened(vault_key, "the passphrase")


def try_passphrase(lock: Lock, slots: list[Slot], passphrase: str) -> bytes | None:
    """Return the vault key from the first slot that opens, None when none does.

    Each slot costs the same time, damaged or not. Raises LockedError when Argon2id cannot run.
    """
    failure: KdfError | None = None
    for slot in slots:
        try:
            return keyslots.unwrap_passphrase(slot, passphrase, lock.vault_id, lock.epoch)
        except SealError:
            continue
        except KdfError as error:
            failure = error
    if failure is not None:
        raise LockedError(f"The passphrase cannot be tried: {failure}.", "Open it with a key.")
    return None


def _of_kind(lock: Lock, kind: int) -> list[Slot]:
    return [slot for slot in lock.slots if slot.kind == kind]


def _with_code(
    lock: Lock, words: str, trouble: list[InfshError], *, must_be: bool
) -> Opened | None:
    try:
        code = decode_recovery_code(words)
    except KeyTextError as error:
        if must_be:
            raise LockedError(
                f"This is no recovery code: {error.reason}.", "Compare it with the paper."
            ) from None
        return None
    return open_with_key(lock, code, "the recovery code", trouble)


def readable(words: str) -> str:
    """Return typed words as the text that their bytes are, in whatever locale they were typed."""
    return words.encode(errors="surrogateescape").decode(errors="replace")


def read_passphrase_file(path: str) -> str:
    """Return the passphrase in a private file, without one trailing newline."""
    data = read_secret_file(path, "passphrase file", _LIMIT)
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
