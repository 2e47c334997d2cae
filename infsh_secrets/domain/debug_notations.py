"""How programs print a text for whoever looks for a mistake: dumps of values, patterns, mails.

Beside the tables of `domain.notations`, which cover most of what is written of ASCII text.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ASCII = range(128)


def _backslashed(characters: Iterable[str]) -> dict[int, str]:
    return {ord(character): "\\" + character for character in characters}


_LINE_ESCAPES = {9: "\\t", 10: "\\n", 13: "\\r"}
_C = {n: f"\\{n:03o}" for n in (*range(32), 127)} | _LINE_ESCAPES | _backslashed('"\\')
_STRINGS = (_C, _C | _backslashed("$@"))  # C, git, sed, SQLite; Perl's Data::Dumper
_PATTERNS = (
    _backslashed("\t\n\v\f\r #$&()*+-.?[\\]^{|}~"),  # Python
    _backslashed("!#$()*+-.:<=>?[\\]^{|}"),  # PHP
    _backslashed("$()*+.?[\\]^{|}"),  # JavaScript, Go
    _backslashed(chr(n) for n in _ASCII if not chr(n).isalnum() and chr(n) != "_"),  # Perl
)
_SHELLS = (
    _backslashed(" !\"#$&'()*;<>?[\\]^`{|}"),  # zsh
    _backslashed(" \"#$&'()*;<>?[\\]^`{|}"),  # zsh without a history
    _backslashed(" !\"#$%&'()*;<=>?[\\]^`{|}~") | {10: "'\n'"},  # Ruby's Shellwords
    _backslashed(" \"#$%&'()*;<>?[\\]{|}~") | _LINE_ESCAPES,  # fish
)
_QUOTE_LITERAL = {39: "''", 92: "\\\\"}  # PostgreSQL
_CDATA_END = "]]>"
_CDATA_ENDS = "]]]]><![CDATA[>"
_INTERPOLATIONS = ("#{", "#$", "#@")  # Ruby
_ECHOED = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}

_OCTAL = [chr(n) if n in _ASCII else f"\\{n:03o}" for n in range(256)]
_HEXADECIMAL = [chr(n) if n in _ASCII else f"\\x{n:02X}" for n in range(256)]
# RFC 2045, 6.7, without its soft line breaks, and the form of RFC 2047, 4.2 for headers.
_MAIL = [chr(n) if n in _ASCII and n != ord("=") else f"={n:02X}" for n in range(256)]
_MAIL_HEADER = [
    "_" if n == ord(" ") else chr(n) if n in _ASCII and chr(n).isalnum() else f"={n:02X}"
    for n in range(256)
]


def debug_notations(text: str) -> Iterator[str]:
    """Yield ways of writing `text` of which each is that of few tools; several may be the same."""
    data = text.encode("utf-8", "surrogateescape")
    for table in _STRINGS:
        string = text.translate(table)
        yield _bytewise(string, _OCTAL)
        yield _bytewise(string, _HEXADECIMAL)
        yield _interpolated(string)
    for table in (*_PATTERNS, *_SHELLS, _QUOTE_LITERAL):
        yield text.translate(table)
    for characters in (_MAIL, _MAIL_HEADER):
        yield "".join([characters[byte] for byte in data])
    yield text.encode("ascii", "backslashreplace").decode()  # standard error of Python
    yield text.replace(_CDATA_END, _CDATA_ENDS)
    yield _echoed(text)


def patterns(text: str) -> Iterator[str]:
    """Yield `text` as regular expressions that match it, as `re.escape` writes them."""
    for table in _PATTERNS:
        yield text.translate(table)


def _bytewise(text: str, characters: list[str]) -> str:
    if text.isascii():
        return text
    return "".join([characters[byte] for byte in text.encode("utf-8", "surrogateescape")])


def _interpolated(string: str) -> str:
    for begin in _INTERPOLATIONS:
        string = string.replace(begin, "\\" + begin)
    return string


def _echoed(text: str) -> str:
    """Return what `echo` of dash, which is `sh` of Debian, makes of a text with backslashes."""
    return "\\".join(map(_without_escapes, text.split("\\\\")))


def _without_escapes(text: str) -> str:
    for letter, character in _ECHOED.items():
        text = text.replace("\\" + letter, character)
    return text
