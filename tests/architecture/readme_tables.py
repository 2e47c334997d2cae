"""The README's tables, written from the code: `python tests/architecture/readme_tables.py`."""

from __future__ import annotations

import os
import re

from infsh_secrets.cli.commands_table import COMMANDS
from infsh_secrets.config.settings import VARIABLES
from infsh_secrets.domain.exit_codes import TABLE

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
README = os.path.join(ROOT, "README.md")


def table(titles, rows):
    lines = [titles, ["---"] * len(titles), *rows]
    return "".join("| " + " | ".join(map(str, line)) + " |\n" for line in lines)


def commands():
    rows = [
        (
            f"`infsh {' '.join(c.path)}`" + "".join(f", `{alias}`" for alias in c.aliases),
            c.summary,
        )
        for c in COMMANDS
    ]
    return table(("command", "what it does"), rows)


def exit_codes():
    return table(("code", "name", "when"), TABLE)


def variables():
    return table(("variable", "meaning"), [(f"`{name}`", text) for name, text in VARIABLES])


TABLES = {"commands": commands, "exit codes": exit_codes, "variables": variables}


def written(readme):
    """Return the README with its tables written anew."""
    for name, make in TABLES.items():
        readme, found = re.subn(
            f"(<!-- table: {name} -->\n).*?(<!-- end -->)",
            lambda match, make=make: match[1] + make() + match[2],
            readme,
            flags=re.DOTALL,
        )
        assert found == 1, name
    return readme


if __name__ == "__main__":
    with open(README) as file:
        before = file.read()
    with open(README, "w") as file:
        file.write(written(before))
