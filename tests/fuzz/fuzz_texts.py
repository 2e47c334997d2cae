"""Texts that people write: manifests, files to import, templates, documents, expressions."""

from __future__ import annotations

import json
from contextlib import suppress

from fuzz_feed import Feed, as_json, tree

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.names import is_key
from infsh_secrets.formats import dotenv, dotenv_reader, json_object, toml_table, yaml_mapping
from infsh_secrets.formats.model import UnfitError
from infsh_secrets.manifest.parse import parse as parse_manifest
from infsh_secrets.services.import_sources import _decoded
from infsh_secrets.services.render import _as_text
from infsh_secrets.templating import expressions
from infsh_secrets.templating.json_document import JsonDocument
from infsh_secrets.templating.model import Name, Values
from infsh_secrets.templating.references import parse_string, parse_text
from infsh_secrets.templating.yaml_document import YamlDocuments


class _Everything(dict):
    """A value for each name there is."""

    def __missing__(self, key: Name) -> str:
        return "made-up {{ secrets.A }} 'value'\n"


def _values() -> Values:
    return Values(_Everything(), "t")


def _imported(data: bytes, module):
    """Return what a file says, or None; names of what is wrong in it are names and no values."""
    try:
        found = module.parse(_decoded(data, "file"))
    except UsageError:
        return None
    assert all(problem.key == "" or is_key(problem.key) for problem in found.problems)
    assert all(place > 0 for _, _, place in found.entries)
    return found


def _there_and_back(data: bytes, reader, writer) -> None:
    found = _imported(data, reader)
    pairs = {key: value for key, value, _ in found.entries if is_key(key)} if found else {}
    try:
        text = writer.write(list(pairs.items())).text
        data = text.encode()
    except (UnfitError, UnicodeEncodeError):  # bytes that were no UTF-8, which imports refuse
        return
    again = _imported(data, reader)
    assert {key: value for key, value, _ in again.entries} == pairs


def dotenv_file(data: bytes) -> None:
    """A .env file is read, and what was read can be written and read again."""
    _there_and_back(data, dotenv_reader, dotenv)


def json_file(data: bytes) -> None:
    """An object is read, and what was read can be written and read again."""
    feed = Feed(data)
    text = as_json(tree(feed)) if feed.number() % 2 else feed.rest()
    _there_and_back(text, json_object, json_object)


def yaml_file(data: bytes) -> None:
    """A mapping is read, and what was read can be written and read again."""
    _there_and_back(data, yaml_mapping, yaml_mapping)


def toml_file(data: bytes) -> None:
    """A document is read, and what was read can be written and read again."""
    _there_and_back(data, toml_table, toml_table)


def manifest(data: bytes) -> None:
    """A manifest is read or refused; what it declares are names."""
    try:
        found = parse_manifest(data, "inf.yml")
    except UsageError:
        return
    assert all(is_key(one.key) for one in found.declarations)
    assert all(is_key(name) for name in found.variables)


def template(data: bytes) -> None:
    """A text with references is filled in, or says what is wrong with it."""
    feed = Feed(data)
    kind = feed.number()
    julep = kind & 1 == 1
    with suppress(UsageError):
        text = _as_text("t", feed.rest())
        for parsed in (parse_text(text, julep=julep), parse_string(text, 1, julep=julep)):
            if not parsed.problems:
                parsed.evaluate(_values())


def document(data: bytes) -> None:
    """A document is filled in as YAML, and as JSON that is JSON; or it is refused."""
    feed = Feed(data)
    kind = feed.number()
    julep, content = kind & 1 == 1, feed.rest()
    for make in (lambda: YamlDocuments(content, "t", julep=julep), lambda: _json(content, julep)):
        try:
            made = make()
        except UsageError:
            continue
        if made.problems:
            continue
        with suppress(UsageError):
            made.as_yaml(_values())
        with suppress(UsageError):
            json.loads(made.as_json(_values()))


def _json(content: bytes, julep: bool) -> JsonDocument:
    return JsonDocument(_as_text("t", content), "t", julep=julep)


def expression(data: bytes) -> None:
    """An expression is evaluated from the values it names and from nothing else."""
    source = data.decode(errors="surrogateescape")
    parsed = expressions.parse(source, 1)
    if parsed is None or parsed.expression is None:
        return
    values = Values(dict.fromkeys(parsed.names, "made-up"), "t")
    try:
        result = parsed.expression.evaluate(values)
    except UsageError:
        return
    assert len(str(result)) < 100_000
