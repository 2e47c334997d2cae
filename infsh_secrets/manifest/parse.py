"""Manifests read: which names an app declares, which connections it wants, its plain variables.

The keys of `inf.yml` and `app.yaml` of inference.sh, new and old, and the `secrets:` of Julep's
project files. Messages name lines and kinds; they never show a value, and of names only those that
could be no value.
"""

from __future__ import annotations

import os

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.names import check_key, is_key
from infsh_secrets.manifest.checks import Checks, kind_of
from infsh_secrets.manifest.model import Connection, Declaration, Manifest
from infsh_secrets.manifest.source import read_bytes
from infsh_secrets.syntax.explain import MISSING_SPACE
from infsh_secrets.syntax.nodes import LIST, MAP, SCALAR, compose

TYPE_CHECKING = False
if TYPE_CHECKING:
    from infsh_secrets.manifest.checks import Fields
    from infsh_secrets.syntax.nodes import Node

SECTIONS = ("secrets", "requirements", "credentials", "integrations", "env")
_OF_REQUIREMENTS = ("secrets", "credentials", "integrations")
_ENTRY = "Write `- key: NAME`, and under it `description:` and `optional:` if you like."
_NAMES = "Write a list: `secrets: [NAME]`."
_CREDENTIAL = "Write `- slug: NAME`, as in `- slug: google`."


def read(path: str) -> Manifest:
    """Return what the manifest at `path` says; errors are those of `read_bytes` and `parse`."""
    return parse(read_bytes(path), path)


def parse(data: bytes, path: str) -> Manifest:
    """Return what the text of a manifest says; one that is empty declares nothing.

    A name that is declared twice is one declaration: where it stood first, required if one of them
    is, with the first description; its owner is "" if one of them is an entry of `secrets:`.
    Unknown keys are ignored, but for those that are nearly one of ours. Raises UsageError naming
    `path` and the line.
    """
    root = compose(data, path)
    reader = _Reader(path)
    if root is not None and not root.is_null:
        if root.kind is not MAP:
            reader.wrong(
                root,
                f"a manifest is a map, and this is {kind_of(root)}",
                "Begin it with `secrets:` and a list of names below.",
            )
        reader.sections(root, SECTIONS)
    return Manifest(
        os.path.abspath(path),
        list(reader.declared.values()),
        list(reader.connections.values()),
        reader.variables,
    )


