r"""Reading .env files: the dialect of python-dotenv, with the backquotes of Node.

A statement is `KEY=value`, maybe after `export`; blanks around `=` and `#` comments after blanks
are no part of it. In double quotes, `\n`, `\t`, `\"`, `\\` and the like are escapes; in single
quotes only `\'` and `\\`; in backquotes nothing is. Quoted values may have several lines.
https://github.com/theskumar/python-dotenv, https://nodejs.org/api/environment_variables.html
"""

from __future__ import annotations

import re

from infsh_secrets.domain.names import is_key
from infsh_secrets.formats.model import (
    MOST_ENTRIES,
    MOST_PROBLEMS,
    Entry,
    Parsed,
    Problem,
    check_amount,
)

_SPACE = r"[^\S\n]"
_END = rf"{_SPACE}*(?:\#[^\n]*)?(?:\n|\Z)"
# A quote after a backslash does not end the value, unless nothing else on the line could: so a
# Windows path may end with a backslash, as it may for python-dotenv.
_STATEMENT = re.compile(
    rf"""\s*(?:export{_SPACE}+)?
    (?:
        ('[^'\n]+'|[^=\#\s'][^=\#\s]*){_SPACE}*
        (?:
            (=){_SPACE}*+
            (?:
                ((?:(?<==)\#|[^\n'"`\#])[^\n]*)(?:\n|\Z)
                | '([^'\\]*+(?:\\.[^'\\]*+)*+)'{_END}
                | "([^"\\]*+(?:\\.[^"\\]*+)*+)"{_END}
                | `([^`]*+)`{_END}
                | '([^'\n]*+)'{_END}
                | "([^"\n]*+)"{_END}
                | {_END}
            )
            | {_END}
        )
        | \#[^\n]*(?:\n|\Z)
        | \Z
        | ([^\n]*)(?:\n|\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
_KEY, _EQUALS, _PLAIN, _SINGLE, _DOUBLE, _BACK, _SINGLE_LINE, _DOUBLE_LINE, _REST = range(1, 10)
_COMMENT = re.compile(r"\s+#.*", re.DOTALL)
_ESCAPE_DOUBLE = re.compile(r"\\([\\'\"abfnrtv])")
_ESCAPE_SINGLE = re.compile(r"\\([\\'])")
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_REFERENCE = re.compile(r"\$\{[^\}:]*(?::-[^\}]*)?\}")
_KEY_FILE = re.compile(r"-----BEGIN [^\n]*+\n(?:(?!-----)[^\n]*+\n)*+-----END [^\n]*+")
"""A private key or certificate; its lines, read one by one, would be taken for names."""
_MOST_LINES = 5


def parse(text: str) -> Parsed:
    """Return the entries of a .env file; of a name that stands there twice, both in order.

    What cannot be understood is a problem with its line, and what follows the line is read on.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    entries: list[Entry] = []
    problems: list[Problem] = []
    line, counted, passed = 1, 0, 0
    for match in _STATEMENT.finditer(text):
        place = match.lastindex
        if place is None or match.start() < passed:  # a comment, or the end
            continue
        if len(problems) > MOST_PROBLEMS or len(entries) > MOST_ENTRIES:
            check_amount(len(entries), len(problems))
        start = match.start(place if place == _REST else _KEY)
        line += text.count("\n", counted, start)
        counted = start
        key = match[_KEY]
        if place == _PLAIN:
            value = match[_PLAIN]
            if value.startswith("-----") and (lines := _KEY_FILE.match(text, match.start(place))):
                problems.append(_without_quotes(key, line))
                passed = lines.end()
                continue
            if "#" in value:
                value = _COMMENT.sub("", value)
            value = value.rstrip()
        elif place == _REST:
            if match[_REST]:
                problems.append(_not_understood(match[_REST], line))
            continue
        elif place == _KEY:
            problems.append(Problem(line, "", "there is no = after the name"))
            continue
        else:
            value = _quoted(match[place], place) if place != _EQUALS else ""
        entries.append((key.strip("'"), value, line))
    return Parsed(entries, problems, _references(entries))


def _quoted(text: str, place: int) -> str:
    if "\\" not in text or place == _BACK:
        return text
    escapes = _ESCAPE_DOUBLE if place in (_DOUBLE, _DOUBLE_LINE) else _ESCAPE_SINGLE
    return escapes.sub(lambda match: _ESCAPES.get(match[1], match[1]), text)


def _without_quotes(key: str, line: int) -> Problem:
    reason = "a value of several lines has to stand in quotes"
    return Problem(line, key if is_key(key) else "", reason)


def _not_understood(rest: str, line: int) -> Problem:
    """Return what is wrong with a line, of which no part may be told but a proper name."""
    name, equals, value = rest.partition("=")
    name = name.strip().removeprefix("export ").strip()
    key = name if is_key(name) else ""
    if not equals:
        return Problem(line, key, "this is not KEY=VALUE")
    if not name:
        return Problem(line, "", "there is no name before the =")
    quote = value.strip()[:1]
    if quote not in ("'", '"', "`"):
        return Problem(line, key, "this is not KEY=VALUE")
    if value.count(quote) > 1:
        return Problem(line, key, "something stands after the closing quote")
    return Problem(line, key, "the quote is never closed")


def _references(entries: list[Entry]) -> list[str]:
    lines = [str(line) for _, value, line in entries if "${" in value and _REFERENCE.search(value)]
    if not lines:
        return []
    rest = len(lines) - _MOST_LINES
    shown = ", ".join(lines[:_MOST_LINES]) + (f" and {rest} more" if rest > 0 else "")
    return [
        f"A ${{NAME}} in a value is kept as it is written (line {shown}); "
        "some programs would put another variable in its place."
    ]
