"""The manual is the one that the commands make, and every reader of manuals can show it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import man_page
import pytest

from infsh_secrets.cli.commands_table import COMMANDS
from infsh_secrets.config.settings import VARIABLES
from infsh_secrets.domain.exit_codes import TABLE

SOURCE = os.path.join(man_page.FOLDER, "infsh-secrets.1")


@pytest.fixture(scope="module")
def pages():
    return man_page.pages()


def rendered(width=100):
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    command = ["groff", "-ww", "-man", "-Tascii", f"-rLL={width}n", "-P-cbou", SOURCE]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


def test_the_committed_manual_is_current(pages):
    assert sorted(os.listdir(man_page.FOLDER)) == sorted(pages)
    for name, text in pages.items():
        with open(os.path.join(man_page.FOLDER, name), encoding="ascii") as file:
            assert file.read() == text, "write it with: python tests/architecture/man_page.py"


def test_it_has_the_sections_that_readers_look_for(pages):
    assert re.findall(r"^\.SH (.*)$", pages["infsh-secrets.1"], re.MULTILINE) == [
        *("NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "OPTIONS", "EXIT STATUS", "ENVIRONMENT"),
        *("FILES", "EXAMPLES", "SECURITY", "SEE ALSO"),
    ]


def test_nothing_is_missing():
    text = rendered()
    for command in COMMANDS:
        assert re.search(rf"^   infsh {' '.join(command.path)} \[", text, re.MULTILINE), command
        for alias in command.aliases:
            assert re.search(rf"It is called [\w, ]*\b{alias}\b", text)
    for name, _ in VARIABLES:
        assert re.search(rf"^       {name}\b", text, re.MULTILINE)
    for code, name, _ in TABLE:
        assert re.search(rf"^       {code}  [^(]*\(\s*{name}\s*\)", text, re.MULTILINE), name


def test_what_is_typed_is_what_stands_there():
    """A dash is the one of the keyboard, and so are quotes: lines can be pasted."""
    text = rendered()
    assert "\n       infsh secrets list 'AWS_*' -e staging\n" in text
    assert "\n       -e, --env NAME[,NAME]\n" in text
    assert """-c 'make "$TARGET" | tee log'\n""" in text
    assert "--files[=A,B]" in text


@pytest.mark.parametrize("command", [["mandoc", "-Tlint"], ["groff", "-ww", "-z", "-man"]])
def test_there_is_nothing_to_warn_of(command):
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run([*command, SOURCE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("program", ["infsh", "infsh-secrets"])
def test_man_finds_it_by_both_names(program, tmp_path):
    if shutil.which("man") is None:
        pytest.skip("man is not installed")
    shutil.copytree(man_page.FOLDER, tmp_path / "man1")
    env = {**os.environ, "MANWIDTH": "80", "MANPAGER": "cat", "LC_ALL": "C.UTF-8"}
    command = ["man", "--warnings", "-M", str(tmp_path), program]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.startswith("INFSH-SECRETS(1)")
    assert max(map(len, done.stdout.splitlines())) <= 90
