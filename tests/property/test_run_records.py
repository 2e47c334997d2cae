"""Runs on record, through any order of beginnings, ends, writes and crashes: each counts once."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infsh_secrets.crypto import keyslots, keytext
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import Write
from infsh_secrets.stores.vault import audit, grouping, runs, uselog, uses
from infsh_secrets.stores.vault.create import create_vault, draw_vault
from infsh_secrets.stores.vault.store import LockedVault, VaultStore
from infsh_secrets.stores.vault.uselog import Use
from infsh_secrets.stores.vault.verify import verify

HOUR = 3_600_000
NOW = 1_800_000_000_000

BEGIN = st.tuples(
    st.just("begin"),
    st.sampled_from(("python", "node")),
    st.sampled_from(("", "/srv/inf.yml")),
    st.lists(st.sampled_from("ABC"), min_size=1, unique=True).map(tuple),
)
END = st.tuples(st.just("end"), st.integers(0, 5), st.sampled_from((0, 1, 137)))
OTHER = st.sampled_from((("write",), ("write",), ("crash",), ("hour",), ("read",)))
STEPS = st.lists(st.one_of(BEGIN, BEGIN, END, END, OTHER), max_size=25)


class World:
    """A vault, its use log, and what has happened so far."""

    def __init__(self, folder):
        path = f"{folder}/v/personal.vault"
        key, new = os.urandom(32), draw_vault()
        draw = keyslots.Randomness.draw()
        create_vault(path, new, [keyslots.wrap_raw(key, keytext.key_id(key), "file", new, draw)])
        locked = LockedVault(path)
        self.now = NOW
        self.store = VaultStore(
            locked, locked.unlock(new[2]), team="", clock=lambda: NOW + 10_000 * HOUR
        )
        self.store.use_log = f"{folder}/state/{new[0].hex()}.uses"
        self.store.write("default", [Write(k, SecretValue(b"canary")) for k in "ABC"])
        self.open = []
        self.used = Counter()
        self.ended = Counter()
        self.last = {}

    def append(self, subjects, marks, line):
        store = self.store
        use = Use(self.now, store.seen, "ann", "infsh secrets", subjects, marks)
        assert uselog.append(store.use_log, store.keys, store.vault, use, line)

    def begin(self, program, manifest, keys):
        subjects = [("default", key, 1) for key in keys]
        line, marks = os.urandom(16), runs.started(program, manifest, subjects)
        self.append(subjects, marks, line)
        self.open.append((line, marks, program, manifest))
        for key in keys:
            self.used[program, manifest, key] += 1
            self.last[key] = max(self.now, self.last.get(key, 0))

    def end(self, which, status):
        if not self.open:
            return
        line, marks, program, manifest = self.open.pop(which % len(self.open))
        self.append((), runs.ended(marks, line, status, 5), b"")
        self.ended[program, manifest, status] += 1

    def write(self):
        self.store.write("default", [Write("D", SecretValue(os.urandom(8).hex().encode()))])

    def crash(self):
        """Write, and stop between the commit and what comes after it."""
        finish = uses.Fold.finish
        uses.Fold.finish = lambda _: None
        try:
            self.write()
        finally:
            uses.Fold.finish = finish

    def hour(self):
        self.now += HOUR

    def read(self):
        self.check()

    def check(self):
        store = self.store
        store.file.begin_read()
        root = store.ledger().root
        last = (root.audit_seq, root.audit_head)
        entries = [e for _, e in audit.newest_first(store.file, store.keys, store.vault, last)]
        entries += uses.pending(store, last)
        store.file.rollback()
        used, ended = Counter(), Counter()
        for entry in entries:
            run = grouping.run_of(entry)
            if run is None:
                continue
            for action, _, key, _ in entry.subjects:
                if action == grouping.USED:
                    used[run.program, run.manifest, key] += entry.count
            for status, often in run.ends:
                ended[run.program, run.manifest, status] += often
        assert used == self.used
        assert ended == self.ended


def play(steps):
    folder = tempfile.mkdtemp()
    try:
        world = World(folder)
        with world.store:
            for name, *arguments in steps:
                getattr(world, name)(*arguments)
            world.check()
            world.write()
            world.check()
            assert not world.used or os.path.getsize(world.store.use_log) == 0
            infos = {info.key: info.last_used for info in world.store.listing()}
            assert {key: infos[key] for key in world.last} == world.last
            verify(world.store)
    finally:
        shutil.rmtree(folder)


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_no_run_is_lost_or_told_twice(steps):
    play(steps)


@pytest.mark.slow
@settings(max_examples=1500, deadline=None)
@given(STEPS)
def test_no_run_is_lost_or_told_twice_long(steps):
    play(steps)
