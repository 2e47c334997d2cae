from __future__ import annotations

import os

import pytest

from infsh_secrets.config.settings import Options, Settings
from infsh_secrets.domain.errors import DeniedError, NotFoundError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.services import comparing, secrets
from infsh_secrets.services.sides import Side
from infsh_secrets.services.workspace import Workspace
from infsh_secrets.stores.base import Capabilities, Write
from infsh_secrets.stores.memory import MemoryStore
from infsh_secrets.stores.vault.marks import comparable


@pytest.fixture
def workspace(own_home):
    with Workspace(Settings(Options(), os.environ)) as opened:
        yield opened


def filled(values, store=None, **facts):
    store = store or MemoryStore()
    for key, value in values.items():
        store.write("default", [Write(key, SecretValue(value.encode()), **facts)])
    return store


@pytest.fixture
def compare(workspace):
    def compared(a, b, *wanted, **options):
        sides = (Side("a", "default", "personal", a), Side("b", "default", "personal", b))
        return comparing.compare(workspace, *sides, wanted, lambda *_: None, **options)

    return compared


def statuses(result):
    return {one.key: (one.status, *one.differs_in) for one in result.secrets}


def test_by_value_where_the_fingerprints_have_other_keys(compare):
    a = filled({"A": "1", "B": "2", "C": "3"})
    b = filled({"B": "2", "C": "canary", "D": "4"})
    assert a.info("default", "B").fingerprint != b.info("default", "B").fingerprint
    done = compare(a, b)
    assert statuses(done) == {
        "A": ("only_in_a",),
        "B": ("same",),
        "C": ("different", "value"),
        "D": ("only_in_b",),
    }
    assert done.exit_status == 6
    assert "canary" not in repr(done)
    assert compare(a, a, "B").exit_status == 0


def test_facts_are_named_as_far_as_both_keep_them(compare):
    facts = {"description": "d", "metadata": {"a": "1"}, "expires": 4_102_444_800_000}
    a, b = filled({"A": "1"}, **facts), filled({"A": "1"})
    assert statuses(compare(a, b)) == {"A": ("different", "description", "metadata", "expiry")}

    class Simple(MemoryStore):
        capabilities = Capabilities(
            reveal=True,
            versions=False,
            restore=False,
            environments=False,
            metadata=False,
            expiry=False,
        )

    assert statuses(compare(a, filled({"A": "1"}, Simple()))) == {"A": ("different", "description")}


class Mute(MemoryStore):
    capabilities = Capabilities(reveal=False, versions=False, restore=False, environments=False)

    def get(self, *_):
        raise AssertionError("it says that it gives no values")


def test_a_store_that_gives_no_values(compare, workspace):
    done = compare(filled({"A": "1", "B": "2"}), filled({"A": "1"}, Mute()))
    assert statuses(done) == {"A": ("unknown",), "B": ("only_in_a",)}
    assert not done.equal
    assert workspace.notices == ["b gives no values back: only names compare."]
    same = compare(filled({"A": "1"}), filled({"A": "x"}, Mute()), names_only=True)
    assert statuses(same) == {"A": ("in_both",)}
    assert same.exit_status == 0


def test_a_token_that_may_not_reveal_is_asked_once(compare, workspace):
    class Closed(MemoryStore):
        asked = 0

        def get(self, *_):
            self.asked += 1
            raise DeniedError("The role is missing.")

    closed = filled({"A": "1", "B": "2"}, Closed())
    done = compare(closed, filled({"A": "1", "B": "2"}))
    assert statuses(done) == {"A": ("unknown",), "B": ("unknown",)}
    assert closed.asked == 1
    assert "The role is missing." in workspace.notices[0]


def test_names_only_reads_no_value(compare):
    def refuse(*_):
        raise AssertionError("a value was read")

    a = filled({"A": "1"})
    a.get = refuse
    assert statuses(compare(a, filled({"B": "1"}), names_only=True)) == {
        "A": ("only_in_a",),
        "B": ("only_in_b",),
    }


def test_a_name_that_neither_has(compare):
    with pytest.raises(NotFoundError, match="in a or b"):
        compare(filled({"A": "1"}), filled({"A": "1"}), "ABSENT")
    assert compare(filled({"A": "1"}), filled({"A": "1"}), "X*").secrets == []


def test_fingerprints_are_compared_within_a_vault_and_its_copies(workspace, tmp_path):
    secrets.write(workspace, [Write("A", SecretValue(b"1"))])
    store = workspace.vault_store()
    path = str(tmp_path / "copy.vault")
    with open(workspace.settings.vault, "rb") as file:
        data = file.read()
    with open(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(data)
    with workspace.open_copy(path) as copied:
        assert comparable(store, copied)
        a = Side("a", "default", "personal", store, workspace)
        b = Side("b", "default", "personal", copied, workspace)
        store.select = None  # values are not needed
        done = comparing.compare(workspace, a, b, (), lambda *_: None)
    assert done.equal
