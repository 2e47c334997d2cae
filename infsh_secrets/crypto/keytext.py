"""Keys as text: a raw key for files and variables, a recovery code for paper.

Both are base32 with a checksum, so that a wrong character or an exchanged group is found.
"""

from __future__ import annotations

from infsh_secrets.crypto.binding import hmac_digest, sha256

RAW_BYTES = 32
RECOVERY_BYTES = 20
RECOVERY_PREFIX = "INFSHREC1"
_PREFIX = "INFSHKEY1-"
_CHECKSUM_BYTES = 4
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_LETTERS = 58  # 36 bytes in base32 without padding
_CODE_CHECKSUM_BYTES = 5
_CODE_LETTERS = 40  # 25 bytes in base32, which needs no padding
_GROUP = 5


class KeyTextError(Exception):
    """The text is not a key; `reason` says what is wrong with it and shows none of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def encode_raw_key(key: bytes) -> str:
    """Return the text form of a 32-byte key, 68 characters on one line."""
    return _PREFIX + _letters(key + _checksum(key), _LETTERS)


def decode_raw_key(text: str) -> bytes:
    """Return the key in `text` (blanks around it are ignored), or raise KeyTextError."""
    text = text.strip()
    if not text.startswith(_PREFIX):
        raise KeyTextError(f"it does not begin with {_PREFIX}")
    letters = text[len(_PREFIX) :]
    if len(letters) != _LETTERS:
        raise KeyTextError(f"it has {len(letters)} characters after the prefix, not {_LETTERS}")
    number = _number(letters)
    if number & 3:
        raise KeyTextError("its last character is wrong")
    data = (number >> 2).to_bytes(RAW_BYTES + _CHECKSUM_BYTES, "big")
    key = data[:RAW_BYTES]
    if data[RAW_BYTES:] != _checksum(key):
        raise KeyTextError("its checksum does not fit: a character is wrong")
    return key


def encode_recovery_code(code: bytes) -> str:
    """Return the text form of a 20-byte recovery code: `INFSHREC1` and eight groups of five."""
    letters = _letters(code + _code_checksum(code), _CODE_LETTERS)
    groups = (letters[at : at + _GROUP] for at in range(0, _CODE_LETTERS, _GROUP))
    return "-".join((RECOVERY_PREFIX, *groups))


def decode_recovery_code(text: str) -> bytes:
    """Return the code in `text`, or raise KeyTextError.

    It is typed by hand from paper: small letters, blanks, hyphens and a missing prefix are no
    matter, everything else is.
    """
    letters = "".join(text.split()).replace("-", "").upper().removeprefix(RECOVERY_PREFIX)
    if len(letters) != _CODE_LETTERS:
        raise KeyTextError(f"it has {len(letters)} letters and digits, not {_CODE_LETTERS}")
    data = _number(letters).to_bytes(RECOVERY_BYTES + _CODE_CHECKSUM_BYTES, "big")
    code = data[:RECOVERY_BYTES]
    if data[RECOVERY_BYTES:] != _code_checksum(code):
        raise KeyTextError("its checksum does not fit: a character is wrong, or groups exchanged")
    return code


def key_id(key: bytes) -> bytes:
    """Return the 8 bytes by which a slot names its key or code; they tell nothing about it."""
    return hmac_digest(key, b"infsh-vault/1 key id", "sha256")[:8]


def _checksum(key: bytes) -> bytes:
    return sha256(b"infsh-vault/1 key text" + key).digest()[:_CHECKSUM_BYTES]


def _code_checksum(code: bytes) -> bytes:
    return sha256(b"infsh-vault/1 recovery text" + code).digest()[:_CODE_CHECKSUM_BYTES]


def _letters(data: bytes, count: int) -> str:
    """Return bytes as `count` letters of base32 (RFC 4648) without padding."""
    number = int.from_bytes(data, "big") << (5 * count - 8 * len(data))
    return "".join(_ALPHABET[number >> 5 * (count - 1 - i) & 31] for i in range(count))


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        value = _ALPHABET.find(letter)
        if value < 0:
            raise KeyTextError("it contains a character that is not of A-Z and 2-7")
        number = number << 5 | value
    return number
