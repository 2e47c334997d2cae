"""YAML and JSON documents with references."""

from __future__ import annotations

import json

import pytest
import yaml

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.templating.json_document import JsonDocument
from infsh_secrets.templating.model import Name, Values
from infsh_secrets.templating.requirements import lines_of, refers
from infsh_secrets.templating.yaml_document import YamlDocuments

TRICKY = {
    "PLAIN": "value",
    "YES": "yes",
    "NUMBER": "123",
    "NULL": "~",
    "DATE": "2020-01-01",
    "EMPTYISH": " ",
    "LINES": "one\ntwo\n",
    "INDENTED": "  one\n two\n\n",
    "COLON": "a: b # c",
    "CONTROL": "\x1b[31m\x85\u2028",
    "QUOTES": "'\"\\",
    "BOM": "\ufeffx",
    "ANCHOR": "&a *b !c",
    "ASTRAL": "\U0001f511",
    "TABS": "\ta\n\tb",
    "DOTS": "...\n---\n",
}
VALUES = {Name(key): value for key, value in TRICKY.items()}


def values():
    return Values(VALUES, "t")


def of_yaml(text, **options):
    return YamlDocuments(text.encode(), "t.yaml", **options)


def test_structure_order_and_spelling_stay():
    text = (
        "# comment\nz: 1.10\na: yes\nn:\nt: ~\nh: 0x1F\nd: 2020-01-01\ns: 'yes'\n"
        "l:\n- x\n- [1, two]\ne: []\nm: {}\n? [k]\n: v\nb: !!binary aGk=\n1: one\n"
    )
    out = of_yaml(text).as_yaml(values())
    assert yaml.safe_load(out.replace("? - k\n", "? k\n")) == yaml.safe_load(
        text.replace("? [k]\n", "? k\n")
    )
    for line in ("z: 1.10\n", "a: yes\n", "h: 0x1F\n", "d: 2020-01-01\n"):
        assert line in out
    assert "comment" not in out
    assert out.index("z:") < out.index("a:") < out.index("l:")


@pytest.mark.parametrize("key", TRICKY)
def test_a_value_stays_the_text_that_it_is(key):
    text = f'a: "${{{{secrets.{key}}}}}"\nb: secret://{key}\nc: "<{{{{ secrets.{key} }}}}>"\n'
    expected = {"a": TRICKY[key], "b": TRICKY[key], "c": f"<{TRICKY[key]}>"}
    assert yaml.safe_load(of_yaml(text).as_yaml(values())) == expected
    assert json.loads(of_yaml(text).as_json(values())) == expected
    document = JsonDocument(json.dumps(yaml.safe_load(text)), "t.json")
    assert json.loads(document.as_json(values())) == expected
    assert yaml.safe_load(document.as_yaml(values())) == expected


def test_expressions_may_give_more_than_texts():
    text = "a: $ len(secrets.PLAIN)\nb: \"$ {'h': [secrets.PLAIN, None, True]}\"\n"
    expected = {"a": 5, "b": {"h": ["value", None, True]}}
    assert yaml.safe_load(of_yaml(text).as_yaml(values())) == expected
    assert json.loads(of_yaml(text).as_json(values())) == expected


def test_keys_are_never_resolved():
    text = '"{{ secrets.PLAIN }}": 1\nsecret://PLAIN: 2\n'
    document = of_yaml(text)
    assert not document.uses
    assert yaml.safe_load(document.as_yaml(values())) == {
        "{{ secrets.PLAIN }}": 1,
        "secret://PLAIN": 2,
    }


def test_several_documents_stay_several():
    out = of_yaml("a: secret://PLAIN\n---\nb: 1\n---\njust text\n").as_yaml(values())
    assert list(yaml.safe_load_all(out)) == [{"a": "value"}, {"b": 1}, "just text"]
    with pytest.raises(UsageError, match="has 2 documents"):
        of_yaml("a: 1\n---\nb: 2\n").as_json(values())


def test_one_scalar_is_a_document():
    assert of_yaml("secret://PLAIN").as_yaml(values()) == "value\n"
    assert of_yaml("").as_yaml(values()) == ""


def test_anchors_belong_to_their_document():
    with pytest.raises(UsageError, match="line 3: an alias"):
        of_yaml("a: &x 1\n---\nb: *x\n")


def test_aliases_are_written_out_within_limits():
    out = of_yaml("a: &x {k: secret://PLAIN}\nb: *x\nc: {<<: *x, d: 1}\n").as_yaml(values())
    assert yaml.safe_load(out) == {
        "a": {"k": "value"},
        "b": {"k": "value"},
        "c": {"d": 1, "k": "value"},
    }
    assert "&" not in out
    bomb = "a0: &a0 [secret://PLAIN]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
    )
    with pytest.raises(UsageError, match="holds too much"):
        of_yaml(bomb)


def test_what_aliases_repeat_counts_for_the_size():
    items = "\n".join("- *x" for _ in range(999))
    text = f"a: &x [{', '.join(['secret://BIG'] * 90)}]\nb:\n{items}\n"
    with pytest.raises(UsageError, match="longer than 64 MiB"):
        of_yaml(text).as_yaml(Values({Name("BIG"): "v" * 60_000}, "t"))


