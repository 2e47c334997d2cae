"""YAML documents: references in their texts are replaced, all else stays as it is written.

Kept are structure, order, and the spelling of what is no text; comments, aliases and the style of
quotes are not. Keys are never resolved.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.syntax.nodes import LIST, MAP, SCALAR, compose_all
from infsh_secrets.templating.model import Problem, Template, Use
from infsh_secrets.templating.references import parse_string

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infsh_secrets.syntax.nodes import Node
    from infsh_secrets.templating.model import Values

MAX_DOCUMENTS = 1000
_TAG = "tag:yaml.org,2002:"
_TEXT = ("", "str")
_WIDE = 1 << 20
_KINDS = {LIST: "seq", MAP: "map"}
_BARE = re.compile(r"-?\s*secrets\s*[.\[]")


class YamlDocuments:
    """The documents of a file, with all uses and problems in the order of the file.

    Raises what `compose_all` raises, which names `path` and the line.
    """

    def __init__(self, data: bytes, path: str, *, julep: bool = False) -> None:
        self.roots = compose_all(data, path, MAX_DOCUMENTS)
        self.path = path
        self.uses: list[Use] = []
        self.problems: list[Problem] = []
        self._templates: dict[int, Template] = {}
        seen: set[int] = set()
        for root in self.roots:
            for node in nodes_of(root, seen):
                self._read(node, julep=julep)

    def _read(self, node: Node, *, julep: bool) -> None:
        if node.kind is MAP:
            self._bare(node)
        if node.kind is not SCALAR or node.tag not in _TEXT:
            return
        first = node.line + node.literal
        found = parse_string(node.text, first, julep=julep, count_lines=node.literal)
        self.uses += found.uses
        self.problems += found.problems
        if found.changed:
            self._templates[id(node)] = found

    def _bare(self, node: Node) -> None:
        """Find `{{ secrets.NAME }}` without quotes, which is a map in a map."""
        for key, _ in node.pairs:
            if key.kind is MAP and key.pairs and _BARE.match(key.pairs[0][0].text):
                message = "braces without quotes are a map in YAML"
                found = parse_string(f"{{{{{key.pairs[0][0].text}}}}}", key.line)
                self.uses += found.uses
                hint = 'Put the whole value in quotes: "{{ secrets.NAME }}".'
                self.problems.append(Problem(key.line, message, hint))

    # -- the result --------------------------------------------------------------------------------

    def as_yaml(self, values: Values) -> str:
        """Return the documents as YAML, which is secret."""
        import yaml

        made = [self._node(root, values) for root in self.roots]
        try:
            text: str = yaml.serialize_all(
                made,
                Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper),
                allow_unicode=True,
                width=_WIDE,
            )
        except UnicodeError:
            text = ""
        if made and not text:
            raise UsageError(f"{self.path} contains half a character.", "Remove the escape \\u.")
        if len(made) == 1 and made[0].id == "scalar":
            return text.removesuffix("...\n")
        return text

    def as_json(self, values: Values) -> str:
        """Return the one document as JSON, which is secret; UsageError for what JSON has not."""
        import json

        from yaml import YAMLError
        from yaml.constructor import SafeConstructor

        if len(self.roots) != 1:
            raise UsageError(
                f"{self.path} has {len(self.roots)} documents, and JSON holds one.",
                "Leave --format json out.",
            )
        node = self._node(self.roots[0], values, json=True)
        try:
            data = SafeConstructor().construct_document(node)
            return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        except (YAMLError, TypeError, ValueError, LookupError):  # the last for tags that do not fit
            error = UsageError(
                f"{self.path} holds something that JSON has not, such as a list as a key.",
                "Leave --format json out.",
            )
        raise error

    def _node(self, node: Node, values: Values, *, json: bool = False) -> Any:
        """Return a node of the library's own; what aliases repeat stands there each time."""
        from yaml.nodes import MappingNode, SequenceNode

        if node.kind is SCALAR:
            return self._scalar(node, values, json=json)
        tag = _TAG + (node.tag or _KINDS[node.kind])
        if node.kind is LIST:
            items = [self._node(item, values, json=json) for item in node.items]
            return SequenceNode(tag, items, flow_style=False)
        pairs = []
        for key, value in node.pairs:
            text = key.kind is SCALAR
            made = _plain(key, json=json) if text else self._node(key, values, json=json)
            pairs.append((made, self._node(value, values, json=json)))
        return MappingNode(tag, pairs, flow_style=False)

    def _scalar(self, node: Node, values: Values, *, json: bool) -> Any:
        template = self._templates.get(id(node))
        if template is None:
            values.count(node.text)
            return _plain(node, json=json)
        result = template.evaluate(values)
        return _text(result) if isinstance(result, str) else _represented(result)


def nodes_of(root: Node, seen: set[int]) -> Iterator[Node]:
    """Yield a node and all in it but keys that are texts, each once, in the order of the file."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if node.kind is LIST:
            waiting += reversed(node.items)
        for key, value in reversed(node.pairs):
            waiting.append(value)
            if key.kind is not SCALAR:
                waiting.append(key)


def _plain(node: Node, *, json: bool) -> Any:
    """Return a scalar as it is written."""
    from yaml.nodes import ScalarNode
    from yaml.resolver import Resolver

    if node.tag in _TEXT and not node.plain:
        return _text(node.text)
    resolve: Any = Resolver().resolve
    tag = _TAG + node.tag if node.tag else resolve(ScalarNode, node.text, (True, False))
    if json and tag.removeprefix(_TAG) in {"timestamp", "value", "merge"}:
        tag = f"{_TAG}str"
    return ScalarNode(tag, node.text)


def _text(text: str) -> Any:
    from yaml.nodes import ScalarNode

    return ScalarNode(f"{_TAG}str", text, style="|" if "\n" in text else None)


def _represented(result: Any) -> Any:
    """Return what an expression gave, which is no text, as a node."""
    from yaml.representer import SafeRepresenter

    return SafeRepresenter(default_flow_style=False, sort_keys=False).represent_data(result)
