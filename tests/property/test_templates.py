"""Templates compared with what a plain replacement would give."""

from __future__ import annotations

import json

import yaml
from hypothesis import given
from hypothesis import strategies as st

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.templating.json_document import JsonDocument
from infsh_secrets.templating.model import Name, Values
from infsh_secrets.templating.references import parse_string, parse_text
from infsh_secrets.templating.yaml_document import YamlDocuments

# All that YAML can write, and that every reader of it takes for the same text.
PRINTABLE = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co", "Cf"))
    | st.sampled_from("\n\t{}$\\'\"|.: ")
)
HARMLESS = PRINTABLE.map(lambda text: text.replace("{", "(").replace("\\", "/").replace("$", "S"))
NAMES = st.sampled_from(["A", "B_KEY", "items", "_x"])
FORMS = st.sampled_from(["{{secrets.%s}}", "${{ secrets.%s }}", "{{ secrets['%s'] }}"])
PIECES = st.lists(HARMLESS | st.tuples(FORMS, NAMES), max_size=12)


def built(pieces, values):
    text = "".join(piece if isinstance(piece, str) else piece[0] % piece[1] for piece in pieces)
    expected = "".join(
        piece if isinstance(piece, str) else values[Name(piece[1])] for piece in pieces
    )
    return text, expected


ALL_VALUES = st.fixed_dictionaries({Name(key): PRINTABLE for key in ("A", "B_KEY", "items", "_x")})


@given(PIECES, ALL_VALUES)
def test_a_text_is_what_replacing_gives(pieces, values):
    text, expected = built(pieces, values)
    template = parse_text(text)
    assert not template.problems
    assert template.evaluate(Values(values, "t")) == expected
    assert len(template.uses) == sum(not isinstance(piece, str) for piece in pieces)


@given(st.text(st.sampled_from("{}$ secrets.A|\\json[']\n")), st.booleans())
def test_any_text_is_a_template_or_has_problems(text, julep):
    values = Values({Name(key): "v" for key in ("A", "s", "secrets", "json", "j", "e")}, "t")
    for parse in (parse_text, lambda text, **more: parse_string(text, 1, **more)):
        template = parse(text, julep=julep)
        if "secrets" not in text:
            assert template.evaluate(values) == text
        elif not template.problems:
            try:
                template.evaluate(values)
            except (UsageError, KeyError):  # a name that is none of these
                continue


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | HARMLESS | st.tuples(FORMS, NAMES),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(HARMLESS, inner, max_size=4),
    max_leaves=12,
)


def mapped(tree, leaf):
    if isinstance(tree, list):
        return [mapped(one, leaf) for one in tree]
    if isinstance(tree, dict):
        return {key: mapped(one, leaf) for key, one in tree.items()}
    return leaf(tree) if isinstance(tree, tuple) else tree


@given(TREES, ALL_VALUES)
def test_a_document_is_what_replacing_gives(tree, values):
    written = mapped(tree, lambda leaf: leaf[0] % leaf[1])
    expected = mapped(tree, lambda leaf: values[Name(leaf[1])])
    for document in (
        YamlDocuments(yaml.safe_dump(written, sort_keys=False).encode(), "t"),
        JsonDocument(json.dumps(written), "t"),
    ):
        assert not document.problems
        assert json.loads(document.as_json(Values(values, "t"))) == expected
        assert yaml.safe_load(document.as_yaml(Values(values, "t"))) == expected
