"""A disk that loses power: what was recorded of a command's file operations, and what may be left.

Pessimistic as POSIX allows: of what was not synced, any part may be there and any part missing, in
any order, also of entries in folders; a write may be torn at sectors of 512 bytes.
"""

from __future__ import annotations

import os
import random
import re
import shutil
from typing import NamedTuple

import traced

SECTOR = 512
TRACED = (
    "openat,mkdir,write,pwrite64,ftruncate,fsync,fdatasync,unlink,unlinkat,rename,renameat,"
    "renameat2,link,linkat,symlink,copy_file_range,sendfile,pwritev,writev,fallocate,rmdir"
)
OPTIONS = ("-y", "-xx", "-s", "1000000", "-e", f"trace={TRACED}")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_DESCRIPTOR = re.compile(r"^(\d+)<((?:[^>\\]|\\x[0-9a-f]{2})*)>")


class Event(NamedTuple):
    """One operation on a file below the home; `path` is relative to it."""

    call: str
    path: str
    data: bytes = b""
    at: int = 0


def record(case, driver=()):
    """Run an operation; return its events, where it acknowledged, and the state it left."""
    home = case.copy("recorded")
    log = os.path.join(case.folder, "recorded.log")
    done = case.run(home, strace=(*OPTIONS, "-o", log), driver=driver)
    assert done.returncode == 0, done.stderr
    events, acknowledged = parse(log, home)
    assert acknowledged is not None, "nothing was written to standard output"
    return events, acknowledged, traced.observe(home)


def parse(log, home):
    events: list[Event] = []
    acknowledged = None
    offsets: dict[tuple[str, str], int] = {}
    for call, arguments, result, _ in traced.calls(log):
        if result.startswith("-") or result == "?":
            continue
        if call == "write" and arguments.startswith("1<") and acknowledged is None:
            acknowledged = len(events)
        strings = [_bytes(text) for text in _STRING.findall(arguments)]
        paths, descriptor = _paths(call, arguments, strings)
        known = [path[len(home) + 1 :] for path in paths if f"{path}/".startswith(f"{home}/")]
        if known:
            events += _event(call, known, (arguments, strings, descriptor, result), offsets)
    return events, acknowledged


def _bytes(text):
    return bytes.fromhex(text.replace("\\x", ""))


def _paths(call, arguments, strings):
    """Return the paths that a call is about, and the number of its descriptor."""
    if call in {"openat", "mkdir", "unlink", "rename", "link"}:
        return [os.fsdecode(string) for string in strings], ""
    found = _DESCRIPTOR.match(arguments)
    if found is None:
        return [], ""
    path = re.sub(r"\\x([0-9a-f]{2})", lambda part: chr(int(part[1], 16)), found[2])
    return [path], found[1]


def _event(call, known, details, offsets):
    arguments, strings, descriptor, result = details
    path = known[0]
    if call == "openat":
        offsets[result, path] = 0
        created = "O_CREAT" in arguments
        return [Event("open", path)] * created + [Event("ftruncate", path)] * (
            "O_TRUNC" in arguments
        )
    if call in {"fsync", "fdatasync"}:
        return [Event("sync", path)]
    if call in {"mkdir", "unlink"}:
        return [Event(call, path)]
    if call == "pwrite64":
        return [Event("write", path, strings[-1], int(arguments.rsplit(", ", 1)[1]))]
    if call == "write":
        assert "O_APPEND" not in arguments
        at = offsets.get((descriptor, path), 0)
        offsets[descriptor, path] = at + len(strings[-1])
        return [Event("write", path, strings[-1], at)]
    if call == "ftruncate":
        return [Event("ftruncate", path, b"", int(arguments.rsplit(", ", 1)[1]))]
    assert call == "rename", f"{call} is not simulated"
    assert len(known) == 2
    assert os.path.dirname(known[0]) == os.path.dirname(known[1])
    return [Event("rename", path, os.fsencode(known[1]))]


class File:
    """A file: what is on the disk, and the writes and cuts that may be or not."""

    def __init__(self, data=b""):
        self.data = data
        self.pending: list[Event] = []


class Unit(NamedTuple):
    """Something that is not synced: a write to a file, or a change of a folder's entries."""

    file: File | None
    event: Event


FOLDER = File()


