"""Syncs into stores that fail, lie or show off: nothing is lost, and what was done is told."""

from __future__ import annotations

import os

import pytest

from infsh_secrets.config.settings import Options, Settings
from infsh_secrets.domain.errors import (
    CheckFailedError,
    ConflictError,
    DeniedError,
    InfshError,
    NotFoundError,
    StoppedError,
    UnavailableError,
    UsageError,
)
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.services import audit, comparing, secrets, syncing
from infsh_secrets.services.sides import Side
from infsh_secrets.services.sync_plan import Request
from infsh_secrets.services.workspace import Workspace
from infsh_secrets.stores import changes
from infsh_secrets.stores.base import Capabilities, Write
from infsh_secrets.stores.memory import MemoryStore

KEYS = [f"KEY_{number}" for number in range(10)]
PLAIN = {"reveal": True, "versions": False, "restore": False, "environments": False}


class Remote(MemoryStore):
    """A store without transactions and older versions; it counts what it is asked."""

    name = "remote"
    capabilities = Capabilities(**PLAIN, transactions=False)

    def __init__(self):
        super().__init__()
        self.written = []
        self.deleted = []

    def write(self, environment, writes):
        (one,) = writes
        self.before(one)
        self.written.append(one.key)
        return super().write(environment, writes)

    def before(self, one):
        """Fail, if it has to."""

    def delete(self, environment, keys, *, ignore_missing=False):
        self.deleted += keys
        done = super().delete(environment, keys, ignore_missing=ignore_missing)
        self.purge(environment, keys)
        return done


class Failing(Remote):
    """Fails at every n-th write, before or after it has stored the value."""

    def __init__(self, every, error=None, *, stored=False):
        super().__init__()
        self.every, self.error, self.stored, self.count = every, error, stored, 0

    def before(self, one):
        self.count += 1
        if self.error is not None and self.count % self.every == 0:
            if self.stored:
                MemoryStore.write(self, "default", [one])
            raise self.error


class Liar(Remote):
    def get(self, environment, key, version=None):
        secret = super().get(environment, key, version)
        if key == "KEY_4" and self.written:
            secret.value = SecretValue(b"canary-of-a-liar")
        return secret


class Mute(Remote):
    name = "mute"
    capabilities = Capabilities(**{**PLAIN, "reveal": False}, transactions=False)

    def get(self, *_):
        raise AssertionError("it says that it gives no values")


def filled(store, values, **facts):
    for key, value in values.items():
        MemoryStore.write(store, "default", [Write(key, SecretValue(value.encode()), **facts)])
    return store


def side(store, name="a"):
    return Side(name, "default", store.team, store)


@pytest.fixture
def workspace(own_home):
    with Workspace(Settings(Options(), os.environ)) as opened:
        yield opened


@pytest.fixture
def source():
    return filled(MemoryStore(), {key: f"canary-{key}" for key in KEYS})


@pytest.fixture
def sync(workspace):
    def synced(source, target, **request):
        a = source if isinstance(source, Side) else side(source)
        b = target if isinstance(target, Side) else side(target, "b")
        plan = syncing.prepare(workspace, a, b, Request(**request), lambda *_: None)
        return syncing.run(workspace, plan, lambda *_: None)

    return synced


def by_action(result):
    found = {}
    for entry in result.entries:
        found.setdefault(entry.action, []).append(entry.key)
    return found


def values(store):
    return {info.key: store.get("default", info.key).value.reveal() for info in store.listing()}


def test_all_is_there_afterwards_and_read_back(sync, source):
    target = Remote()
    done = sync(source, target)
    assert by_action(done) == {"created": KEYS}
    assert all(entry.verified for entry in done.entries)
    assert values(target) == values(source)
    assert by_action(sync(source, target)) == {"unchanged": KEYS}
    assert target.written == KEYS


@pytest.mark.parametrize("every", range(1, 12))
@pytest.mark.parametrize("stored", [False, True])
def test_a_connection_lost_at_any_write_is_told_and_taken_up_again(sync, source, every, stored):
    target = filled(
        Failing(every, UnavailableError("The line is dead."), stored=stored), {"OLD": "v"}
    )
    before = values(source)
    done = sync(source, target, prune=True)
    got = by_action(done)
    if every > len(KEYS):
        assert done.error is None
        assert target.deleted == ["OLD"]
        return
    assert got.get("created", []) == KEYS[: every - 1]
    assert got["failed"] == [KEYS[every - 1]]
    assert got["not done"] == [*KEYS[every:], "OLD"]
    assert target.deleted == []
    assert done.exit_status == 7
    assert f"{every - 1} of 11 changes" in done.error.message
    target.error = None
    again = sync(source, target, prune=True)
    assert again.error is None
    assert values(target) == before == values(source)


