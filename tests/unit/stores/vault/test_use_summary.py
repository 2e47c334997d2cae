"""The newest uses of a long log are kept: what is told is always what the whole log says."""

from __future__ import annotations

import os

import pytest

from infsh_secrets.crypto import keyslots, keytext
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import Write
from infsh_secrets.stores.vault import use_summary, uselog, uses
from infsh_secrets.stores.vault.create import create_vault, draw_vault
from infsh_secrets.stores.vault.store import LockedVault, VaultStore
from infsh_secrets.stores.vault.uselog import Use

NOW = 1_800_000_000_000


@pytest.fixture
def reopened(tmp_path, monkeypatch):
    """Open the same vault as another process would; logs of some lines are long ones."""
    monkeypatch.setattr(uses, "_SUMMARIZED", 1000)
    monkeypatch.setattr(use_summary, "STEP", 1000)
    path = str(tmp_path / "v" / "personal.vault")
    key, new = os.urandom(32), draw_vault()
    draw = keyslots.Randomness.draw()
    create_vault(path, new, [keyslots.wrap_raw(key, keytext.key_id(key), "file", new, draw)])
    stores = []

    def open_store():
        locked = LockedVault(path)
        store = VaultStore(locked, locked.unlock(new[2]), team="", clock=lambda: NOW)
        store.use_log = uselog.log_path(str(tmp_path / "state"), new[0])
        stores.append(store)
        return store

    yield open_store
    for store in stores:
        store.close()


def use(store, *keys, moment):
    subjects = [("default", key, 1) for key in keys]
    assert uselog.append(store.use_log, store.keys, store.vault, Use(moment, 0, "a", "p", subjects))


def opened(monkeypatch):
    """Return a list that gets an element for each line that is opened from now on."""
    found = []
    real = uses._open

    def counted(*arguments):
        found.append(1)
        return real(*arguments)

    monkeypatch.setattr(uses, "_open", counted)
    return found


def latest(store):
    return {key: moment for (_, key), moment in uses.latest(store).items()}


def test_of_a_long_log_only_the_new_lines_are_opened(reopened, monkeypatch):
    store = reopened()
    for number in range(9):
        use(store, "A", "B" if number < 5 else "C", moment=NOW - 100 + number)
    count = opened(monkeypatch)
    assert latest(store) == {"A": NOW - 92, "B": NOW - 96, "C": NOW - 92}
    assert len(count) == 9
    use(store, "B", moment=NOW)
    use(store, "C", moment=NOW - 500)  # a clock that is behind
    for reader in (store, reopened()):
        count.clear()
        assert latest(reader) == {"A": NOW - 92, "B": NOW, "C": NOW - 92}
        assert len(count) == 2
        assert latest(reader) == {"A": NOW - 92, "B": NOW, "C": NOW - 92}
        assert len(count) == 2


def test_it_is_private_and_shows_no_name(reopened):
    store = reopened()
    for _ in range(9):
        use(store, "CANARY_NAME", moment=NOW)
    latest(store)
    path = f"{store.use_log}.latest"
    assert os.stat(path).st_mode & 0o777 == 0o600
    with open(path, "rb") as file:
        shown = b"CANARY" in file.read()
    assert not shown
    left = [name for name in os.listdir(os.path.dirname(path)) if "uses" in name]
    assert len(left) == 2  # the log, and one summary


def test_after_a_write_has_folded_the_log_what_is_left_counts(reopened, monkeypatch):
    store = reopened()
    store.write("default", [Write("A", SecretValue(b"made up"))])
    for number in range(20):
        use(store, "A" if number < 10 else "B", moment=NOW - 100 + number)
    assert latest(store) == {"A": NOW - 91, "B": NOW - 81}
    monkeypatch.setattr(uses, "MOST_FOLDED", 10)
    reopened().write("default", [Write("C", SecretValue(b"made up"))])
    for reader in (store, reopened()):
        assert latest(reader) == {"B": NOW - 81}
        assert reader.info("default", "A").last_used == NOW - 91
    reopened().write("default", [Write("D", SecretValue(b"made up"))])
    assert latest(store) == latest(reopened()) == {}


@pytest.mark.parametrize("what", ["damaged", "empty", "moved", "open", "link", "other key"])
def test_a_summary_that_cannot_be_used_is_written_anew(reopened, monkeypatch, what):
    store = reopened()
    for _ in range(9):
        use(store, "A", moment=NOW)
    latest(store)
    path = f"{store.use_log}.latest"
    if what == "damaged":
        with open(path, "r+b") as file:
            file.seek(60)
            file.write(b"\0\0\0\0")
    elif what == "empty":
        os.truncate(path, 0)
    elif what == "moved":  # of another log
        os.rename(store.use_log, f"{store.use_log}.old")
        for _ in range(9):
            use(store, "A", moment=NOW)
    elif what == "open":
        os.chmod(path, 0o644)
    elif what == "link":
        os.rename(path, f"{path}.there")
        os.symlink(f"{path}.there", path)
    else:
        monkeypatch.setattr(use_summary, "use_summary_context", lambda vault: vault + b"other")
    count = opened(monkeypatch)
    assert latest(reopened()) == {"A": NOW}
    assert len(count) == 9
    count.clear()
    assert latest(reopened()) == {"A": NOW}
    assert not count


def test_where_it_cannot_be_written_the_log_is_read(reopened, monkeypatch):
    store = reopened()
    for _ in range(9):
        use(store, "A", moment=NOW)

    def denied(*_):
        raise PermissionError

    for name in ("open", "replace"):
        with monkeypatch.context() as patch:
            if name == "open":
                patch.setattr(use_summary, "create_private_file", denied)
            else:
                patch.setattr(os, "replace", denied)
            assert latest(reopened()) == {"A": NOW}
    state = os.path.dirname(store.use_log)
    assert [name for name in os.listdir(state) if "latest" in name] == []


def test_lines_that_are_none_are_no_uses(reopened):
    store = reopened()
    use(store, "A", moment=NOW)
    with open(store.use_log, "ab") as file:
        file.write(b"no line\n" * 200 + b"00 zz\n")
    use(store, "B", moment=NOW - 1)
    with open(store.use_log, "ab") as file:
        file.write(b"\n\nhalf a line")
    assert latest(store) == latest(reopened()) == {"A": NOW, "B": NOW - 1}


def test_a_write_opens_only_what_it_may_fold(reopened, monkeypatch):
    monkeypatch.setattr(uses, "MOST_FOLDED", 4)
    store = reopened()
    for number in range(30):
        use(store, "A", moment=NOW - 100 + number)
    count = opened(monkeypatch)
    reopened().write("default", [Write("A", SecretValue(b"made up"))])
    assert len(count) == 8
    with open(store.use_log, "rb") as file:
        assert len(file.readlines()) == 26
