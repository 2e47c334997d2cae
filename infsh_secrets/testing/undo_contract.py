"""The part of the store contract that is about versions, names and facts of secrets there are."""

from __future__ import annotations

from collections.abc import Iterator  # noqa: TC003  # pytest reads annotations of fixtures

import pytest

from infsh_secrets.domain import models
from infsh_secrets.domain.errors import ConflictError, DeniedError, NotFoundError, UsageError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import (
    CREATED,
    DESCRIBED,
    ROLLED_BACK,
    UNCHANGED,
    SecretStore,
    Write,
)
from infsh_secrets.testing.state import (
    ENVIRONMENT,
    OTHER_ENVIRONMENT,
    about,
    facts,
    need,
    put,
    state,
)

_EXPIRES = 4_102_444_800_000


def _described(store: SecretStore, key: str = "A", value: bytes = b"v") -> models.SecretInfo:
    write = Write(
        key,
        SecretValue(value),
        description=about(store, "d"),
        metadata={"a": "1", "b": "2"} if store.capabilities.metadata else None,
        expires=_EXPIRES if store.capabilities.expiry else None,
    )
    return store.write(ENVIRONMENT, [write])[0].info


class UndoContract:
    """The base of StoreContract, which has the fixture `store` and `reopen` from here."""

    @pytest.fixture
    def store(self) -> Iterator[SecretStore]:
        """Yield an empty store."""
        raise NotImplementedError

    def reopen(self, store: SecretStore) -> SecretStore:
        """Close `store` and return another that reads what it wrote.

        Left as it is for a store that ends with its object.
        """
        return store

    # -- history -------------------------------------------------------------------------------

    def test_history_and_rollback_or_denied(self, store: SecretStore) -> None:
        put(store, "A", b"1")
        put(store, "A", b"2")
        if store.capabilities.versions:
            assert len(store.history(ENVIRONMENT, "A").versions) == 2
            assert store.rollback(ENVIRONMENT, "A").action == ROLLED_BACK
            return
        before = state(store)
        with pytest.raises(DeniedError):
            store.history(ENVIRONMENT, "A")
        with pytest.raises(DeniedError):
            store.rollback(ENVIRONMENT, "A")
        assert state(store) == before

    def test_history_has_all_kept_versions_newest_first(self, store: SecretStore) -> None:
        need(store, "versions")
        for value in (b"made-up value one", b"2", b"made-up value one"):
            put(store, "A", value)
        history = store.history(ENVIRONMENT, "A")
        newest, middle, oldest = history.versions
        assert (newest.number, middle.number, oldest.number) == (3, 2, 1)
        assert facts(history.info) == state(store)[0]
        assert (newest.masked, newest.fingerprint) == (
            history.info.masked,
            history.info.fingerprint,
        )
        assert (oldest.masked, oldest.fingerprint) == (newest.masked, newest.fingerprint)
        if newest.fingerprint:
            assert middle.fingerprint != newest.fingerprint
        assert history.info.created == oldest.created <= middle.created <= newest.created
        assert newest.created <= history.info.updated

    def test_history_shows_no_value(self, store: SecretStore) -> None:
        need(store, "versions")
        put(store, "A", b"made-up value for tests")
        (version,) = store.history(ENVIRONMENT, "A").versions
        shown = f"{version!r} {version.masked} {version.fingerprint}"
        assert "made-up value for tests" not in shown

    def test_history_of_a_deleted_secret(self, store: SecretStore) -> None:
        need(store, "versions", "restore")
        put(store, "A", b"1")
        put(store, "A", b"2")
        store.delete(ENVIRONMENT, ["A"])
        history = store.history(ENVIRONMENT, "A")
        assert history.info.deleted is not None
        assert [version.number for version in history.versions] == [2, 1]

    def test_history_of_an_absent_secret(self, store: SecretStore) -> None:
        need(store, "versions")
        put(store, "A")
        with pytest.raises(NotFoundError):
            store.history(ENVIRONMENT, "B")

    # -- rollback ------------------------------------------------------------------------------

    def test_rollback_makes_a_new_version_of_the_one_before(self, store: SecretStore) -> None:
        need(store, "versions")
        _described(store, "A", b"made-up value one")
        first = store.listing()[0]
        put(store, "A", b"2")
        outcome = store.rollback(ENVIRONMENT, "A")
        assert outcome.action == ROLLED_BACK
        (info,) = store.listing()
        assert facts(outcome.info) == facts(info)
        assert facts(info, "version", "updated") == facts(first, "version", "updated")
        assert info.version == 3
        with self.reopen(store) as again:
            versions = again.history(ENVIRONMENT, "A").versions
            assert [version.number for version in versions] == [3, 2, 1]
            if again.capabilities.reveal:
                assert again.get(ENVIRONMENT, "A").value.reveal() == "made-up value one"
                assert again.get(ENVIRONMENT, "A", 2).value.reveal() == "2"

    def test_rollback_to_a_version(self, store: SecretStore) -> None:
        need(store, "versions")
        marks = []
        for value in (b"1", b"2", b"3"):
            put(store, "A", value)
            marks.append(store.listing()[0].fingerprint)
        assert store.rollback(ENVIRONMENT, "A", 1).info.fingerprint == marks[0]
        assert store.rollback(ENVIRONMENT, "A", 3).info.fingerprint == marks[2]
        assert store.listing()[0].version == 5

    def test_rollback_to_the_same_value_changes_nothing(self, store: SecretStore) -> None:
        need(store, "versions")
        for value in (b"1", b"2", b"1"):
            put(store, "A", value)
        before = state(store)
        for to in (1, 3):
            outcome = store.rollback(ENVIRONMENT, "A", to)
            assert (outcome.action, outcome.info.version) == (UNCHANGED, 3)
        assert state(store) == before

    @pytest.mark.parametrize("to", [None, 0, 2, -1, 2**63, 2**64])
    def test_rollback_to_an_absent_version(self, store: SecretStore, to: int | None) -> None:
        need(store, "versions")
        put(store, "A")
        before = state(store)
        with pytest.raises(NotFoundError):
            store.rollback(ENVIRONMENT, "A", to)
        assert state(store) == before

    def test_rollback_drops_the_oldest_version_like_any_other(self, store: SecretStore) -> None:
        need(store, "versions")
        for number in range(1, 21):
            put(store, "A", b"value %d" % number)
        store.rollback(ENVIRONMENT, "A", 1)
        numbers = [version.number for version in store.history(ENVIRONMENT, "A").versions]
        assert numbers[:20] == list(range(21, 1, -1))
        if len(numbers) == 20:
            with pytest.raises(NotFoundError):
                store.rollback(ENVIRONMENT, "A", 1)

    def test_rollback_of_an_absent_or_deleted_secret(self, store: SecretStore) -> None:
        need(store, "versions")
        put(store, "A", b"1")
        put(store, "A", b"2")
        store.delete(ENVIRONMENT, ["A"])
        for key in ("A", "B"):
            with pytest.raises(NotFoundError):
                store.rollback(ENVIRONMENT, key)

    # -- rename --------------------------------------------------------------------------------

    def test_rename_keeps_all_but_the_name(self, store: SecretStore) -> None:
        need(store, "rename")
        put(store, "OLD", b"1")
        _described(store, "OLD", b"2")
        put(store, "OTHER")
        (before,) = (info for info in store.listing() if info.key == "OLD")
        renamed = store.rename(ENVIRONMENT, "OLD", "NEW")
        with self.reopen(store) as again:
            (after,) = (info for info in again.listing() if info.key == "NEW")
            assert facts(renamed) == facts(after)
            assert facts(after, "key", "updated") == facts(before, "key", "updated")
            assert [info.key for info in again.listing()] == ["NEW", "OTHER"]
            if again.capabilities.versions:
                versions = again.history(ENVIRONMENT, "NEW").versions
                assert [version.number for version in versions] == [2, 1]
            if again.capabilities.reveal:
                assert again.get(ENVIRONMENT, "NEW").value.reveal() == "2"
                with pytest.raises(NotFoundError):
                    again.get(ENVIRONMENT, "OLD")
            assert put(again, "OLD", b"3") == CREATED

    def test_rename_is_denied_where_it_cannot_be_done(self, store: SecretStore) -> None:
        if store.capabilities.rename:
            return
        put(store, "A")
        before = state(store)
        with pytest.raises(DeniedError):
            store.rename(ENVIRONMENT, "A", "B")
        assert state(store) == before

    def test_copy_is_denied_where_no_values_are_given_back(self, store: SecretStore) -> None:
        if store.capabilities.reveal:
            return
        put(store, "A")
        before = state(store)
        with pytest.raises(DeniedError):
            store.copy(ENVIRONMENT, "A", ENVIRONMENT, "B")
        assert state(store) == before

    def test_rename_there_and_back(self, store: SecretStore) -> None:
        need(store, "rename")
        put(store, "A")
        (before,) = store.listing()
        store.rename(ENVIRONMENT, "A", "B")
        store.rename(ENVIRONMENT, "B", "A")
        (after,) = store.listing()
        assert facts(after, "updated") == facts(before, "updated")

    @pytest.mark.parametrize("new", ["B", "A"])
    def test_rename_onto_a_live_name(self, store: SecretStore, new: str) -> None:
        need(store, "rename")
        put(store, "A")
        put(store, "B")
        before = state(store)
        with pytest.raises(ConflictError):
            store.rename(ENVIRONMENT, "A", new)
        assert state(store) == before

    def test_rename_and_copy_onto_a_deleted_name(self, store: SecretStore) -> None:
        need(store, "restore", "rename")
        put(store, "A")
        put(store, "B")
        store.delete(ENVIRONMENT, ["B"])
        before = state(store)
        with pytest.raises(ConflictError) as renaming:
            store.rename(ENVIRONMENT, "A", "B")
        with pytest.raises(ConflictError) as copying:
            store.copy(ENVIRONMENT, "A", ENVIRONMENT, "B")
        for caught in (renaming, copying):
            assert "restore B" in caught.value.hint
            assert "--purge" in caught.value.hint
        assert state(store) == before

    def test_rename_of_an_absent_or_deleted_secret(self, store: SecretStore) -> None:
        need(store, "rename")
        put(store, "A")
        store.delete(ENVIRONMENT, ["A"])
        for key in ("A", "B"):
            with pytest.raises(NotFoundError):
                store.rename(ENVIRONMENT, key, "C")
        assert store.listing() == []

    # -- copy ----------------------------------------------------------------------------------

    def test_copy_makes_a_new_secret_with_the_newest_value(self, store: SecretStore) -> None:
        need(store, "reveal")
        put(store, "A", b"1")
        source = _described(store, "A", b"made-up value two")
        copied = store.copy(ENVIRONMENT, "A", ENVIRONMENT, "B")
        with self.reopen(store) as again:
            before, after = again.listing()
            assert facts(before) == facts(source)
            assert facts(copied) == facts(after)
            moments = ("created", "updated")
            assert facts(after, "key", "version", *moments) == facts(
                source, "key", "version", *moments
            )
            assert after.created == after.updated >= source.created
            if again.capabilities.versions:
                assert after.version == 1
                assert [v.number for v in again.history(ENVIRONMENT, "B").versions] == [1]
            put(again, "B", b"3")
            if again.capabilities.reveal:
                assert again.get(ENVIRONMENT, "A").value.reveal() == "made-up value two"

    def test_copy_to_another_environment_or_denied(self, store: SecretStore) -> None:
        put(store, "A", b"1")
        if not store.capabilities.environments:
            with pytest.raises(DeniedError):
                store.copy(ENVIRONMENT, "A", OTHER_ENVIRONMENT)
            return
        assert store.copy(ENVIRONMENT, "A", OTHER_ENVIRONMENT).environment == OTHER_ENVIRONMENT
        assert store.copy(OTHER_ENVIRONMENT, "A", ENVIRONMENT, "B").key == "B"
        found = [(info.key, info.environment) for info in store.listing()]
        assert found == [("A", ENVIRONMENT), ("A", OTHER_ENVIRONMENT), ("B", ENVIRONMENT)]
        if store.capabilities.reveal:
            assert store.get(OTHER_ENVIRONMENT, "A").value.reveal() == "1"

    def test_copy_onto_a_live_secret(self, store: SecretStore) -> None:
        need(store, "reveal")
        put(store, "A", b"1")
        put(store, "B", b"2")
        before = state(store)
        for name in ("B", "A", None):
            with pytest.raises(ConflictError):
                store.copy(ENVIRONMENT, "A", ENVIRONMENT, name)
        assert state(store) == before

    def test_copy_of_an_absent_or_deleted_secret(self, store: SecretStore) -> None:
        need(store, "reveal")
        put(store, "A")
        store.delete(ENVIRONMENT, ["A"])
        for key in ("A", "B"):
            with pytest.raises(NotFoundError):
                store.copy(ENVIRONMENT, key, ENVIRONMENT, "C")
        assert store.listing() == []

    # -- describe ------------------------------------------------------------------------------

    def test_describe_changes_the_description_or_is_denied(self, store: SecretStore) -> None:
        put(store, "A")
        if not store.capabilities.describe:
            with pytest.raises(DeniedError):
                store.describe(ENVIRONMENT, "A", description="new")
            return
        assert store.describe(ENVIRONMENT, "A", description="new").action == DESCRIBED
        assert store.describe(ENVIRONMENT, "A", description="new").action == UNCHANGED
        assert store.describe(ENVIRONMENT, "A").action == UNCHANGED
        assert [info.description for info in store.listing()] == ["new"]
        if store.capabilities.reveal:
            assert store.get(ENVIRONMENT, "A").value.reveal() == "v"
        if not store.capabilities.metadata:
            with pytest.raises(DeniedError):
                store.describe(ENVIRONMENT, "A", metadata={"a": "b"})
        if not store.capabilities.expiry:
            with pytest.raises(DeniedError):
                store.describe(ENVIRONMENT, "A", expires=_EXPIRES)

    def test_describe_changes_the_facts_that_are_given(self, store: SecretStore) -> None:
        need(store, "describe", "metadata", "expiry")
        before = _described(store)
        outcome = store.describe(
            ENVIRONMENT, "A", description="new", metadata={"c": "3", "b": "4"}, unset=["a", "none"]
        )
        assert outcome.action == DESCRIBED
        with self.reopen(store) as again:
            (after,) = again.listing()
            assert facts(outcome.info) == facts(after)
            assert (after.description, after.metadata) == ("new", {"b": "4", "c": "3"})
            changed = ("description", "metadata", "updated")
            assert facts(after, *changed) == facts(before, *changed)

    def test_describe_takes_facts_away(self, store: SecretStore) -> None:
        need(store, "describe", "metadata", "expiry")
        _described(store)
        store.describe(ENVIRONMENT, "A", description="", unset=["a", "b"], expires=0)
        (info,) = store.listing()
        assert (info.description, info.metadata, info.expires) == ("", {}, None)
        store.describe(ENVIRONMENT, "A", expires=_EXPIRES)
        assert store.listing()[0].expires == _EXPIRES

    def test_describe_that_changes_nothing(self, store: SecretStore) -> None:
        need(store, "describe", "metadata", "expiry")
        _described(store)
        before = state(store)
        assert store.describe(ENVIRONMENT, "A").action == UNCHANGED
        outcome = store.describe(
            ENVIRONMENT,
            "A",
            description="d",
            metadata={"a": "1"},
            unset=["a", "none"],
            expires=_EXPIRES,
        )
        assert outcome.action == UNCHANGED
        assert state(store) == before

    def test_describe_with_too_much_metadata_changes_nothing(self, store: SecretStore) -> None:
        need(store, "describe", "metadata")
        put(store, "A")
        full = {f"m{n}": "x" for n in range(models.MAX_METADATA)}
        store.describe(ENVIRONMENT, "A", metadata=full)
        before = state(store)
        with pytest.raises(UsageError):
            store.describe(ENVIRONMENT, "A", description="new", metadata={"more": "x"})
        assert state(store) == before
        store.describe(ENVIRONMENT, "A", metadata={"more": "x"}, unset=["m0"])
        assert "more" in store.listing()[0].metadata

    def test_describe_of_an_absent_or_deleted_secret(self, store: SecretStore) -> None:
        need(store, "describe")
        put(store, "A")
        store.delete(ENVIRONMENT, ["A"])
        for key in ("A", "B"):
            with pytest.raises(NotFoundError):
                store.describe(ENVIRONMENT, key, description="new")

    # -- purge ---------------------------------------------------------------------------------

    def test_purge_leaves_nothing_of_live_and_deleted_secrets(self, store: SecretStore) -> None:
        for key in ("A", "B", "C"):
            put(store, key, b"1")
            put(store, key, b"2")
        gone = ["B", "A"]
        if store.capabilities.restore:
            store.delete(ENVIRONMENT, ["A"])
        assert [info.key for info in store.purge(ENVIRONMENT, gone)] == gone
        with self.reopen(store) as again:
            assert [row[models.SecretInfo.__slots__.index("key")] for row in state(again)] == ["C"]
            for key in gone:
                if again.capabilities.restore:
                    with pytest.raises(NotFoundError):
                        again.restore(ENVIRONMENT, [key])
                if again.capabilities.versions:
                    with pytest.raises(NotFoundError):
                        again.history(ENVIRONMENT, key)
            (outcome,) = again.write(ENVIRONMENT, [Write("A", SecretValue(b"3"))])
            assert outcome.action == CREATED
            if again.capabilities.versions:
                assert outcome.info.version == 1

    def test_purge_of_an_absent_secret_removes_nothing(self, store: SecretStore) -> None:
        put(store, "A")
        before = state(store)
        for keys in (["A", "B"], ["A", "A"]):
            with pytest.raises(NotFoundError):
                store.purge(ENVIRONMENT, keys)
        assert state(store) == before
