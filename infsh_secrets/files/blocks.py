"""A marked block of lines in a file that belongs to the person.

Every other byte of the file stays as it is. What else the block changed, a line break before it or
that there is a file at all, stands in its first line, so that taking it out leaves what was there.
"""

from __future__ import annotations

from infsh_secrets.domain.errors import ConflictError

_BEGIN = b"# >>> infsh completion"
_END = b"# <<< infsh completion <<<"
_NEW_FILE = b", for which this file was made"
_NEW_BREAK = b", and the line break before"
_REST = b" >>>\n"


def with_block(data: bytes | None, lines: str) -> bytes:
    """Return a file's bytes (None for no file) with the block at its end, or anew in its place.

    Raises ConflictError for a block that has no end.
    """
    body = lines.encode() + _END
    if data is not None and _BEGIN in data:
        begin, end = _span(data)
        first = data[begin : data.index(b"\n", begin) + 1]
        return data[:begin] + first + body + data[end:]
    note = b""
    if data is None:
        note = _NEW_FILE
    elif data and not data.endswith(b"\n"):
        note = _NEW_BREAK
    broken = b"\n" if note == _NEW_BREAK else b""
    return (data or b"") + broken + _BEGIN + note + _REST + body + b"\n"


def without_block(data: bytes) -> bytes | None:
    """Return a file's bytes without the block, None where nothing else is left of our own file.

    Raises ConflictError for a block that has no end.
    """
    ours = False
    while _BEGIN in data:
        begin, end = _span(data)
        first = data[begin : data.index(b"\n", begin)]
        ours = ours or _NEW_FILE in first
        end += data[end : end + 1] == b"\n"
        if _NEW_BREAK in first and end == len(data):
            begin -= data[begin - 1 : begin] == b"\n"
        data = data[:begin] + data[end:]
    return None if ours and not data else data


def has_block(data: bytes) -> bool:
    """Tell whether the block is there."""
    return _BEGIN in data


def _span(data: bytes) -> tuple[int, int]:
    begin = data.index(_BEGIN)
    end = data.find(_END, begin)
    if end < 0:
        raise ConflictError(
            f"A block that begins with '{_BEGIN.decode()}' has no end.",
            f"Remove what is left of it, or end it with the line '{_END.decode()}'.",
        )
    return begin, end + len(_END)
