"""Which secrets a YAML file refers to, that is no manifest: tasks, tools, workflows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.domain.names import is_key
from infsh_secrets.syntax.nodes import LIST, MAP, SCALAR
from infsh_secrets.templating.model import Name, Use
from infsh_secrets.templating.yaml_document import YamlDocuments, nodes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infsh_secrets.syntax.nodes import Node
    from infsh_secrets.templating.model import Problem

_MANIFEST = ("secrets", "requirements", "credentials", "integrations", "env")
_OTHERS = ("main", "tools", "jobs", "services", "apiVersion")
_JULEP = ("main", "tools")


class Referring:
    """What a file refers to: the first use of each name, and problems to tell of."""

    def __init__(self, uses: list[Use], problems: list[Problem]) -> None:
        self.uses = uses
        self.problems = problems


def refers(data: bytes, path: str) -> Referring | None:
    """Return what the text of a file refers to, None for a manifest: see `parse` for that.

    A file is a manifest by what stands at its top: sections of one, and nothing that marks tasks of
    Julep, workflows of GitHub, services of Compose or objects of Kubernetes. Where neither is
    there, one reference makes it a file of references. Raises what `compose_all` raises.
    """
    documents = YamlDocuments(data, path)
    top = {text for root in documents.roots for text in _top(root)}
    marked = bool(top.intersection(_OTHERS))
    if not marked and top.intersection(_MANIFEST):
        return None
    if top.intersection(_JULEP):
        documents = YamlDocuments(data, path, julep=True)
    seen: set[int] = set()
    uses = [*documents.uses]
    for root in documents.roots:
        for node in nodes_of(root, seen):
            uses += _slots(node, top=node is root)
    if not uses and not marked:
        return None
    first: dict[Name, Use] = {}
    for use in sorted(uses, key=lambda use: use.line):
        first.setdefault(use.name, use)
    return Referring(list(first.values()), [one for one in documents.problems if one.is_set])


def lines_of(data: bytes, path: str, section: str) -> dict[str, int]:
    """Return the line of each value in a section of maps at the top of a document."""
    found = {}
    for root in YamlDocuments(data, path).roots:
        for key, value in root.pairs:
            if key.text == section:
                found.update({name.text: one.line for name, one in value.pairs})
    return found


def _top(root: Node) -> list[str]:
    return [key.text for key, _ in root.pairs]


def _slots(node: Node, *, top: bool) -> Iterator[Use]:
    """Yield the names in `secret_name: NAME` and `secrets: {slot: NAME}` of a step or tool."""
    for key, value in node.pairs:
        if key.kind is not SCALAR:
            continue
        if key.text == "secret_name":
            yield from _named(value)
        elif key.text == "secrets" and value.kind is MAP and not top:
            for _, slot in value.pairs:
                inner = [one for name, one in slot.pairs if name.text == "name"]
                for one in inner or [slot]:
                    yield from _named(one)


def _named(node: Node) -> Iterator[Use]:
    if node.kind is SCALAR and not node.is_null and is_key(node.text):
        yield Use(Name(node.text), node.line)
    elif node.kind is LIST:
        for item in node.items:
            yield from _named(item)