class Disk:
    """Names and files, on the disk and as the program sees them."""

    def __init__(self, home):
        self.kept = {}
        for folder, folders, files in os.walk(home):
            for name in folders:
                self.kept[os.path.relpath(os.path.join(folder, name), home)] = FOLDER
            for name in files:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    self.kept[os.path.relpath(path, home)] = File(file.read())
        self.seen = dict(self.kept)
        self.entries: list[Unit] = []
        """changes of names that no folder's sync has made lasting yet"""

    def apply(self, event):
        """Do what the program did."""
        if event.call == "sync":
            self._sync(event.path)
        elif event.call in {"write", "ftruncate"}:
            file = self.seen.get(event.path)
            if file is not None:
                file.pending.append(event)
        elif event.call == "open":
            if event.path not in self.seen:
                self._enter(Unit(File(), event))
        elif event.call == "mkdir":
            self._enter(Unit(FOLDER, event))
        else:
            self._enter(Unit(self.seen.get(event.path), event))

    def _enter(self, unit):
        self.entries.append(unit)
        change_names(self.seen, unit)

    def _sync(self, path):
        file = self.seen.get(path)
        if file is not None and file is not FOLDER:
            file.data = patched(file.data, file.pending)
            file.pending = []
            return
        for unit in [unit for unit in self.entries if os.path.dirname(unit.event.path) == path]:
            self.entries.remove(unit)
            change_names(self.kept, unit)

    def units(self):
        """Return all that a power loss may take away."""
        files = {id(file): file for file in (*self.kept.values(), *self.seen.values())}
        writes = [Unit(file, event) for file in files.values() for event in file.pending]
        return [*self.entries, *writes]

    def after_power_loss(self, kept, torn):
        """Return {path: content, None for a folder} when only `kept` of the units are there.

        `torn` maps units to which of their sectors are there.
        """
        units = self.units()
        names = dict(self.kept)
        for number, unit in enumerate(units[: len(self.entries)]):
            if number in kept:
                change_names(names, unit)
        writes: dict[int, list[Event]] = {}
        for number, unit in enumerate(units[len(self.entries) :], len(self.entries)):
            if number in torn:
                writes.setdefault(id(unit.file), []).extend(sectors(unit.event, torn[number]))
            elif number in kept:
                writes.setdefault(id(unit.file), []).append(unit.event)
        tree = {}
        for path in sorted(names):
            parent = os.path.dirname(path)
            if not parent or parent in tree:
                file = names[path]
                whole = file is not FOLDER
                tree[path] = patched(file.data, writes.get(id(file), ())) if whole else None
        return tree


def change_names(names, unit):
    event = unit.event
    if event.call in {"open", "mkdir"}:
        names[event.path] = unit.file
    elif event.call == "unlink":
        names.pop(event.path, None)
    elif unit.file is not None:
        # One rename is one entry of a journal: never half of it.
        names.pop(event.path, None)
        names[os.fsdecode(event.data)] = unit.file


def patched(data, events):
    """Return the content of a file after writes and cuts."""
    content = bytearray(data)
    for event in events:
        if event.call == "ftruncate":
            content = content[: event.at].ljust(event.at, b"\0")
        else:
            end = event.at + len(event.data)
            if len(content) < end:
                content.extend(bytes(end - len(content)))
            content[event.at : end] = event.data
    return bytes(content)


def sectors(event, draw_seed):
    """Return some of the sectors of a write; its length is there even if they are not."""
    if event.call != "write":
        return [event]
    draw = random.Random(draw_seed)
    end = event.at + len(event.data)
    found = [Event("write", event.path, b"", end)]
    at = event.at
    while at < end:
        stop = min((at // SECTOR + 1) * SECTOR, end)
        if draw.random() < 0.5:
            part = event.data[at - event.at : stop - event.at]
            found.append(Event("write", event.path, part, at))
        at = stop
    return found


class Loss(NamedTuple):
    """Power is lost after this many events; these units are there, these are torn (unit, seed)."""

    after: int
    kept: frozenset[int]
    torn: tuple[tuple[int, int], ...] = ()


def losses(disk, after, draw, subsets):
    """Return ways in which power can be lost now: none, all, one, all but one, random subsets.

    There are more of those, up to `subsets`, where more can be lost.
    """
    number = len(disk.units())
    everything = frozenset(range(number))
    found = [Loss(after, frozenset()), Loss(after, everything)]
    found += [Loss(after, everything - {missing}) for missing in range(number)]
    found += [Loss(after, frozenset({only})) for only in range(number)]
    for _ in range(min(subsets, 2 ** max(number - 2, 0))):
        share = draw.choice((0.2, 0.5, 0.8))
        kept = frozenset(unit for unit in range(number) if draw.random() < share)
        found.append(Loss(after, kept))
        torn = tuple((unit, draw.getrandbits(32)) for unit in kept if draw.random() < 0.3)
        found.append(Loss(after, kept, torn))
    if number:
        found.append(Loss(after, everything, ((number - 1, draw.getrandbits(32)),)))
    return found


def put_tree(home, tree):
    """Make the home what the disk holds."""
    shutil.rmtree(home, ignore_errors=True)
    os.mkdir(home, 0o700)
    for path, data in tree.items():
        place = os.path.join(home, path)
        if data is None:
            os.mkdir(place, 0o700)
            continue
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(descriptor, data)
        os.close(descriptor)
