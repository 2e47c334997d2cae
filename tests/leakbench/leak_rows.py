"""The rows of LeakBench: the ways in which a program may show a secret that it was given.

Run as a program with a row's number and `whole` or `split`, it shows the secret in that way: after
`before ` and before ` after`, in one write a line, or with a pause in the middle of each secret.
All values are made up.
"""

from __future__ import annotations

import base64
import html
import json
import os
import shlex
import sys
import time
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, quote_plus

from leak_texts import Text, base32, debugged, nested, numbers, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAUSE = 0.1
BEFORE, AFTER = b"before ", b" after\n"

_TOKEN = "sk-made-up-T0Ken_4mNc8vXq2LrZ7wKp9sYd3hF"
_BODY = [
    "bWFkZS11cC1ib2R5LW9mLWEta2V5LXRoYXQtb3BlbnMtbm90aGluZy1hdC1hbGwh",
    "Q8zv1JxkP0wYt5mRb7sLd2uNfGh3aEoVi6TcKqXyZ94WnMrBjSgDpFlUeHIOAC+/",
    "x3NQv7LmZt0PaWc9RyEu5Bd1KfHs8GjO2TiXoVbYn6MwUqDlSrCe4zFgJpAkIh==",
]
SECRETS = {
    "MADE_UP_TOKEN": _TOKEN,
    "MADE_UP_QUOTED": "pa\"ss'w0rd & <b> $x`y\\z/é+100%=~ü !end",
    "MADE_UP_LINES": "first-line-Aq81\nsecond line, with blanks 27\nthird\tline=Zx94/+",
    "MADE_UP_KEY": "\n".join(["-----BEGIN PRIVATE KEY-----", *_BODY, "-----END PRIVATE KEY-----"]),
    "MADE_UP_ACCOUNT": json.dumps(
        {
            "type": "service_account",
            "project_id": "made-up-project",
            "private_key_id": "7d1e0b49c25a86f3e0d4",
            "auth": [{"client_secret": 'leaf "Vr7" of/JSON é 55', "url": "https://example.com/"}],
        },
        indent=2,
    ),
    "MADE_UP_DATABASE": "postgresql://reader:gR8%40pW3%2Fm5xQz@db.example.com:5432/orders",
}


class Row(NamedTuple):
    """One way of showing a secret; `pause` is the row's own, between `pieces` of each secret."""

    title: str
    secret: str
    texts: Callable[[str], list[Text]]
    descriptor: int = 1
    pause: float = 0
    pieces: int = 2


