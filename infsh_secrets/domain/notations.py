"""How programs write a text within other text: escaped for JSON, a shell, a URL, HTML, source code.

Each notation is that of the tools named beside it. What surrounds the text, such as quotes, is not
part of what is returned.
"""

from __future__ import annotations

from infsh_secrets.domain.debug_notations import debug_notations, patterns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Table = Mapping[int, str]

_PLAIN = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
"""Written as they are by every notation."""


def _table(characters: str, template: str) -> dict[int, str]:
    return {ord(c): template.format(c=c, n=ord(c)) for c in characters}


_LINE_ESCAPES = {10: "\\n", 13: "\\r", 9: "\\t"}
_CONTROLS = "".join(map(chr, range(32)))

_JSON = {
    **_table(_CONTROLS, "\\u{n:04x}"),
    **_LINE_ESCAPES,
    **_table('"\\', "\\{c}"),
    8: "\\b",
    12: "\\f",
}
_JSON_UPPER = {
    **_JSON,
    **_table("".join(c for c in _CONTROLS if ord(c) not in _JSON), "\\u{n:04X}"),
}
_JSON_MORE = (
    _table("<>&\u2028\u2029", "\\u{n:04x}"),  # Go, Rails
    _table("<>&='\u2028\u2029", "\\u{n:04x}"),  # Gson
    _table("/", "\\{c}"),  # PHP
)
_JSON_DOTNET = {**_JSON_UPPER, **_table("\"'<>&+`\x7f", "\\u{n:04X}")}

_NODE = {
    **_table(_CONTROLS + "".join(map(chr, range(0x7F, 0xA0))), "\\x{n:02X}"),
    **_LINE_ESCAPES,
    8: "\\b",
    12: "\\f",
    92: "\\\\",
}

_HTML_TEXT = {38: "&amp;", 60: "&lt;", 62: "&gt;"}
_HTML_MORE: tuple[dict[int, str], ...] = (
    {34: "&quot;", 39: "&#x27;"},  # Python, React
    {34: "&quot;", 39: "&#39;"},  # lodash, Ruby
    {34: "&#34;", 39: "&#39;"},  # MarkupSafe
    {34: "&quot;", 39: "&apos;"},  # XML
    {},
    {34: "&quot;"},
    {39: "&#39;"},
    {34: "&quot;", 39: "&#039;"},  # PHP
    {34: "&#34;", 39: "&#39;", 43: "&#43;"},  # Go
    {34: "&#34;", 39: "&apos;"},
    {34: "&quot;", 39: "&#39;", 47: "&#x2F;", 96: "&#x60;", 61: "&#x3D;"},  # mustache.js
    {34: "&quot;", 39: "&#x27;", 96: "&#x60;", 61: "&#x3D;"},  # Handlebars
    {34: "&quot;", 39: "&#x27;", 47: "&#x2F;"},  # OWASP
    {10: "&#10;", 13: "&#13;", 9: "&#9;"},  # attributes of XML
    {10: "&#10;", 13: "&#13;", 9: "&#9;", 34: "&quot;"},
)

_SHELL_SINGLE = ({39: "'\\''"}, {39: "'\"'\"'"})
_SHELL_DOUBLE = _table('"\\$`', "\\{c}")
_SHELL_BACKSLASH = _table(" !\"$&'()*,;<>?[\\]^`{|}", "\\{c}")  # printf %q of bash
_SHELL_SAFE = "%+-./:=@_"
_SHELL_CAUTIOUS = {  # Ruby's Shellwords, zsh
    **_table(" !\"#$&'()*;<>?[\\]^`{|}~", "\\{c}"),
}
_SHELL_ANSI = {
    **_table(_CONTROLS + "\x7f", "\\{n:03o}"),
    **_LINE_ESCAPES,
    7: "\\a",
    8: "\\b",
    11: "\\v",
    12: "\\f",
    27: "\\E",
    **_table("'\\", "\\{c}"),
}
_ANSI_OCTAL = [*map(chr, range(128)), *(f"\\{n:03o}" for n in range(128, 256))]
_SOURCE = (
    _table("'\\", "\\{c}"),  # PHP, Perl, fish
    _table("\"'\\", "\\{c}"),  # addslashes, SQL
    {39: "''"},  # SQL, YAML, PowerShell
    {34: '""'},  # CSV
    {37: "%25", 13: "%0D", 10: "%0A"},  # commands of GitHub Actions, and their properties
    {37: "%25", 13: "%0D", 10: "%0A", 58: "%3A", 44: "%2C"},
)

