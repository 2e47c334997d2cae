from __future__ import annotations

import os
import stat
import sys

import pytest

from infsh_secrets.crypto import keyslots, keytext
from infsh_secrets.domain.errors import NotFoundError, UnavailableError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import Write
from infsh_secrets.stores.vault import audit, uselog, uses
from infsh_secrets.stores.vault.create import create_vault, draw_vault
from infsh_secrets.stores.vault.layout import name_index
from infsh_secrets.stores.vault.store import LockedVault, VaultStore
from infsh_secrets.stores.vault.uselog import Use
from infsh_secrets.stores.vault.verify import verify

HOUR = 3_600_000
NOW = 1_800_000_000_000


@pytest.fixture
def vault(tmp_path):
    path = str(tmp_path / "v" / "personal.vault")
    key, new = os.urandom(32), draw_vault()
    draw = keyslots.Randomness.draw()
    create_vault(path, new, [keyslots.wrap_raw(key, keytext.key_id(key), "file", new, draw)])
    locked = LockedVault(path)
    keys = locked.unlock(new[2])
    store = VaultStore(
        locked, keys, team="", actor=lambda: ("ann", "test"), clock=lambda: NOW + 9 * HOUR
    )
    store.use_log = uselog.log_path(str(tmp_path / "state"), new[0])
    with store:
        store.write("default", [Write(k, SecretValue(b"canary-value")) for k in ("A", "B", "C")])
        yield store


def use(store, *keys, moment=NOW, program="get", seen=None):
    subjects = [("default", key, 1) for key in keys]
    made = Use(moment, store.seen if seen is None else seen, "ann", program, subjects)
    return uselog.append(store.use_log, store.keys, store.vault, made)


def chain(store):
    """Return (action, keys, count, time) of the entries, oldest first."""
    store.file.begin_read()
    root = store.ledger().root
    last = (root.audit_seq, root.audit_head)
    found = [e for _, e in audit.newest_first(store.file, store.keys, store.vault, last)]
    store.file.rollback()
    return [
        (
            e.subjects[0][0],
            [key for action, _, key, _ in e.subjects if action != uses.FOLDED],
            e.count,
            e.time,
        )
        for e in reversed(found)
    ]


def used(store):
    return [entry for entry in chain(store) if entry[0] == uses.USED]


def waiting(store):
    store.file.begin_read()
    root = store.ledger().root
    found = uses.pending(store, (root.audit_seq, root.audit_head))
    store.file.rollback()
    return found


def write(store, key="C", value=b"another"):
    store.write("default", [Write(key, SecretValue(value))])


def last_used(store):
    return {info.key: info.last_used for info in store.listing()}


def test_a_line_is_private_and_shows_nothing(vault):
    assert use(vault, "A")
    status = os.stat(vault.use_log)
    assert stat.S_IMODE(status.st_mode) == 0o600
    assert stat.S_IMODE(os.stat(os.path.dirname(vault.use_log)).st_mode) == 0o700
    with open(vault.use_log, "rb") as file:
        data = file.read()
    assert data.count(b"\n") == 1
    assert set(data) <= set(b"0123456789abcdef \n")
    assert b"canary-value".hex().encode() not in data
    assert b"default".hex().encode() not in data


def test_the_log_is_read_before_it_is_folded(vault):
    use(vault, "A", moment=NOW)
    use(vault, "A", "B", moment=NOW + 5)
    assert uses.latest(vault) == {("default", "A"): NOW + 5, ("default", "B"): NOW + 5}
    assert [entry.count for entry in waiting(vault)] == [1, 1]


def test_a_write_folds_it_into_the_chain_and_into_last_used(vault):
    use(vault, "A", moment=NOW)
    use(vault, "A", moment=NOW + 1)
    use(vault, "B", moment=NOW + 2 * HOUR)
    write(vault)
    assert used(vault) == [("used", ["A"], 2, NOW + 1), ("used", ["B"], 1, NOW + 2 * HOUR)]
    assert last_used(vault) == {"A": NOW + 1, "B": NOW + 2 * HOUR, "C": None}
    assert os.path.getsize(vault.use_log) == 0
    assert chain(vault)[-1][0] == "updated"
    assert verify(vault).audit_entries == 4


def test_only_the_same_secrets_program_and_hour_become_one_entry(vault):
    use(vault, "A")
    use(vault, "A", program="run")
    use(vault, "A", "B")
    use(vault, "A", moment=NOW + HOUR)
    write(vault)
    assert len(used(vault)) == 4


