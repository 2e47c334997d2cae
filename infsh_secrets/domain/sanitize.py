"""Text from outside, made safe to show: what could steer a terminal becomes a visible escape."""

from __future__ import annotations

_LATIN_1 = 0xFF
_BMP = 0xFFFF
_DELETE = 0x7F
_ZERO_WIDTH = (
    0x00AD,
    0x034F,
    0x061C,
    0x115F,
    0x1160,
    0x180E,
    0x2028,
    0x2029,
    0x3164,
    0xFEFF,
    0xFFA0,
)


def _escape(code: int) -> str:
    if code <= _LATIN_1:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= _BMP else f"\\U{code:08x}"


UNSAFE = frozenset(
    [
        *range(0x20),
        *range(0x7F, 0xA0),
        *range(0x200B, 0x2010),  # zero width, joiners, direction marks
        *range(0x202A, 0x202F),  # bidirectional embedding and override
        *range(0x2060, 0x2070),  # word joiner, invisible operators, isolates
        *range(0xD800, 0xE000),  # lone surrogates: bytes that were not UTF-8
        *range(0xFFF9, 0xFFFC),
        *range(0x1BCA0, 0x1BCA4),  # shorthand format controls
        *range(0x1D173, 0x1D17B),  # musical format controls
        *range(0xE0000, 0xE0080),  # tags: invisible text
        *range(0xE0100, 0xE01F0),  # variation selectors, which can carry text as well
        *_ZERO_WIDTH,
    ]
)
"""Code points that are never written raw: controls, direction, zero width, surrogates, tags."""

_TABLE = {code: _escape(code) for code in UNSAFE}
_TABLE.update({0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t"})
_JSON_TABLE = {
    code: f"\\u{code:04x}"
    if code <= _BMP
    else f"\\u{0xD800 + ((code - 0x10000) >> 10):04x}\\u{0xDC00 + ((code - 0x10000) & 0x3FF):04x}"
    for code in UNSAFE
    if code >= _DELETE  # below, the JSON encoder has done it and newlines are layout
}


def sanitize(text: str) -> str:
    """Return `text` on one line with every unsafe code point as a visible escape."""
    return text.translate(_TABLE)


def sanitize_json(encoded: str) -> str:
    """Return JSON text with unsafe code points as JSON escapes: the decoded data stay the same."""
    return encoded.translate(_JSON_TABLE)
