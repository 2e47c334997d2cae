"""The power fails at any moment: what was synced is there, of the rest any part. Nothing is lost.

What a command does to its files is recorded once; the disks that a power loss may leave at each of
its steps are made from that and opened.
"""

import collections
import hashlib
import os
import random
import shutil
import tempfile

import disk_model
import pytest
import traced
from traced import base_fixture  # noqa: F401  # pytest finds it here

from infsh_secrets.domain.errors import InfshError

pytestmark = traced.needs_strace

MEMORY = "/dev/shm"
BY_NAME = {operation.name: operation for operation in traced.OPERATIONS}


@pytest.fixture
def place():
    """A folder in memory, where there is one: thousands of disks are made in it."""
    with tempfile.TemporaryDirectory(dir=MEMORY if os.path.isdir(MEMORY) else None) as folder:
        yield folder


class Recorded:
    """An operation, what it did to the disk, and the states it may leave."""

    def __init__(self, folder, base, name, *driver):
        self.case = traced.Case(BY_NAME[name], os.path.join(folder, "case"), base)
        self.events, self.acknowledged, self.after = disk_model.record(self.case, driver)
        self.home = os.path.join(folder, "disk")
        shutil.rmtree(os.path.join(folder, "case", "recorded"))

    def losses(self, seed, limit, subsets):
        """Return so many ways of losing power, in order; those after the end come first."""
        draw = random.Random(seed)
        disk = disk_model.Disk(self.case.home)
        found = disk_model.losses(disk, 0, draw, subsets)
        for number, event in enumerate(self.events, 1):
            disk.apply(event)
            found += disk_model.losses(disk, number, draw, subsets)
        last = [loss for loss in found if loss.after >= self.acknowledged]
        if len(last) > limit // 3:
            last = draw.sample(last, limit // 3)
        rest = [loss for loss in found if loss.after < self.acknowledged]
        if len(rest) > limit - len(last):
            rest = draw.sample(rest, limit - len(last))
        return sorted([*last, *rest], key=lambda loss: loss.after)

    def check(self, losses):
        """Make each disk and open it; return the counts."""
        counts = collections.Counter()
        disk = disk_model.Disk(self.case.home)
        done = 0
        known = set()
        for loss in losses:
            while done < loss.after:
                disk.apply(self.events[done])
                done += 1
            tree = disk.after_power_loss(loss.kept, dict(loss.torn))
            acknowledged = loss.after >= self.acknowledged
            mark = hashlib.sha256(repr((acknowledged, tree)).encode()).digest()
            if mark in known:
                continue
            known.add(mark)
            disk_model.put_tree(self.home, tree)
            counts["states"] += 1
            counts["acknowledged"] += acknowledged
            counts["journals"] += any(path.endswith("-journal") for path in tree)
            counts[self._judge(acknowledged)] += 1
        return counts

    def _judge(self, acknowledged):
        """Return "old", "new", "lost" (only the old state is there), or "corrupt"."""
        try:
            state = traced.observe(self.home)
        except InfshError:
            return self._without_anchor()
        if state == self.after:
            return "new"
        if not self._is_old(state):
            return "corrupt"
        return "lost" if acknowledged else "old"

    def _without_anchor(self):
        """What was noted as committed is no more; or there is nothing that can be read."""
        try:
            state = traced.observe(self.home, anchor=False)
        except InfshError:
            return "corrupt"
        return "lost" if self._is_old(state) else "corrupt"

    def _is_old(self, state):
        if not self.case.operation.first:
            return state == self.case.before
        # A vault that was made and is still empty is no loss.
        return state is None or (state.live, state.deleted, state.openable) == ((), (), 1)


def told(counts):
    return (
        f"{counts['states']} states ({counts['journals']} with a journal, "
        f"{counts['acknowledged']} after the answer): {counts['lost']} lost, "
        f"{counts['corrupt']} corrupt, {counts['old']} old, {counts['new']} new"
    )


def nothing_is_lost(name, counts):
    assert counts["states"]
    assert counts["acknowledged"]
    assert counts["lost"] == counts["corrupt"] == 0, f"{name}: {told(counts)}"


def test_power_loss(place, traced_base, report):
    sums = collections.Counter()
    for number, name in enumerate(sorted(traced.SHORT)):
        recorded = Recorded(os.path.join(place, str(number)), traced_base, name)
        counts = recorded.check(recorded.losses(1, 36, 3))
        nothing_is_lost(name, counts)
        sums += counts
    report(f"power loss at any moment of {len(traced.SHORT)} commands: {told(sums)}")


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_NAME)
def test_power_loss_long(place, traced_base, name, report):
    recorded = Recorded(place, traced_base, name)
    limit = 760 if name in traced.SHORT else 200
    counts = recorded.check(recorded.losses(2, limit, 60))
    nothing_is_lost(name, counts)
    report(f"power loss, {name}, {len(recorded.events)} steps: {told(counts)}")


@pytest.mark.full
@pytest.mark.parametrize("name", BY_NAME)
def test_power_loss_full(place, traced_base, name, report):
    recorded = Recorded(place, traced_base, name)
    counts = recorded.check(recorded.losses(3, 40_000, 1500))
    nothing_is_lost(name, counts)
    report(f"power loss, {name}, {len(recorded.events)} steps, all: {told(counts)}")


def test_weaker_settings_are_caught(place, traced_base, report):
    """The simulation can fail: a setting weaker than ours loses what was acknowledged."""
    found = {}
    for level in ("FULL", "OFF"):
        folder = os.path.join(place, level)
        recorded = Recorded(folder, traced_base, "set", f"--synchronous={level}")
        found[level] = recorded.check(recorded.losses(4, 150, 5))
        report(f"power loss with synchronous={level}, which is not used: {told(found[level])}")
    assert found["FULL"]["lost"]
    assert not found["FULL"]["corrupt"]
    assert found["OFF"]["lost"]
    assert found["OFF"]["corrupt"]
