"""What a program prints of a secret, and how rare notations and notations in notations look."""

from __future__ import annotations

import base64
import html
import json
import re
from typing import NamedTuple
from urllib.parse import quote, quote_plus


class Text(NamedTuple):
    """What is printed, and the part of it that nobody may see (without line breaks)."""

    shown: bytes
    secret: bytes


def texts(*shown: str | bytes) -> list[Text]:
    """Return texts of which nobody may see anything."""
    encoded = [text.encode() if isinstance(text, str) else text for text in shown]
    return [Text(text, text) for text in encoded]


def base32(value: str) -> list[Text]:
    """Return what `base32` prints, but for the last character, which has little of the value."""
    data = value.encode()
    encoded = [
        base64.b32encode(data),
        base64.b32encode(data + b"\n"),
    ]
    return [Text(text, text[: len(data) * 8 // 5]) for text in encoded]


def numbers(value: str) -> list[Text]:
    """Return bytes as Python, JSON and Go print them."""
    data = list(value.encode())
    lists = [separator.join(map(str, data)) for separator in (", ", ",", " ")]
    return [Text(f"[{text}]".encode(), text.encode()) for text in lists]


def nested(value: str) -> list[Text]:
    """Return the value in JSON or repr in a log, a page or an address, and twice in an address."""
    inner = json.dumps(value)[1:-1]
    printed = repr(value)[1:-1]
    return texts(
        json.dumps(json.dumps(inner)[1:-1])[1:-1],
        repr(inner)[1:-1],
        json.dumps(printed)[1:-1],
        repr(printed)[1:-1],
        html.escape(inner),
        quote(inner, safe=""),
        quote_plus(inner),
        quote(quote(value, safe=""), safe=""),
        quote_plus(quote_plus(value)),
        quote(quote_plus(value), safe=""),
    )


def debugged(value: str) -> list[Text]:
    """Return the value as a pattern, in strings of C, Perl and Ruby, and in a mail."""
    string = re.sub(r'(["\\])', r"\\\1", value)
    octal = "".join(f"\\{byte:03o}" if byte > 127 else chr(byte) for byte in string.encode())
    mail = "".join(
        f"={byte:02X}" if byte > 127 or byte == ord("=") else chr(byte) for byte in value.encode()
    )
    return texts(
        re.escape(value),
        octal,
        re.sub(r"([$@])", r"\\\1", octal),
        value.encode("ascii", "backslashreplace"),
        mail,
    )
