"""TOML: keys of the top level with scalars, which keep the text they are written as.

https://toml.io/en/v1.0.0. The `secrets.toml` of Streamlit is one; its tables are no text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.names import is_key
from infsh_secrets.formats.model import Entry, Parsed, Problem, Written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infsh_secrets.formats.model import Pairs

_HINT = 'Write a name and a value a line, as in OPENAI_API_KEY = "…".'
_WHERE = re.compile(r"\(at (line [0-9]+), column [0-9]+\)$")
_TWICE = ("Cannot overwrite", "Cannot declare", "Cannot mutate", "Duplicate")
# The parts of a text that the library has found to be TOML; an opening quote begins a whole string.
_PART = re.compile(
    r'(?P<text>"""(?:[^"\\]|\\.|""?(?!"))*+"{3,5}'
    r"|'''(?:[^']|''?(?!'))*+'{3,5}"
    r'|"(?:[^"\\]|\\.)*+"'
    r"|'[^']*+')"
    r"|(?P<comment>#[^\n]*+)"
    r"|(?P<open>[\[{])|(?P<close>[\]}])|(?P<line>\n)|(?P<equals>=)|(?P<other>[^\"'#\[\]{}\n=]++)",
    re.DOTALL,
)
_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


class _Statement(NamedTuple):
    """One `name = value`, or the `[name]` that begins a table, with "" for its value."""

    line: int
    name: str
    value: str


def parse(text: str) -> Parsed:
    """Return the entries of a TOML document; UsageError when the text is not that.

    Numbers and dates keep the text they are written as. A table and an array are problems, once
    each; a name that stands there twice is no TOML, so that nothing of it is taken.
    """
    text = text.replace("\r\n", "\n")
    found = _load(text)
    places: dict[str, _Statement] = {}
    for statement in _statements(text):
        places.setdefault(_first_name(statement.name), statement)
    entries: list[Entry] = []
    problems: list[Problem] = []
    for key, value in found.items():
        place = places[key]
        if isinstance(value, str):
            entries.append((key, value, place.line))
        elif isinstance(value, dict | list):
            problems.append(Problem(place.line, key if is_key(key) else "", _reason(value)))
        else:
            entries.append((key, place.value, place.line))
    return Parsed(entries, problems, [])


def _load(text: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except ValueError as error:  # also for a number with too many digits
        message = str(error)
    except RecursionError:
        raise UsageError("This TOML is nested too deeply.", _HINT) from None
    at = _WHERE.search(message)
    where = at[1] if at else "its end, or a number in it,"
    if message.startswith(_TWICE):
        where = at[1] if at else "its last line"
        raise UsageError(f"This is not TOML: {where} has a name that was there before.", _HINT)
    raise UsageError(f"This is not TOML: {where} cannot be understood.", _HINT)


def _statements(text: str) -> Iterator[_Statement]:
    """Return each statement with its line; those within a table are passed over."""
    first, last, depth, in_table = 1, 1, 0, False
    name: list[str] = []
    value: list[str] = []
    side = name
    for part in _PART.finditer(text + "\n"):
        kind, token = part.lastgroup, part[0]
        if kind == "line" and not depth:
            statement = _Statement(first, "".join(name).strip(), "".join(value).strip())
            is_table = side is name and statement.name != ""
            if is_table or (side is value and not in_table):
                yield statement
            in_table = in_table or is_table
            first, name, value = last + 1, [], []
            side = name
        elif kind == "equals" and side is name:
            side = value
        elif kind != "comment":
            depth += (kind == "open") - (kind == "close")
            side.append(token)
        last += token.count("\n")


def _first_name(dotted: str) -> str:
    """Return `a b` of `"a b".c` and of the `["a b"]` that begins a table."""
    if is_key(dotted):
        return dotted
    import tomllib

    return next(iter(tomllib.loads(dotted if dotted.startswith("[") else f"{dotted} = 0")))


def _reason(value: dict[str, Any] | list[Any]) -> str:
    if isinstance(value, list):
        return "it is an array, and values are text"
    inner = next((key for key in value if is_key(key)), "")
    return f"it is a table{f' (with {inner} in it)' if inner else ''}, and values are text"


def write(pairs: Pairs) -> Written:
    """Return a line for each secret; every value is in double quotes."""
    lines = [f'{key} = "{_ESCAPED.sub(_escaped, value)}"\n' for key, value in pairs]
    return Written("".join(lines), [])


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    return _SHORT.get(character) or f"\\u{ord(character):04X}"
