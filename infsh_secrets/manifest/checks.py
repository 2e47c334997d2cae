"""What the sections of a manifest have in common: maps, texts, and the slips people make."""

from __future__ import annotations

from infsh_secrets.domain.names import is_key
from infsh_secrets.syntax import nodes
from infsh_secrets.syntax.explain import MISSING_SPACE, WRITE_DASH
from infsh_secrets.syntax.nodes import SCALAR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from infsh_secrets.syntax.nodes import Node

    Fields = dict[str, tuple[Node, Node]]

_LIKENESS = 0.85
_LONG_WORD = 5


class Checks:
    """Checks of the nodes of one manifest; each raises UsageError naming `path` and the line."""

    def __init__(self, path: str) -> None:
        self.path = path

    def wrong(self, node: Node, message: str, hint: str = "") -> NoReturn:
        nodes.wrong(self.path, node.line, message, hint)

    def fields(self, parent: Node) -> Fields:
        """Return {key: (its node, its value)} of a map; keys that are no text are left out."""
        fields: Fields = {}
        for key, value in parent.pairs:
            if key.kind is SCALAR:
                if key.text in fields and is_key(key.text):  # with and without quotes
                    message = f"the key {key.text} stands twice in one map"
                    self.wrong(key, message, "Remove one of the two.")
                fields[key.text] = key, value
        return fields

    def no_dash(self, parent: Node) -> None:
        """Refuse a key with a dash in front, which was to begin an entry of a list."""
        for key, _ in parent.pairs:
            if key.text.startswith(("-", "\u2013", "\u2014")):
                self.wrong(key, MISSING_SPACE, WRITE_DASH)

    def near(self, key: Node, known: tuple[str, ...]) -> None:
        """Refuse what is nearly a key of ours: a slip that would silently declare nothing."""
        from difflib import SequenceMatcher

        if key.text.startswith("."):  # how others mark what is only there for aliases
            return
        word = key.text.strip().casefold()
        for name in known:
            alike = word == name or (
                len(name) > _LONG_WORD
                and abs(len(word) - len(name)) <= 1
                and SequenceMatcher(None, word, name).ratio() >= _LIKENESS
            )
            if alike:
                self.wrong(key, f"this key is not known, `{name}:` is", f"Write `{name}:`.")

    def text(self, node: Node, what: str) -> str:
        """Return the text of a single value as its author wrote it, "" for null."""
        if node.is_null:
            return ""
        if node.kind is not SCALAR or node.tag == "binary":
            self.wrong(
                node,
                f"{what} is a single text, and this is {kind_of(node)}",
                "Write one text, in quotes if it begins with a bracket or brace.",
            )
        if not node.text.isascii() and any("\ud800" <= c <= "\udfff" for c in node.text):
            self.wrong(node, f"{what} contains half a character", "Remove the escape \\u.")
        return node.text

    def optional(self, fields: Fields, *, default: bool = False) -> bool:
        for name, (key, value) in fields.items():
            if name == "optional":
                if value.boolean is None:
                    self.wrong(
                        value, "`optional:` is true or false, without quotes", "Write one of them."
                    )
                return value.boolean
            if name.casefold() == "required":
                self.wrong(
                    key,
                    "`required:` is not known; every name is required",
                    "Remove it, or write `optional: true`.",
                )
            self.near(key, ("optional",))
        return default

    def description(self, fields: Fields) -> str:
        for name in ("description", "link"):
            if name in fields:
                text = self.text(fields[name][1], f"`{name}:`")
                if text:
                    return text
        return ""


def kind_of(node: Node) -> str:
    """Return in words what a node is, and nothing of what it says."""
    if node.is_null:
        return "empty"
    if node.kind is not SCALAR:
        return node.kind
    return "binary data" if node.tag == "binary" else "a text"
