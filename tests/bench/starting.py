"""What a command costs from its start to its end."""

from __future__ import annotations

import os
import subprocess

from floors import floors
from installing import VALUE, vault_path
from measuring import Command, Times, measure

BARE = "python -c pass"
NEW = "set K, a new value"
TYPER = ("get K (JSON)", "history K", "vault status", "stale", "audit", "--version")
"""Commands that go through Typer and do little themselves."""

UNLOCK = """
import os, sys, time
from infsh_secrets.config.settings import Options, Settings
from infsh_secrets.crypto.binding import AESGCM
from infsh_secrets.services.workspace import Workspace
from infsh_secrets.unlock.sources import open_lock
with Workspace(Settings(Options(), os.environ)) as workspace:
    lock, sources = workspace.lock(), workspace.sources()
    times = [(time.perf_counter_ns(), time.process_time_ns())]
    AESGCM(bytes(32)).encrypt(bytes(12), b"", None)
    times.append((time.perf_counter_ns(), time.process_time_ns()))
    open_lock(lock, sources)
    times.append((time.perf_counter_ns(), time.process_time_ns()))
for before, after in zip(times, times[1:]):
    print(after[0] - before[0], after[1] - before[1])
"""
"""Prints nanoseconds: for OpenSSL's first AES-GCM, which any program pays, and for our own work."""


def start(bench):
    """Print start-up ratios, and what the raw key costs."""
    install, report = bench.install, bench.report
    environment = install.seeded(100)
    times = measure(commands(install, environment), runs=bench.runs)
    bare = times[BARE]
    report.times(f"Start-up, 100 secrets, key file, {bench.runs} runs", times, BARE)
    for figure, name in {
        "get": "get K --plain",
        "run": "run -- true, 10 of 100",
        "list piped": "list, piped",
        "list terminal": "list, terminal",
        "set": NEW,
        "floor of get": "floor: get in one file",
        "floor of run": "floor: run in one file",
        "floor of libraries": "floor: SQLite, AES-GCM",
        "floor of typer": "floor: Typer's hello",
        "floor of rich": "floor: rich's table, terminal",
    }.items():
        report.ratio(figure, times[name], bare)
    slowest = max((times[name] for name in TYPER), key=lambda one: one.median)
    report.ratio("typer", slowest, bare)
    _unlock(install, report, environment, bench.runs)


def commands(install, environment):
    """Return {name: Command}, with bare Python and the floors."""

    def infsh(*arguments, **options):
        return Command([install.infsh, "secrets", *arguments], environment, **options)

    app = os.path.join(environment["HOME"], "app")
    os.makedirs(os.path.join(app, ".git"))
    with open(os.path.join(app, "inf.yml"), "w") as file:
        file.write("secrets:\n")
        file.writelines(f"  - key: KEY_{i}\n    description: what for\n" for i in range(10))
    ten, hundred = install.declared(10), install.declared(100)
    return {
        BARE: Command([install.python, "-c", "pass"], environment),
        "get K --plain": infsh("get", "KEY_7", "--plain"),
        "run -- true, 10 of 100": infsh("run", "-f", ten, "--", "true"),
        "run -- true, no masking": infsh("run", "-f", ten, "--no-masking", "--", "true"),
        "run -- true, 100 of 100": infsh("run", "-f", hundred, "--", "true"),
        "run -- echo, in an app's folder": infsh("run", "--", "echo", folder=app),
        "list, piped": infsh("list"),
        "list, terminal": infsh("list", terminal=True),
        NEW: infsh("set", "KEY_8", given="a-made-up-value-{turn}"),
        "set K, unchanged": infsh("set", "KEY_9", given=VALUE),
        "get K (JSON)": infsh("get", "KEY_7"),
        "history K": infsh("history", "KEY_7"),
        "vault status": infsh("vault", "status"),
        "stale": infsh("stale"),
        "audit": infsh("audit"),
        "--version": Command([install.infsh, "--version"], environment),
        "complete a name": Command(
            [install.infsh, "__complete", "secrets", "get", "KEY_1"], environment
        ),
        **floors(install, vault_path(environment), environment),
    }


def _unlock(install, report, environment, runs):
    """Print the milliseconds between a raw key and the vault key, each in a new process."""
    taken = []
    for _ in range(runs):
        done = subprocess.run(
            [install.python, "-c", UNLOCK],
            env=environment,
            stdout=subprocess.PIPE,
            check=True,
            cwd=install.folder,
        )
        numbers = [int(word) / 1e9 for word in done.stdout.split()]
        taken.append((tuple(numbers[:2]), tuple(numbers[2:])))
    rows = []
    for name, figure, pairs in zip(
        ("floor: OpenSSL's first AES-GCM", "reading the key, opening its slot"),
        ("floor of unlock", "unlock"),
        zip(*taken, strict=True),
        strict=True,
    ):
        times = Times(pairs)
        figures = [seconds * 1000 for seconds in (times.median, times.low, times.cpu)]
        report.figure(figure, *figures)
        rows.append([name, *(f"{number:.2f} ms" for number in figures)])
    report.table(
        "Unlocking with a raw key, from the key file to the vault key, inside a process",
        ["", "median", "least", "processor"],
        rows,
    )
