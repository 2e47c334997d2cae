"""What within a value is a secret by itself: lines, strings of a JSON value, a URL's password."""

from __future__ import annotations

from binascii import unhexlify

from infsh_secrets.domain.binary_notations import LINE_ENDS
from infsh_secrets.domain.weak_values import is_ordinary, is_weak, unusual_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

SHORTEST_LINE = 8
LONGEST_JSON = 4096
MOST_PARTS = 2000
_DEEPEST = 3
_PIECE = 24
_SHORTEST_END = 12
_LONGEST_IN_PIECES = 2048
_SHORTEST_IN_URL = 16
_SPEAKING = (
    "key",
    "secret",
    "token",
    "pass",
    "pwd",
    "credential",
    "private",
    "dsn",
    "salt",
    "signature",
    "cookie",
    "session",
    "bearer",
)
"""What the name of a field contains whose value is a secret even if it is made of words."""

_HEX_DIGITS = b"0123456789abcdefABCDEF"


def lines(value: bytes) -> Iterator[bytes]:
    """Yield the lines of a value of several lines, and the body of a PEM file as one text.

    Without white space around them, from 8 bytes on. Lines that others have too are left out, such
    as `-----BEGIN PRIVATE KEY-----`, and those of JSON that hold no secret (over 4 KiB: all).
    """
    all_lines = [line.strip() for line in value.split(b"\n")]
    body = [line for line in all_lines if not line.startswith(b"-----")]
    if len(body) + 2 <= len(all_lines) and len(body) > 1:
        for line_end in (b"", *LINE_ENDS):
            yield line_end.join(body)
    secret: list[bytes] | None = None
    if value[:1] in (b"{", b"["):
        secret = parts(value) if len(value) <= LONGEST_JSON else []
    for line in body:
        if len(line) < SHORTEST_LINE or is_weak(line):
            continue
        if secret is None or any(part in line for part in secret):
            yield line


def parts(value: bytes, depth: int = 0) -> list[bytes]:
    """Return the strings in `value` that are secrets by themselves, at most 2,000, each once.

    For a JSON value those of its strings that are not ordinary words, addresses or URLs; for a URL
    the user, the password, and long random parts of the path and query. Strings that are JSON or
    URLs in turn are looked into, three levels deep.
    """
    found: dict[bytes, None] = {}
    if value[:1] in (b"{", b"[", b'"'):
        for text, speaking in _strings(value):
            leaf = text.encode("utf-8", "surrogatepass").strip()
            if _is_secret(leaf, speaking=speaking):
                found[leaf] = None
            if depth < _DEEPEST:
                found.update(dict.fromkeys(parts(leaf, depth + 1)))
            if len(found) >= MOST_PARTS:
                break
    elif b"://" in value[:64]:
        found.update(dict.fromkeys(_of_url(value)))
    return list(found)[:MOST_PARTS]


def _is_secret(leaf: bytes, *, speaking: bool) -> bool:
    if is_weak(leaf) or (b"://" in leaf[:64] and not parts(leaf)):
        return False
    return speaking or not (is_ordinary(leaf) or _is_address(leaf))


def _is_address(leaf: bytes) -> bool:
    user, at, host = leaf.rpartition(b"@")
    return bool(at and user) and b"." in host and is_ordinary(host)


def _strings(value: bytes) -> Iterator[tuple[str, bool]]:
    """Yield (string, whether a name on the way to it speaks of a secret) of a JSON value."""
    import json

    try:
        root = json.loads(value)
    except (ValueError, RecursionError):
        return
    waiting = [(root, False)]
    while waiting:
        node, speaking = waiting.pop()
        if isinstance(node, str):
            yield node, speaking
        elif isinstance(node, list):
            waiting += [(item, speaking) for item in reversed(node)]
        elif isinstance(node, dict):
            waiting += [(item, speaking or _speaks(name)) for name, item in node.items()]


def _speaks(name: str) -> bool:
    name = name.lower()
    return any(word in name for word in _SPEAKING)


def _of_url(value: bytes) -> Iterator[bytes]:
    if value.split(None, 1)[1:]:
        return
    rest = value.partition(b"://")[2]
    authority = rest.partition(b"/")[0]
    # A password may contain a slash that should have been encoded.
    at = rest.rfind(b"@") if b"@" not in authority else len(authority.rpartition(b"@")[0])
    user, _, password = rest[: max(at, 0)].partition(b":")
    for text, weak in ((password, is_weak), (user, _is_poor_user)):
        for form in (text, _decoded(text)):
            if not is_weak(form) and not weak(form):
                yield form
    tail = rest[at + 1 :] if at >= 0 else rest
    for piece in tail.translate(bytes.maketrans(b"/?&=#;", b"      ")).split():
        for form in (piece, _decoded(piece)):
            if len(form) >= _SHORTEST_IN_URL and not is_ordinary(form) and b"." not in form:
                yield form


def _is_poor_user(user: bytes) -> bool:
    return is_weak(user) or is_ordinary(user)


def _decoded(text: bytes) -> bytes:
    """Undo %-encoding; what is not encoded rightly stays."""
    first, *pieces = text.split(b"%")
    return first + b"".join(map(_decoded_piece, pieces))


def _decoded_piece(piece: bytes) -> bytes:
    digits, rest = piece[:2], piece[2:]
    if digits[1:] and not digits.translate(None, _HEX_DIGITS):
        return unhexlify(digits) + rest
    return b"%" + piece


def pieces(value: bytes) -> list[bytes]:
    """Return all texts of 24 bytes, and ends of 12, in the random parts of a value of one word.

    They show that a longer piece of it stands somewhere: at the end of a line, in a column of a
    table. Of a value that is a URL, JSON, or longer than 2 KiB there are none, but of its parts.
    """
    bare = value.strip()
    found: dict[bytes, None] = {}
    for text in (bare, *parts(bare)):
        if _PIECE < len(text) <= _LONGEST_IN_PIECES and not _is_composed(text):
            # The header of one JSON Web Token is that of others.
            first = text.find(b".") + 1 if text.startswith(b"eyJ") else 0
            ends = [text[-size:] for size in range(_SHORTEST_END, _PIECE)]
            windows = [text[at : at + _PIECE] for at in range(len(text) - _PIECE, first - 1, -1)]
            found.update(dict.fromkeys(filter(_is_random, ends + windows)))
    return list(found)


def _is_composed(text: bytes) -> bool:
    return text[:1] in (b"{", b"[", b'"') or b"://" in text[:64] or bool(text.split(None, 1)[1:])


def _is_random(text: bytes) -> bool:
    """Tell whether words that are none in any language make up most of a piece."""
    return sum(map(len, unusual_words(text))) * 3 >= len(text) * 2
