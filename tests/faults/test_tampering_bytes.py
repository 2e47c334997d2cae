"""Damaged bytes: every mutant of a vault answers the truth or an IntegrityError."""

import os
import random
import sqlite3
from collections import Counter

import pytest
import support

from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import Write

PAGE = 4096
PARTS = 16
MASKS = (0x01, 0x80, 0xFF)


@pytest.fixture
def target(tmp_path):
    folder = tmp_path / "mutant"
    folder.mkdir(mode=0o700)
    return os.path.join(folder, "m.vault")


def flip(data, offset, mask):
    changed = bytearray(data)
    changed[offset] ^= mask
    return bytes(changed)


def run_flips(sample, target, seed, number):
    draw = random.Random(seed)
    found = Counter()
    # Half a vault is unused space; header, schema and bytes in use get more than their share.
    used = [offset for offset, byte in enumerate(sample.data) if byte]
    places = (
        lambda: draw.randrange(len(sample.data)),
        lambda: draw.choice(used),
        lambda: draw.choice(used),
        lambda: draw.randrange(PAGE),
    )
    for _ in range(number):
        offset, mask = draw.choice(places)(), draw.choice(MASKS)
        support.put_file(target, flip(sample.data, offset, mask))
        what = f"byte {offset} mask {mask:#x}"
        verdict = support.judge(target, sample.truth, sample.vault_key, what)
        found["found" if verdict.errors else "no difference"] += 1
    return found


def test_size_of_the_sample(sample):
    assert 60 * 1024 <= len(sample.data) <= 130 * 1024


def test_flipped_bytes(sample, target, report):
    found = run_flips(sample, target, 1, 400)
    report(f"flipped bytes: 400 mutants, 0 wrong answers, {dict(found)}")


@pytest.mark.slow
def test_flipped_bytes_long(sample, target, report):
    found = run_flips(sample, target, 2, 15_000)
    report(f"flipped bytes, long: 15,000 mutants, 0 wrong answers, {dict(found)}")


@pytest.mark.full
@pytest.mark.parametrize("part", range(PARTS))
def test_every_byte(sample, target, report, part):
    found = Counter()
    for offset in range(part, len(sample.data), PARTS):
        for mask in MASKS:
            support.put_file(target, flip(sample.data, offset, mask))
            what = f"byte {offset} mask {mask:#x}"
            verdict = support.judge(target, sample.truth, sample.vault_key, what)
            found["found" if verdict.errors else "no difference"] += 1
    report(f"every byte, part {part + 1} of {PARTS}: {sum(found.values())} mutants, {dict(found)}")


def run_truncations(sample, target, seed, number):
    draw = random.Random(seed)
    sizes = [*range(0, len(sample.data), PAGE), 1, 15, 16, 99, 100, 101]
    sizes += [draw.randrange(len(sample.data)) for _ in range(number)]
    for size in sizes:
        support.put_file(target, sample.data[:size])
        verdict = support.judge(target, sample.truth, sample.vault_key, f"cut to {size} bytes")
        # SQLite reads the rest of a cut page as zeros, and the end of the last one may be that.
        lost = sample.data[size:]
        same = len(lost) < PAGE and not lost.strip(b"\0")
        assert verdict.errors or same, f"cut to {size} bytes is not noticed"
    return len(sizes)


def test_truncations(sample, target, report):
    number = run_truncations(sample, target, 3, 40)
    report(f"truncations: {number}, every one found that lost more than unused zeros")


@pytest.mark.slow
def test_truncations_long(sample, target, report):
    number = run_truncations(sample, target, 4, 1000)
    report(f"truncations, long: {number}, every one found that lost more than unused zeros")


def grown(sample, target):
    """Bytes that follow the last page are no part of the database."""
    support.put_file(target, sample.data + bytes(100))
    return support.judge(target, sample.truth, sample.vault_key, "grown")


def test_bytes_behind_the_end_change_nothing(sample, target):
    assert not grown(sample, target).errors


