"""What the runners of GitHub and GitLab do with the scripts of a job, as far as recipes show it."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import yaml

_LIMIT_SECONDS = 120
_EXPRESSION = re.compile(r"\$\{\{\s*([\w.]+)\s*\}\}")
_MASK = "::add-mask::"


class Ended:
    """A finished job: its status, the log that people see, and what was masked in it."""

    def __init__(self, status, log, masks):
        self.status = status
        self.log = log
        self.masks = masks


def machine(home, path, **more):
    """Return the environment of a fresh runner: an empty home, no terminal, nothing of ours."""
    home.mkdir(exist_ok=True)
    return {"HOME": str(home), "PATH": f"{path}:/usr/bin:/bin", "CI": "true", **more}


def execute(line, environ, folder):
    """Run one script to its end; returns its status, and both streams in one text."""
    done = subprocess.run(
        line,
        env=environ,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=_LIMIT_SECONDS,
        check=False,
    )
    return done.returncode, done.stdout.decode()


class GithubJob:
    """A job of a workflow; `secrets` are the repository's.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """

    def __init__(self, workspace, temporary, environ, secrets):
        self._workspace = workspace
        self._temporary = temporary
        self._secrets = secrets
        self._masks = [value for value in secrets.values() if value]
        self._environ = {**environ, "GITHUB_ACTIONS": "true", "RUNNER_TEMP": str(temporary)}
        self._environ["GITHUB_WORKSPACE"] = str(workspace)
        for name in ("GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_PATH"):
            path = temporary / name.lower()
            path.touch()
            self._environ[name] = str(path)

    def run(self, steps):
        log = ""
        for number, step in enumerate(steps):
            if "run" not in step:
                continue
            script = self._temporary / f"{number}.sh"
            script.write_text(self._filled(step["run"]))
            own = {name: self._filled(str(text)) for name, text in step.get("env", {}).items()}
            line = ["bash", "-e", str(script)]  # the default where a step names no shell
            status, text = execute(line, {**self._environ, **own}, self._workspace)
            log += self._shown(text)
            if status:
                return Ended(status, log, self._masks)
        return Ended(0, log, self._masks)

    def _filled(self, text):
        known = {f"secrets.{name}": value for name, value in self._secrets.items()}
        known["github.workspace"] = str(self._workspace)
        return _EXPRESSION.sub(lambda match: known.get(match[1], ""), text)

    def _shown(self, text):
        lines = []
        for line in text.splitlines():
            if line.startswith(_MASK):
                escaped = line.removeprefix(_MASK)
                self._masks.append(
                    escaped.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
                )
                continue
            for mask in self._masks:
                line = line.replace(mask, "***")  # noqa: PLW2901  # one after the other
            lines.append(line)
        return "\n".join(lines) + "\n"


def github_steps(text):
    """Return the steps of the only job of a workflow."""
    (job,) = yaml.safe_load(text)["jobs"].values()
    return job["steps"]


def run_gitlab(text, project, environ, variables):
    """Run the only job of a `.gitlab-ci.yml` as the docker executor does, in a checkout of its own.

    Its checkout may be written by everybody. `variables` are the project's, and masked.
    """
    for path in (project, *project.rglob("*")):
        path.chmod(0o777 if path.is_dir() or os.access(path, os.X_OK) else 0o666)
    (job,) = (job for job in yaml.safe_load(text).values() if "script" in job)
    environ = {**environ, "GITLAB_CI": "true", "CI_PROJECT_DIR": str(project), **variables}
    environ |= {name: str(value) for name, value in job.get("variables", {}).items()}
    script = "\n".join(("set -eo pipefail", *job["script"]))
    status, log = execute(["bash", "-c", script], environ, project)
    masks = list(variables.values())
    for mask in masks:
        log = log.replace(mask, "[MASKED]")
    return Ended(status, log, masks)


def only(folder, pattern):
    """Return the one file that fits."""
    (path,) = Path(folder).glob(pattern)
    return path
