"""`check -f` of files that refer to secrets and are no manifests."""

from __future__ import annotations

import json
import os

import pytest

from infsh_secrets.config.settings import Options, Settings
from infsh_secrets.services import check, requirements
from infsh_secrets.services.workspace import Workspace

TASK = """\
name: weather
tools:
- name: weather
  type: integration
  integration:
    provider: weather
    setup:
      openweathermap_api_key: $ {secrets.WEATHER_KEY}
main:
- tool: call
  secret_name: STRIPE_KEY
  arguments:
    token: $ f'Bearer {secrets.API_KEY}'
    staged: infsh://staging/API_KEY
"""


@pytest.fixture
def task(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "task.yaml").write_text(TASK)
    return tmp_path


def test_what_a_task_refers_to_is_required(cli, task):
    cli("set", "API_KEY", "made-up-canary-1Rv7")
    done = cli("check", "-f", "task.yaml")
    assert done.status == 6
    found = [
        (one["key"], one["status"], one["required"], one["line"]) for one in done.data["secrets"]
    ]
    assert found == [
        ("WEATHER_KEY", "missing", True, 8),
        ("STRIPE_KEY", "missing", True, 11),
        ("API_KEY", "usable", True, 13),
        ("staging/API_KEY", "missing", True, 14),
    ]
    assert {one["key"] for one in done.data["errors"]} == {
        "WEATHER_KEY",
        "STRIPE_KEY",
        "staging/API_KEY",
    }
    assert "canary" not in done.text + done.err
    assert done.err == (
        "task.yaml, line 8: a name in braces is a set in Python, not a text. Write it without "
        "braces, as in `$ secrets.WEATHER_KEY`.\n"
    )
    words = cli("check", "-f", "task.yaml", "-o", "table").text
    assert "Set one with: infsh secrets set WEATHER_KEY" in words


def test_all_of_it_is_there(cli, task):
    cli("set", "WEATHER_KEY=a-made-up-1", "STRIPE_KEY=a-made-up-2", "API_KEY=a-made-up-3")
    words = cli("check", "-f", "task.yaml", "-o", "table")
    assert words.status == 6
    assert "Set one with: infsh secrets set API_KEY -e staging" in words.text
    cli("set", "API_KEY", "a-made-up-4", "-e", "staging")
    done = cli("check", "-f", "task.yaml")
    assert (done.status, done.data["satisfied"]) == (0, True)
    assert [one["environment"] for one in done.data["secrets"]] == ["default"] * 3 + ["staging"]


def test_a_gap_of_a_named_environment_is_not_asked_for(cli, task):
    cli("set", "API_KEY", "a-made-up-3")
    with Workspace(Settings(Options(), os.environ)) as workspace:
        wanted = requirements.read(str(task / "task.yaml"), [])
        result = check.examine(workspace, wanted.manifest, {}, runs=wanted.runs)
        assert [one.key for one in check.fillable(workspace, result)] == [
            "WEATHER_KEY",
            "STRIPE_KEY",
        ]


def test_a_workflow(cli, task):
    (task / "ci.yml").write_text(
        "on: push\nenv:\n  PATH: ${{ secrets.PATH }}\njobs:\n  a:\n    steps:\n"
        "    - run: echo ${{ secrets.FIRST || secrets.SECOND }} ${{ github.sha }}\n"
    )
    done = cli("check", "-f", "ci.yml", "-o", "names")
    assert done.text.splitlines() == ["PATH", "FIRST", "SECOND"]
    assert "allow-env" not in cli("check", "-f", "ci.yml", "-o", "table").text


def test_a_name_of_a_manifest_is_a_manifest(cli, task):
    (task / "inf.yml").write_text("jobs: {}\nsecrets:\n- key: FAL_KEY\n")
    assert cli("check", "-f", "inf.yml", "-o", "names").text == "FAL_KEY\n"
    (task / "mine.yml").write_text("secret:\n- FAL_KEY\n")
    assert "`secrets:` is" in cli("check", "-f", "mine.yml").error["message"]


def test_a_file_without_references(cli, task):
    (task / "compose.yml").write_text("services: {}\nsecrets: {db: {file: x}}\n")
    done = cli("check", "-f", "compose.yml")
    assert (done.status, json.loads(done.out)["secrets"]) == (0, [])


@pytest.mark.parametrize("text", ["a: 'b", "a: !x y\njobs: 1\n", "main: *x\n"])
def test_what_is_no_yaml(refused, task, text):
    (task / "bad.yaml").write_text(text)
    assert ", line 1: " in refused(2, "check", "-f", "bad.yaml")["message"]
