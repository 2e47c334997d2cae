"""YAML text as a tree of nodes that know their lines, within limits that hold before it grows.

The library only scans: its own composer recurses, expands without limit and takes a key twice.
What aliases and `<<` repeat is counted, not copied; a node stands in the tree as often as it is
named. No node is made into a Python value here, so every text stays as its author wrote it.
"""

from __future__ import annotations

import re

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.names import is_key
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.syntax.explain import MISSING_SPACE, WRITE_DASH, explain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

MAX_DEPTH = 50
MAX_NODES = 100_000
MAX_TEXT = 4 * 1024 * 1024
MAX_ALIASES = 1000
_MAX_DIRECTIVES = 10

SCALAR, LIST, MAP = "text", "a list", "a map"

_TAG = "tag:yaml.org,2002:"
_TAGS = {
    SCALAR: {"str", "int", "float", "bool", "null", "timestamp", "binary", "merge", "value"},
    LIST: {"seq", "omap", "pairs"},
    MAP: {"map", "set"},
}
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DIRECTIVE = re.compile("^%", re.MULTILINE)
_NULLS = {"", "~", "null", "Null", "NULL"}
_WORDS = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
_BOOLEANS = {
    spelling: value
    for word, value in _WORDS.items()
    for spelling in (word, word.capitalize(), word.upper())
}


class Node:
    """A piece of a document: its kind, its line counted from 1, and what it holds.

    `text` is that of a scalar, `items` the nodes of a list, `pairs` the keys and values of a map.
    `tag` is the explicit one, "" for none; `plain` says that the text stands without quotes, and
    `literal` that it stands behind |, line by line from the next line on.
    """

    __slots__ = (
        "height",
        "items",
        "kind",
        "line",
        "literal",
        "pairs",
        "plain",
        "tag",
        "text",
        "weight",
    )

    def __init__(
        self, kind: str, line: int, *, tag: str = "", text: str = "", plain: bool = False
    ) -> None:
        self.kind = kind
        self.line = line
        self.tag = tag
        self.text = text
        self.plain = plain
        self.literal = False
        self.items: list[Node] = []
        self.pairs: list[tuple[Node, Node]] = []
        self.height = 1
        self.weight = 1, len(text)

    @property
    def is_null(self) -> bool:
        """Whether it is YAML's null, or nothing at all."""
        if self.kind is not SCALAR:
            return False
        return self.tag == "null" or (self.plain and self.text in _NULLS)

    @property
    def boolean(self) -> bool | None:
        """What a boolean says, by the rules of YAML 1.1; None for anything else."""
        if self.kind is SCALAR and (self.plain or self.tag == "bool"):
            return _BOOLEANS.get(self.text)
        return None


def wrong(path: str, line: int, message: str, hint: str = "") -> NoReturn:
    """Raise the UsageError for a line of a file."""
    raise UsageError(f"{sanitize(path)}, line {line}: {message}.", hint)


def compose(data: bytes, path: str) -> Node | None:
    """Return the root of the one document in `data`, None for one that holds nothing.

    Raises UsageError, which names the line, for what is no UTF-8, no YAML, beyond the limits, or
    not allowed: NUL, tags that name a type, several documents, a key that stands twice.
    """
    documents = compose_all(data, path, most=1)
    return documents[0] if documents else None


def compose_all(data: bytes, path: str, most: int) -> list[Node]:
    """Return the roots of the documents in `data`, at most so many; else as `compose`.

    The limits are those of all of them together.
    """
    import yaml

    text = decode(data, path)
    directives = list(_DIRECTIVE.finditer(text))
    if len(directives) > _MAX_DIRECTIVES:  # the library compares each with every other
        line = text.count("\n", 0, directives[_MAX_DIRECTIVES].start()) + 1
        wrong(path, line, "too many lines that begin with %", "Remove them.")
    composer = _Composer(path, most)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        while loader.check_event():
            composer.take(loader.get_event())
    except yaml.YAMLError as error:
        line, message, hint = explain(text, error)
        wrong(path, line, message, hint)
    finally:
        loader.dispose()
    return composer.documents