def test_a_crash_between_commit_and_truncation_counts_nothing_twice(vault, monkeypatch):
    use(vault, "A")
    use(vault, "B")
    with monkeypatch.context() as patch:
        patch.setattr(uses.Fold, "finish", lambda _: None)
        write(vault)
    assert os.path.getsize(vault.use_log) > 0
    assert waiting(vault) == []
    use(vault, "A", moment=NOW + 2 * HOUR)
    assert [entry.subjects for entry in waiting(vault)] == [[("used", "default", "A", 1)]]
    write(vault, value=b"once more")
    assert [(keys, count) for _, keys, count, _ in used(vault)] == [
        (["A"], 1),
        (["B"], 1),
        (["A"], 1),
    ]
    assert os.path.getsize(vault.use_log) == 0


def test_what_another_adds_while_it_is_folded_stays(vault, monkeypatch):
    use(vault, "A")
    finish = uses.Fold.finish

    def late(fold):
        use(vault, "B", moment=NOW + 3)
        finish(fold)

    with monkeypatch.context() as patch:
        patch.setattr(uses.Fold, "finish", late)
        write(vault)
    assert [keys for _, keys, _, _ in used(vault)] == [["A"]]
    assert uses.latest(vault) == {("default", "B"): NOW + 3}
    assert stat.S_IMODE(os.stat(vault.use_log).st_mode) == 0o600


def test_two_writers_who_finish_in_the_wrong_order_lose_nothing(vault, monkeypatch):
    finishing = []

    def later(fold):
        finishing.append(fold)

    with monkeypatch.context() as patch:
        patch.setattr(uses.Fold, "finish", later)
        use(vault, "A")
        write(vault, value=b"one")
        use(vault, "B")
        write(vault, value=b"two")
    use(vault, "C")
    for fold in reversed(finishing):
        fold.finish()
    assert list(uses.latest(vault)) == [("default", "C")]
    assert [keys for _, keys, _, _ in used(vault)] == [["A"], ["B"]]


def test_a_write_folds_a_thousand_lines_at_most(vault, monkeypatch):
    monkeypatch.setattr(uses, "MOST_FOLDED", 3)
    for _ in range(5):
        use(vault, "A")
    write(vault, value=b"one")
    assert sum(count for _, _, count, _ in used(vault)) == 3
    write(vault, value=b"two")
    assert sum(count for _, _, count, _ in used(vault)) == 5
    assert os.path.getsize(vault.use_log) == 0


def test_uses_of_very_many_secrets_are_folded_by_several_writes(vault, monkeypatch):
    monkeypatch.setattr(uselog, "MOST_SECRETS", 2)
    monkeypatch.setattr(uses, "MOST_SECRETS", 4)
    names = [f"K{number}" for number in range(9)]
    vault.write("default", [Write(name, SecretValue(b"canary-value")) for name in names])
    assert use(vault, *names)
    folded = []
    for number in range(3):
        seen = last_used(vault) | {key: NOW for _, key in uses.latest(vault)}
        assert {seen[name] for name in names} == {NOW}
        write(vault, value=b"another %d" % number)
        folded.append([key for _, keys, _, _ in used(vault) for key in keys])
    assert [len(keys) for keys in folded] == [4, 8, 9]
    assert sorted(folded[-1]) == names
    assert [count for _, _, count, _ in used(vault)] == [1] * 5
    assert waiting(vault) == []
    assert os.path.getsize(vault.use_log) == 0
    verify(vault)


def test_one_line_of_too_many_secrets_is_folded_all_the_same(vault, monkeypatch):
    monkeypatch.setattr(uses, "MOST_SECRETS", 1)
    use(vault, "A", "B", "C")
    use(vault, "A", "B")
    write(vault)
    assert used(vault) == [("used", ["A", "B", "C"], 1, NOW)]
    write(vault, value=b"a third")
    assert used(vault) == [("used", ["A", "B", "C"], 1, NOW), ("used", ["A", "B"], 1, NOW)]


def test_the_same_many_secrets_used_again_are_folded_at_once(vault, monkeypatch):
    monkeypatch.setattr(uses, "MOST_SECRETS", 3)
    for _ in range(5):
        use(vault, "A", "B", "C")
    write(vault)
    assert used(vault) == [("used", ["A", "B", "C"], 5, NOW)]


def test_lines_of_another_key_are_dropped_with_one_warning(vault):
    strange = LockedVault(vault.file.path)
    strange.file.close()
    keys = type(vault.keys)(bytes(32), bytes(16), 1)
    for _ in range(2):
        uselog.append(vault.use_log, keys, vault.vault, Use(NOW, 0, "", "", [("default", "A", 1)]))
    use(vault, "B")
    write(vault)
    (notice,) = vault.notices
    assert notice.startswith("2 of the last uses")
    assert [keys for _, keys, _, _ in used(vault)] == [["B"]]
    assert os.path.getsize(vault.use_log) == 0
    vault.notices.clear()
    write(vault, value=b"again")
    assert vault.notices == []