class _Reader(Checks):
    """Collects what the sections of one manifest say."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.declared: dict[str, Declaration] = {}
        self.connections: dict[str, Connection] = {}
        self.variables: dict[str, str] = {}

    def sections(self, parent: Node, known: tuple[str, ...]) -> None:
        readers = {
            "secrets": self._secrets,
            "requirements": self._requirements,
            "credentials": self._credentials,
            "integrations": self._credentials,
            "env": self._env,
        }
        self.no_dash(parent)
        for name, (key, value) in self.fields(parent).items():
            if name not in known:
                self.near(key, known)
            elif not value.is_null:
                readers[name](value)

    # secrets: and requirements:

    def _requirements(self, node: Node) -> None:
        if node.kind is MAP:
            self.sections(node, _OF_REQUIREMENTS)
        elif any(item.kind is not SCALAR for item in node.items):
            # A list of packages, or the name of a file of them, is something else of that name.
            self.wrong(
                node,
                "`requirements:` is a map, and this is a list",
                "Write `secrets:` below it, without a dash.",
            )

    def _secrets(self, node: Node, owner: str = "", *, optional: bool = False) -> None:
        if node.is_null:
            return
        self.no_dash(node)
        if node.kind is not LIST:
            if node.kind is SCALAR and node.text.startswith("-"):
                self.wrong(node, MISSING_SPACE, "Write it as `- NAME`.")
            hint = _NAMES if owner else _ENTRY
            self.wrong(node, f"`secrets:` is a list, and this is {kind_of(node)}", hint)
        for item in node.items:
            if item.kind is MAP:
                self._entry(item, owner, optional=optional)
            elif item.kind is SCALAR and not item.is_null:
                self._declare(item, owner, optional=optional)
            else:
                self.wrong(item, f"this entry of `secrets:` is {kind_of(item)}", _ENTRY)

    def _entry(self, node: Node, owner: str, *, optional: bool) -> None:
        fields = self.fields(node)
        if "value" in fields:
            self.wrong(
                fields["value"][0],
                "a manifest names secrets and never holds their values",
                "Remove it here, store it with `infsh secrets set NAME`, and if the file was"
                " shared, have a new one issued.",
            )
        name = fields.get("key") or fields.get("name")
        if name is None:
            self.wrong(node, "this entry of `secrets:` has no `key:`", _ENTRY)
        if name[1].is_null:
            self.wrong(name[1], "the name is missing after the colon", _ENTRY)
        self._declare(
            name[1],
            owner,
            description=self.description(fields),
            optional=self.optional(fields, default=optional),
        )

    def _declare(self, node: Node, owner: str, *, optional: bool, description: str = "") -> None:
        key = self._name(node)
        known = self.declared.get(key)
        if known is None:
            self.declared[key] = Declaration(
                key, line=node.line, description=description, optional=optional, owner=owner
            )
            return
        known.optional = known.optional and optional
        known.description = known.description or description
        if not owner:
            known.owner = ""

    def _name(self, node: Node) -> str:
        if node.kind is not SCALAR:
            self.wrong(node, f"a name of a secret is a text, and this is {kind_of(node)}", _ENTRY)
        if node.text.startswith(("key:", "name:")):
            self.wrong(node, "a space is missing after the colon", "Write it as `- key: NAME`.")
        if node.text.startswith(("key ", "name ")):
            self.wrong(node, "a colon is missing after `key`", "Write it as `- key: NAME`.")
        try:
            return check_key(node.text)
        except UsageError as error:
            message = error.message[0].lower() + error.message[1:].rstrip(".")
            self.wrong(node, message, error.hint)

    # credentials: and integrations:

    def _credentials(self, node: Node) -> None:
        self.no_dash(node)
        if node.kind is MAP:
            for slug, (key, value) in self.fields(node).items():
                self._credential(slug.partition(".")[0], key, value)
            return
        if node.kind is not LIST:
            message = f"connections are a list or a map, and this is {kind_of(node)}"
            self.wrong(node, message, _CREDENTIAL)
        for item in node.items:
            if item.kind is SCALAR and not item.is_null:
                slug = self.text(item, "an entry").partition(".")[0]
            elif item.kind is MAP:
                slug = self._slug(self.fields(item))
            else:
                slug = ""
            self._credential(slug, item, item)

    def _credential(self, slug: str, key: Node, node: Node) -> None:
        if not slug:
            self.wrong(key, "this connection has no slug", _CREDENTIAL)
        fields: Fields = {}
        if node.kind is MAP:
            fields = self.fields(node)
            if self._slug(fields) not in ("", slug):
                message = "the slug of this connection is not that of its key"
                self.wrong(node, message, "Remove the inner one.")
        elif key is not node and not node.is_null:
            message = f"a connection is a map, and this is {kind_of(node)}"
            self.wrong(node, message, "Write nothing after the slug, or `secrets:` below it.")
        optional = self.optional(fields)
        description = self.description(fields)
        known = self.connections.get(slug)
        if known is None:
            self.connections[slug] = Connection(
                slug, line=key.line, description=description, optional=optional
            )
        else:
            known.optional = known.optional and optional
            known.description = known.description or description
        for name, (field, value) in fields.items():
            if name == "secrets":
                self._secrets(value, slug, optional=optional)
            else:
                self.near(field, ("secrets",))

    def _slug(self, fields: Fields) -> str:
        """Return the slug that an entry says in one of the ways there have been, "" for none."""
        for name in ("slug", "key", "provider", "company", "capabilities"):
            node = fields[name][1] if name in fields else None
            if node is not None and node.kind is LIST:
                node = node.items[0] if node.items else None
            if node is not None and node.kind is MAP:
                inner = self.fields(node)
                node = inner["slug"][1] if "slug" in inner else None
            if node is not None and not node.is_null:
                text = self.text(node, f"`{name}:`")
                return text if name == "slug" else text.partition(".")[0]
        return ""

    # env:

    def _env(self, node: Node) -> None:
        if node.kind is not MAP:
            self.wrong(
                node,
                f"`env:` is a map, and this is {kind_of(node)}",
                "Write `NAME: value` below it.",
            )
        for key, value in node.pairs:
            if key.kind is not SCALAR or not is_key(key.text):
                self.wrong(
                    key,
                    "this is not a name for a variable",
                    "Use letters, digits and underscores, not beginning with a digit.",
                )
            if key.text in self.variables:
                self.wrong(key, f"the variable {key.text} stands twice", "Remove one of the two.")
            text = self.text(value, f"the variable {key.text}")
            if "\0" in text:
                self.wrong(value, f"the variable {key.text} contains NUL", "Remove it.")
            self.variables[key.text] = text
