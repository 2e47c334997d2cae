"""What a command costs from its start to its end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from measuring import RUNS, VALUE, measure


def peers(install):
    """Return {name: (argv, environment)} of other tools that are here, and the absent ones."""
    found, absent = {}, []
    dotenv = os.path.join(install.folder, ".env")
    with open(dotenv, "w") as file:
        file.writelines(f"KEY_{i}={VALUE}\n" for i in range(100))
    program = "import dotenv, sys; print(dotenv.dotenv_values(sys.argv[1])['KEY_7'])"
    dotenv_python = [sys.executable, "-c", program, dotenv]
    if subprocess.run(dotenv_python, capture_output=True, check=False).returncode == 0:
        found["python-dotenv, 100 keys"] = (dotenv_python, None)
    else:
        absent.append("python-dotenv")
    keyring = [install.python, "-m", "keyring", "diagnose"]
    found["keyring, no look-up yet"] = (keyring, install.environment(install.folder))
    absent += [
        name
        for name in ("sops", "fnox", "gopass", "pass", "age", "dotenvx")
        if not shutil.which(name)
    ]
    return found, absent


def declared(install, count):
    """Return the path of a manifest that declares some secrets of a seeded vault."""
    path = os.path.join(install.folder, f"declares{count}.yml")
    with open(path, "w") as file:
        file.write("secrets:\n")
        file.writelines(f"  - key: KEY_{i}\n" for i in range(count))
    return path


def start(install):
    """Print start-up ratios."""
    environment = install.seeded(100)
    infsh = install.infsh
    app = os.path.join(environment["HOME"], "app")
    os.makedirs(os.path.join(app, ".git"))
    with open(os.path.join(app, "inf.yml"), "w") as file:
        file.write("secrets:\n")
        file.writelines(f"  - key: KEY_{i}\n    description: what for\n" for i in range(10))
    ten = declared(install, 10)
    commands = {
        "python -c pass": ([install.python, "-c", "pass"], environment),
        "get K --plain": ([infsh, "secrets", "get", "KEY_7", "--plain"], environment),
        "run -- true, 10 of 100": ([infsh, "secrets", "run", "-f", ten, "--", "true"], environment),
        "run -- true, no masking": (
            [infsh, "secrets", "run", "-f", ten, "--no-masking", "--", "true"],
            environment,
        ),
        "run -- echo, 10 declared": ([infsh, "secrets", "run", "--", "echo"], environment, app),
        "get K (json)": ([infsh, "secrets", "get", "KEY_7"], environment),
        "list (json)": ([infsh, "secrets", "list"], environment),
        "list (table)": ([infsh, "secrets", "list", "-o", "table"], environment),
        "set K v, unchanged": ([infsh, "secrets", "set", "KEY_7", VALUE], environment),
        "set K - (new version)": (
            [infsh, "secrets", "set", "KEY_8", "--generate"],
            environment,
        ),
        "--version": ([infsh, "--version"], environment),
        "complete a name": ([infsh, "__complete", "secrets", "get", "KEY_1"], environment),
    }
    others, absent = peers(install)
    times = measure(commands | others)
    bare = times["python -c pass"]
    print(f"\nstart-up, 100 secrets, key file, median of {RUNS} runs")
    for name, seconds in times.items():
        print(f"  {name:28} {seconds * 1000:8.1f} ms  {seconds / bare:6.2f} x bare")
    if absent:
        print(f"  not here: {', '.join(absent)}")
