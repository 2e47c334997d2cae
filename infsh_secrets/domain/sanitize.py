"""Text from outside, made safe to show: what could steer a terminal becomes a visible escape."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

RANGES = (
    (0x00, 0x1F),
    (0x7F, 0x9F),
    (0x00AD, 0x00AD),  # soft hyphen
    (0x034F, 0x034F),  # grapheme joiner
    (0x061C, 0x061C),  # Arabic direction mark
    (0x115F, 0x1160),  # fillers that are drawn as nothing
    (0x180E, 0x180E),
    (0x200B, 0x200F),  # zero width, joiners, direction marks
    (0x2028, 0x2029),  # line and paragraph separators
    (0x202A, 0x202E),  # bidirectional embedding and override
    (0x2060, 0x206F),  # word joiner, invisible operators, isolates
    (0x3164, 0x3164),
    (0xD800, 0xDFFF),  # lone surrogates: bytes that were not UTF-8
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF9, 0xFFFB),
    (0x1BCA0, 0x1BCA3),  # shorthand format controls
    (0x1D173, 0x1D17A),  # musical format controls
    (0xE0000, 0xE007F),  # tags: invisible text
    (0xE0100, 0xE01EF),  # variation selectors, which can carry text as well
)
"""(first, last) code points that are never written raw."""

_BULLET = "\u2022"  # not by name: compiling that imports the table of names
_DELETE = 0x7F
_LATIN_1 = 0xFF
_BMP = 0xFFFF
_LAYOUT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_patterns: list[re.Pattern[str]] = []


def sanitize(text: str) -> str:
    """Return `text` on one line with every unsafe code point as a visible escape."""
    if text.isascii() and text.isprintable():
        return text
    plain = text.replace(_BULLET, "")  # masked values have nothing else that is not ASCII
    if plain.isascii() and plain.isprintable():
        return text
    return _compiled()[0].sub(_visible, text)


def sanitize_json(encoded: str) -> str:
    """Return JSON text with unsafe code points as JSON escapes: the decoded data stay the same.

    The encoder has escaped everything below the space already, and newlines are layout.
    """
    # Long lists are plain but for the bullets of masked values, and are searched much faster so.
    plain = encoded.replace(_BULLET, "").replace("\n", "")
    if plain.isascii() and plain.isprintable():
        return encoded
    return _compiled()[1].sub(_json, encoded)


def _compiled() -> list[re.Pattern[str]]:
    """Compile the two patterns when they are first needed: start-up has no use for them."""
    if not _patterns:
        import re

        for least in (0, _DELETE):
            ranges = "".join(
                f"\\U{first:08x}-\\U{last:08x}" for first, last in RANGES if first >= least
            )
            _patterns.append(re.compile(f"[{ranges}]"))
    return _patterns


def _visible(match: re.Match[str]) -> str:
    character = match[0]
    if character in _LAYOUT:
        return _LAYOUT[character]
    code = ord(character)
    if code <= _LATIN_1:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= _BMP else f"\\U{code:08x}"


def _json(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code <= _BMP:
        return f"\\u{code:04x}"
    code -= _BMP + 1  # JSON writes what lies above as a pair of surrogates
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
