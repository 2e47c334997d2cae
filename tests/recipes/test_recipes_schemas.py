"""The recipes as the tools of their kinds judge them, where those are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
import yaml
from recipe_text import recipe

BIN = os.path.dirname(sys.executable)


def tool(name):
    path = shutil.which(name, path=f"{BIN}:{os.environ['PATH']}")
    if path is None:
        pytest.skip(f"needs {name}")
    return path


def judged(*line, folder):
    done = subprocess.run(
        line,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("github", "vendor.github-workflows"),
        ("gitlab", "vendor.gitlab-ci"),
        ("compose", "vendor.compose-spec"),
    ],
)
def test_schemas(name, schema, tmp_path):
    line = [tool("check-jsonschema"), "--builtin-schema", schema]
    if name == "gitlab":
        line += ["--data-transform", "gitlab-ci"]
    (tmp_path / f"{name}.yml").write_text(recipe(name))
    judged(*line, f"{name}.yml", folder=tmp_path)


def test_the_configuration_of_pre_commit(tmp_path):
    clientlib = pytest.importorskip("pre_commit.clientlib")
    path = tmp_path / ".pre-commit-config.yaml"
    path.write_text(recipe("pre-commit"))
    assert clientlib.load_config(str(path))["repos"][0]["hooks"][0]["id"] == "infsh-secrets-scan"


def test_the_dockerfile(tmp_path):
    (tmp_path / "Dockerfile").write_text(recipe("docker"))
    # DL3013 wants versions of what pip installs; which one is for the reader to say.
    judged(tool("hadolint"), "--ignore", "DL3013", "Dockerfile", folder=tmp_path)


def test_the_workflow_under_zizmor(tmp_path):
    place = tmp_path / ".github/workflows/deploy.yml"
    place.parent.mkdir(parents=True)
    place.write_text(recipe("github"))
    # Offline, and without the rule that wants actions by the hash of a commit.
    (tmp_path / "zizmor.yml").write_text("rules:\n  unpinned-uses:\n    disable: true\n")
    judged(tool("zizmor"), "--offline", "--config", "zizmor.yml", str(place), folder=tmp_path)


def scripts():
    workflow = yaml.safe_load(recipe("github"))["jobs"]["deploy"]["steps"]
    pipeline = yaml.safe_load(recipe("gitlab"))["deploy"]["script"]
    return {
        "cron": recipe("cron"),
        "docker-build": recipe("docker-build"),
        "github": "\n".join(step["run"] for step in workflow if "run" in step),
        "gitlab": "\n".join(pipeline),
        "vault": recipe("vault"),
    }


@pytest.mark.parametrize("name", ["cron", "docker-build", "github", "gitlab", "vault"])
def test_the_scripts(name, tmp_path):
    (tmp_path / name).write_text(scripts()[name])
    judged(tool("shellcheck"), "--shell=sh", name, folder=tmp_path)