def test_what_is_refused_for_one_secret_does_not_stop_the_others(sync, source):
    target = filled(Failing(3, UsageError("This name is reserved.")), {"OLD": "v"})
    done = sync(source, target, prune=True)
    got = by_action(done)
    assert got["failed"] == ["KEY_2", "KEY_5", "KEY_8"]
    assert len(got["created"]) == 7
    assert got["not done"] == ["OLD"]
    assert target.deleted == []
    assert done.exit_status == 1
    assert "KEY_2, KEY_5, KEY_8" in done.error.message
    assert {e.reason for e in done.entries if e.action == "failed"} == {"This name is reserved."}


def test_a_store_that_gives_back_another_value_gets_nothing_more(sync, source):
    target = filled(Liar(), {"OLD": "v"})
    done = sync(source, target, prune=True)
    assert isinstance(done.error, CheckFailedError)
    assert "KEY_4 and gives back another value" in done.error.message
    assert "canary" not in done.error.message + done.error.hint + repr(done)
    assert target.written == KEYS[:5]
    assert target.deleted == []
    assert by_action(done)["not done"] == [*KEYS[5:], "OLD"]


def test_a_store_that_forgets_what_it_took(sync, source):
    class Forgetful(Remote):
        def get(self, environment, key, version=None):
            if self.written:
                raise NotFoundError("None such.")
            return super().get(environment, key, version)

    done = sync(source, Forgetful())
    assert "KEY_0 and does not have it" in done.error.message
    assert done.exit_status == 6


def test_a_store_that_deletes_nothing(sync, source):
    class Hoarder(Remote):
        def delete(self, *_, **__):
            return []

    done = sync(source, filled(Hoarder(), {"OLD": "v"}), prune=True)
    assert done.exit_status == 6
    assert "still has what it was to delete: OLD" in done.error.message
    assert by_action(done)["failed"] == ["OLD"]


def test_interrupted_in_the_middle(sync, source):
    done = sync(source, Failing(4, KeyboardInterrupt()))
    assert isinstance(done.error, StoppedError)
    assert done.exit_status == 130
    assert by_action(done)["created"] == KEYS[:3]


def test_a_mute_store_is_compared_by_name_and_not_read_back(sync, workspace, source):
    target = filled(Mute(), {"KEY_1": "x", "OLD": "v"})
    done = sync(source, target, on_conflict="overwrite", prune=True)
    assert done.error is None
    assert {entry.verified for entry in done.entries} == {None}
    assert by_action(done)["updated"] == ["KEY_1"]
    assert target.deleted == ["OLD"]
    assert any("could not be verified" in notice for notice in workspace.notices)
    with pytest.raises(DeniedError, match="gives no values back"):
        sync(target, MemoryStore())


def test_a_token_that_may_not_reveal(sync, workspace, source):
    class Closed(Remote):
        def get(self, *_):
            raise DeniedError("The role is missing.")

    done = sync(source, Closed())
    assert done.error is None
    assert by_action(done) == {"created": KEYS}
    with pytest.raises(DeniedError, match="does not give the value of A"):
        sync(filled(Closed(), {"A": "v"}), MemoryStore())


# -- what is asked, refused and left -------------------------------------------------------------


def plan_of(workspace, source, target, **request):
    return syncing.prepare(
        workspace, side(source), side(target, "b"), Request(**request), lambda *_: None
    )


def test_what_would_be_lost_is_asked_about(workspace, source):
    target = filled(Remote(), {"KEY_1": "x", "OLD": "v"})
    asked = plan_of(workspace, source, target).question
    assert asked.startswith("Overwrite 1 (KEY_1) in b?")
    assert "will be gone" in asked
    asked = plan_of(workspace, source, target, prune=True).question
    assert asked.startswith("Overwrite 1 (KEY_1) and delete 1 (OLD) in b?")
    for how in ("overwrite", "skip"):
        assert plan_of(workspace, source, target, on_conflict=how).question == ""
    assert plan_of(workspace, source, filled(Remote(), {"OLD": "v"})).question == ""


