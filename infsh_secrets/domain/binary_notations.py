"""How bytes are written as letters: base64, base32, hexadecimal digits and lists of numbers."""

from __future__ import annotations

from binascii import b2a_base64

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

LINE_ENDS = (b"\n", b"\r\n", b"\r\r\n")
"""A terminal makes the second of the first, and the third of the second."""

WIDTHS = (64, 76)
"""Columns of a line of base64: PEM and OpenSSL; MIME, coreutils and Python."""

_HEX_WIDTH = 60
"""Columns of a line of `xxd -p`."""

_WHOLE = 64
"""Of a value up to this size, text that is broken into lines is looked for as a whole."""

_LEAST_BEFORE_BREAK = 4
_WINDOW = 32
_EDGE = 16
_LONG_ENOUGH = 20
_FIRST = (0, 2, 3)
"""The first character that depends on the value alone, after 0, 1 and 2 bytes of something else."""

_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_BASE32 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def _at(value: bytes, alignment: int) -> tuple[bytes, bytes]:
    """Return the base64 characters that `value` alone determines after some other bytes.

    They leave at most 4 bits of it at either end. The second is for a value that ends the text:
    up to the last character and the padding.
    """
    text = b2a_base64(bytes(alignment) + value, newline=False)
    first = _FIRST[alignment]
    return text[first : (alignment + len(value)) * 8 // 6], text[first:]


def base64_forms(value: bytes) -> Iterator[bytes]:
    """Yield base64 of `value` wherever it begins in the text that is encoded, in both alphabets."""
    for alignment in range(3):
        certain, ending = _at(value, alignment)
        # Up to where lines may be broken: what finds this finds all forms that are broken, too.
        whole = certain[: len(certain) - (_FIRST[alignment] + len(certain)) % 4]
        for text in (whole if len(whole) >= _LONG_ENOUGH else certain, certain, ending):
            yield text
            yield text.translate(_URL_SAFE)
    yield b2a_base64(value + b"\n", newline=False)  # echo "$KEY" | base64


def hexadecimal(value: bytes, *, rich: bool = True) -> Iterator[bytes]:
    """Yield `value` in hexadecimal digits of both cases; when `rich`, separated ones too."""
    lower = value.hex()
    yield lower.encode()
    yield lower.upper().encode()
    if rich:
        for separator in (":", " "):
            yield value.hex(separator).encode()
            yield value.hex(separator).upper().encode()
        yield b"".join([b"\\x%02x" % byte for byte in value])
        yield b"".join([b"\\x%02X" % byte for byte in value])
    if len(lower) > _HEX_WIDTH:
        for line_end in LINE_ENDS:
            yield _broken(lower.encode(), _HEX_WIDTH, _HEX_WIDTH, line_end)


def base32(value: bytes) -> bytes:
    """Return base32 of a text that begins with `value`, as far as it depends on that alone."""
    padded = value + bytes(-len(value) % 5)
    groups = (int.from_bytes(padded[start : start + 5]) for start in range(0, len(padded), 5))
    text = bytes([_BASE32[group >> place & 31] for group in groups for place in range(35, -1, -5)])
    return text[: len(value) * 8 // 5]


def numbers(value: bytes) -> Iterator[bytes]:
    """Yield the bytes of `value` in decimal digits, as Go, JSON, and lists of Python have them."""
    digits = [b"%d" % byte for byte in value]
    for separator in (b" ", b",", b", "):
        yield separator.join(digits)


def wrapped(value: bytes) -> Iterator[bytes]:
    """Yield base64 of `value` in lines of 64 and 76 columns, wherever in a line it begins.

    Of a value over 64 bytes these are all pieces of 32 characters, which every full line is made
    of, and the beginnings and ends of the whole that are shorter.
    """
    for alignment in range(3):
        text = _at(value, alignment)[0]
        first = (4 - _FIRST[alignment]) % 4
        if len(value) <= _WHOLE:
            yield from _phases(text, first)
        else:
            yield from _pieces(text, first)


def long_wrapped(value: bytes) -> Iterator[bytes]:
    """Yield base64 of `value` in lines of 64 and 76 columns of which the first begins with it."""
    text = _at(value, 0)[0]
    for width in WIDTHS:
        for line_end in LINE_ENDS[:2]:
            yield _broken(text, width, width, line_end)


def _phases(text: bytes, first: int) -> Iterator[bytes]:
    for width in WIDTHS if len(text) > WIDTHS[0] else WIDTHS[:1]:
        for phase in range(first or 4, min(width + 1, len(text)), 4):
            # A form of one or two letters and a line end would hold every line that ends so.
            begun = phase if phase < _LEAST_BEFORE_BREAK else 0
            broken = _broken(text[begun:], phase - begun or width, width, b"\n")
            for line_end in LINE_ENDS:
                yield broken.replace(b"\n", line_end)


def _broken(text: bytes, phase: int, width: int, line_end: bytes) -> bytes:
    """Break `text` into lines of `width`, the first of `phase` characters."""
    lines = [text[start : start + width] for start in range(phase, len(text), width)]
    return line_end.join([text[:phase], *lines])


def _pieces(text: bytes, first: int) -> Iterator[bytes]:
    size = len(text)
    for start in (0, *range(first or 4, size - _WINDOW, 4), size - _WINDOW):
        yield text[start : start + _WINDOW]
    last = first + (size - first) // 4 * 4
    for line_end in LINE_ENDS:
        for place in range(first if first >= _LEAST_BEFORE_BREAK else first + 4, _WINDOW, 4):
            yield text[:place] + line_end + text[place : place + _EDGE]
        for place in range(last, size - _WINDOW, -4):
            if place < size:
                yield text[place - _EDGE : place] + line_end + text[place:]
