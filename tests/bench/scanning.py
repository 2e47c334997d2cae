"""How fast files and histories are searched, beside `git grep` for the plain values alone."""

from __future__ import annotations

import os
import subprocess
import sysconfig

from measuring import Command, measure

MEGABYTES = 1000
SMALL_FILES = 100_000
QUICK = 10
"""What all of that is divided by in a quick run."""
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


def tree(folder, megabytes):
    """Write copies of the sources until it is enough; returns how many files there are."""
    all_sources = sources()
    size = count = copies = 0
    while size < megabytes * 1_000_000:
        for path, content in all_sources.items():
            place = os.path.join(folder, f"copy{copies}", path)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "wb") as file:
                file.write(content)
            size += len(content)
            count += 1
        copies += 1
    return count


def small_files(folder, count):
    """Write many files of one short line."""
    for number in range(count):
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


def scan(bench):
    """Print seconds and megabytes a second."""
    install = bench.install
    folders = {}
    for name in ("tree", "small", "repository"):
        folders[name] = os.path.join(install.folder, f"scan-{name}")
        subprocess.run(["git", "init", "-q", "-b", "main", folders[name]], check=True)
    part = QUICK if bench.quick else 1
    size, many = MEGABYTES // part, SMALL_FILES // part
    count = tree(folders["tree"], size)
    small_files(folders["small"], many)
    history = repository(folders["repository"])
    megabytes = {"tree": size, "repository": history}
    times = measure(_commands(install, folders), runs=RUNS)
    titles = {
        "tree": f"{size:,} MB in {count:,} files",
        "small": f"{many:,} files of one line",
        "repository": f"{history:,.0f} MB in a history of {COMMITS} commits",
    }
    for place, title in titles.items():
        amount = megabytes.get(place)
        bench.report.table(
            f"Scan, {title}",
            ["", "median", "of all cores", "MB/s"],
            [
                [
                    name,
                    f"{one.median:.2f} s",
                    f"{one.cpu:.2f} s",
                    f"{amount / one.median:,.0f}" if amount else "-",
                ]
                for (where, name), one in times.items()
                if where == place
            ],
        )


def _commands(install, folders):
    """Return {(folder, name): Command}, beside what git itself offers."""
    homes = {secrets: install.seeded(secrets, "") for secrets in (3, 20, 100)}
    values = os.path.join(install.folder, "scan-values")
    with open(values, "wb") as file:
        subprocess.run(
            [install.python, "-c", VALUES],
            check=True,
            env=homes[20],
            stdout=file,
            cwd=install.folder,
        )

    def infsh(place, secrets, *arguments):
        argv = [install.infsh, "secrets", "scan", *arguments]
        return Command(argv, homes[secrets], folder=folders[place])

    def git(place, line):
        return Command(["sh", "-c", line], folder=folders[place])

    grep = f"git grep -q --untracked -F -f {values} || true"
    objects = "git cat-file --batch --batch-all-objects > /dev/null"
    return {
        **{
            ("tree", f"scan, {secrets} secrets"): infsh("tree", secrets) for secrets in (3, 20, 100)
        },
        ("tree", "scan --no-ignore, 20 secrets"): infsh("tree", 20, "--no-ignore"),
        ("tree", "git grep -F, 20 plain values"): git("tree", grep),
        ("small", "scan, 20 secrets"): infsh("small", 20),
        ("small", "git grep -F, 20 plain values"): git("small", grep),
        ("repository", "scan --history, 20 secrets"): infsh("repository", 20, "--history"),
        ("repository", "git cat-file of every object"): git("repository", objects),
    }