def test_lines_that_are_none_are_passed_over(vault):
    use(vault, "A")
    with open(vault.use_log, "ab") as file:
        file.write(b"not a line\n\nzz zz\n00 00\n" + b"ab" * 16 + b" ff\nhalf a line")
    assert list(uses.latest(vault)) == [("default", "A")]
    write(vault)
    assert len(used(vault)) == 1


def test_a_line_repeated_counts_once(vault):
    use(vault, "A")
    with open(vault.use_log, "r+b") as file:
        line = file.read()
        file.write(line * 3)
    write(vault)
    assert used(vault)[0][2] == 1


def test_a_use_of_what_is_gone_is_on_record_all_the_same(vault):
    use(vault, "A")
    use(vault, "NEVER_THERE")
    vault.delete("default", ["A"])
    assert sorted(keys[0] for _, keys, _, _ in used(vault)) == ["A", "NEVER_THERE"]
    assert verify(vault).deleted == 1


def test_three_hundred_secrets_at_once_are_all_named(vault):
    use(vault, *(f"K{number}" for number in range(300)))
    write(vault)
    named = [key for _, keys, _, _ in used(vault) for key in keys]
    assert len(named) == len(set(named)) == 300
    assert waiting(vault) == []


def test_a_damaged_bucket_of_another_secret_does_not_stop_a_write(vault):
    use(vault, "A")
    info = {item.idx: vault.open_overview(item).key for item in items(vault)}
    (idx,) = [idx for idx, key in info.items() if key == "A"]
    names = (f"N{number}" for number in range(1000))
    other = next(n for n in names if name_index(vault.keys.index, "default", n)[0] != idx[0])
    vault.file.run("UPDATE items SET state = 1 WHERE idx = ?", (idx,))
    write(vault, other)
    assert [keys for _, keys, _, _ in used(vault)] == [["A"]]


def items(store):
    store.file.begin_read()
    found = store.file.items(10)
    store.file.rollback()
    return found


@pytest.mark.parametrize("what", ["folder", "link", "open", "linked", "fifo", "state"])
def test_an_unsafe_log_is_neither_written_nor_read(vault, tmp_path, what):
    folder = tmp_path / "state"
    path = vault.use_log
    other = tmp_path / "other"
    if what == "state":
        folder.write_text("a file where the folder should be")
    else:
        folder.mkdir(mode=0o700)
        other.touch(mode=0o600)
        make = {
            "folder": lambda: os.mkdir(path),
            "link": lambda: os.symlink(other, path),
            "open": lambda: open(path, "w").close() or os.chmod(path, 0o644),
            "linked": lambda: os.link(other, path),
            "fifo": lambda: os.mkfifo(path, 0o600),
        }
        make[what]()
    assert not use(vault, "A")
    assert uses.latest(vault) == {}
    write(vault)
    assert used(vault) == []
    if what != "state":
        assert other.read_bytes() == b""


def test_without_a_place_nothing_is_logged(vault):
    vault.use_log = ""
    assert uselog.log_path("", bytes(16)) == ""
    assert not use(vault, "A")
    assert uses.latest(vault) == {}
    write(vault)


def test_a_log_that_nobody_folds_keeps_its_newer_half(vault, monkeypatch):
    monkeypatch.setattr(uselog, "MOST_BYTES", 4000)
    for number in range(40):
        assert use(vault, f"K{number}", moment=NOW + number)
        assert os.path.getsize(vault.use_log) < 5000
    kept = [key for _, key in uses.latest(vault)]
    assert kept == [f"K{number}" for number in range(40)][-len(kept) :]
    assert len(kept) > 3
    assert os.listdir(os.path.dirname(vault.use_log)) == [os.path.basename(vault.use_log)]


def test_a_full_disk_leaves_no_half_line(vault, monkeypatch):
    use(vault, "A")
    whole = os.path.getsize(vault.use_log)
    write_some = os.write
    with monkeypatch.context() as patch:
        patch.setattr(uselog.os, "write", lambda fd, data: write_some(fd, data[:50]))
        assert not use(vault, "B")
    assert os.path.getsize(vault.use_log) == whole


