"""The house keeps its shape: import rules, tables that name modules, stable surfaces."""

from __future__ import annotations

import os
import re
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


OF_USE_CASES = re.compile(r"^(?:from|import) infsh_secrets\.(?!cli\b|domain\b)", re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command.path))
def test_a_command_imports_its_use_case_when_it_runs(command):
    """Help and completion import the module, and need nothing but its options."""
    path = os.path.join(ROOT, *command.target.partition(":")[0].split(".")) + ".py"
    with open(path, encoding="utf-8") as file:
        assert not OF_USE_CASES.search(file.read()), "import it inside of the function"


def results():
    """Return the names of all that a command may return, as the union in `results` has them."""
    with open(
        os.path.join(ROOT, "infsh_secrets", "domain", "results.py"), encoding="utf-8"
    ) as file:
        union = re.search(r"    Result = \((.*?)\n    \)", file.read(), re.DOTALL)
    return re.findall(r"\w+", union[1])


@pytest.mark.parametrize("name", results())
@pytest.mark.parametrize("module", ["records", "plain_text"])
def test_every_result_has_a_form_for_people_and_one_for_programs(name, module):
    """One that is not asked for is no error: it would print nothing."""
    shown = ""
    for source in ("output", module):
        with open(
            os.path.join(ROOT, "infsh_secrets", "cli", f"{source}.py"), encoding="utf-8"
        ) as f:
            shown += f.read()
    group = re.sub(r"(?<=[a-z])Result$", "_RESULTS", name).upper()
    assert re.search(rf"isinstance\([^:]*?\b({name}|{group})\b|= \([^=]*\b{name}\b", shown), (
        f"cli/{module}.py does not know {name}"
    )
