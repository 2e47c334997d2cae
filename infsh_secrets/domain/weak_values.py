"""Which values are too short or too common to be searched for."""

from __future__ import annotations

SHORTEST = 6
"""Bytes of the shortest text that is searched for."""

_SHORTEST_NUMBER = 8

_WORDS = frozenset(
    b"""
    enabled disabled default unknown undefined optional required nothing secret secrets password
    passwd passphrase username example changeme change-me placeholder redacted api_key apikey
    production development staging testing preview sandbox release
    localhost 127.0.0.1 0.0.0.0 http:// https:// http://localhost https://localhost
    host.docker.internal postgres postgresql mysql mariadb mongodb sqlite sqlite3 rabbitmq
    administrator anonymous service private public system application
    warning verbose critical notice
    us-east-1 us-east-2 us-west-1 us-west-2 eu-west-1 eu-central-1 us-central1 europe-west1
    openai anthropic google github gitlab
    service_account authorized_user
    """.split()
)
_LONGEST_KNOWN = max(map(len, _WORDS))
_LETTERS_AND_DIGITS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def is_weak(value: bytes) -> bool:
    """Tell whether `value` is so short or so common that its places in a text mean nothing."""
    bare = value.strip()
    if len(bare) < SHORTEST or (len(bare) < _SHORTEST_NUMBER and bare.isdigit()):
        return True
    if len(bare) <= _LONGEST_KNOWN and bare.lower() in _WORDS:
        return True
    return bare.count(bare[:1]) == len(bare) or (
        bare.isascii() and bare.translate(None, _LETTERS_AND_DIGITS) == bare
    )


_SEPARATORS = bytes.maketrans(b"_.-/:@ ", b"       ")
_LONGEST_WORD = 20


def is_ordinary(value: bytes) -> bool:
    """Tell whether `value` is made of words and short numbers, as `my-project-42` is."""
    return not unusual_words(value)


def unusual_words(value: bytes) -> list[bytes]:
    """Return what in `value` is neither a word nor a short number."""
    words = value.translate(_SEPARATORS).split()
    return [word for word in words if not _is_word(word)]


def _is_word(piece: bytes) -> bool:
    if len(piece) > _LONGEST_WORD:
        return False
    return piece.isdigit() or (
        piece.isalpha() and (piece.islower() or piece.isupper() or piece.istitle())
    )