def test_who_holds_the_lock_for_long_stops_nobody(vault, monkeypatch):
    import fcntl

    use(vault, "A")
    monkeypatch.setattr(uselog, "_PATIENCE_SECONDS", 0.05)
    with open(vault.use_log, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert not use(vault, "B")
        write(vault)
    assert waiting(vault) == []
    assert use(vault, "B")
    assert list(uses.latest(vault)) == [("default", "A"), ("default", "B")]


def test_a_required_use_is_written_at_once(vault):
    uses.write_through(vault, [("default", "A", 1), ("default", "B", 1)])
    assert used(vault) == [("used", ["A", "B"], 1, NOW + 9 * HOUR)]
    assert last_used(vault)["A"] == NOW + 9 * HOUR
    assert verify(vault).audit_entries == 2


def test_a_required_use_that_cannot_be_written_is_an_error(vault, monkeypatch):
    def full(*_):
        raise UnavailableError("The disk is full.")

    monkeypatch.setattr(vault.file, "put_root", full)
    with pytest.raises(UnavailableError, match="Nothing was written"):
        uses.write_through(vault, [("default", "A", 1)])
    assert used(vault) == []
    with pytest.raises(NotFoundError):
        vault.get("default", "ABSENT")


def test_the_tail_of_a_log_is_whole_lines():
    assert uses.tail(b"one\ntwo\nthree\n", 100) == b"one\ntwo\nthree\n"
    assert uses.tail(b"one\ntwo\nthree\n", 12) == b"two\nthree\n"
    assert uses.tail(b"one\ntwo\nthree\n", 8) == b"three\n"


def test_a_log_that_is_replaced_while_waiting_for_it_is_opened_anew(vault, monkeypatch):
    use(vault, "A")
    with open(vault.use_log, "rb") as file:
        line = file.read()
    lock = uselog._lock
    replaced = []

    def wait(descriptor):
        if not replaced:
            replaced.append(descriptor)
            uses.replace_log(vault.use_log, line)
        lock(descriptor)

    monkeypatch.setattr(uselog, "_lock", wait)
    assert use(vault, "B")
    assert list(uses.latest(vault)) == [("default", "A"), ("default", "B")]


def test_a_log_that_cannot_be_replaced_stays(vault, monkeypatch):
    use(vault, "A")

    def refuse(*_):
        raise PermissionError(13, "refused")

    with monkeypatch.context() as patch:
        patch.setattr(uses.os, "replace", refuse)
        with pytest.raises(OSError, match="refused"):
            uses.replace_log(vault.use_log, b"")
    assert os.listdir(os.path.dirname(vault.use_log)) == [os.path.basename(vault.use_log)]
    assert list(uses.latest(vault)) == [("default", "A")]


def test_without_locks_of_the_system_lines_are_appended_all_the_same(vault, monkeypatch):
    monkeypatch.setitem(sys.modules, "fcntl", None)
    assert use(vault, "A")
    assert list(uses.latest(vault)) == [("default", "A")]


def test_a_mark_that_is_no_id_marks_nothing():
    assert uses._from_hex(b"not hexadecimal") == b""


def test_a_use_under_the_name_that_a_rename_takes_away_is_not_lost(vault):
    use(vault, "A", moment=NOW)
    vault.rename("default", "A", "NEW")
    assert last_used(vault) == {"B": None, "C": None, "NEW": NOW}
    assert [keys for _, keys, _, _ in used(vault)] == [["A"]]
    assert verify(vault).audit_entries == 3


def test_only_new_lines_are_opened_by_a_store_that_stays(vault, monkeypatch):
    opened = []
    whole = uses._open

    def counting(store, identity, sealed):
        opened.append(identity)
        return whole(store, identity, sealed)

    monkeypatch.setattr(uses, "_open", counting)
    monkeypatch.setattr(uses, "MOST_FOLDED", 2)
    for number in range(5):
        use(vault, "A", moment=NOW + number)
        assert uses.latest(vault) == {("default", "A"): NOW + number}
    assert len(opened) == len(set(opened)) == 5
    write(vault)  # folds the two oldest
    use(vault, "B", moment=NOW + 7)
    assert uses.latest(vault) == {("default", "A"): NOW + 4, ("default", "B"): NOW + 7}
    assert len(opened) == 6
    assert [len(entry.subjects) > 0 for entry in waiting(vault)] == [True, True]


def test_a_log_that_others_have_changed_is_read_anew(vault):
    for key in ("A", "B", "C"):
        use(vault, key)
    uses.latest(vault)
    with open(vault.use_log, "rb") as file:
        first, second, third = file.readlines()
    for changed, keys in (
        ([second, third], "BC"),
        ([first, second, third], "ABC"),
        ([third, first], "AC"),
        ([b"no line\n", first], "A"),
        ([second], "B"),
        ([], ""),
        ([first, second, first], "AB"),
        ([second, first], "AB"),
    ):
        uses.replace_log(vault.use_log, b"".join(changed))
        assert sorted(key for _, key in uses.latest(vault)) == list(keys)