def test_lines_of_references():
    document = of_yaml("a: secret://A\nb:\n  - x\n  - '{{ secrets.B }}'\n\nc: $ secrets.C\n")
    assert [(str(use.name), use.line) for use in document.uses] == [("A", 1), ("B", 4), ("C", 6)]


def test_lines_of_references_in_a_literal_text():
    document = of_yaml("a:\n- run: |2-\n\n    one {{ secrets.A }}\n    two\n    ${{secrets.B}}\n")
    assert [(str(use.name), use.line) for use in document.uses] == [("A", 4), ("B", 6)]


@pytest.mark.parametrize("text", ["a: {{ secrets.PLAIN }}\n", "a: [{{secrets.PLAIN}}]\n"])
def test_braces_without_quotes(text):
    document = of_yaml(text)
    (problem,) = document.problems
    assert (problem.line, problem.message) == (1, "braces without quotes are a map in YAML")
    assert [str(use.name) for use in document.uses] == ["PLAIN"]


@pytest.mark.parametrize(
    "text",
    [
        "1: [a]\n? [a, b]\n: c\n",
        "a: .nan\n",
        "a: !!binary aGk=\n",
        "a: !!bool maybe\n",  # tags that do not fit what they stand before
        "a: !!int ''\n",
        "a: !!float ''\n",
        "a: !!int x\n",
    ],
)
def test_what_json_has_not(text):
    with pytest.raises(UsageError, match="JSON has not"):
        of_yaml(text).as_json(values())


def test_dates_are_texts_in_json():
    assert json.loads(of_yaml("a: 2020-01-01\nb: =\n").as_json(values())) == {
        "a": "2020-01-01",
        "b": "=",
    }


def test_json_keeps_every_other_byte():
    text = '{ "b":\t1.10,"b" : "secret://PLAIN",\r\n "a\\"": ["\\u00e9", "x{{secrets.YES}}"] }\n\n'
    out = JsonDocument(text, "t.json").as_json(values())
    assert out == text.replace('"secret://PLAIN"', '"value"').replace("x{{secrets.YES}}", "xyes")


def test_json_may_escape_a_reference():
    text = '"\\u0073\\u0065cret:\\/\\/PLAIN"'
    assert JsonDocument(text, "t.json").as_json(values()) == '"value"'


def test_json_lines_keys_and_surrogates():
    document = JsonDocument(
        '{"secret://A":\n"secret://B",\n"c": "\\ud800{{secrets.PLAIN}}"}', "t.json"
    )
    assert [(str(use.name), use.line) for use in document.uses] == [("B", 2), ("PLAIN", 3)]
    out = document.as_json(Values({**VALUES, Name("B"): "b"}, "t"))
    assert json.loads(out) == {"secret://A": "b", "c": "\ud800value"}
    assert out.isascii()


@pytest.mark.parametrize(
    ("text", "line"), [('{"a": 1,\n"b" 2}', 2), ("", 1), ("[" * 100_000, 1), ("[1] x", 1)]
)
def test_what_is_no_json(text, line):
    with pytest.raises(UsageError, match=f"t.json, line {line}: this is not valid JSON"):
        JsonDocument(text, "t.json")


TASK = """\
name: task
tools:
- name: weather
  integration:
    setup:
      key: $ {secrets.WEATHER_KEY}
main:
- prompt: "Bearer {secrets.BRACED} ${{secrets.DOLLAR}} {_.x}"
- tool: call
  secret_name: NAMED
  secrets:
    slot: SLOT
    other: {name: INNER}
    bad: not a name
  arguments:
    mixed: $ _.prefix + secrets.MIXED
    again: $ secrets.SLOT
    deep: infsh://staging/DEEP
"""


def test_what_a_task_refers_to():
    found = refers(TASK.encode(), "task.yaml")
    assert [(str(use.name), use.line) for use in found.uses] == [
        ("WEATHER_KEY", 6),
        ("BRACED", 8),
        ("DOLLAR", 8),
        ("NAMED", 10),
        ("SLOT", 12),
        ("INNER", 13),
        ("MIXED", 16),
        ("staging/DEEP", 18),
    ]
    (problem,) = found.problems
    assert (problem.line, problem.is_set) == (6, True)


@pytest.mark.parametrize(
    "text",
    [
        "secrets:\n- key: A\n",
        "env:\n  A: ${{secrets.B}}\n",
        "",
        "plain text",
        "secret:\n- A\n",
        "requirements:\n  secrets: [A]\n",
    ],
)
def test_what_is_read_as_a_manifest(text):
    assert refers(text.encode(), "my.yml") is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "on: push\nenv:\n  A: ${{ secrets.A }}\njobs:\n  b: ${{ secrets.B || 'x' }}\n",
            ["A", "B"],
        ),
        ("services: {}\nsecrets:\n  db: {file: db.txt}\n", []),
        ("header: Bearer ${{secrets.A}}\n", ["A"]),
        ("kind: Secret\napiVersion: v1\n---\nstringData:\n  a: secret://A\n", ["A"]),
        ("jobs:\n  call:\n    secrets: inherit\n", []),
    ],
)
def test_what_other_files_refer_to(text, names):
    assert [str(use.name) for use in refers(text.encode(), "x.yml").uses] == names


def test_lines_of_a_section():
    assert lines_of(b"a: 1\nenv:\n  A: x\n\n  B: y\n", "inf.yml", "env") == {"A": 3, "B": 5}
