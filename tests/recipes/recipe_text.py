"""The recipes of the README, as a stranger pastes them."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
_BLOCK = re.compile(r"^<!-- recipe: ([\w-]+) -->\n```\w+\n(.*?)^```$", re.DOTALL | re.MULTILINE)

NAME = "OPENAI_API_KEY"
VALUE = "sk-made-up-7fQ2xLw9Kd3vT8mXw1LkR7-canary"
"""What must be found nowhere."""

MANIFEST = f"secrets:\n  - key: {NAME}\n"
APP = f"""\
#!/usr/bin/env python3
import base64, hashlib, os, sys
value = os.environ["{NAME}"]
print("got", hashlib.sha256(value.encode()).hexdigest()[:16], *sys.argv[1:])
print("key", value, base64.b64encode(b"user:" + value.encode()).decode())
print("key", value, file=sys.stderr)
print("variables", sorted(name for name in os.environ if name.startswith("INFSH")))
"""
"""An app that does what an app should not: it prints its key, as it is and encoded."""

GOT = f"got {hashlib.sha256(VALUE.encode()).hexdigest()[:16]}"
SHOWN = f"key [REDACTED:{NAME}]"


def recipes():
    """Return name -> text of all blocks that are marked as recipes."""
    return dict(_BLOCK.findall(README.read_text(encoding="utf-8")))


def recipe(name):
    """Return the block that follows `<!-- recipe: name -->`."""
    return recipes()[name]


def holding(needle, *folders):
    """Return the files below folders that hold this text; links are not followed."""
    wanted = needle.encode()
    found = []
    for folder in folders:
        for base, _, names in os.walk(folder):
            paths = (os.path.join(base, name) for name in names)
            found += [path for path in paths if _is_file(path) and wanted in _read(path)]
    return found


def _is_file(path):
    return stat.S_ISREG(os.lstat(path).st_mode)


def _read(path):
    with open(path, "rb") as file:
        return file.read()


def write_app(folder, name):
    """Put the manifest and an executable app into a folder."""
    (folder / "inf.yml").write_text(MANIFEST)
    path = folder / name
    path.write_text(APP)
    path.chmod(0o755)
