"""Expressions in the language of Julep's tasks: what they give, and what they cannot do."""

from __future__ import annotations

import pytest

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.templating.model import Name, Values
from infsh_secrets.templating.references import parse_string

VALUE = "made-up-value-9Xw2"
GIVEN = Values({Name("key"): VALUE, Name("items"): "of items", Name("two"): "2"}, "task.yaml")


def evaluated(text):
    template = parse_string(text, 3)
    assert not template.problems
    return template.evaluate(GIVEN)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$ secrets.key", VALUE),
        ("$  secrets.key", VALUE),
        ("  $ secrets.key \n", VALUE),
        ("$ secrets['key']", VALUE),
        ("$ secrets['items']", "of items"),
        ("$ f'Bearer {secrets.key}'", f"Bearer {VALUE}"),
        ("$ f'{secrets.key}{secrets.two}'", f"{VALUE}2"),
        ('$ "Bearer " + secrets.key', f"Bearer {VALUE}"),
        ("$ len(secrets.key)", len(VALUE)),
        ("$ str(len(secrets.key)) + secrets.two", f"{len(VALUE)}2"),
        ("$ [secrets.key, 1, 1.5, None, True]", [VALUE, 1, 1.5, None, True]),
        ("$ {'Authorization': 'Bearer ' + secrets.key}", {"Authorization": f"Bearer {VALUE}"}),
        ("$ secrets.two if secrets.key == 'x' else secrets.items_", None),
        ("$ not secrets.key", False),
        ("$ secrets.key or secrets.two", VALUE),
    ],
)
def test_what_an_expression_gives(text, expected):
    if "items_" in text:
        names = [str(use.name) for use in parse_string(text, 3).uses]
        assert sorted(names) == ["items_", "key", "two"]
    else:
        assert evaluated(text) == expected


ESCAPES = [
    "$ secrets",
    "$ str(secrets)",
    "$ f'{secrets}'",
    "$ [secrets]",
    "$ len(secrets)",
    "$ secrets + ''",
    "$ secrets[secrets.key]",
    "$ secrets['k' + 'ey']",
    "$ secrets[0]",
    "$ secrets['a b']",
    "$ secrets.key.upper()",
    "$ secrets.key[0]",
    "$ secrets.key.__class__",
    "$ secrets['key'].__class__.__mro__",
    "$ ().__class__.__bases__[0] and secrets.key",
    "$ ''.__class__ and secrets.key",
    "$ '{0.__class__}'.format(secrets.key)",
    "$ '%999999999s' % secrets.key",
    "$ secrets.get('key')",
    "$ secrets.key * 999999999",
    "$ 'a' * 999999999 + secrets.key",
    "$ 9 ** 9 ** 9 ** 9 or secrets.key",
    "$ 1 << 999999999 or secrets.key",
    "$ -1 or secrets.key",
    "$ f'{secrets.key!r:>999999999}'",
    "$ f'{secrets.key:>999999999}'",
    "$ f'{secrets.key!a}'",
    "$ f'{secrets.key:{secrets.two}}'",
    "$ f'{f\"{secrets.key}\"}'",
    "$ [secrets.key for _ in 'abc']",
    "$ {s: secrets.key for s in 'abc'}",
    "$ [*secrets.key]",
    "$ {**{'a': secrets.key}}",
    "$ {secrets.key: 1}",
    "$ (lambda: secrets.key)()",
    "$ (x := secrets.key)",
    "$ print(secrets.key)",
    "$ str(secrets.key, 'utf-8')",
    "$ str(object=secrets.key)",
    "$ str(*[secrets.key])",
    "$ str or secrets.key",
    "$ open('/etc/passwd') or secrets.key",
    "$ __import__('os') or secrets.key",
    "$ _.input + secrets.key",
    "$ await secrets.key",
    "$ (yield secrets.key)",
    "$ b'' or secrets.key",
    "$ 1j or secrets.key",
    "$ ... or secrets.key",
    "$ (secrets.key, secrets.two)",
    "$ secrets.key < 'a'",
    "$ secrets.key in 'a'",
    "$ secrets.key +",
    "$ secrets.key; secrets.two",
    "$ import os; secrets.key",
    "$ " + "(" * 1000 + "secrets.key" + ")" * 1000,
    "$ " + "(" * 90 + "secrets.key" + ",)" * 90,
    "$ " + "[" * 90 + "secrets.key" + "]" * 90,
    "$ " + "not " * 500 + "secrets.key",
    "$ " + "-" * 4000 + "len(secrets.key)",
    "$ " + "secrets.key+" * 300 + "''",
    "$ '" + "a" * 200_000 + "' + secrets.key",
    "$ " + "9" * 4500 + " or secrets.key",
]


@pytest.mark.parametrize("text", ESCAPES, ids=lambda text: text[:40])
def test_what_would_escape_is_one_sentence(text, recwarn):
    template = parse_string(text, 3)
    (problem,) = template.problems
    assert problem.line == 3
    assert problem.message
    assert problem.hint
    assert not list(recwarn)


@pytest.mark.parametrize("name", ["items", "get", "keys", "to_json", "_x", "func_x", "format"])
def test_names_that_mean_something_else_after_a_dot(name):
    (problem,) = parse_string(f"$ secrets.{name}", 3).problems
    assert "something else after a dot" in problem.message
    assert "secrets['NAME']" in problem.hint
    template = parse_string(f"$ secrets['{name}']", 3)
    assert not template.problems
    assert template.evaluate(Values({Name(name): "v"}, "t")) == "v"


@pytest.mark.parametrize(
    "text",
    ["$ {secrets.key}", "$ 'Bearer ' + {secrets.key}", "$ {{secrets.key}}", "$ {secrets.key, 1}"],
)
def test_a_set_is_reported_with_what_to_write(text):
    template = parse_string(text, 3)
    (problem,) = template.problems
    assert problem.is_set
    assert "is a set in Python" in problem.message
    assert "`$ secrets.key`" in problem.hint
    assert [str(use.name) for use in template.uses] == ["key"]


@pytest.mark.parametrize(
    "text", ["$ 1 + secrets.key", "$ secrets.key + None", "$ len(1) or secrets.key"]
)
def test_what_does_not_fit_is_said_without_the_value(text):
    template = parse_string(text, 3)
    assert not template.problems
    with pytest.raises(UsageError) as caught:
        template.evaluate(GIVEN)
    assert caught.value.message.startswith("task.yaml, line 3: ")
    assert VALUE not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_results_have_a_largest_size():
    template = parse_string("$ " + " + ".join(["secrets.key"] * 20), 3)
    with pytest.raises(UsageError) as caught:
        template.evaluate(Values({Name("key"): "v" * 60_000}, "t"))
    assert "becomes too long" in caught.value.message