def test_a_store_with_versions_is_overwritten_without_a_question(workspace, source):
    target = filled(MemoryStore(), {"KEY_1": "x", "OLD": "v"})
    assert plan_of(workspace, source, target).question == ""
    asked = plan_of(workspace, source, target, prune=True).question
    assert asked == "Delete 1 (OLD) in b? They can be restored for 30 days."


def test_a_question_shows_no_escapes_of_a_store(workspace, source):
    target = filled(Remote(), {"\x1b[2J\u202eevil": "v"})
    asked = plan_of(workspace, source, target, prune=True).question
    assert "evil" in asked
    assert asked.isprintable()


def test_conflicts(sync, source):
    target = filled(Remote(), {"KEY_1": "x"})
    with pytest.raises(ConflictError, match="KEY_1"):
        sync(source, target, on_conflict="fail")
    assert target.written == []
    assert sync(source, target, on_conflict="fail", dry_run=True).exit_status == 9
    done = sync(source, target, on_conflict="skip")
    assert by_action(done)["skipped"] == ["KEY_1"]
    assert values(target)["KEY_1"] == "x"
    with pytest.raises(UsageError):
        sync(source, target, on_conflict="newer")


def test_names_and_globs(sync, source):
    target = filled(Remote(), {"KEY_X": "v", "OTHER": "v"})
    done = sync(source, target, wanted=("KEY_[12]", "KEY_7"))
    assert by_action(done) == {"created": ["KEY_1", "KEY_2", "KEY_7"]}
    done = sync(source, target, wanted=("KEY_?",), prune=True)
    assert target.deleted == ["KEY_X"]
    with pytest.raises(NotFoundError, match="ABSENT"):
        sync(source, target, wanted=("ABSENT",))
    with pytest.raises(UsageError):
        sync(source, target, wanted=("not-a-name",))


def test_what_only_the_target_has_stays(sync, source):
    target = filled(Remote(), {"OLD": "v"})
    assert sync(source, target).kept == ("OLD",)
    assert "OLD" in values(target)


def test_an_empty_source_prunes_nothing(sync):
    target = filled(Remote(), {"OLD": "v"})
    with pytest.raises(UsageError, match="would be deleted"):
        sync(MemoryStore(), target, prune=True)


class Picky(Remote):
    def check_write(self, write):
        if write.key.startswith("_"):
            raise UsageError("A name begins with a letter there.")


def test_what_the_target_can_never_hold_is_refused_before_anything_is_written(sync):
    source = filled(MemoryStore(), {"A": "v", "_B": "canary"})
    target = Picky()
    with pytest.raises(UsageError, match="_B: a name begins with a letter there"):
        sync(source, target)
    assert target.written == []
    assert sync(source, target, dry_run=True).exit_status == 2
    done = sync(source, target, skip_invalid=True)
    assert by_action(done) == {"created": ["A"], "refused": ["_B"]}


def test_what_a_hostile_source_gives_is_checked(sync):
    source = filled(MemoryStore(), {"GOOD": "v"})
    odd = {
        "LONG": b"x" * 70_000,
        "NUL": b"a\0b",
    }
    for key, value in odd.items():
        filled(source, {key: value.decode()})
    MemoryStore.write(source, "default", [Write("no name\x1b[2J\u202e", SecretValue(b"v"))])
    done = sync(source, Remote(), skip_invalid=True)
    assert by_action(done)["created"] == ["GOOD"]
    assert len(by_action(done)["refused"]) == 3


def test_facts_go_along_as_far_as_both_keep_them(sync):
    facts = {"description": "about", "metadata": {"a": "1"}, "expires": 4_102_444_800_000}
    source = filled(MemoryStore(), {"A": "v"}, **facts)
    target = filled(MemoryStore(), {"A": "v"}, metadata={"b": "2"})
    done = sync(source, target)
    assert by_action(done) == {"described": ["A"]}
    info = target.info("default", "A")
    assert (info.description, info.metadata, info.expires) == tuple(facts.values())
    assert info.version == 1

    class Simple(Remote):
        capabilities = Capabilities(
            **PLAIN, transactions=False, metadata=False, expiry=False, describe=False
        )

    simple = filled(Simple(), {"A": "v"})
    assert by_action(sync(source, simple)) == {"described": ["A"]}
    assert simple.written == ["A"]
    info = simple.info("default", "A")
    assert (info.description, info.metadata, info.expires) == ("about", {}, None)