_YAML = {
    **_table(_CONTROLS + "\x7f", "\\x{n:02X}"),
    **_LINE_ESCAPES,
    **dict(zip(b"\0\a\b\v\f\x1b", ("\\0", "\\a", "\\b", "\\v", "\\f", "\\e"), strict=True)),
    **_table('"\\', "\\{c}"),
    **dict(zip((0x85, 0xA0, 0x2028, 0x2029), ("\\N", "\\_", "\\L", "\\P"), strict=True)),
}

_ALWAYS = "_.-"
_URL_SAFE = (
    "~",  # urllib.parse.quote with safe='', curl, Go
    "~/",  # urllib.parse.quote
    "~!*'()",  # encodeURIComponent
    "~;,/?:@&=+$#!*'()",  # encodeURI
    "*",  # URLSearchParams, Java
    "",
    "~$&+:=@",  # Go's PathEscape
    "~$&+,;=",  # Go's UserPassword
    "~!$&'()*+,;=",  # RFC 3986 user information
    "~!#$%&'()*+,/:;=?@[]",  # requests
    "~!$%&'()*+,/:;=?@[\\]^`{|}",  # WHATWG query
    "~!$%&()*+,/:;=?@[\\]^`{|}",  # and of http
    "~!#$%&'()*+,/:;=?@[\\]^{|}",  # WHATWG fragment
    "~!$%&'()*+,/:;=@[\\]|",  # WHATWG path
    "~!$%&'()*+,/:;=@[\\]^|",  # and of Node 20
    "~!$%&'()*+,",  # WHATWG user information
)


def _url_table(safe: str, template: str) -> list[str]:
    kept = _PLAIN + safe.encode()
    return [chr(n) if n in kept else template % n for n in range(256)]


_URL_TABLES = [_url_table(safe, "%%%02X") for safe in _URL_SAFE]
_URL_TABLES_LOWER = [_url_table(safe, "%%%02x") for safe in _URL_SAFE]


def is_plain(value: bytes) -> bool:
    """Tell whether `plain_notations` are the only ones that do not write `value` as it is."""
    return not value.translate(None, _PLAIN)


def common_notations(text: str) -> Iterator[str]:
    """Yield the ways of writing `text` that are met most, at most six times as long each."""
    json = text.translate(_JSON)
    yield json
    yield _ascii(json, "\\u%04x")
    yield from _reprs(text)
    yield from _percent(text, _URL_TABLES[:2])
    yield text.translate(_HTML_TEXT | _HTML_MORE[0])
    for table in _SHELL_SINGLE:
        yield text.translate(table)


def notations(text: str) -> Iterator[str]:
    """Yield every way of writing `text`, the common ones first, some of them twice."""
    yield from common_notations(text)
    yield from _json(text)
    yield from _percent(text, _URL_TABLES)
    yield from _percent(text, _URL_TABLES_LOWER)
    yield from _html(text)
    yield from _shell(text)
    yield from _source(text)
    yield from _yaml(text)
    yield from debug_notations(text)
    yield from _nested(text)


def plain_notations(text: str) -> Iterator[str]:
    """Yield what few notations make of a text that `is_plain`."""
    yield from patterns(text)


def _ascii(text: str, template: str) -> str:
    """Write what is not printable ASCII as UTF-16 units, as JSON without other characters does."""
    if text.isascii() and "\x7f" not in text:
        return text
    return "".join(c if " " <= c < "\x7f" else _units(c, template) for c in text)


