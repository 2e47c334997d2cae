"""The README shows nothing that does not work."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from readme_tables import README, TABLES, written

from infsh_secrets import entry
from infsh_secrets.cli.commands_table import COMMANDS

TEXT = Path(README).read_text(encoding="utf-8")
CONSOLE = re.findall(r"```console\n(.*?)```", TEXT, flags=re.DOTALL)
SHELL = re.findall(r"```sh\n(.*?)```", TEXT, flags=re.DOTALL)


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_current(name):
    assert written(TEXT) == TEXT, "write them with: python tests/architecture/readme_tables.py"


@pytest.mark.parametrize("block", CONSOLE, ids=range(len(CONSOLE)))
def test_console_blocks_print_what_they_show(block, own_home):
    bin_folder = os.path.dirname(sys.executable)
    environ = {
        **os.environ,
        "INFSH_OUTPUT": "table",
        "PATH": f"{bin_folder}:{os.environ['PATH']}",
    }
    steps = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, flags=re.MULTILINE)
    assert steps
    try:
        follow(steps, environ, own_home)
    finally:
        for started in own_home.glob("*.pid"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(started.read_text()), signal.SIGTERM)


def follow(steps, environ, own_home):
    for command, expected in steps:
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            env=environ,
            cwd=own_home,
            capture_output=True,
            check=True,
            timeout=120,
        )
        shown = done.stdout.decode()
        if shown and not shown.endswith("\n"):
            shown += "\n"  # a terminal shows the value on a line of its own
        pattern = ".*".join(re.escape(part) for part in expected.split("…"))
        assert re.fullmatch(pattern, shown), (command, shown)


def test_the_first_two_blocks_are_one_line_each():
    install, test = SHELL[:2]
    assert install.count("\n") == 1
    assert "secrets set OPENAI_API_KEY" in install
    assert "secrets list" in install
    assert test.count("\n") == 1
    assert test.endswith("pytest\n")


def test_the_made_up_key_draws_no_warning(infsh):
    key = re.search(r"OPENAI_API_KEY (sk-\S+)", SHELL[0])[1]
    done = infsh("secrets", "set", "OPENAI_API_KEY", key, "--strict")
    assert done.returncode == 0
    assert b"begins" not in done.stderr


def test_every_option_in_the_readme_exists(capfd):
    for page in ((), ("secrets",), *(command.path for command in COMMANDS)):
        assert entry.run([*page, "--help"]) == 0
    helps = capfd.readouterr().out
    # Recipes are full of options of other programs; they are run, each in tests/recipes.
    prose = re.sub(r"<!-- recipe: [\w-]+ -->\n```.*?```", "", TEXT, flags=re.DOTALL)
    prose = re.sub(r"```(console|yaml)\n.*?```|`python tests/[^`]*`", "", prose, flags=re.DOTALL)
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", prose))
    foreign = {"--from-file", "--upgrade-deps"}
    assert {option for option in options - foreign if option not in helps} == set()
