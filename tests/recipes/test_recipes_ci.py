"""The jobs for GitHub Actions and GitLab CI do what they say, and their logs show no value."""

from __future__ import annotations

import base64
import os
import re

import pytest
import yaml
from ci_runner import GithubJob, github_steps, run_gitlab
from recipe_text import GOT, NAME, SHOWN, VALUE, holding, recipe, write_app

ENCODED = base64.b64encode(f"user:{VALUE}".encode()).decode()


def last_step():
    return github_steps(recipe("github"))[-1]


@pytest.fixture
def github(tmp_path, runner, checkout, emptied_home, program):
    """Run the workflow with this as the repository's secret; returns what became of it."""

    def run(key=checkout.key, last=None):
        steps = github_steps(recipe("github"))
        environ = runner
        if last:  # in place of the last step, where the program has been installed
            steps = [last]
            environ = {**runner, "PATH": f"{os.path.dirname(program)}:{runner['PATH']}"}
        temporary = tmp_path / "runner"
        temporary.mkdir()
        write_app(checkout.folder, "deploy")
        job = GithubJob(checkout.folder, temporary, environ, {"INFSH_VAULT_KEY": key})
        ended = job.run(steps)
        assert holding(VALUE, tmp_path, emptied_home) == []
        return ended

    return run


def test_the_workflow_deploys(github, checkout):
    ended = github()
    assert ended.status == 0, ended.log
    assert GOT in ended.log
    assert re.search(rf"{NAME}\s+usable", ended.log), ended.log
    assert ended.log.count(SHOWN) == 2
    assert "variables []" in ended.log
    for text in (VALUE, ENCODED, checkout.key):
        assert text not in ended.log
    assert VALUE in ended.masks


def test_the_workflow_of_a_fork_has_no_key(github):
    ended = github(key="", last=last_step())
    assert ended.status == 5
    assert "No key at hand opens the vault" in ended.log
    assert GOT not in ended.log


def test_a_missing_secret_stops_the_workflow_before_the_app(github, checkout):
    step = last_step()
    step["run"] = f"printf '  - key: HF_TOKEN\\n' >> inf.yml\n{step['run']}"
    ended = github(last=step)
    assert ended.status == 6
    assert "HF_TOKEN" in ended.log
    assert GOT not in ended.log


def test_the_workflow_gives_the_key_to_one_step_and_the_token_of_git_to_none():
    workflow = yaml.safe_load(recipe("github"))
    assert workflow["permissions"] == {"contents": "read"}
    (job,) = workflow["jobs"].values()
    assert "env" not in job
    assert "env" not in workflow
    with_key = [step for step in job["steps"] if "INFSH_VAULT_KEY" in str(step)]
    assert with_key == [job["steps"][-1]]
    assert job["steps"][0]["with"] == {"persist-credentials": False}


def test_a_server_in_place_of_the_file(github, tmp_path):
    from serving_support import Served

    server = Served(tmp_path / "served")
    try:
        client = server.client()
        client.post("/secrets", json={"key": NAME, "value": VALUE}).raise_for_status()
        step = last_step()
        lines = step["run"].splitlines(keepends=True)
        step["run"] = "".join(line for line in lines if "chmod" not in line)
        step["env"] = {
            "INFSH_STORE": server.url,
            "INFSH_API_KEY": server.token(scopes=("secrets:read", "secrets:reveal")),
        }
        ended = github(last=step)
    finally:
        server.close()
    assert ended.status == 0, ended.log
    assert GOT in ended.log
    assert ended.log.count(SHOWN) == 2


def test_the_pipeline_deploys(tmp_path, runner, checkout, emptied_home):
    write_app(checkout.folder, "deploy")
    variables = {"INFSH_VAULT_KEY": checkout.key}
    ended = run_gitlab(recipe("gitlab"), checkout.folder, runner, variables)
    assert ended.status == 0, ended.log
    assert GOT in ended.log
    assert ended.log.count(SHOWN) == 2
    for text in (VALUE, ENCODED, checkout.key):
        assert text not in ended.log
    assert holding(VALUE, tmp_path, emptied_home) == []
