"""How fast files and histories are searched, beside `git grep` for the plain values alone."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import sysconfig
import time

from measuring import ROOT
from redaction import SEED

MEGABYTES = 1000
SMALL_FILES = 100_000
COMMITS = 300
RUNS = 3

VALUES = """
import os, sys
from infsh_secrets.config.settings import Options, Settings
from infsh_secrets.services.redaction import secrets_to_find
from infsh_secrets.services.workspace import Workspace
with Workspace(Settings(Options(), os.environ)) as workspace:
    for one in secrets_to_find(workspace, None, every_environment=True):
        print(one.value.reveal())
"""


def sources():
    """Return the contents of the Python files that came with this interpreter, by path."""
    found = {}
    top = sysconfig.get_path("stdlib")
    for folder, _, names in os.walk(top):
        for name in names:
            if name.endswith(".py"):
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    found[os.path.relpath(path, top)] = file.read()
    return found


def tree(folder):
    """Write copies of the sources until it is enough; returns how many files there are."""
    all_sources = sources()
    size = count = copies = 0
    while size < MEGABYTES * 1_000_000:
        for path, content in all_sources.items():
            place = os.path.join(folder, f"copy{copies}", path)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "wb") as file:
                file.write(content)
            size += len(content)
            count += 1
        copies += 1
    return count


def small_files(folder):
    """Write many files of one short line."""
    for number in range(SMALL_FILES):
        place = os.path.join(folder, str(number // 1000))
        if number % 1000 == 0:
            os.makedirs(place)
        with open(os.path.join(place, f"{number}.txt"), "w") as file:
            file.write(f"line {number} of made-up text\n")


def repository(folder):
    """Make a repository in which every commit changes twenty files; returns megabytes of blobs."""
    contents = list(sources().values())[: COMMITS * 20]
    size = 0
    with subprocess.Popen(
        ["git", "fast-import", "--quiet"], stdin=subprocess.PIPE, cwd=folder
    ) as p:
        for commit in range(COMMITS):
            p.stdin.write(
                b"commit refs/heads/main\ncommitter A <a@example.com> %d +0000\ndata 3\nnew\n"
                % (1_700_000_000 + commit)
            )
            for file in range(20):
                content = b"# %d\n" % commit + contents[(commit + file * 7) % len(contents)]
                size += len(content)
                p.stdin.write(b"M 644 inline %d.py\ndata %d\n%s\n" % (file, len(content), content))
        p.stdin.close()
    return size / 1_000_000


def timed(commands):
    """Return {name: median (seconds, seconds of processors)}; others may be using the machine."""
    taken = {name: [] for name in commands}
    for turn in range(RUNS + 1):
        for name, (argv, environment, folder) in commands.items():
            before, begun = used(), time.perf_counter()
            done = subprocess.run(
                argv, env=environment, cwd=folder, capture_output=True, check=False
            )
            if done.returncode:
                sys.exit(f"{name} failed: {done.stderr.decode(errors='replace')[-300:]}")
            if turn:  # the first run warms the caches
                taken[name].append((time.perf_counter() - begun, used() - before))
    return {
        name: tuple(map(statistics.median, zip(*pairs, strict=True)))
        for name, pairs in taken.items()
    }


def used():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def scan(install):
    """Print seconds and megabytes a second."""
    folders = {}
    for name in ("tree", "small", "repository"):
        folders[name] = os.path.join(install.folder, f"scan-{name}")
        subprocess.run(["git", "init", "-q", "-b", "main", folders[name]], check=True)
    count = tree(folders["tree"])
    small_files(folders["small"])
    megabytes = {"tree": MEGABYTES, "repository": repository(folders["repository"])}
    commands = {}
    for secrets in (3, 20, 100):
        home = os.path.join(install.folder, f"scan{secrets}")
        os.mkdir(home)
        environment = install.environment(home)
        seed = [install.python, "-c", SEED, str(secrets)]
        subprocess.run(seed, check=True, env=environment, cwd=ROOT)
        commands["tree", f"scan, {secrets} secrets"] = (["secrets", "scan"], environment)
    values = os.path.join(install.folder, "scan-values")
    environment = install.environment(os.path.join(install.folder, "scan20"))
    listed = subprocess.run(
        [install.python, "-c", VALUES], check=True, env=environment, capture_output=True
    )
    with open(values, "wb") as file:
        file.write(listed.stdout)
    grep = ["sh", "-c", f"git grep -q --untracked -F -f {values} || true"]
    commands["tree", "scan --no-ignore, 20 secrets"] = (
        ["secrets", "scan", "--no-ignore"],
        environment,
    )
    commands["tree", "git grep -F, 20 plain values"] = (grep, None)
    commands["small", "scan, 20 secrets"] = (["secrets", "scan"], environment)
    commands["small", "git grep -F, 20 plain values"] = (grep, None)
    commands["repository", "scan --history, 20 secrets"] = (
        ["secrets", "scan", "--history"],
        environment,
    )
    commands["repository", "git cat-file of every object"] = (
        ["sh", "-c", "git cat-file --batch --batch-all-objects > /dev/null"],
        None,
    )
    times = timed(
        {
            name: ([install.infsh, *argv] if environ else argv, environ, folders[name[0]])
            for name, (argv, environ) in commands.items()
        }
    )
    titles = {
        "tree": f"{MEGABYTES} MB in {count} files",
        "small": f"{SMALL_FILES} files of one line",
        "repository": f"{megabytes['repository']:.0f} MB in a history of {COMMITS} commits",
    }
    for place, title in titles.items():
        print(f"\nscan, {title}, median of {RUNS} runs")
        for (where, name), (seconds, cpu) in times.items():
            if where == place:
                rate = f"{megabytes[place] / seconds:7.0f} MB/s" if place in megabytes else ""
                print(f"  {name:32} {seconds:7.2f} s, {cpu:5.2f} s of all cores {rate}")