def decode(data: bytes, path: str) -> str:
    """Return UTF-8 text without its byte order mark, or raise UsageError naming the line."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or data[:4].count(0) in (2, 3):
        wrong(path, 1, "the text is UTF-16 or UTF-32", "Save the file as UTF-8.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        wrong(path, line, "a byte that is not UTF-8", "Save the file as UTF-8.")
    text = text.removeprefix("\ufeff")
    bad = _UNPRINTABLE.search(text)
    if bad:
        line = text.count("\n", 0, bad.start()) + 1
        kind = "a NUL byte" if bad[0] == "\0" else f"the character U+{ord(bad[0]):04X}"
        wrong(path, line, f"{kind}, which no YAML file may contain", "Remove it.")
    return text


class _Open:
    """A list or map that has begun: `key` waits for its value."""

    __slots__ = ("anchor", "before", "key", "node")

    def __init__(self, node: Node, anchor: str | None, before: tuple[int, int]) -> None:
        self.node = node
        self.anchor = anchor
        self.before = before
        self.key: Node | None = None


class _Composer:
    """Takes the events of the scanner one by one."""

    def __init__(self, path: str, most: int) -> None:
        self.path = path
        self.documents: list[Node] = []
        self._most = most
        self._begun = 0
        self._stack: list[_Open] = []
        self._anchors: dict[str, Node | None] = {}
        self._aliases = 0
        self._total = 0, 0
        self._begin = {"SequenceStartEvent": LIST, "MappingStartEvent": MAP}

    def take(self, event: Any) -> None:
        kind = type(event).__name__
        line = event.start_mark.line + 1
        if kind == "ScalarEvent":
            tag = self._tag(event.tag, SCALAR, line)
            plain = event.implicit[0] and not tag
            node = Node(SCALAR, line, tag=tag, text=event.value, plain=plain)
            node.literal = event.style == "|"
            if event.anchor is not None:
                self._anchors[event.anchor] = node
            self._count(node, line)
            self._add(node)
        elif kind in self._begin:
            self._open(event, self._begin[kind], line)
        elif kind in ("SequenceEndEvent", "MappingEndEvent"):
            self._close()
        elif kind == "AliasEvent":
            self._alias(event.anchor, line)
        elif kind == "DocumentStartEvent":
            self._document(line)

    def _document(self, line: int) -> None:
        self._begun += 1
        self._anchors = {}
        if self._begun > self._most:
            if self._most == 1:
                wrong(self.path, line, "a second document", "Keep one document in the file.")
            wrong(self.path, line, f"more than {self._most} documents", "Split the file.")

    def _tag(self, tag: str | None, kind: str, line: int) -> str:
        """Return the end of a standard tag of that kind of node, "" for none."""
        if tag is None:
            return ""
        if tag == "!":
            return {SCALAR: "str", LIST: "seq", MAP: "map"}[kind]
        name = tag.removeprefix(_TAG)
        if name == tag or name not in _TAGS[kind]:
            wrong(
                self.path,
                line,
                "a YAML tag that is not allowed here",
                "Remove the tag, or put text that begins with ! in quotes.",
            )
        return name

    def _open(self, event: Any, kind: str, line: int) -> None:
        node = Node(kind, line, tag=self._tag(event.tag, kind, line))
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        self._stack.append(_Open(node, event.anchor, self._total))
        self._count(node, line)
        self._deep(0, line)

    def _deep(self, more: int, line: int) -> None:
        if len(self._stack) + more > MAX_DEPTH:
            message = f"lists and maps are nested more than {MAX_DEPTH} deep"
            wrong(self.path, line, message, "Make the file flatter.")

    def _count(self, node: Node, line: int) -> None:
        """Count a node, and all that is in it if it is one of an alias."""
        nodes, characters = self._total
        self._total = nodes + node.weight[0], characters + node.weight[1]
        if self._total[0] > MAX_NODES or self._total[1] > MAX_TEXT:
            wrong(self.path, line, "the file holds too much", "Make it smaller, or repeat less.")

    def _close(self) -> None:
        done = self._stack.pop()
        if done.node.kind is MAP:
            self._merge(done.node)
        if done.anchor is not None:
            self._anchors[done.anchor] = done.node
        done.node.weight = (
            self._total[0] - done.before[0],
            self._total[1] - done.before[1],
        )
        self._add(done.node)

    def _alias(self, anchor: str, line: int) -> None:
        # An alias may be a secret that begins with a star and was pasted without quotes.
        if anchor not in self._anchors:
            message = "an alias (*) of something that is not defined above"
            wrong(self.path, line, message, "Put text that begins with * in quotes.")
        node = self._anchors[anchor]
        if node is None:
            wrong(self.path, line, "an alias (*) of what it is part of", "Write it out.")
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            wrong(self.path, line, f"more than {MAX_ALIASES} aliases", "Write them out.")
        self._deep(node.height - 1, line)
        self._count(node, line)
        self._add(node)

    def _add(self, node: Node) -> None:
        if self._stack:
            parent = self._stack[-1].node
            parent.height = max(parent.height, node.height + 1)
            self._put(self._stack[-1], node)
        else:
            self.documents.append(node)

    @staticmethod
    def _put(parent: _Open, node: Node) -> None:
        if parent.node.kind is LIST:
            parent.node.items.append(node)
        elif parent.key is None:
            parent.key = node
        else:
            parent.node.pairs.append((parent.key, node))
            parent.key = None

    def _merge(self, node: Node) -> None:
        """Refuse a key that stands twice, and put in what `<<` names and the map does not say."""
        seen: set[tuple[bool, str]] = set()
        for key, _ in node.pairs:
            if key.kind is SCALAR:
                if (key.plain, key.text) in seen:
                    self._twice(node, key)
                seen.add((key.plain, key.text))
        if (True, "<<") not in seen:
            return
        merged = [value for key, value in node.pairs if key.plain and key.text == "<<"]
        node.pairs = [(key, value) for key, value in node.pairs if not _is_merge(key)]
        for value in merged:
            for other in value.items if value.kind is LIST else [value]:
                if other.kind is not MAP:
                    wrong(self.path, value.line, "<< takes a map", "Write <<: *NAME of a map.")
                for pair in other.pairs:
                    identity = pair[0].plain, pair[0].text
                    if pair[0].kind is not SCALAR or identity not in seen:
                        seen.add(identity)
                        node.pairs.append(pair)

    def _twice(self, node: Node, key: Node) -> NoReturn:
        if key.text.startswith("-"):
            line = next(first.line for first, _ in node.pairs if first.text == key.text)
            wrong(self.path, line, MISSING_SPACE, WRITE_DASH)
        name = f"the key {key.text}" if is_key(key.text) else "a key"
        wrong(self.path, key.line, f"{name} stands twice in one map", "Remove one of the two.")


def _is_merge(key: Node) -> bool:
    return key.plain and key.text == "<<"