def _units(character: str, template: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join([template % int.from_bytes(units[i : i + 2]) for i in range(0, len(units), 2)])


def _json(text: str) -> Iterator[str]:
    json = text.translate(_JSON)
    for plain in (json, json.replace("\x7f", "\\u007f"), _ascii(json, "\\u%04x")):
        yield plain
        for table in _JSON_MORE:
            yield plain.translate(table)
        yield plain.translate(_JSON)  # JSON in JSON
    upper = text.translate(_JSON_UPPER)
    yield upper
    yield _ascii(upper, "\\u%04X")
    yield _ascii(text.translate(_JSON_DOTNET), "\\u%04X")


def _reprs(text: str) -> Iterator[str]:
    """Python's repr, of str and of bytes, and in either kind of quotes."""
    yield from _quoted([repr(part)[1:-1] for part in text.split("'")])
    if not text.isascii():
        yield from _quoted([ascii(part)[1:-1] for part in text.split("'")])
        data = text.encode("utf-8", "surrogateescape")
        yield from _quoted([repr(part)[2:-1] for part in data.split(b"'")])


def _quoted(parts: list[str]) -> Iterator[str]:
    """Yield the text whose single quotes were between `parts` without and with escaped quotes."""
    plain = "'".join(parts)
    yield plain
    yield "\\'".join(parts)
    yield plain.replace('"', '\\"')


def _percent(text: str, tables: list[list[str]]) -> Iterator[str]:
    data = text.encode("utf-8", "surrogateescape")
    for table in tables:
        encoded = "".join([table[byte] for byte in data])
        yield encoded
        if " " in text:
            yield encoded.replace("%20", "+")


def _html(text: str) -> Iterator[str]:
    for more in _HTML_MORE:
        encoded = text.translate(_HTML_TEXT | more)
        yield encoded
        if not text.isascii():
            yield encoded.encode("ascii", "xmlcharrefreplace").decode()


def _shell(text: str) -> Iterator[str]:
    yield text.translate(_SHELL_DOUBLE)
    backslash = text.translate(_SHELL_BACKSLASH)
    yield "\\" + backslash if backslash[:1] in {"~", "#"} else backslash
    yield backslash.replace(":~", ":\\~").replace("=~", "=\\~")
    yield text.translate(_SHELL_CAUTIOUS)
    yield "".join(c if c.isalnum() or c in _SHELL_SAFE else "\\" + c for c in text)
    ansi = text.translate(_SHELL_ANSI)
    yield ansi
    if not text.isascii():
        data = ansi.encode("utf-8", "surrogateescape")
        yield "".join([_ANSI_OCTAL[byte] for byte in data])


def _yaml(text: str) -> Iterator[str]:
    """Double-quoted text of PyYAML and libyaml; what is printable ASCII is as in JSON."""
    if text.isascii() and text.isprintable():
        return
    escaped = text.translate(_YAML)
    yield escaped
    yield "".join([c if c < "\x7f" else _yaml_escape(c) for c in escaped])


def _yaml_escape(character: str) -> str:
    number = ord(character)
    if number < 0x100:  # noqa: PLR2004  # two digits
        return f"\\x{number:02X}"
    return f"\\u{number:04X}" if number < 0x10000 else f"\\U{number:08X}"  # noqa: PLR2004  # four


def _source(text: str) -> Iterator[str]:
    for table in _SOURCE:
        yield text.translate(table)
    node = [part.translate(_NODE) for part in text.split("'")]
    yield from _quoted(node)


def _nested(text: str) -> Iterator[str]:
    """Yield a literal in a notation, as JSON in a log, and what is in an address in an address."""
    json = text.translate(_JSON)
    for literal in dict.fromkeys((json, _ascii(json, "\\u%04x"), *_reprs(text))):
        if literal != text:
            yield from common_notations(literal)
            yield literal.translate(_HTML_TEXT)
            yield literal.translate(_JSON).translate(_JSON)
    for encoded in _percent(text, _URL_TABLES[:3]):
        yield encoded.replace("%", "%25")
        yield encoded.replace("%", "%25").replace("+", "%2B")
