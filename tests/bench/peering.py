"""Other tools at the same tasks, measured in the same turns; modules of `peers` prepare them."""

from __future__ import annotations

import contextlib
import importlib
import os
import subprocess

from floors import LEAST, least
from installing import vault_path
from measuring import Command, measure
from peers.place import Place

PEERS = (
    "age",
    "fnox",
    "pass_",
    "gopass",
    "sops",
    "secretspec",
    "dotenv",
    "openbao",
    "keyring_plain",
    "keyring_crypt",
    "varlock",
    "ansible",
    "dotenvx",
)
BARE, OURS, FLOOR = "python -c pass", "infsh secrets", "floor: in one file"
MANY = 100
RUN_COUNTS = (10, 100, 1_000)
GROWTH_COUNTS = (1_000, 10_000, 100_000)
LIST_COUNTS = (10_000, 100_000)
RUNS = 11
GOALS = ("sops", "secretspec", "python-dotenv", "keyring", "dotenvx")
"""The peers beside which `get` of 100 has a goal."""


class Field:
    """The peers that are here, with their stores of several sizes."""

    def __init__(self, bench, stack):
        self.bench = bench
        self.runs = min(RUNS, bench.runs)
        self._stack = stack
        self._prepared = {}
        self.failed = {}
        self.here, self.absent = self._look()

    def _look(self):
        here, absent = {}, []
        for name in PEERS:
            module = importlib.import_module(f"peers.{name}")
            place = self._place(module, 0)
            if _is_here(module, place):
                here[module.NAME] = (module, _version(module, place))
            else:
                absent.append(module.NAME)
        return here, absent

    def _place(self, module, count):
        folder = os.path.join(self.bench.install.folder, f"{module.NAME.replace(' ', '')}{count}")
        os.makedirs(folder, mode=0o700, exist_ok=True)
        environment = self.bench.install.environment(folder)
        return Place(folder, environment, self.bench.peers, count)

    def commands(self, operation, count, wanted=None):
        """Return {name: Command} of what the peers and we do with `count` secrets."""
        ours = _ours(self.bench.install, count)
        found = {BARE: ours[BARE], OURS: ours[operation]}
        if operation in LEAST:
            vault, environment = (
                vault_path(ours[operation].environment),
                ours[operation].environment,
            )
            found[FLOOR] = least(self.bench.install, vault, environment, operation, count)
        for name, (module, _) in self.here.items():
            if wanted is None or count in getattr(module, wanted, ()):
                command = self._prepare(name, module, count).get(operation)
                if command:
                    found[name] = command
        return found

    def measure(self, operation, count, wanted=None):
        """Return {name: Times} of that; what fails is left out and told at the end."""
        failed = {}
        times = measure(self.commands(operation, count, wanted), self.runs, failed)
        self.failed |= {f"{name}, {operation} of {count:,}": why for name, why in failed.items()}
        return times

    def _prepare(self, name, module, count):
        if (name, count) not in self._prepared:
            place = self._place(module, count)
            self._stack.callback(place.close)
            try:
                made = module.prepare(place)
            except (OSError, ValueError, subprocess.CalledProcessError) as error:
                said = getattr(error, "stderr", "") or str(error)
                last = said.strip().rpartition("\n")[2][:200]
                self.failed[f"{name}, preparing {count:,}"] = last
                made = {}
            self._prepared[name, count] = made
        return self._prepared[name, count]


def peers(bench):
    """Print how long other tools take for the same."""
    with contextlib.ExitStack() as stack:
        field = Field(bench, stack)
        _small(field)
        _runs(field)
        _growth(field)
        rows = [[name, version] for name, (_, version) in field.here.items()]
        notes = [f"Not here: {', '.join(field.absent)}."] if field.absent else []
        notes += [f"Failed: {what}: {why}" for what, why in field.failed.items()]
        bench.report.table("Other tools", ["", "version"], rows, notes, main=True)
        for name in field.absent:
            figures = [f"get / {name}", f"run of 1000 / {name}"]
            figures += [f"get of {count} / {name}" for count in GROWTH_COUNTS]
            bench.report.missing(figures, f"{name} is not here.")


