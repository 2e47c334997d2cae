"""What a text refers to, and what stands in it afterwards."""

from __future__ import annotations

import pytest

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.templating.model import MAX_OUTPUT, Name, Values
from infsh_secrets.templating.references import parse_string, parse_text

VALUE = 'a "b" & c/d'
GIVEN = {
    Name("KEY"): VALUE,
    Name("items"): "of items",
    Name("KEY", "staging"): "of staging",
    Name("BRACES"): "{{ secrets.KEY }}",
}


def result(text, **options):
    template = parse_string(text, 7, **options)
    assert not template.problems
    return template.evaluate(Values(GIVEN, "t"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("secret://KEY", VALUE),
        ("  secret://KEY\n", VALUE),
        ("infsh://KEY", VALUE),
        ("infsh://staging/KEY", "of staging"),
        ("Bearer secret://KEY", "Bearer secret://KEY"),
        ("secret://KEY is how it is written", "secret://KEY is how it is written"),
        ("a ${{secrets.KEY}} b", f"a {VALUE} b"),
        ("a ${{  secrets.KEY\t}} b", f"a {VALUE} b"),
        ("{{ secrets.KEY }}{{secrets.KEY}}", VALUE * 2),
        ("$${{ secrets.items }}", "$of items"),
        ("{{ secrets['items'] }} {{ secrets[\"KEY\"] }}", f"of items {VALUE}"),
        ("{{ secrets.KEY | json }}", '"a \\"b\\" & c/d"'),
        ("{{ secrets.KEY|url }}", "a%20%22b%22%20%26%20c%2Fd"),
        ("{{ secrets.KEY | shell }}", "'a \"b\" & c/d'"),
        ("{{ secrets.KEY | base64 }}", "YSAiYiIgJiBjL2Q="),
        ("{{ secrets.KEY | base64 | url }}", "YSAiYiIgJiBjL2Q%3D"),
        ("{{ secrets.BRACES }}", "{{ secrets.KEY }}"),
        ('{"a":{{ secrets.KEY | json }}}', '{"a":"a \\"b\\" & c/d"}'),
        ("$ curl -H ${{secrets.items}}", "$ curl -H of items"),
    ],
)
def test_references_become_values(text, expected):
    assert result(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "{{ name }} ${{ github.sha }} {% for s in secrets %}",
        "{{ .Values.secrets.key }} {{ my_secrets.KEY }} {{ secrets }}",
        "{secrets.KEY} { secrets.KEY }",
        "$secrets.KEY",
        "$\tsecrets.KEY",
        "secrets.KEY",
        "$ 5 for secrets",
        "$ _.input",
        "$ steps[0].output + 'secrets.KEY'",
        "{{" * 50 + "}}" * 50,
        "\\n \\{ \\$ C:\\secrets\\new",
        "Secret://KEY",
    ],
)
def test_everything_else_stays_as_it_is(text):
    template = parse_string(text, 1)
    assert not template.changed or template.parts == [text]
    assert template.evaluate(Values({}, "t")) == text
    assert (list(template.uses), list(template.problems)) == ([], [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\{{ secrets.KEY }}", "{{ secrets.KEY }}"),
        (r"\${{secrets.KEY}} {{secrets.items}}", "${{secrets.KEY}} of items"),
        (r"\\{{ secrets.items }}", r"\of items"),
        (r"\\\{{ secrets.items }}", r"\{{ secrets.items }}"),
        (r"\secret://KEY", "secret://KEY"),
        (r"\infsh://staging/KEY", "infsh://staging/KEY"),
        (r"\$ secrets.KEY", "$ secrets.KEY"),
        (r"\{{ other }}", r"\{{ other }}"),
    ],
)
def test_a_backslash_keeps_a_reference(text, expected):
    assert result(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ secrets.KEY", "are not closed"),
        ("{{ secrets.KEY }", "are not closed"),
        ("{{ secrets.KEY | upper }}", "cannot be resolved"),
        ("{{ secrets.KEY | json | json | json | json | json }}", "cannot be resolved"),
        ("{{ secrets.KEY.inner }}", "cannot be resolved"),
        ("{{ secrets.get('KEY') }}", "cannot be resolved"),
        ("{{ secrets.9 }}", "cannot be resolved"),
        ("{{- secrets.KEY -}}", "cannot be resolved"),
        ("${{ secrets.KEY || secrets.OTHER }}", "cannot be resolved"),
        ("{{ secrets." + "A" * 256 + " }}", "cannot be resolved"),
        ("$ 'Bearer {{ secrets.KEY }}'", "stand in an expression"),
        ("secret://", "names no secret"),
        ("secret://staging/KEY", "names no secret"),
        ("secret://with-dash", "names no secret"),
        ("infsh://Not_A_Label/KEY", "names no secret"),
        ("infsh://a/b/KEY", "names no secret"),
    ],
)
def test_what_nearly_refers_is_a_problem(text, message):
    (problem,) = parse_string(text, 7).problems
    assert message in problem.message
    assert problem.line == 7
    assert problem.hint


def test_problems_name_what_is_mentioned_all_the_same():
    template = parse_string("${{ secrets.A || secrets['B'] }}", 1)
    assert [str(use.name) for use in template.uses] == ["A", "B"]


def test_lines_are_counted_in_a_text():
    text = "one\n{{ secrets.A }}\n\n{{ secrets.B }} {{ secrets.C }}\r\n{{ secrets.D | no }}\n"
    template = parse_text(text)
    assert [(str(use.name), use.line) for use in template.uses] == [
        ("A", 2),
        ("B", 4),
        ("C", 4),
        ("D", 5),
    ]
    assert [problem.line for problem in template.problems] == [5]


def test_single_braces_count_where_that_is_asked_for():
    assert result("Bearer {secrets.KEY} {x}", julep=True) == f"Bearer {VALUE} {{x}}"
    assert result("{{ 'Bearer ' + secrets['items'] }}", julep=True) == "Bearer of items"
    assert result("{{ secrets.items | base64 }}", julep=True) == "b2YgaXRlbXM="
    assert result('{"a": {"b": 1}}', julep=True) == '{"a": {"b": 1}}'
    (problem,) = parse_string("{secrets.KEY!r:>99999999}", 1, julep=True).problems
    assert "cannot be resolved" in problem.message


@pytest.mark.parametrize(
    "piece", ["\\", "{{", "{{ ", "{", "$", "secrets.", "{{ secrets.A }}", "{{ secrets", "\\{{"]
)
def test_time_grows_with_the_length_only(piece):
    text = "secrets." + piece * (300_000 // len(piece))
    for julep in (False, True):  # what is quadratic takes hours
        assert parse_text(text, julep=julep).parts


def test_a_result_has_a_largest_size():
    template = parse_text("{{ secrets.KEY }}" * 1100)
    with pytest.raises(UsageError) as caught:
        template.evaluate(Values({Name("KEY"): "v" * 65536}, "t"))
    assert "longer than 64 MiB" in caught.value.message
    assert MAX_OUTPUT == 64 * 1024 * 1024


def test_values_show_nothing_of_themselves():
    assert VALUE not in repr(Values(GIVEN, "t"))
    assert "KEY" in repr(Values(GIVEN, "t"))
