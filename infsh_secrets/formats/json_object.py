"""JSON: an object of strings. Numbers and booleans are taken as their text; nothing is nested."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.names import is_key
from infsh_secrets.formats.model import Entry, Parsed, Problem, Written

if TYPE_CHECKING:
    from infsh_secrets.formats.model import Pairs

_HINT = 'Write one object, as in {"OPENAI_API_KEY": "…"}.'


class _Object(list[tuple[str, object]]):
    """The members of an object in their order, also of names that it has twice."""


class _NoNumber:
    """NaN and Infinity, which are no JSON."""


def parse(text: str) -> Parsed:
    """Return the entries of one JSON object; UsageError when the text is not that.

    Places are numbers of members, for JSON keeps no lines. Numbers keep the text they are written
    as. A null, a nested value, and a name that stands there twice are problems.
    """
    root = _load(text)
    if not isinstance(root, _Object):
        raise UsageError("This JSON is not an object of names and values.", _HINT)
    entries: list[Entry] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for place, (key, value) in enumerate(root, 1):
        if key in seen:
            reason = f"the name stands there twice, first as entry {seen[key]}"
            problems.append(Problem(place, key if is_key(key) else "", reason))
        elif type(value) is str:
            entries.append((key, value, place))
        elif value is True or value is False:
            entries.append((key, "true" if value else "false", place))
        else:
            problems.append(Problem(place, key if is_key(key) else "", _reason(value)))
        seen.setdefault(key, place)
    return Parsed(entries, problems, [], unit="entry")


def _load(text: str) -> object:
    try:
        return json.loads(
            text,
            object_pairs_hook=_Object,
            parse_float=str,
            parse_int=str,
            parse_constant=lambda _: _NoNumber(),
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
    except RecursionError:
        raise UsageError("This JSON is nested too deeply.", _HINT) from None
    raise UsageError(f"This is not JSON: {where} cannot be understood.", _HINT)


def _reason(value: object) -> str:
    if value is None:
        return "it is null"
    if isinstance(value, _Object):
        inner = next((key for key, _ in value if is_key(key)), "")
        return f"it is an object{f' (with {inner} in it)' if inner else ''}, and values are text"
    if isinstance(value, list):
        return "it is an array, and values are text"
    return "it is not a number"


def write(pairs: Pairs) -> Written:
    """Return one object with a member a line."""
    quote = json.encoder.encode_basestring  # leaves what is not ASCII as it is
    members = ",\n".join([f"  {quote(key)}: {quote(value)}" for key, value in pairs])
    return Written(f"{{\n{members}\n}}\n" if members else "{}\n", [])