def test_facts_that_the_source_does_not_keep_stay_in_the_target(sync, workspace):
    class Simple(Remote):
        capabilities = Capabilities(**PLAIN, transactions=False, metadata=False, expiry=False)

    facts = {"metadata": {"a": "1"}, "expires": 4_102_444_800_000}
    source = filled(Simple(), {"A": "new", "B": "same"}, description="theirs")
    writes = [Write("A", SecretValue(b"old"), **facts), Write("B", SecretValue(b"same"), **facts)]
    secrets.write(workspace, writes)
    memory = MemoryStore()
    memory.write("default", writes)
    for target in (vault_side(workspace), side(memory)):
        done = by_action(sync(source, target))
        assert done == {"updated": ["A"], "described": ["B"]}
        for key in "AB":
            info = target.store.info("default", key)
            known = (info.description, info.metadata, info.expires)
            assert known == ("theirs", *facts.values())


# -- a vault ---------------------------------------------------------------------------------------


def vault_side(workspace, environment="default"):
    return Side("vault", environment, "personal", workspace.vault_store(), workspace)


def test_into_a_vault_it_is_one_transaction(sync, workspace, source, monkeypatch):
    secrets.write(workspace, [Write("KEY_1", SecretValue(b"x")), Write("OLD", SecretValue(b"v"))])
    target = vault_side(workspace)
    before = [changes.replaced(info) for info in target.store.listing()]
    put, count = type(target.store.begin()).put, []

    def failing(self, *arguments):
        count.append(1)
        if len(count) == 7:
            raise UnavailableError("The disk is full.")
        return put(self, *arguments)

    monkeypatch.setattr("infsh_secrets.stores.vault.transaction.Transaction.put", failing)
    with pytest.raises(UnavailableError):
        sync(source, target, prune=True)
    assert [i.version for i in target.store.listing()] == [i.version for i in before]
    done = sync(source, target, prune=True)
    assert by_action(done)["deleted"] == ["OLD"]
    assert done.undo == "infsh secrets restore OLD"
    assert values(target.store) == values(source)
    assert len(target.store.history("default", "KEY_1").versions) == 2


def test_somebody_else_changes_the_vault_between_plan_and_sync(workspace, source):
    for racing in ("KEY_1", "KEY_2", "OLD"):
        writes = [Write(key, SecretValue(os.urandom(8).hex().encode())) for key in ("KEY_1", "OLD")]
        secrets.write(workspace, writes)
        target = vault_side(workspace)
        plan = syncing.prepare(
            workspace, side(source), target, Request(prune=True), lambda *_: None
        )
        secrets.write(workspace, [Write(racing, SecretValue(b"theirs"))])
        before = {info.key: info.version for info in target.store.listing()}
        with pytest.raises(ConflictError, match=racing):
            syncing.run(workspace, plan, lambda *_: None)
        assert {info.key: info.version for info in target.store.listing()} == before
        secrets.delete(workspace, ["KEY_2"], ignore_missing=True)


def test_only_what_leaves_the_vault_is_a_use(sync, workspace):
    pairs = {"A": b"1", "B": b"2", "C": b"3"}
    secrets.write(workspace, [Write(key, SecretValue(value)) for key, value in pairs.items()])
    source = vault_side(workspace)

    def uses():
        found = audit.record(workspace, audit.Wanted()).events
        return [event.key for event in found if event.action == "used"]

    target = filled(Failing(2, UnavailableError("Gone.")), {"A": "1"})
    comparing.compare(workspace, source, side(target), (), lambda *_: None)
    assert uses() == []
    sync(source, target, dry_run=True)
    assert uses() == []
    sync(source, target)
    assert uses() == ["B", "C"]  # A was there already
    assert by_action(sync(source, vault_side(workspace, "staging"))) == {"created": ["A", "B", "C"]}
    assert uses() == ["B", "C"]


def test_a_use_that_cannot_be_recorded_keeps_everything_here(sync, workspace, monkeypatch):
    secrets.write(workspace, [Write("A", SecretValue(b"1"))])

    def refuse(*_):
        raise UnavailableError("It cannot be recorded.")

    monkeypatch.setattr(secrets, "note_use", refuse)
    target = Remote()
    done = sync(vault_side(workspace), target)
    assert done.exit_status == 7
    assert target.written == []


def test_errors_of_a_sync_are_ours(sync, source):
    done = sync(source, Failing(1, InfshError("Whatever.")))
    assert done.exit_status == 1
    assert len(by_action(done)["not done"]) == 9
