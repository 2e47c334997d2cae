"""The house keeps its shape: import rules, tables that name modules, stable surfaces."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from infsh_secrets.cli.app import load
from infsh_secrets.cli.commands_table import COMMANDS, GROUPS
from infsh_secrets.domain import errors, exit_codes

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def test_import_rules_hold():
    linter = os.path.join(os.path.dirname(sys.executable), "lint-imports")
    done = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command.path))
def test_every_command_of_the_table_loads(command):
    assert callable(load(command))
    assert command.path[:-1] in GROUPS or not command.path[:-1]


def test_no_name_is_used_twice_in_a_group():
    names = [(*c.path[:-1], name) for c in COMMANDS for name in (c.name, *c.aliases)]
    assert len(names) == len(set(names))


def test_every_error_has_a_code_of_the_table():
    table = {(status, name) for status, name, _ in exit_codes.TABLE}
    classes = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, Exception)]
    assert {(c.exit_status, c.code) for c in classes} <= table


def test_exit_codes_never_change():
    assert {name: status for status, name, _ in exit_codes.TABLE} == {
        "ok": 0,
        "error": 1,
        "usage": 2,
        "aborted": 3,
        "not_found": 4,
        "locked": 5,
        "check_failed": 6,
        "unavailable": 7,
        "integrity": 8,
        "conflict": 9,
        "denied": 10,
        "run_failed": 125,
        "not_executable": 126,
        "command_not_found": 127,
        "interrupted": 130,
    }


def test_the_version_is_that_of_the_distribution():
    from importlib.metadata import version

    import infsh_secrets

    assert version("infsh-secrets") == infsh_secrets.__version__


def test_only_the_agreed_files_stand_at_the_top():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    assert {path.split("/")[0] for path in listed.stdout.split()} <= {
        ".ci",
        ".gitignore",
        ".pre-commit-hooks.yaml",
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "completions",
        "infsh_secrets",
        "pyproject.toml",
        "tests",
    }
