"""This checkout as a wheel, and a Python in which pip finds it under the name it has on PyPI."""

from __future__ import annotations

import fcntl
import os
import sys
import sysconfig
import tomllib
import zipfile
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from recipe_text import ROOT

DISTRIBUTION = "infsh-secrets"
SITE = Path(sysconfig.get_path("purelib"))


@contextmanager
def once(folder):
    """Make a folder once for all processes of a session; gives whether it is to be filled."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{folder}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = Path(f"{folder}.done")
        yield not done.exists()
        done.touch()


def build_wheel(folder):
    """Build the wheel of this checkout."""
    from hatchling.builders.wheel import WheelBuilder

    folder.mkdir(parents=True, exist_ok=True)
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    return built


def packed(distribution, folder):
    """Write an installed distribution as a wheel again, without byte code and scripts."""
    name = distribution.metadata["Name"].replace("-", "_")
    tags = [line for line in distribution.read_text("WHEEL").splitlines() if "Tag:" in line]
    parts = [tag.split(": ")[1].split("-") for tag in tags]
    tag = "-".join(".".join(sorted({part[at] for part in parts})) for at in range(3))
    with zipfile.ZipFile(folder / f"{name}-{distribution.version}-{tag}.whl", "w") as wheel:
        for file in distribution.files:
            inside = not str(file).startswith("..") and "__pycache__" not in str(file)
            if inside and file.name not in ("INSTALLER", "direct_url.json", "REQUESTED"):
                wheel.write(file.locate(), str(file))


def needed():
    """Return the installed distributions that this project needs, all the way down."""
    with open(ROOT / "pyproject.toml", "rb") as file:
        waiting = tomllib.load(file)["project"]["dependencies"]
    found = {}
    while waiting:
        wanted = Requirement(waiting.pop())
        known = wanted.name in found or (wanted.marker and not wanted.marker.evaluate())
        if not known:
            found[wanted.name] = metadata.distribution(wanted.name)
            waiting += found[wanted.name].requires or ()
    return list(found.values())


def offline(wheels):
    """Return the variables by which pip takes everything from this folder."""
    return {
        "PIP_FIND_LINKS": str(wheels),
        "PIP_NO_INDEX": "1",
        "PIP_NO_COMPILE": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
    }


def make_python(folder, libraries):
    """Make a Python with pip that has this environment's libraries, but not this project.

    It is what `actions/setup-python` or an image gives; the libraries only save their installation.
    """
    libraries.mkdir()
    for entry in SITE.iterdir():
        if "infsh" not in entry.name:
            (libraries / entry.name).symlink_to(entry)
    (folder / "bin").mkdir(parents=True)
    home = Path(sys._base_executable).parent
    (folder / "pyvenv.cfg").write_text(f"home = {home}\ninclude-system-site-packages = false\n")
    for name in ("python", "python3"):
        (folder / "bin" / name).symlink_to(sys._base_executable)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site = folder / "lib" / version / "site-packages"
    site.mkdir(parents=True)
    (site / "libraries.pth").write_text(f"{libraries}\n")
    pip = folder / "bin" / "pip"
    pip.write_text(f'#!/bin/sh\nexec "{folder}/bin/python" -m pip "$@"\n')
    pip.chmod(0o755)
    return folder / "bin"


def shared(tmp_path_factory, name):
    """Return a folder that all processes of this session share."""
    base = tmp_path_factory.getbasetemp()
    in_parts = "PYTEST_XDIST_WORKER" in os.environ
    return (base.parent if in_parts else base) / name
