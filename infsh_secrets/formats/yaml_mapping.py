"""YAML: a mapping of scalars, which keep the text they are written as; nothing is nested."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.names import is_key
from infsh_secrets.formats.model import Entry, Parsed, Problem, Written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infsh_secrets.formats.model import Pairs

_HINT = 'Write one mapping, as in OPENAI_API_KEY: "…".'
_NULL = frozenset(("~", "null", "Null", "NULL", ""))
_STRING = ("tag:yaml.org,2002:str", "!")
_BMP = 0xFFFF
_DEEPEST = 1000
# Everything that YAML does not print, or that some readers take for a line break.
_UNSAFE = re.compile(r'["\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def parse(text: str) -> Parsed:
    """Return the entries of one YAML mapping; UsageError when the text is not that.

    Read event by event, so that neither nesting nor aliases cost more than the text is long. A
    null, a nested value, a value of another tag and a name that stands there twice are problems.
    """
    import yaml

    try:
        return _Mapping(_events(yaml, text)).read()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        where = f"line {mark.line + 1}" if mark is not None else "a character in it"
    except UnicodeEncodeError:
        where = "a character in it"
    raise UsageError(f"This is not YAML: {where} cannot be understood.", _HINT)


def _events(yaml: Any, text: str) -> Iterator[Any]:
    return iter(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


class _Mapping:
    """The events of a stream that has one document, which is one mapping."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._anchors: dict[str, tuple[str, str]] = {}
        self._entries: list[Entry] = []
        self._problems: list[Problem] = []

    def read(self) -> Parsed:
        """Return what the mapping says."""
        kinds = ("StreamStartEvent", "DocumentStartEvent")
        first = next(event for event in self._events if type(event).__name__ not in kinds)
        kind = type(first).__name__
        if kind == "StreamEndEvent" or (kind == "ScalarEvent" and first.value in _NULL):
            return Parsed([], [], [])
        if kind != "MappingStartEvent":
            raise UsageError("This YAML is not a mapping of names and values.", _HINT)
        self._members()
        if any(type(event).__name__ == "DocumentStartEvent" for event in self._events):
            raise UsageError("This YAML has several documents.", "Import them one by one.")
        return Parsed(self._entries, self._problems, [])

    def _members(self) -> None:
        seen: dict[str, int] = {}
        for event in self._events:
            if type(event).__name__ == "MappingEndEvent":
                return
            line = event.start_mark.line + 1
            key, reason = self._scalar(event)
            value, wrong = self._scalar(next(self._events))
            known = key if not reason and is_key(key) else ""
            if reason:
                self._problems.append(Problem(line, "", f"the name is no text: {reason}"))
            elif key in seen:
                again = f"the name stands there twice, first on line {seen[key]}"
                self._problems.append(Problem(line, known, again))
            elif wrong:
                self._problems.append(Problem(line, known, wrong))
            else:
                self._entries.append((key, value, line))
            if not reason:
                seen.setdefault(key, line)

    def _scalar(self, event: Any) -> tuple[str, str]:
        """Return (text, "") of a scalar, or ("", why it is none)."""
        kind = type(event).__name__
        if kind == "AliasEvent":
            return self._anchors.get(event.anchor, ("", "its alias names no scalar before it"))
        found = self._of_scalar(event) if kind == "ScalarEvent" else self._skipped(kind)
        if event.anchor is not None:
            self._anchors[event.anchor] = found
        return found

    @staticmethod
    def _of_scalar(event: Any) -> tuple[str, str]:
        if event.tag is not None and event.tag not in _STRING:
            return "", "it has a tag, and values are text"
        if event.implicit[0] and event.tag is None and event.value in _NULL:
            return "", "it is null"
        return event.value, ""

    def _skipped(self, kind: str) -> tuple[str, str]:
        """Pass over what is nested, unless its depth would take the library very long."""
        depth = 1
        while depth:
            if depth > _DEEPEST:
                raise UsageError(
                    f"This YAML is nested more than {_DEEPEST} deep, and values are text.", _HINT
                )
            name = type(next(self._events)).__name__
            depth += name in ("MappingStartEvent", "SequenceStartEvent")
            depth -= name in ("MappingEndEvent", "SequenceEndEvent")
        what = "a mapping" if kind == "MappingStartEvent" else "a sequence"
        return "", f"it is {what}, and values are text"


def write(pairs: Pairs) -> Written:
    """Return a mapping with a line for each secret; every value is in double quotes."""
    # A key such as NO or TRUE would be read as something else than text.
    lines = [f'"{key}": "{_UNSAFE.sub(_escaped, value)}"\n' for key, value in pairs]
    return Written("".join(lines) or "{}\n", [])


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    if character in _SHORT:
        return _SHORT[character]
    return f"\\u{ord(character):04x}"
