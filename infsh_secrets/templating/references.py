r"""References inside of texts, and texts that are one reference.

A backslash before a reference makes it text: `\{{ secrets.NAME }}` gives `{{ secrets.NAME }}`, and
so does one before `secret://`, `infsh://` and `$ `. Two give one backslash and the value. Anywhere
else a backslash is what it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.names import check_environment, is_key
from infsh_secrets.templating import expressions
from infsh_secrets.templating.filters import FILTERS, MOST_FILTERS
from infsh_secrets.templating.model import Name, Problem, Template, Use

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infsh_secrets.templating.model import Hole, Values

EXPRESSION = "$ "
_SCHEMES = ("secret://", "infsh://")
_MENTION = re.compile(
    r"""(?<![\w.])secrets\s*(?:\.\s*([A-Za-z_]\w*)|\[\s*(?:'(\w+)'|"(\w+)")\s*\])""", re.ASCII
)
_BEGINS = r"(?<![\w.])secrets\s*[.\[]"
_MENTIONED = re.compile(_BEGINS)
_DOUBLE = re.compile(r"\{\{(?:([^{}]*)\}\}|(?=-?\s*secrets\s*[.\[]))")
_ANY = re.compile(rf"{_DOUBLE.pattern}|\{{([^{{}}]*)\}}")
_CONTENT = re.compile(
    r"""\s*secrets\s*(?:\.\s*(\w+)|\[\s*(?:'(\w+)'|"(\w+)")\s*\])\s*((?:\|\s*\w+\s*)*)""", re.ASCII
)
_HINT = "Write {{ secrets.NAME }}, or put a backslash before the braces to keep them as they are."
_WRITE_NAME = "Write the name of a secret behind the slashes, as in secret://OPENAI_API_KEY."


class Reference(NamedTuple):
    """A name with what is done to its value."""

    name: Name
    filters: tuple[str, ...] = ()

    def evaluate(self, values: Values) -> str:
        """Return the value, which is secret."""
        value = values[self.name]
        for one in self.filters:
            value = FILTERS[one](value)
        return value


def parse_string(
    text: str, line: int, *, julep: bool = False, count_lines: bool = False
) -> Template:
    """Return what a string of a document refers to; all of it is on `line` unless lines count.

    With `julep` single braces hold expressions, too. A text without references is unchanged.
    """
    stripped = text.strip()
    body = stripped.lstrip("\\")
    if body.startswith(_SCHEMES) and not any(map(str.isspace, body)):
        if body != stripped:
            return Template([text.replace("\\", "", 1)])
        return _address(body, line)
    if body.startswith(EXPRESSION) and expressions.SECRETS in body:
        found = _expression(body.removeprefix(EXPRESSION), line)
        if found is not None and not found.changed:
            return Template([text], changed=False)
        if found is not None:
            return found if body == stripped else Template([text.replace("\\", "", 1)])
    return parse_text(text, line, julep=julep, count_lines=count_lines)


def _address(text: str, line: int) -> Template:
    scheme, _, rest = text.partition("://")
    environment, slash, key = rest.rpartition("/")
    try:
        if slash and scheme == "infsh":
            check_environment(environment)
    except UsageError:
        key = ""
    if (slash and scheme == "secret") or not is_key(key):
        return Template([text], (), [Problem(line, "this address names no secret", _WRITE_NAME)])
    name = Name(key, environment)
    return Template([Reference(name)], [Use(name, line)], whole=True)


def _expression(source: str, line: int) -> Template | None:
    """Return a template for an expression, None where it is text that begins like one."""
    parsed = expressions.parse(source, line)
    if parsed is None:
        if _DOUBLE.search(source) or not _MENTION.search(source):
            return None
        message = "this expression cannot be read, or is too long"
        problem = Problem(line, message, expressions.ONLY)
        return Template([source], [Use(name, line) for name in _mentioned(source)], [problem])
    if not parsed.mentioned:
        inner = parse_text(source, line, count_lines=False)
        if not inner.changed:
            return inner
        problem = Problem(line, "these braces stand in an expression", expressions.ONLY)
        return Template([source], inner.uses, [problem])
    uses = [Use(name, line) for name in parsed.names]
    if parsed.expression is None:
        return Template([source], uses, parsed.problems)
    return Template([parsed.expression], uses, whole=True)


def parse_text(
    text: str, line: int = 1, *, julep: bool = False, count_lines: bool = True
) -> Template:
    """Return what a text refers to in braces; `line` is that of its first character."""
    scan = _Scan(text, line, julep=julep, count_lines=count_lines)
    if expressions.SECRETS in text:
        scan.go()
    return scan.template()


class _Scan:
    """One way through a text, from its beginning to its end."""

    def __init__(self, text: str, line: int, *, julep: bool, count_lines: bool) -> None:
        self._text = text
        self._line = line
        self._julep = julep
        self._count_lines = count_lines
        self._counted = 0
        self._kept = 0
        self._parts: list[str | Hole] = []
        self._uses: list[Use] = []
        self._problems: list[Problem] = []

    def go(self) -> None:
        for match in (_ANY if self._julep else _DOUBLE).finditer(self._text):
            single = match[2] if self._julep else None
            content = match[1] if single is None else single
            if content is None:
                self._unclosed(match)
            elif _MENTIONED.search(content):
                self._found(match, content, single=single is not None)

    def template(self) -> Template:
        changed = self._kept > 0
        rest = self._text[self._kept :]
        parts = [*self._parts, rest] if rest or not self._parts else self._parts
        return Template(parts, self._uses, self._problems, changed=changed)

    def _here(self, place: int) -> int:
        if self._count_lines:
            self._line += self._text.count("\n", self._counted, place)
            self._counted = place
        return self._line

    def _unclosed(self, match: re.Match[str]) -> None:
        line = self._here(match.start())
        self._problems.append(Problem(line, "braces that begin here are not closed", _HINT))

    def _found(self, match: re.Match[str], content: str, *, single: bool) -> None:
        begin = match.start()
        if not single and begin > self._kept and self._text[begin - 1] == "$":
            begin -= 1
        slashes = begin
        while slashes > self._kept and self._text[slashes - 1] == "\\":
            slashes -= 1
        count = begin - slashes
        self._parts.append(self._text[self._kept : slashes] + "\\" * (count // 2))
        self._kept = match.end()
        if count % 2:
            self._parts.append(self._text[begin : match.end()])
            return
        line = self._here(begin)
        hole = None if single else self._reference(content, line)
        if hole is None and self._julep:
            hole = self._expression(content, line)
        elif hole is None:
            self._refuse(content, line)
        if hole is not None:
            self._parts.append(hole)

    def _reference(self, content: str, line: int) -> Hole | None:
        """Return the hole of `secrets.NAME` with filters, None for anything else."""
        match = _CONTENT.fullmatch(content)
        if match is None:
            return None
        key = match[1] or match[2] or match[3]
        filters = tuple(word.strip() for word in match[4].split("|")[1:])
        if not is_key(key) or len(filters) > MOST_FILTERS or not set(filters) <= FILTERS.keys():
            return None
        self._uses.append(Use(Name(key), line))
        return Reference(Name(key), filters)

    def _expression(self, content: str, line: int) -> Hole | None:
        parsed = expressions.parse(content, line)
        if parsed is None or not parsed.mentioned:
            self._refuse(content, line)
            return None
        self._uses += [Use(name, line) for name in parsed.names]
        self._problems += parsed.problems
        return parsed.expression

    def _refuse(self, content: str, line: int) -> None:
        self._uses += [Use(name, line) for name in _mentioned(content)]
        if "|" in content:
            known = ", ".join(FILTERS)
            hint = f"Write {{{{ secrets.NAME | FILTER }}}}; the filters are {known}."
        else:
            hint = _HINT
        self._problems.append(Problem(line, "what is in these braces cannot be resolved", hint))


def _mentioned(text: str) -> Iterator[Name]:
    """Return the names that a text mentions which is no reference of ours."""
    for match in _MENTION.finditer(text):
        key = match[1] or match[2] or match[3]
        if is_key(key):
            yield Name(key)
