"""A vault beside the code, made as the README says."""

from __future__ import annotations

import os
import subprocess
import sys

from recipe_text import NAME, VALUE, recipe

PROGRAM = os.path.join(os.path.dirname(sys.executable), "infsh")


class Checkout:
    """A repository with a vault beside the code; `key` is the text of the vault's key."""

    def __init__(self, folder, key):
        self.folder = folder
        self.key = key


def follow_vault_recipe(folder, home, tools):
    """Do in a repository what the recipe for vaults says, as a developer; returns the Checkout."""
    tools.mkdir()
    (tools / "infsh").symlink_to(PROGRAM)
    (tools / "gh").write_text('#!/bin/sh\necho "$*" > "$HOME/gh-called"; cat > "$HOME/gh-secret"\n')
    (tools / "gh").chmod(0o755)
    path = f"{tools}:{os.environ['PATH']}"
    done = subprocess.run(
        ["/bin/sh", "-ec", recipe("vault")],
        env={**os.environ, "HOME": str(home), "PATH": path, NAME: VALUE},
        cwd=folder,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert VALUE.encode() not in done.stdout + done.stderr
    assert (home / "gh-called").read_text() == "secret set INFSH_VAULT_KEY\n"
    return Checkout(folder, (home / "gh-secret").read_text().strip())
