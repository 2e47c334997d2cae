"""A root file system with a shell and this machine's Python, to stand for `python:3.12-slim`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from recipe_wheels import needed

SHELL_TOOLS = ("sh", "ls", "cat", "mkdir", "chmod", "id", "sleep", "env", "sha256sum", "kill")
_LEFT_OUT = ("test", "tests", "site-packages", "idlelib", "lib2to3", "tkinter", "turtledemo")
_STANDARD = ("/lib/", "/lib64/", "/usr/lib/")


def make_root(root):
    """Fill a folder; takes a few seconds and 80 MB."""
    for folder in ("usr/bin", "usr/local/bin", "tmp", "proc", "run", "dev", "etc", "root"):
        (root / folder).mkdir(parents=True)
    (root / "tmp").chmod(0o1777)
    (root / "bin").symlink_to("usr/bin")
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    (root / "etc/group").write_text("root:x:0:\n")
    for tool in SHELL_TOOLS:
        _copy_program(root, shutil.which(tool), f"/usr/bin/{tool}")
    _copy_python(root)


def _copy_python(root):
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    interpreter = os.path.realpath(sys._base_executable)
    _copy_program(root, interpreter, f"/usr/local/bin/{version}")
    for name in ("python3", "python"):
        (root / "usr/local/bin" / name).symlink_to(version)
    library = root / "usr/local/lib" / version
    shutil.copytree(os.path.dirname(os.__file__), library, symlinks=True, ignore=_left_out)
    site = library / "site-packages"
    site.mkdir()
    import pip

    shutil.copytree(os.path.dirname(pip.__file__), site / "pip")
    pip_program = root / "usr/local/bin/pip"
    pip_program.write_text('#!/bin/sh\nexec python3 -m pip "$@"\n')
    pip_program.chmod(0o755)
    extensions = [file.locate() for one in needed() for file in one.files]
    for extension in (*library.glob("lib-dynload/*.so"), *extensions):
        if str(extension).endswith(".so"):
            _copy_libraries(root, extension)


def _left_out(_folder, names):
    return [name for name in names if name in _LEFT_OUT or "config-" in name or ".opt-" in name]


def _copy_program(root, program, to):
    shutil.copyfile(program, f"{root}{to}")
    os.chmod(f"{root}{to}", 0o755)
    _copy_libraries(root, program)


def _copy_libraries(root, program):
    """Copy what the loader would load, to places where the loader of the root looks."""
    listing = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    if "tcl" in listing or "libX" in listing:
        return
    for path in re.findall(r"(/\S+) \(0x", listing):
        to = path if path.startswith(_STANDARD) else f"/usr/lib/{os.path.basename(path)}"
        place = Path(f"{root}{to}")
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
            place.chmod(0o755)
