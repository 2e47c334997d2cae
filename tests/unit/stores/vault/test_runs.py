"""Runs on record: their lines in the use log, and what becomes of them in the audit chain."""

from __future__ import annotations

import os

import pytest

from infsh_secrets.crypto import keyslots, keytext
from infsh_secrets.crypto.seal import seal
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import Write
from infsh_secrets.stores.vault import audit, grouping, runs, uselog, uses
from infsh_secrets.stores.vault.create import create_vault, draw_vault
from infsh_secrets.stores.vault.layout import lp, pad, u32, u64, use_context
from infsh_secrets.stores.vault.store import LockedVault, VaultStore
from infsh_secrets.stores.vault.uselog import Use
from infsh_secrets.stores.vault.verify import verify

MINUTE = 60_000
HOUR = 60 * MINUTE
NOW = 1_800_000_000_000
MANIFEST = "/srv/app/inf.yml"


@pytest.fixture
def vault(tmp_path):
    path = str(tmp_path / "v" / "personal.vault")
    key, new = os.urandom(32), draw_vault()
    draw = keyslots.Randomness.draw()
    create_vault(path, new, [keyslots.wrap_raw(key, keytext.key_id(key), "file", new, draw)])
    locked = LockedVault(path)
    keys = locked.unlock(new[2])
    store = VaultStore(
        locked, keys, team="", actor=lambda: ("ann", "test"), clock=lambda: NOW + 900 * HOUR
    )
    store.use_log = uselog.log_path(str(tmp_path / "state"), new[0])
    with store:
        store.write("default", [Write(k, SecretValue(b"canary-value")) for k in ("A", "B", "C")])
        yield store


class Run:
    """A run whose beginning is in the log, and whose end can be added."""

    def __init__(self, store, *keys, moment=NOW, program="python", manifest=MANIFEST):
        self.store = store
        self.line = os.urandom(uselog.ID_BYTES)
        subjects = [("default", key, 1) for key in keys]
        self.marks = runs.started(program, manifest, subjects)
        self.append(moment, subjects, self.marks, self.line)

    def end(self, status=0, moment=NOW, lasted=1500):
        self.append(moment, (), runs.ended(self.marks, self.line, status, lasted), b"")

    def append(self, moment, subjects, marks, identity):
        store = self.store
        use = Use(moment, store.seen, "ann", "infsh secrets", subjects, marks)
        assert uselog.append(store.use_log, store.keys, store.vault, use, identity)


def entries(store, kind=None):
    """Return the chain's entries about uses, oldest first."""
    store.file.begin_read()
    root = store.ledger().root
    last = (root.audit_seq, root.audit_head)
    found = [e for _, e in audit.newest_first(store.file, store.keys, store.vault, last)]
    store.file.rollback()
    wanted = [e for e in reversed(found) if grouping.run_of(e) or named(e)]
    return [e for e in wanted if kind is None or bool(named(e)) == (kind == "used")]


def named(entry):
    return [key for action, _, key, _ in entry.subjects if action == grouping.USED]


def waiting(store):
    store.file.begin_read()
    root = store.ledger().root
    found = uses.pending(store, (root.audit_seq, root.audit_head))
    store.file.rollback()
    return found


def write(store, value=b"another"):
    store.write("default", [Write("C", SecretValue(value + os.urandom(4).hex().encode()))])


def test_a_run_is_told_from_its_secrets(vault):
    Run(vault, "A", "B")
    (entry,) = waiting(vault)
    run = grouping.run_of(entry)
    assert (run.program, run.manifest, run.ends, run.lasted) == ("python", MANIFEST, (), None)
    assert named(entry) == ["A", "B"]
    assert uses.latest(vault) == {("default", "A"): NOW, ("default", "B"): NOW}