def _of_base64(text: bytes, before: int, size: int) -> Text:
    """Take of base64 the characters that only the `size` bytes after `before` others decide."""
    plain = text.replace(b"\r", b"").replace(b"\n", b"")
    return Text(text.rstrip(b"\r\n"), plain[-(-before * 8 // 6) : (before + size) * 8 // 6])


def _base64(value: str) -> list[Text]:
    data = value.encode()
    around = (b"", b"\n"), (b"x", b""), (b"xy", b"z"), (b'{"key":"', b'"}')
    return [
        _of_base64(base64.b64encode(before + data + after), len(before), len(data))
        for before, after in around
    ]


def _basic(value: str) -> list[Text]:
    users = b"", b"api", b"user", b"x-access-token", b"somebody@example.com"
    return [
        _of_base64(base64.b64encode(user + b":" + value.encode()), len(user) + 1, len(value))
        for user in users
    ]


def _base64url(value: str) -> list[Text]:
    data = value.encode()
    encoded = [
        _of_base64(base64.urlsafe_b64encode(before + data), len(before), len(data))
        for before in (b"", b"?", b"??")
    ]
    return [*encoded, *(Text(text.shown.rstrip(b"="), text.secret) for text in encoded)]


def _columns(data: bytes, width: int, line_end: bytes) -> bytes:
    text = base64.b64encode(data)
    return line_end.join(text[i : i + width] for i in range(0, len(text), width))


def _wrapped(value: str) -> list[Text]:
    data = value.encode()
    return [
        _of_base64(_columns(b"p" * before + data + b"s" * 30, width, end), before, len(data))
        for width, end in ((76, b"\n"), (64, b"\n"), (76, b"\r\n"))
        for before in range(0, 57, 5)
    ]


def _hex(value: str) -> list[Text]:
    data = value.encode()
    lower = data.hex()
    return texts(
        lower,
        lower.upper(),
        data.hex(":"),
        data.hex(" "),
        data.hex(":").upper(),
        "".join(f"\\x{byte:02x}" for byte in data),
    )


def _url(value: str) -> list[Text]:
    everything = quote(value, safe="")
    return texts(
        everything,
        quote(value),
        quote_plus(value),
        quote(value, safe="!*'()~"),
        quote(value, safe=";,/?:@&=+$#!*'()~"),
        _lower_digits(everything),
    )


def _lower_digits(text: str) -> str:
    first, *pieces = text.split("%")
    return "%".join([first, *(piece[:2].lower() + piece[2:] for piece in pieces)])


def _html(value: str) -> list[Text]:
    text = html.escape(value, quote=False)
    return texts(
        html.escape(value),
        text,
        text.replace('"', "&#34;").replace("'", "&#39;"),
        text.replace('"', "&quot;").replace("'", "&apos;"),
        html.escape(value).encode("ascii", "xmlcharrefreplace"),
    )


def _shell(value: str) -> list[Text]:
    double = "".join("\\" + char if char in '"\\$`' else char for char in value)
    backslash = "".join("\\" + c if c in " !\"$&'()*,;<>?[\\]^`{|}" else c for c in value)
    ansi = value.replace("\\", "\\\\").replace("'", "\\'")
    return [
        *texts(shlex.quote(value)[1:-1], value.replace("'", "'\\''"), double, backslash),
        Text(f"$'{ansi}'".encode(), ansi.encode()),
    ]


def _json(value: str) -> list[Text]:
    escaped = json.dumps(value)[1:-1]
    raw = json.dumps(value, ensure_ascii=False)[1:-1]
    return texts(escaped, raw, escaped.replace("/", "\\/"), json.dumps(escaped)[1:-1])


def _repr(value: str) -> list[Text]:
    return texts(repr(value)[1:-1], ascii(value)[1:-1], repr(value.encode())[2:-1])


def _colours(value: str) -> list[Text]:
    half = len(value) // 2
    red, bold = "\x1b[01;31m\x1b[K", "\x1b[1m"
    end = "\x1b[m\x1b[K"
    shown = (
        f"{red}{value[:half]}{end}{value[half:]}",
        f"{value[:3]}{red}{value[3:-3]}{end}{value[-3:]}",
        "".join(f"\x1b[38;5;{number}m{char}" for number, char in enumerate(value)) + "\x1b[0m",
        "".join(f"{bold}{char}\x1b[0m" for char in value),
        f"{red}{value}{end}",
    )
    return [Text(text.encode(), value.encode()) for text in shown]


def _body(value: str) -> list[Text]:
    body = value.split("\n")[1:-1]
    return texts("".join(body), "\n".join(body), *body)


def _leaf(value: str) -> list[Text]:
    account = json.loads(value)
    leaf = account["auth"][0]["client_secret"]
    return texts(leaf, json.dumps(leaf)[1:-1], repr(leaf)[1:-1], account["private_key_id"])


def _password(value: str) -> list[Text]:
    password = value.split(":")[2].partition("@")[0]
    return texts(password, password.replace("%40", "@").replace("%2F", "/"))


def _is_terminal(_: str) -> list[Text]:
    return [Text(b"a terminal" if os.isatty(1) else b"no terminal", b"")]


def _itself(value: str) -> list[Text]:
    return texts(value)


ROWS = (
    Row("raw on stdout", "MADE_UP_TOKEN", _itself),
    Row("raw on stderr", "MADE_UP_TOKEN", _itself, descriptor=2),
    Row("two writes, 0.6 s apart", "MADE_UP_TOKEN", _itself, pause=0.6),
    Row("one byte each 30 ms", "MADE_UP_TOKEN", _itself, pause=0.03, pieces=1000),
    Row("several lines, whole", "MADE_UP_LINES", _itself),
    Row("one inner line", "MADE_UP_LINES", lambda value: texts(value.split("\n")[1])),
    Row("CRLF", "MADE_UP_LINES", lambda value: texts(value.replace("\n", "\r\n"))),
    Row("JSON, several lines", "MADE_UP_LINES", _json),
    Row("repr", "MADE_UP_QUOTED", _repr),
    Row("base64", "MADE_UP_TOKEN", _base64),
    Row("base64 of user:KEY", "MADE_UP_TOKEN", _basic),
    Row("base64 for URLs", "MADE_UP_QUOTED", _base64url),
    Row("base64 in lines", "MADE_UP_TOKEN", _wrapped),
    Row("hexadecimal", "MADE_UP_TOKEN", _hex),
    Row("URL", "MADE_UP_QUOTED", _url),
    Row("HTML", "MADE_UP_QUOTED", _html),
    Row("quoted for a shell", "MADE_UP_QUOTED", _shell),
    Row("JSON, with quotes", "MADE_UP_QUOTED", _json),
    Row("upper case", "MADE_UP_TOKEN", lambda value: texts(value.upper(), value.lower())),
    Row("colours between", "MADE_UP_TOKEN", _colours),
    Row(
        "UTF-16",
        "MADE_UP_TOKEN",
        lambda value: texts(value.encode("utf-16-le"), value.encode("utf-16-be")),
    ),
    Row("body of a PEM file", "MADE_UP_KEY", _body),
    Row("string of a JSON value", "MADE_UP_ACCOUNT", _leaf),
    Row("password of a URL", "MADE_UP_DATABASE", _password),
    Row("base32", "MADE_UP_TOKEN", base32),
    Row("bytes as numbers", "MADE_UP_TOKEN", numbers),
    Row("one notation in another", "MADE_UP_QUOTED", nested),
    Row("patterns, strings, mails", "MADE_UP_QUOTED", debugged),
    Row("isatty() on a terminal", "MADE_UP_TOKEN", _is_terminal),
)
"""In the order of the figures of others, which are of the first 19."""


def pieces(row: Row, *, split: bool) -> Iterator[tuple[bytes, float]]:
    """Yield what the row's program writes, and for how long it pauses after each write."""
    for text in row.texts(SECRETS[row.secret]):
        if row.pause or split:
            yield from _paced(row, text)
        else:
            yield BEFORE + text.shown + AFTER, 0


def _paced(row: Row, text: Text) -> Iterator[tuple[bytes, float]]:
    size = -(-len(text.shown) // min(row.pieces, len(text.shown)))
    parts = [text.shown[i : i + size] for i in range(0, len(text.shown), size)]
    parts[0] = BEFORE + parts[0]
    parts[-1] += AFTER
    for part in parts:
        yield part, row.pause or PAUSE


def show(row: Row, *, split: bool) -> None:
    """Be the program of a row."""
    if os.environ[row.secret] != SECRETS[row.secret]:
        sys.exit("The program was not given its secret.")
    for part, pause in pieces(row, split=split):
        written = 0
        while written < len(part):
            written += os.write(row.descriptor, part[written:])
        time.sleep(pause)


if __name__ == "__main__":
    show(ROWS[int(sys.argv[1])], split=sys.argv[2] == "split")
