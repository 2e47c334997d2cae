from __future__ import annotations

import json
import os

import pytest
import yaml

VALUE = 'made-up & "value" 7fQ2'
DOCUMENT = """\
# a comment
first: secret://A_KEY
second: infsh://staging/A_KEY
third: ["$ f'Bearer {secrets.B_KEY}'", 1.10, yes]
fourth: {inner: "x ${{secrets.B_KEY}} {{ secrets.B_KEY | base64 }}"}
"""
RESOLVED = {
    "first": VALUE,
    "second": "made-up-staging",
    "third": ["Bearer made-up-b", 1.1, True],
    "fourth": {"inner": "x made-up-b bWFkZS11cC1i"},
}


@pytest.fixture
def stored(cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cli("set", "A_KEY", VALUE)
    cli("set", "B_KEY", "made-up-b")
    cli("set", "A_KEY", "made-up-staging", "-e", "staging")
    (tmp_path / "t.yaml").write_text(DOCUMENT)
    return tmp_path


def test_yaml_stays_yaml(cli, stored):
    done = cli("resolve", "t.yaml")
    assert (done.status, done.err) == (0, "")
    assert yaml.safe_load(done.out) == RESOLVED
    assert list(yaml.safe_load(done.out)) == list(RESOLVED)
    assert b"1.10" in done.out
    assert b"comment" not in done.out


def test_json_stays_json(cli, stored):
    text = json.dumps(yaml.safe_load(DOCUMENT), indent=3)
    (stored / "t.json").write_text(text)
    done = cli("resolve", "t.json")
    assert json.loads(done.out) == RESOLVED
    assert done.text.count("\n   ") == text.count("\n   ")
    assert cli("resolve", "-", stdin=text.encode()).out == done.out
    assert cli("resolve", "-", stdin=b"\xef\xbb\xbf" + text.encode()).out == done.out


def test_the_other_form(cli, stored):
    assert json.loads(cli("resolve", "t.yaml", "--format", "json").out) == RESOLVED
    text = json.dumps(yaml.safe_load(DOCUMENT))
    done = cli("resolve", "-", "--format", "yaml", stdin=text.encode())
    assert yaml.safe_load(done.out) == RESOLVED
    assert not done.text.startswith("{")
    assert cli("resolve", "t.yaml", "--format", "toml").status == 2


def test_a_private_file(cli, stored):
    assert cli("resolve", "t.yaml", "-O", "out.yaml").status == 0
    assert yaml.safe_load((stored / "out.yaml").read_text()) == RESOLVED
    assert os.stat("out.yaml").st_mode & 0o777 == 0o600
    error = cli("resolve", "t.yaml", "-O", "./t.yaml").error
    assert error["message"] == "The output would replace its own template."


def test_everything_that_is_wanting_is_told_at_once(cli, stored):
    text = b"a: secret://NO\nb:\n- infsh://staging/B_KEY\n- $ secrets.NO + secrets.MORE\n"
    done = cli("resolve", "-", stdin=text)
    assert done.status == 4
    assert done.error["message"] == (
        "3 secrets that standard input refers to are wanting: NO (line 1, not set), "
        "staging/B_KEY (line 3, not set), MORE (line 4, not set)."
    )
    done = cli("resolve", "-", stdin=b"a: infsh://staging/B_KEY\n")
    assert done.error["hint"] == "Set it with: infsh secrets set B_KEY -e staging"


def test_a_set_is_reported(refused, stored):
    error = refused(2, "resolve", "-", stdin=b"a: 1\nkey: $ {secrets.B_KEY}\n")
    assert error["message"] == (
        "standard input, line 2: a name in braces is a set in Python, not a text."
    )
    assert error["hint"] == "Write it without braces, as in `$ secrets.B_KEY`."


def test_what_does_not_fit_is_said_without_values(cli, stored):
    done = cli("resolve", "-", stdin=b"\na: $ 1 + secrets.A_KEY\n")
    assert done.status == 2
    assert done.error["message"].startswith("standard input, line 2: this expression")
    assert VALUE not in done.err


def test_of_two_environments_each_use_is_on_record(cli, stored):
    cli("resolve", "t.yaml")
    cli("describe", "B_KEY", "-d", "folds the use log")
    used = [
        (one["key"], one["environment"])
        for one in cli("audit", "list").data
        if one["action"] == "used"
    ]
    assert sorted(used) == [("A_KEY", "default"), ("A_KEY", "staging"), ("B_KEY", "default")]


def test_only_allowed_names(cli, stored):
    done = cli("resolve", "t.yaml", "--only", "B_KEY")
    assert done.error["message"] == (
        "t.yaml refers to what --only does not name: A_KEY (line 2), staging/A_KEY (line 3)."
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 'x", "line 1: a quote or bracket that begins here is never closed"),
        ('{"a": 1,}', "line 1: this is not valid JSON"),
        ("a: !env X", "line 1: a YAML tag that is not"),
        ("a: 1\na: 2", "line 2: the key a stands twice"),
        ("a: {{ secrets.B_KEY }}", "line 1: braces without quotes are a map in YAML"),
        ("a: *b", "line 1: an alias"),
    ],
)
def test_what_is_no_document(refused, stored, text, message):
    assert message in refused(2, "resolve", "-", stdin=text.encode())["message"]


def test_single_braces(cli, stored):
    text = b"a: Bearer {secrets.B_KEY}\n"
    assert cli("resolve", "-", stdin=text).out == text
    assert cli("resolve", "-", "--julep", stdin=text).out == b"a: Bearer made-up-b\n"


def test_forms_of_output_mean_nothing(refused, own_home):
    assert "--format" in refused(2, "resolve", "-", "--json")["hint"]
