"""How fast text passes through `redact` and `run`, beside `cat`."""

from __future__ import annotations

import os
import random
import string
import subprocess

from measuring import ROOT, measure

MEGABYTES = 100
WORDS = "the model loaded weights from disk epoch loss accuracy step token cache".split()  # noqa: SIM905

SEED = """
import os, random, string, sys
from infsh_secrets.config.settings import Options, Settings
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.services.secrets import write
from infsh_secrets.services.workspace import Workspace
from infsh_secrets.stores.base import Write
rng = random.Random(5)
def value():
    letters = "".join(rng.choices(string.ascii_letters + string.digits, k=40))
    return SecretValue(f"sk-{letters}".encode())
with Workspace(Settings(Options(), os.environ)) as workspace:
    write(workspace, [Write(f"KEY_{i}", value()) for i in range(int(sys.argv[1]))])
"""


def log(path):
    """Write a log of made-up lines that holds no secret."""
    rng = random.Random(7)
    lines = [
        f"2026-11-22T{rng.randrange(24):02}:{rng.randrange(60):02}:{rng.randrange(60):02}Z "
        f"[{rng.choice(('info', 'warn'))}] {' '.join(rng.choices(WORDS, k=12))} "
        f"id={rng.getrandbits(128):032x} {''.join(rng.choices(string.ascii_letters, k=12))}\n"
        for _ in range(20_000)
    ]
    block = "".join(lines).encode()
    with open(path, "wb") as file:
        while file.tell() < MEGABYTES * 1_000_000:
            file.write(block)
        file.truncate(MEGABYTES * 1_000_000)


def redaction(install):
    """Print megabytes a second."""
    path = os.path.join(install.folder, "log")
    log(path)
    commands = {"cat": (["sh", "-c", f"cat {path} | cat > /dev/null"], None)}
    for count in (3, 20, 100):
        home = os.path.join(install.folder, f"redaction{count}")
        os.mkdir(home)
        environment = install.environment(home)
        seed = [install.python, "-c", SEED, str(count)]
        subprocess.run(seed, check=True, env=environment, cwd=ROOT)
        name = f"{count} secrets"
        line = f"{install.infsh} secrets redact < {path} > /dev/null"
        commands[f"redact, {name}, file"] = (["sh", "-c", line], environment)
        line = f"cat {path} | {install.infsh} secrets redact | cat > /dev/null"
        commands[f"redact, {name}, pipes"] = (["sh", "-c", line], environment)
        line = f"{install.infsh} secrets run --all -- cat {path} | cat > /dev/null"
        commands[f"run -- cat, {name}, pipes"] = (["sh", "-c", line], environment)
    print(f"\nredaction of {MEGABYTES} MB, whole commands, all forms, median of 5 runs")
    for name, seconds in measure(commands, runs=5).items():
        print(f"  {name:32} {seconds * 1000:8.1f} ms  {MEGABYTES / seconds:7.0f} MB/s")
