"""What the README says about shells, done by the shells and by direnv."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

ODD = 'it\'s "a" $(touch ran) `touch ran` \\ value\n\twith lines\n\n'
ENVRC = """\
watch_file inf.yml
eval "$(infsh secrets export --declared --format shell --no-input -o plain)"
"""
MANIFEST = "secrets:\n  - key: DECLARED\n"
EVAL = 'eval "$(infsh secrets export --declared --format shell)"'
SOURCE = "source <(infsh secrets export --declared --format shell)"
PRINT = 'printf "%s|%s" "$DECLARED" "$UNDECLARED"'
SHELLS = {
    "sh": (["sh", "-c"], EVAL),
    "dash": (["dash", "-c"], EVAL),
    "bash": (["bash", "-c"], EVAL),
    "bash, strict": (["bash", "-euo", "pipefail", "-c"], "UNDECLARED=; " + EVAL),
    "zsh": (["zsh", "-f", "-c"], EVAL),
    "busybox": (["busybox", "sh", "-c"], EVAL),
    "bash, source": (["bash", "-c"], SOURCE),
    "zsh, source": (["zsh", "-f", "-c"], SOURCE),
    "fish": (
        ["fish", "--no-config", "-c"],
        "infsh secrets export --declared --format fish | source",
    ),
}


@pytest.fixture
def app(own_home, prepare):
    """An app whose manifest declares one of two secrets."""
    folder = own_home / "app"
    folder.mkdir()
    (folder / "inf.yml").write_text(MANIFEST)
    prepare("set", "DECLARED", "--no-strip", stdin=ODD.encode())
    prepare("set", "UNDECLARED", "made-up-undeclared")
    return folder


@pytest.fixture
def run(app):
    """Run a program in the app's folder; returns the finished process."""

    def run(*argv, **env):
        path = os.pathsep.join((os.path.dirname(sys.executable), os.environ["PATH"]))
        if not shutil.which(argv[0], path=path):
            pytest.skip(f"{argv[0]} is not installed")
        environ = {**os.environ, "PATH": path, **env}
        return subprocess.run(
            argv,
            cwd=app,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_takes_what_the_app_declares(run, app, shell):
    argv, recipe = SHELLS[shell]
    done = run(*argv, f"{recipe}; {PRINT}")
    assert (done.stdout, done.stderr, done.returncode) == (f"{ODD}|", "", 0)
    assert not (app / "ran").exists()


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        ("sh", 'v=$(infsh secrets get DECLARED --plain && printf x) && printf %s "${v%x}"'),
        ("bash", 'v=$(infsh secrets get DECLARED --plain && printf x) && printf %s "${v%x}"'),
        ("zsh", 'v=$(infsh secrets get DECLARED --plain && printf x) && printf %s "${v%x}"'),
        ("fish", "set v (infsh secrets get DECLARED --plain | string collect -N); printf %s $v"),
    ],
)
def test_every_byte_of_a_value_in_a_variable(run, shell, line):
    done = run(shell, "-c", line)
    assert (done.stdout, done.stderr) == (ODD, "")


HOOK = 'eval "$(direnv hook bash)"; _direnv_hook; '


def test_direnv_sets_in_the_folder_and_takes_away_outside(run, app):
    (app / ".envrc").write_text(ENVRC)
    assert run("direnv", "allow", ".").returncode == 0
    done = run("bash", "-c", f"{HOOK} {PRINT}; cd ..; _direnv_hook; {PRINT}")
    assert done.stdout == f"{ODD}||"
    assert "made-up" not in done.stderr
    assert "it's" not in done.stderr
    assert not (app / "ran").exists()


def test_direnv_looks_again_when_the_manifest_changes(run, app, prepare):
    (app / ".envrc").write_text(ENVRC)
    prepare("set", "UNDECLARED", "made-up-and-declared-later")
    assert run("direnv", "allow", ".").returncode == 0
    change = "printf '  - key: UNDECLARED\\n' >>inf.yml; touch -d '2030-01-01' inf.yml"
    done = run("bash", "-c", f"{HOOK} {PRINT}; {change}; _direnv_hook; {PRINT}")
    assert done.stdout == f"{ODD}|{ODD}|made-up-and-declared-later"


def test_direnv_says_what_is_missing(run, app):
    (app / "inf.yml").write_text(MANIFEST + "  - key: MISSING\n")
    (app / ".envrc").write_text(ENVRC)
    assert run("direnv", "allow", ".").returncode == 0
    done = run("bash", "-c", f"{HOOK} {PRINT}")
    assert done.stdout == "|"
    assert "error: The secret MISSING that inf.yml requires is not set." in done.stderr


def test_direnv_in_a_terminal_does_not_wait_for_a_passphrase(
    passphrase_vault, own_home, terminal, monkeypatch
):
    if not shutil.which("direnv"):
        pytest.skip("direnv is not installed")
    app = own_home / "app"
    app.mkdir()
    (app / "inf.yml").write_text("secrets:\n  - key: NEW_KEY\n")
    (app / ".envrc").write_text(ENVRC)
    made = terminal("bash", "--norc", "--noprofile", "-i", columns=200, env={"PS1": "> "})
    made.line(f'eval "$(direnv hook bash)"; cd {app}; direnv allow; clear')
    made.wait("No key at hand opens the vault")
    made.line("echo ready-$((1 + 1))")
    made.wait("ready-2")
    assert "Passphrase" not in made.text
    assert "secrets vault unlock" in made.text
