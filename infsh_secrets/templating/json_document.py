"""JSON documents: texts with references are replaced where they stand, every other byte stays."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.templating.references import parse_string

if TYPE_CHECKING:
    from infsh_secrets.templating.model import Problem, Template, Use, Values

_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?', re.DOTALL)
_TELLING = ("secret", "infsh", "\\u")
"""One of these stands in every reference, however JSON escapes it."""


class JsonDocument:
    """A JSON document, with all uses and problems in the order of the file.

    Raises UsageError, naming `path` and the line, for what is no JSON.
    """

    def __init__(self, text: str, path: str, *, julep: bool = False) -> None:
        self.path = path
        self.uses: list[Use] = []
        self.problems: list[Problem] = []
        self._text = text
        self._holes: list[tuple[int, int, Template]] = []
        _check(text, path)
        line, counted = 1, 0
        for match in _STRING.finditer(text):
            if match[1] or not any(word in match[0] for word in _TELLING):  # a key, or no reference
                continue
            line += text.count("\n", counted, match.start())
            counted = match.start()
            found = parse_string(json.loads(match[0]), line, julep=julep)
            self.uses += found.uses
            self.problems += found.problems
            if found.changed:
                self._holes.append((match.start(), match.end(), found))

    def as_json(self, values: Values) -> str:
        """Return the document with values in it, which is secret."""
        parts = []
        done = 0
        for begin, end, template in self._holes:
            parts += [self._text[done:begin], _encoded(template.evaluate(values))]
            done = end
        parts.append(self._text[done:])
        return "".join(parts)

    def as_yaml(self, values: Values) -> str:
        """Return the document as YAML, which is secret."""
        import yaml

        data = json.loads(self.as_json(values))
        try:
            text: str = yaml.dump(
                data,
                Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper),
                sort_keys=False,
                allow_unicode=True,
                width=1 << 20,
            )
        except (RecursionError, UnicodeError):
            error = UsageError(
                f"{self.path} holds something that cannot be written as YAML.",
                "Leave --format yaml out.",
            )
        else:
            return text
        raise error


def _check(text: str, path: str) -> None:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        line = error.lineno
    except (RecursionError, ValueError):
        line = 1
    else:
        return
    raise UsageError(
        f"{path}, line {line}: this is not valid JSON.",
        "Look for a comma, quote or bracket that is missing there.",
    )


def _encoded(result: Any) -> str:
    text = json.dumps(result, ensure_ascii=False)
    # Half a character that the document has escaped cannot be written otherwise.
    return text if _is_utf8(text) else json.dumps(result)


def _is_utf8(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)