def _small(field):
    columns = {name: field.measure(name, MANY) for name in ("get", "list", "set")}
    gets = columns["get"]
    for name in GOALS:
        if name in gets:
            field.bench.report.ratio(f"get / {name}", gets[OURS], gets[name])
            field.bench.report.ratio(f"floor of get / {name}", gets[FLOOR], gets[name])
    titles = ["get one", "list", "set one"]
    _show(
        field,
        f"Beside other tools, {MANY} secrets",
        dict(zip(titles, columns.values(), strict=True)),
    )


def _runs(field):
    columns = {count: field.measure("run", count, "RUNS") for count in RUN_COUNTS}
    thousand = columns[1_000]
    if "fnox" in thousand:
        for figure, name in (("run of 1000 / fnox", OURS), ("floor of run of 1000", FLOOR)):
            field.bench.report.ratio(figure, thousand[name], thousand["fnox"])
    titled = {f"{count:,} secrets": times for count, times in columns.items()}
    _show(field, "Running a command with the secrets", titled)


def _growth(field):
    columns = {}
    for count in GROWTH_COUNTS:
        times = columns[f"get of {count:,}"] = field.measure("get", count, "GROWTH")
        for name in ("fnox", "sops"):
            if name in times:
                field.bench.report.ratio(f"get of {count} / {name}", times[OURS], times[name])
                figure = f"floor of get of {count} / {name}"
                field.bench.report.ratio(figure, times[FLOOR], times[name])
    for count in LIST_COUNTS:
        columns[f"list of {count:,}"] = field.measure("list", count, "LISTS")
    _show(field, "Growth beside other tools", columns)


def _show(field, title, columns):
    """Print medians, and what they are beside bare Python, of {column: {name: Times}}."""
    known = (FLOOR, *field.here)
    names = [BARE, OURS, *(n for n in known if any(n in times for times in columns.values()))]
    rows = [[name, *(_cell(times, name) for times in columns.values())] for name in names]
    field.bench.report.table(
        f"{title}, {field.runs} runs or fewer", ["", *columns], rows, main=True
    )


def _cell(times, name):
    if name not in times:
        return "-"
    ratio = times[name].median / times[BARE].median
    return f"{times[name].median * 1000:,.1f} ms {ratio:7,.1f} x"


def _ours(install, count):
    """Return {operation: Command} of ours."""
    environment = install.seeded(count)
    manifest = install.declared(count)

    def infsh(*arguments, **options):
        return Command([install.infsh, "secrets", *arguments], environment, **options)

    return {
        BARE: Command([install.python, "-c", "pass"], environment),
        "get": infsh("get", "KEY_7", "--plain"),
        "list": infsh("list", "-o", "names"),
        "set": infsh("set", "KEY_8", given="a-made-up-value-{turn}"),
        "run": infsh("run", "-f", manifest, "--", "true"),
    }


def _is_here(module, place):
    if not all(place.program(name) for name in module.PROGRAMS):
        return False
    needed = getattr(module, "MODULE", None)
    if needed is None:
        return True
    if place.python is None:
        return False
    imported = [place.python, "-c", f"import {needed}"]
    return subprocess.run(imported, check=False, capture_output=True).returncode == 0


def _version(module, place):
    """Return the version that a peer tells of itself."""
    needed = getattr(module, "MODULE", None)
    if needed:
        told = f"import importlib.metadata as m; print(m.version({needed!r}))"
        return place.run([place.python, "-c", told]).strip()
    lines = place.run(module.VERSION).splitlines()
    return next((_number(line) for line in lines if _number(line)), "of unknown version")


def _number(line):
    """Return the first word of a line that is a version, "" for none."""
    words = (word.strip("()[],v│= ") for word in line.split())
    return next((word for word in words if word[:1].isdigit() and "." in word), "")
