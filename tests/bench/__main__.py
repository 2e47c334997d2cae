"""Prints the figures of this machine: `python tests/bench [start] [growth] [keys]`.

Everything is measured as whole processes of an ordinary install (made here, in a temporary virtual
environment, with byte code), interleaved, as medians; `x bare` is the ratio to `python -c pass` in
the same run, which holds where absolute times drift. Peers that are installed are measured in the
same run, others are named as absent. Nothing here fails by the clock.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RUNS = 21
VALUE = "a-made-up-value-of-forty-characters-0123"

SEED = """
import os, sys
from infsh_secrets.config.settings import Options, Settings
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.services.secrets import write
from infsh_secrets.services.workspace import Workspace
from infsh_secrets.stores.base import Write
with Workspace(Settings(Options(), os.environ)) as workspace:
    value = SecretValue(sys.argv[2].encode())
    write(workspace, [Write(f"KEY_{i}", value) for i in range(int(sys.argv[1]))])
"""


class Install:
    """The package in a virtual environment of its own, with homes to measure in."""

    def __init__(self, folder):
        self.folder = folder
        self.python = os.path.join(folder, "venv", "bin", "python")
        self.infsh = os.path.join(folder, "venv", "bin", "infsh")
        subprocess.run([sys.executable, "-m", "venv", os.path.join(folder, "venv")], check=True)
        for what in (["-U", "pip"], [ROOT]):
            subprocess.run(
                [self.python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *what],
                check=True,
                stderr=subprocess.DEVNULL,
                env=self.environment(folder),
            )

    def environment(self, home):
        """Return an environment with this home, byte code allowed and no settings of the caller."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("INFSH_", "XDG_", "DBUS_", "PYTHON", "CI"))
        }
        return {**kept, "HOME": home, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}

    def seeded(self, count):
        """Return an environment whose home has a vault of `count` secrets."""
        home = os.path.join(self.folder, f"home{count}")
        os.mkdir(home)
        environment = self.environment(home)
        seed = [self.python, "-c", SEED, str(count), VALUE]
        subprocess.run(seed, check=True, env=environment)
        return environment


def measure(commands, runs=RUNS):
    """Return {name: median seconds} of {name: (argv, environment)}, run in turn."""
    times = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, (argv, environment) in commands.items():
            begun = time.perf_counter()
            done = subprocess.run(
                argv,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                check=False,
            )
            if done.returncode:
                sys.exit(f"{name} failed: {done.stderr.decode(errors='replace')[-300:]}")
            if turn:  # the first run warms the caches
                times[name].append(time.perf_counter() - begun)
    return {name: statistics.median(all_times) for name, all_times in times.items()}


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
    ten = declared(install, 10)
    commands = {
        "python -c pass": ([install.python, "-c", "pass"], environment),
        "get K --plain": ([infsh, "secrets", "get", "KEY_7", "--plain"], environment),
        "run -- true, 10 of 100": ([infsh, "secrets", "run", "-f", ten, "--", "true"], environment),
        "run -- true, no masking": (
            [infsh, "secrets", "run", "-f", ten, "--no-masking", "--", "true"],
            environment,
        ),
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


def growth(install):
    """Print what get and list cost as the vault grows."""
    counts = (10, 1_000, 100_000)
    environments = {count: install.seeded(count) for count in counts}
    infsh = install.infsh
    gets = measure(
        {
            count: ([infsh, "secrets", "get", "KEY_7", "--plain"], environment)
            for count, environment in environments.items()
        }
    )
    print(f"\ngrowth, median of {RUNS} runs")
    for count, seconds in gets.items():
        ratio = seconds / gets[counts[0]]
        print(f"  get --plain of {count:7}  {seconds * 1000:8.1f} ms  {ratio:5.2f} x that of 10")
    lists = measure(
        {
            f"{form}, {count}": ([infsh, "secrets", "list", "-o", form], environments[count])
            for count in counts
            for form in ("names", "json")
        },
        runs=3,
    )
    for name, seconds in lists.items():
        print(f"  list -o {name:15}  {seconds * 1000:8.1f} ms")
    completion = measure(
        {"1000": ([infsh, "__complete", "secrets", "get", ""], environments[1_000])}, runs=9
    )
    print(f"  complete names of 1000   {completion['1000'] * 1000:8.1f} ms")
    path = os.path.join(
        environments[100_000]["HOME"], ".local/share/infsh-secrets/vaults/personal.vault"
    )
    print(f"  bytes a secret of 100000 {os.path.getsize(path) / 100_000:8.1f}")


def keys(install):
    """Print what opening with each kind of key costs, and giving a large vault a new key."""
    count = 10_000
    environment = install.seeded(count)
    infsh = install.infsh
    phrase = os.path.join(environment["HOME"], "phrase")
    with open(os.open(phrase, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("made-up words to remember")
    worded = {
        **environment,
        "INFSH_VAULT_PASSPHRASE_FILE": phrase,
        "INFSH_DATA_DIR": os.path.join(environment["HOME"], "worded"),
    }
    subprocess.run([infsh, "secrets", "set", "KEY_7", VALUE, "-q"], check=True, env=worded)
    get = [infsh, "secrets", "get", "KEY_7", "--plain"]
    opened = measure({"raw key": (get, environment), "passphrase": (get, worded)}, runs=5)
    print("\nkeys, medians of whole processes")
    for name, seconds in opened.items():
        print(f"  get --plain, opened by {name:12} {seconds * 1000:8.1f} ms")
    long = {
        f"vault rotate of {count}": ([infsh, "secrets", "vault", "rotate", "-q"], environment),
        f"vault verify of {count}": ([infsh, "secrets", "vault", "verify"], environment),
    }
    for name, seconds in measure(long, runs=3).items():
        print(f"  {name:35} {seconds * 1000:8.1f} ms")


def main(wanted):
    """Measure what is wanted, or everything."""
    known = {"start": start, "growth": growth, "keys": keys}
    with tempfile.TemporaryDirectory() as folder:
        install = Install(folder)
        print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores")
        for name in wanted or known:
            known[name](install)


if __name__ == "__main__":
    main(sys.argv[1:])
