"""The least that programs of this kind cost, so that a reader sees what share is ours."""

from __future__ import annotations

import os
import subprocess

from measuring import Command

SKELETON = """
import sys
import _sqlite3
from cryptography.hazmat.bindings._rust import openssl
connection = _sqlite3.connect(sys.argv[1])
connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
openssl.aead.AESGCM(bytes(32))
sys.stdout.write("a value")
sys.stdout.flush()
__import__("os")._exit(0)
"""

TYPER = """
import typer
app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
@app.command()
def hello() -> None:
    typer.echo("hello")
app()
"""

RICH = """
from rich.console import Console
from rich.table import Table
table = Table("NAME", "CREATED", "ABOUT")
for number in range(100):
    table.add_row(f"KEY_{number}", "today", "")
Console().print(table)
"""

KEYRING = """
import keyring
keyring.get_password("a service", "a name")
"""


LEAST = ("get", "run")
"""The commands that `least` has."""
DECLARED = 10


def floors(install, vault, environment):
    """Return {name: Command} of small programs, each with what no command of its kind does without.

    `vault` is the file that the skeleton opens.
    """
    programs = {}
    for name, text in (("skeleton", SKELETON), ("typer", TYPER), ("rich", RICH)):
        programs[name] = program(install, name, text)
    return {
        **{
            f"floor: {what} in one file": least(install, vault, environment, what) for what in LEAST
        },
        "floor: SQLite, AES-GCM": Command([*programs["skeleton"], vault], environment),
        "floor: Typer's hello": Command(programs["typer"], environment),
        "floor: rich's table, terminal": Command(programs["rich"], environment, terminal=True),
    }


def least(install, vault, environment, what, count=DECLARED):
    """Return the Command that does what one of ours promises, and has no design: `least`.

    A run has `count` secrets.
    """
    compiled = os.path.join(install.folder, "least.pyc")
    if not os.path.exists(compiled):
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "least.py")
        made = f"import py_compile; py_compile.compile({source!r}, {compiled!r}, doraise=True)"
        subprocess.run([install.python, "-c", made], check=True)
    log = os.path.join(install.folder, "least.log")
    behind = (str(count), "true") if what == "run" else ()
    return Command([install.python, compiled, what, vault, log, *behind], environment)


def program(install, name, text):
    """Return the command line of a small program in the install's Python."""
    path = os.path.join(install.folder, f"floor_{name}.py")
    with open(path, "w") as file:
        file.write(text)
    return [install.python, path]
