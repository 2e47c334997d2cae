"""What the commands, options and arguments are, for completion: read from a table.

The parser knows all that, but importing it takes longer than a person waits for a key. The table is
written from the parser, and a test compares the two.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

PATH = os.path.join(os.path.dirname(__file__), "grammar.tsv")
_GROUP, _COMMAND = "group", "command"


class Option:
    """An option: its names, what its value is called ("" for a flag), what it means."""

    __slots__ = ("meaning", "names", "value")

    def __init__(self, names: str, value: str = "", meaning: str = "") -> None:
        self.names = names.split(" ")
        self.value = value
        self.meaning = meaning

    @property
    def long(self) -> str:
        """The name it is known by here."""
        return self.names[-1]


class Node:
    """A command, or a group of them.

    `default` is what a group does where no member is named, `arguments` are the names of a
    command's arguments, `repeats` tells whether the last of them takes any number of words.
    """

    __slots__ = (
        "aliases",
        "arguments",
        "default",
        "is_group",
        "options",
        "path",
        "repeats",
        "text",
    )

    def __init__(self, block: str, shared: str) -> None:
        first, *lines = block.split("\n")
        kind, path, text, more = (*first.split("\t"), "", "", "")[:4]
        self.path = tuple(path.split())
        self.text = text
        self.is_group = kind == _GROUP
        self.default = more if self.is_group else ""
        self.aliases = () if self.is_group else tuple(more.split())
        self.arguments: list[str] = []
        self.repeats = False
        self.options: dict[str, Option] = {}
        for line in lines:
            self._take(line.split("\t"), shared)

    def _take(self, fields: list[str], shared: str) -> None:
        if fields[0] == "argument":
            self.arguments.append(fields[1])
            self.repeats = len(fields) > 2  # noqa: PLR2004  # the third says so
        elif fields[0] == "option":
            self._add(Option(*fields[1:]))
        elif fields[0] == "use" and len(fields) > 1:
            wanted = fields[1].split(" ")
            for option in _options(shared):
                if option.long in wanted:
                    self._add(option)

    def _add(self, option: Option) -> None:
        for name in option.names:
            self.options[name] = option

    def argument(self, place: int) -> str:
        """Return what the argument at a place is called, "" where none may stand."""
        if place < len(self.arguments):
            return self.arguments[place]
        return self.arguments[-1] if self.repeats else ""


def _options(lines: str) -> Iterator[Option]:
    for line in lines.split("\n"):
        fields = line.split("\t")
        if fields[0] == "option":
            yield Option(*fields[1:])


class Grammar:
    """All commands and groups."""

    __slots__ = ("_blocks", "_shared")

    def __init__(self, text: str) -> None:
        self._shared, *self._blocks = text.split("\n\n")

    def node(self, path: tuple[str, ...]) -> Node | None:
        """Return the command or group of a path whose last word may be an alias, None for none."""
        for block, kind, known, _, aliases in self._heads():
            named = known == path
            named = named or (
                kind == _COMMAND and known[:-1] == path[:-1] and path[-1:] in _each(aliases)
            )
            if named:
                return Node(block, self._shared)
        return None

    def members(self, path: tuple[str, ...]) -> list[tuple[str, str]]:
        """Return (name, what it is) of the commands and groups in a group, sorted."""
        return sorted(
            (known[-1], text)
            for _, _, known, text, _ in self._heads()
            if known and known[:-1] == path
        )

    def _heads(self) -> Iterator[tuple[str, str, tuple[str, ...], str, str]]:
        for block in self._blocks:
            first = block.partition("\n")[0]
            kind, path, text, more = (*first.split("\t"), "", "", "")[:4]
            yield block, kind, tuple(path.split()), text, more


def _each(aliases: str) -> list[tuple[str]]:
    return [(alias,) for alias in aliases.split()]


def read() -> Grammar:
    """Return the grammar of this version."""
    with open(PATH, encoding="utf-8") as file:
        return Grammar(file.read())
