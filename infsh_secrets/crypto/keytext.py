"""A raw key as text for files and variables: `INFSHKEY1-` and base32 with a checksum."""

from __future__ import annotations

from infsh_secrets.crypto.binding import hmac_digest, sha256

RAW_BYTES = 32
_PREFIX = "INFSHKEY1-"
_CHECKSUM_BYTES = 4
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_LETTERS = 58  # 36 bytes in base32 without padding


class KeyTextError(Exception):
    """The text is not a key; `reason` says what is wrong with it and shows none of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def encode_raw_key(key: bytes) -> str:
    """Return the text form of a 32-byte key, 68 characters on one line."""
    data = key + _checksum(key)
    number = int.from_bytes(data, "big") << 2  # 288 bits, filled to 58 letters of 5 bits
    return _PREFIX + "".join(
        _ALPHABET[number >> 5 * (_LETTERS - 1 - i) & 31] for i in range(_LETTERS)
    )


def decode_raw_key(text: str) -> bytes:
    """Return the key in `text` (blanks around it are ignored), or raise KeyTextError."""
    text = text.strip()
    if not text.startswith(_PREFIX):
        raise KeyTextError(f"it does not begin with {_PREFIX}")
    letters = text[len(_PREFIX) :]
    if len(letters) != _LETTERS:
        raise KeyTextError(f"it has {len(letters)} characters after the prefix, not {_LETTERS}")
    number = 0
    for letter in letters:
        value = _ALPHABET.find(letter)
        if value < 0:
            raise KeyTextError("it contains a character that is not of A-Z and 2-7")
        number = number << 5 | value
    if number & 3:
        raise KeyTextError("its last character is wrong")
    data = (number >> 2).to_bytes(RAW_BYTES + _CHECKSUM_BYTES, "big")
    key = data[:RAW_BYTES]
    if data[RAW_BYTES:] != _checksum(key):
        raise KeyTextError("its checksum does not fit: a character is wrong")
    return key


def key_id(key: bytes) -> bytes:
    """Return the 8 bytes by which a slot names its raw key; they tell nothing about the key."""
    return hmac_digest(key, b"infsh-vault/1 key id", "sha256")[:8]


def _checksum(key: bytes) -> bytes:
    return sha256(b"infsh-vault/1 key text" + key).digest()[:_CHECKSUM_BYTES]