class States:
    """Two genuine states of one vault, and another vault with the same secrets."""

    def __init__(self, folder):
        self.vault = support.Sample(os.path.join(folder, "a", "s.vault"), seed=5)
        self.old = (self.vault.data, self.vault.truth)
        with support.open_store(self.vault.path) as store:
            store.write("default", [Write("ALPHA_KEY", SecretValue(b"alpha-four"))])
            store.write("default", [Write("BETA_KEY", SecretValue(b"beta-two"))])
            store.delete("prod", ["ALPHA_KEY"])
            store.restore("default", ["TOMBSTONE"])
            store.delete("default", ["TOMBSTONE"])
        self.vault.note()
        self.new = (self.vault.data, self.vault.truth)
        self.other = support.Sample(os.path.join(folder, "b", "s.vault"), seed=6).data


@pytest.fixture(scope="module")
def states(tmp_path_factory):
    return States(tmp_path_factory.mktemp("states"))


def pages(data):
    return [data[start : start + PAGE] for start in range(0, len(data), PAGE)]


def root_page(data, target):
    support.put_file(target, data)
    connection = sqlite3.connect(target)
    try:
        sql = "SELECT rootpage FROM sqlite_master WHERE name = 'root'"
        return connection.execute(sql).fetchone()[0] - 1
    finally:
        connection.close()


def run_splices(states, target, seed, number):
    """Put pages of one genuine state into another.

    What answers must be of the state whose root the file has: nothing without an anchor tells the
    older root from a genuine one, as long as what it covers is there. What passes altogether must
    be one of the two states as a whole.
    """
    draw = random.Random(seed)
    root = root_page(states.old[0], target)
    found = Counter()
    for _ in range(number):
        into, out_of = draw.choice([(states.new, states.old), (states.old, states.new)])
        mixed, source = pages(into[0]), pages(out_of[0])
        both = range(min(len(mixed), len(source)))
        differing = [page for page in both if mixed[page] != source[page]]
        chosen = draw.sample(differing, draw.randint(1, len(differing)))
        for page in chosen:
            mixed[page] = source[page]
        if draw.random() < 0.3:
            mixed[len(source) :] = source[len(mixed) :]
        truth = out_of[1] if root in chosen else into[1]
        support.put_file(target, b"".join(mixed))
        what = f"pages {sorted(chosen)}"
        verdict = support.judge(target, truth, states.vault.vault_key, what)
        if not verdict.errors:
            # The first page holds the change counter, which differs and tells nothing.
            rest = set(differing) - {0}
            whole = rest <= set(chosen) or not rest & set(chosen)
            assert whole, f"{what}: a mixture passes"
        found["found" if verdict.errors else "one state as a whole"] += 1
    return found


def run_foreign_splices(states, target, seed, number):
    """Put pages of another vault, with another key, into a vault."""
    draw = random.Random(seed)
    data, truth = states.old
    foreign = pages(states.other)
    found = Counter()
    for _ in range(number):
        mixed = pages(data)
        count = 1 if draw.random() < 0.5 else draw.randint(2, len(mixed) - 1)
        chosen = draw.sample(range(min(len(mixed), len(foreign))), count)
        for page in chosen:
            mixed[page] = foreign[page]
        support.put_file(target, b"".join(mixed))
        verdict = support.judge(target, truth, states.vault.vault_key, f"foreign {sorted(chosen)}")
        found["found" if verdict.errors else "no difference"] += 1
    return found


def test_spliced_pages(states, target, report):
    found = run_splices(states, target, 7, 80)
    report(f"page splices of two states: 80, 0 wrong answers, {dict(found)}")
    found = run_foreign_splices(states, target, 8, 40)
    report(f"page splices of two vaults: 40, 0 wrong answers, {dict(found)}")


@pytest.mark.full
def test_spliced_pages_full(states, target, report):
    found = run_splices(states, target, 11, 15_000)
    report(f"page splices of two states, full: 15,000, 0 wrong answers, {dict(found)}")
    found = run_foreign_splices(states, target, 12, 5_000)
    report(f"page splices of two vaults, full: 5,000, 0 wrong answers, {dict(found)}")


@pytest.mark.slow
def test_spliced_pages_long(states, target, report):
    found = run_splices(states, target, 9, 1500)
    report(f"page splices of two states, long: 1,500, 0 wrong answers, {dict(found)}")
    found = run_foreign_splices(states, target, 10, 500)
    report(f"page splices of two vaults, long: 500, 0 wrong answers, {dict(found)}")