def test_the_end_belongs_to_the_beginning(vault):
    run = Run(vault, "A")
    run.end(3, moment=NOW + 5 * HOUR, lasted=5 * HOUR)
    (entry,) = waiting(vault)
    facts = grouping.run_of(entry)
    assert (facts.ends, facts.lasted, entry.count) == (((3, 1),), 5 * HOUR, 1)
    assert entry.time == NOW
    assert uses.latest(vault) == {("default", "A"): NOW}
    write(vault)
    (folded,) = entries(vault)
    assert grouping.run_of(folded) == facts
    assert (named(folded), folded.count, folded.time) == (["A"], 1, NOW)
    assert {info.key: info.last_used for info in vault.listing()}["A"] == NOW
    assert verify(vault).audit_entries == 3


def test_a_use_without_a_run_is_none(vault):
    use = Use(NOW, vault.seen, "ann", "get", [("default", "A", 1)])
    uselog.append(vault.use_log, vault.keys, vault.vault, use)
    (entry,) = waiting(vault)
    assert grouping.run_of(entry) is None
    assert entry.subjects == [("used", "default", "A", 1)]


def test_a_line_of_the_older_shape_is_read(vault):
    parts = [u64(NOW), u64(vault.seen), lp(b"ann"), lp(b"infsh secrets"), u32(1)]
    parts += [lp(b"default"), lp(b"A"), u64(1)]
    identity = os.urandom(16)
    sealed = seal(vault.keys.record, use_context(vault.vault, identity), pad(b"".join(parts)))
    use = Use(NOW, vault.seen, "ann", "infsh secrets", [("default", "A", 1)])
    now = uselog.encode_line(vault.keys, vault.vault, use, identity)
    line = f"{identity.hex()} {sealed.hex()}\n".encode()
    assert len(now) == len(line)
    os.makedirs(os.path.dirname(vault.use_log), mode=0o700)
    with open(os.open(vault.use_log, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
        file.write(line)
    assert uses.latest(vault) == {("default", "A"): NOW}
    (entry,) = waiting(vault)
    assert entry.subjects == [("used", "default", "A", 1)]


def test_a_run_that_ends_after_its_beginning_was_folded(vault):
    run = Run(vault, "A")
    write(vault)
    run.end(7, moment=NOW + HOUR)
    (late,) = waiting(vault)
    write(vault)
    used, end = entries(vault)
    assert (named(used), grouping.run_of(used).ends) == (["A"], ())
    facts = grouping.run_of(end)
    assert (named(end), facts.ends, end.count, end.time) == ([], ((7, 1),), 1, NOW + HOUR)
    assert (facts.program, facts.manifest) == ("python", MANIFEST)
    assert facts.number == grouping.run_of(used).number
    assert late.subjects == [subject for subject in end.subjects if subject[0] != uses.FOLDED]
    assert {info.key: info.last_used for info in vault.listing()}["A"] == NOW


def test_runs_of_other_secrets_programs_or_manifests_have_other_numbers(vault):
    def number(*keys, **how):
        return Run(vault, *keys, **how).marks[0][2]

    numbers = {
        number("A"),
        number("A", "B"),
        number("A", program="node"),
        number("A", manifest="/srv/other/inf.yml"),
        number("A", manifest=""),
    }
    assert len(numbers) == 5
    assert number("A") in numbers


def test_a_server_restarted_every_minute_is_an_entry_an_hour(vault):
    begin = NOW - NOW % HOUR
    for minute in range(180):
        moment = begin + minute * MINUTE
        Run(vault, "A", moment=moment).end(minute % 2, moment=moment + 30_000, lasted=30_000)
    write(vault)
    found = entries(vault)
    assert [entry.count for entry in found] == [60, 60, 60]
    assert [grouping.run_of(entry).ends for entry in found] == [((0, 30), (1, 30))] * 3


def test_ends_without_a_beginning_are_an_entry_an_hour_too(vault):
    begin = NOW - NOW % HOUR
    started = [Run(vault, "A", moment=begin) for _ in range(10)]
    write(vault)
    for number, run in enumerate(started):
        run.end(int(number == 3), moment=begin + number)
    write(vault)
    (end,) = entries(vault, "ends")
    assert (end.count, grouping.run_of(end).ends) == (10, ((1, 1), (0, 9)))
    assert end.time == begin + 9


def test_of_many_statuses_the_latest_are_named(vault):
    for status in range(30):
        Run(vault, "A").end(status)
    write(vault)
    (entry,) = entries(vault)
    assert [status for status, _ in grouping.run_of(entry).ends] == list(range(22, 30))
    assert entry.count == 30


def test_a_thousand_secrets_of_one_run_are_all_named(vault):
    keys = [f"K{number}" for number in range(1000)]
    Run(vault, *keys).end(2)
    write(vault)
    found = entries(vault)
    assert [key for entry in found for key in named(entry)] == keys
    assert all(len(entry.subjects) <= audit.MOST_LISTED for entry in found)
    assert {grouping.run_of(entry) for entry in found} == {grouping.run_of(found[0])}
    assert grouping.run_of(found[0]).ends == ((2, 1),)
    assert waiting(vault) == []


def test_a_thousand_secrets_written_through_are_all_named(vault):
    subjects = [("default", f"K{number}", 1) for number in range(1000)]
    uses.write_through(vault, subjects, runs.started("python", MANIFEST, subjects))
    found = entries(vault)
    assert [key for entry in found for key in named(entry)] == [key for _, key, _ in subjects]
    assert [entry.count for entry in found] == [1] * len(found)
    assert {grouping.run_of(entry).program for entry in found} == {"python"}
    verify(vault)


def test_a_crash_between_commit_and_truncation_tells_no_end_twice(vault, monkeypatch):
    run = Run(vault, "A")
    run.end(1)
    with monkeypatch.context() as patch:
        patch.setattr(uses.Fold, "finish", lambda _: None)
        write(vault)
    assert os.path.getsize(vault.use_log) > 0
    assert waiting(vault) == []
    write(vault)
    (entry,) = entries(vault)
    assert grouping.run_of(entry).ends == ((1, 1),)


def test_an_end_that_comes_between_a_fold_and_its_truncation_is_kept(vault, monkeypatch):
    run = Run(vault, "A")
    finish = uses.Fold.finish

    def late(fold):
        run.end(4)
        finish(fold)

    with monkeypatch.context() as patch:
        patch.setattr(uses.Fold, "finish", late)
        write(vault)
    write(vault)
    used, end = entries(vault)
    assert (grouping.run_of(used).ends, grouping.run_of(end).ends) == ((), ((4, 1),))


def test_a_last_line_that_is_torn_leaves_the_beginning(vault):
    run = Run(vault, "A")
    size = os.path.getsize(vault.use_log)
    run.end(0)
    os.truncate(vault.use_log, size + 40)
    (entry,) = waiting(vault)
    assert (named(entry), grouping.run_of(entry).ends) == (["A"], ())


def test_an_end_in_another_batch_of_lines_is_an_entry_of_its_own(vault, monkeypatch):
    monkeypatch.setattr(uses, "MOST_FOLDED", 1)
    Run(vault, "A").end(0)
    write(vault)
    write(vault)
    used, end = entries(vault)
    assert (named(used), named(end), grouping.run_of(end).ends) == (["A"], [], ((0, 1),))


def test_long_or_strange_names_are_cut_and_stored(vault):
    Run(vault, "A", program="p" * 1000, manifest="/srv/\udcff/inf.yml")
    write(vault)
    run = grouping.run_of(entries(vault)[0])
    assert (run.program, run.manifest) == ("p" * 128, "/srv/?/inf.yml")


def test_a_status_that_is_none_is_passed_over():
    subjects = [("run", "", "python", 1), ("ended", "", "soon", 1), ("ended", "", "0", 2)]
    assert grouping.run_of(audit.Entry(0, "", "", 1, subjects)).ends == ((0, 2),)
