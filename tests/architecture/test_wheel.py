"""What a wheel brings: the package, the manual, completions; and nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile

import pytest

pytestmark = pytest.mark.slow

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = (
    "share/bash-completion/completions/infsh",
    "share/bash-completion/completions/infsh-secrets",
    "share/fish/vendor_completions.d/infsh-secrets.fish",
    "share/fish/vendor_completions.d/infsh.fish",
    "share/man/man1/infsh-secrets.1",
    "share/man/man1/infsh.1",
    "share/zsh/site-functions/_infsh",
)
DATA = (".py", ".typed", ".md", ".tsv")
PATIENCE = 300


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel of the files that are committed or would be, built with what is installed here."""
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in listed.stdout.decode().split("\0"):
        if name and os.path.isfile(os.path.join(ROOT, name)):
            target = source / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(os.path.join(ROOT, name), target)
    cache = source / "infsh_secrets" / "__pycache__"  # which must not get into it
    cache.mkdir()
    (cache / "entry.cpython-311.pyc").write_bytes(b"")
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=source)
    (made,) = folder.iterdir()
    return made


def _run(*command, cwd=None, env=None):
    done = subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A virtual environment in which the wheel is, beside the libraries of this one."""
    folder = str(tmp_path_factory.mktemp("venv") / "venv")
    _run(sys.executable, "-m", "venv", "--without-pip", folder)
    pip = (sys.executable, "-m", "pip", f"--python={folder}", "install", "--quiet", "--no-index")
    _run(*pip, "--no-deps", str(wheel))
    site = sysconfig.get_path("purelib", vars={"base": folder, "platbase": folder})
    with open(os.path.join(site, "libraries.pth"), "w", encoding="utf-8") as file:
        file.write(sysconfig.get_path("purelib") + "\n")
    return folder


def test_nothing_unexpected_is_in_it(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    ours = [name for name in names if name.startswith("infsh_secrets/")]
    assert {name for name in ours if not name.endswith(DATA)} == set()
    assert not [name for name in ours if "/test_" in name or "/tests/" in name or "/man/" in name]
    head = os.path.basename(wheel).split("-py3")[0]
    data = f"{head}.data/data/"
    assert sorted(n.removeprefix(data) for n in names if n.startswith(data)) == sorted(SHARED)
    others = [n for n in names if not n.startswith(("infsh_secrets/", data, f"{head}.dist-info/"))]
    assert others == []


def test_every_module_is_in_it(wheel):
    there = {name for name in zipfile.ZipFile(wheel).namelist() if name.endswith((".py", ".tsv"))}
    here = {
        os.path.relpath(os.path.join(folder, file), ROOT)
        for folder, _, files in os.walk(os.path.join(ROOT, "infsh_secrets"))
        for file in files
        if file.endswith((".py", ".tsv"))
    }
    assert there == here


def test_manual_and_completions_lie_where_they_are_looked_for(installed):
    for path in SHARED:
        assert os.path.getsize(os.path.join(installed, path)) > 0
    if shutil.which("man") is None:
        pytest.skip("man is not installed")
    manuals = os.path.join(installed, "share", "man")
    env = {**os.environ, "MANPAGER": "cat", "LC_ALL": "C.UTF-8"}
    for name in ("infsh-secrets", "infsh"):
        assert _run("man", "-M", manuals, name, env=env).stdout.startswith("INFSH-SECRETS(1)")


def test_the_installed_program_runs(installed):
    program = os.path.join(installed, "bin", "infsh")
    assert _run(program, "--version").stdout.startswith("infsh-secrets ")
    assert "infsh secrets set" in _run(program, "secrets", "set", "--help").stdout
    python = os.path.join(installed, "bin", "python")
    found = _run(python, "-c", "import infsh_secrets; print(infsh_secrets)", cwd=installed)
    assert installed in found.stdout


@pytest.mark.parametrize("name", ["infsh", "infsh-secrets"])
def test_bash_completes_with_the_installed_file(installed, name):
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed")
    script = os.path.join(installed, "share", "bash-completion", "completions", name)
    ask = f'source "{script}" && complete -p {name}'
    assert "_infsh_complete" in _run("bash", "--norc", "-c", ask).stdout


@pytest.mark.parametrize("name", ["infsh", "infsh-secrets"])
def test_fish_completes_with_the_installed_file(installed, name):
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed")
    script = os.path.join(installed, "share", "fish", "vendor_completions.d", f"{name}.fish")
    env = {**os.environ, "PATH": os.path.join(installed, "bin") + os.pathsep + os.environ["PATH"]}
    ask = f'source "{script}"; complete -C "{name} vers"; complete -c {name}'
    assert "__infsh_complete" in _run("fish", "--no-config", "-c", ask, env=env).stdout
