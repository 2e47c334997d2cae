"""The scripts in completions/ are the ones that the program prints."""

from __future__ import annotations

import os

import pytest

from infsh_secrets.cli.completion_scripts import SCRIPTS, script

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(ROOT, "completions")


@pytest.mark.parametrize("shell", SCRIPTS)
def test_the_file_of_a_shell_is_current(shell):
    name = SCRIPTS[shell][0]
    path = os.path.join(FOLDER, name)
    command = f"infsh completion {shell} > completions/{name}"
    assert os.path.exists(path), f"It is missing; make it with: {command}"
    with open(path, encoding="utf-8", newline="") as file:
        assert file.read() == script(shell), f"It is out of date; make it anew with: {command}"


def test_the_folder_holds_nothing_else():
    by_name = ["infsh-secrets.bash", "infsh-secrets.fish"]
    assert sorted(os.listdir(FOLDER)) == sorted([*by_name, *(n for n, _ in SCRIPTS.values())])


@pytest.mark.parametrize("shell", SCRIPTS)
def test_the_program_prints_the_script(infsh, shell):
    done = infsh("completion", shell)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode() == script(shell)
