"""Variables of a manifest that refer to secrets."""

from __future__ import annotations

import json
import sys

import pytest

PASSWORD = "made-up-password-1Qz8"
API = "made-up-api-key-77Kw"
STAGED = "made-up-staging-4Rt0"
MANIFEST = """\
secrets:
  - key: API_KEY
env:
  DATABASE_URL: postgres://app:${{secrets.DB_PASSWORD}}@db/app
  BEARER: $ f'Bearer {secrets.API_KEY}'
  STAGED: infsh://staging/API_KEY
  PLAIN: the secret sauce
"""
SHOW = "import json, os, sys; json.dump(dict(os.environ), open(sys.argv[1], 'w'))"


@pytest.fixture
def app(prepare, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    prepare("set", f"DB_PASSWORD={PASSWORD}", f"API_KEY={API}")
    prepare("set", "API_KEY", STAGED, "-e", "staging")
    (tmp_path / "inf.yml").write_text(MANIFEST)
    return tmp_path


@pytest.fixture
def given(infsh, app):
    """Return the environment that a command gets."""

    def environment(*options, env=None):
        out = str(app / "environment.json")
        done = infsh("secrets", "run", *options, "--", sys.executable, "-c", SHOW, out, env=env)
        assert done.returncode == 0, done.stderr
        with open(out) as file:
            return json.load(file)

    return environment


def test_values_stand_in_the_variables(given):
    environment = given()
    assert environment["DATABASE_URL"] == f"postgres://app:{PASSWORD}@db/app"
    assert environment["BEARER"] == f"Bearer {API}"
    assert environment["STAGED"] == STAGED
    assert environment["PLAIN"] == "the secret sauce"
    assert (environment["API_KEY"], environment["DB_PASSWORD"]) == (API, PASSWORD)


def test_a_variable_that_is_set_comes_first(given):
    assert given(env={"DATABASE_URL": "mine"})["DATABASE_URL"] == "mine"


def test_a_preserved_variable_stands_in_the_others(given):
    environment = given("--preserve-env=DB_PASSWORD", env={"DB_PASSWORD": "of-the-shell"})
    assert environment["DATABASE_URL"] == "postgres://app:of-the-shell@db/app"


def test_all_with_a_manifest(given):
    assert given("--all", "-f", "inf.yml")["BEARER"] == f"Bearer {API}"


def test_output_is_masked_by_the_names_of_variables(infsh, app):
    done = infsh("secrets", "run", "-c", 'echo "$DATABASE_URL|$STAGED|$DB_PASSWORD|x $BEARER"')
    assert done.returncode == 0
    for value in (PASSWORD, API, STAGED):
        assert value.encode() not in done.stdout
    assert b"[REDACTED:DATABASE_URL]" in done.stdout
    assert b"[REDACTED:DB_PASSWORD]" in done.stdout
    assert b"[REDACTED:BEARER]" in done.stdout
    done = infsh("secrets", "run", "-c", 'echo "${DATABASE_URL#*://}"')
    assert PASSWORD.encode() not in done.stdout


def test_uses_are_on_record(infsh, app):
    assert infsh("secrets", "run", "--", "true").returncode == 0
    rows = json.loads(infsh("secrets", "uses", "API_KEY", "--json").stdout)
    assert sorted(row["environment"] for row in rows) == ["default", "staging"]
    (row,) = json.loads(infsh("secrets", "uses", "DB_PASSWORD", "--json").stdout)
    assert row["declared"] is True


def test_what_is_missing_stops_before_the_start(infsh, app):
    (app / "inf.yml").write_text(MANIFEST + "  MORE: secret://NOT_THERE\n")
    done = infsh("secrets", "run", "--", "touch", "started")
    assert done.returncode == 125
    assert b"The secret NOT_THERE that inf.yml requires is not set." in done.stderr
    done = infsh("secrets", "check")
    assert done.returncode == 6
    found = {one["key"]: (one["status"], one["line"]) for one in json.loads(done.stdout)["secrets"]}
    assert found == {
        "API_KEY": ("usable", 2),
        "DB_PASSWORD": ("usable", 4),
        "staging/API_KEY": ("usable", 6),
        "NOT_THERE": ("missing", 8),
    }
    assert not (app / "started").exists()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "X: infsh://staging/NOT_THERE",
            "inf.yml, line 8: the secret staging/NOT_THERE is not set.",
        ),
        ("X: secret://a/b", "inf.yml, line 8: this address names no secret."),
        ("X: $ str(secrets)", "inf.yml, line 8: `secrets` stands alone"),
        ("X: $ {secrets.API_KEY}", "inf.yml, line 8: a name in braces is a set"),
        ("X: $ 1 + secrets.API_KEY", "this expression puts together what does not fit"),
    ],
)
def test_what_cannot_be_resolved_stops_before_the_start(infsh, app, line, message):
    (app / "inf.yml").write_text(f"{MANIFEST}  {line}\n")
    done = infsh("secrets", "run", "--", "touch", "started")
    assert done.returncode == 125
    assert message in done.stderr.decode()
    assert API.encode() not in done.stderr
    assert not (app / "started").exists()


def test_only_limits_references_too(infsh, app):
    done = infsh("secrets", "run", "-f", "inf.yml", "--only", "API_KEY", "--", "touch", "started")
    assert done.returncode == 125
    assert done.stderr.decode().startswith(
        "error: The env: of inf.yml refers to what --only does not name: DB_PASSWORD.\n"
    )
    assert not (app / "started").exists()


def test_a_reference_makes_an_optional_secret_required(infsh, app):
    (app / "inf.yml").write_text(
        "secrets:\n- key: MAYBE\n  optional: true\nenv:\n  A: x${{secrets.MAYBE}}\n"
    )
    assert infsh("secrets", "run", "--", "true").returncode == 125
    assert infsh("secrets", "check").returncode == 6


def test_secrets_as_files(infsh, app):
    done = infsh("secrets", "run", "--files", "-c", "cat $DB_PASSWORD_FILE; env")
    assert done.returncode == 0
    assert PASSWORD.encode() not in done.stdout
    assert b"DATABASE_URL=[REDACTED:DATABASE_URL]" in done.stdout
    assert b"DATABASE_URL_FILE" not in done.stdout
