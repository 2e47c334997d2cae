"""The contract of `stores.base` as a test suite, for every store there is.

In a test module of the store::

    from infsh_secrets.testing.store_contract import StoreContract

    class TestMyStore(StoreContract):
        @pytest.fixture
        def store(self, tmp_path):
            self.url = f"mine://{tmp_path}/secrets"
            with MyStore(self.url, "mine") as store:
                yield store

        def reopen(self, store):  # for a store that outlives its object
            store.close()
            return MyStore(self.url, "mine")

What the store's `capabilities` exclude is skipped, or must be denied.
"""

from __future__ import annotations

import hashlib

import pytest

from infsh_secrets.domain import models
from infsh_secrets.domain.errors import ConflictError, DeniedError, NotFoundError, UsageError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.domain.names import MAX_NAME
from infsh_secrets.stores.base import (
    CREATED,
    DESCRIBED,
    UNCHANGED,
    UPDATED,
    Capabilities,
    SecretStore,
    Write,
)
from infsh_secrets.testing.state import ENVIRONMENT, OTHER_ENVIRONMENT
from infsh_secrets.testing.state import about as _about
from infsh_secrets.testing.state import facts as _facts
from infsh_secrets.testing.state import need as _need
from infsh_secrets.testing.state import put as _put
from infsh_secrets.testing.state import state as _state
from infsh_secrets.testing.undo_contract import UndoContract

VALUES = {
    "text": b"made-up value for tests",
    "one byte": b"x",
    "empty": b"",
    "unicode": "p\u00e4ssw\u00f6rd \N{SNOWMAN} \N{PILE OF POO}".encode(),
    "lines": b"-----BEGIN\nmade up\n-----END\n",
    "carriage returns": b"a\r\nb\rc",
    "blanks around": b"  \t padded \n\n",
    "control characters": bytes(range(1, 32)) + b"\x7f",
    "looks like JSON": b'{"a": "b", "c": [1, null]}',
    "longest": b"0123456789abcdef" * (models.MAX_VALUE // 16),
}


class StoreContract(UndoContract):
    """Subclass it, override the fixture `store`, and `reopen` if the store outlives its object."""

    # -- what it is --------------------------------------------------------------------------------

    def test_it_names_itself_and_its_team(self, store: SecretStore) -> None:
        assert isinstance(store, SecretStore)
        assert store.name
        assert isinstance(store.team, str)
        assert isinstance(store.capabilities, Capabilities)

    def test_it_begins_empty(self, store: SecretStore) -> None:
        assert store.listing() == []

    def test_closing_twice_does_nothing(self, store: SecretStore) -> None:
        store.close()
        store.close()

    def test_it_is_a_context_manager_that_closes(self, store: SecretStore) -> None:
        with store as entered:
            assert entered is store
        store.close()

    def test_check_writable_writes_nothing(self, store: SecretStore) -> None:
        _put(store, "A")
        before = _state(store)
        store.check_writable()
        assert _state(store) == before

    def test_a_write_is_there_after_opening_again(self, store: SecretStore) -> None:
        _put(store, "A", b"kept")
        _put(store, "B", b"gone")
        store.delete(ENVIRONMENT, ["B"])
        before = _state(store)
        with self.reopen(store) as again:
            assert _state(again) == before
            if again.capabilities.reveal:
                assert again.get(ENVIRONMENT, "A").value.reveal() == "kept"

    # -- get -----------------------------------------------------------------------------------

    def test_get_reveals_or_is_denied(self, store: SecretStore) -> None:
        _put(store, "A")
        if store.capabilities.reveal:
            assert store.get(ENVIRONMENT, "A").value.reveal() == "v"
        else:
            with pytest.raises(DeniedError):
                store.get(ENVIRONMENT, "A")

    @pytest.mark.parametrize("kind", VALUES)
    def test_get_returns_the_exact_bytes(self, store: SecretStore, kind: str) -> None:
        _need(store, "reveal")
        _put(store, "A", VALUES[kind])
        secret = store.get(ENVIRONMENT, "A")
        same = secret.value.reveal_bytes() == VALUES[kind]
        assert same, f"the value {kind!r} came back changed"
        assert (secret.info.key, secret.info.environment) == ("A", ENVIRONMENT)

    def test_get_returns_the_newest_version(self, store: SecretStore) -> None:
        _need(store, "reveal")
        _put(store, "A", b"first")
        _put(store, "A", b"second")
        secret = store.get(ENVIRONMENT, "A")
        assert secret.value.reveal() == "second"
        assert secret.version == secret.info.version
        assert secret.info.created <= secret.version_created <= secret.info.updated

    def test_get_returns_an_older_version(self, store: SecretStore) -> None:
        _need(store, "reveal", "versions")
        _put(store, "A", b"first")
        _put(store, "A", b"second")
        secret = store.get(ENVIRONMENT, "A", 1)
        assert (secret.version, secret.value.reveal()) == (1, "first")
        assert secret.info.version == 2
        assert store.get(ENVIRONMENT, "A", 2).value.reveal() == "second"

    def test_get_of_an_absent_secret(self, store: SecretStore) -> None:
        _need(store, "reveal")
        _put(store, "A")
        with pytest.raises(NotFoundError):
            store.get(ENVIRONMENT, "B")

    def test_names_are_case_sensitive(self, store: SecretStore) -> None:
        _put(store, "Name", b"1")
        _put(store, "NAME", b"2")
        assert [info.key for info in store.listing()] == ["NAME", "Name"]

    def test_get_of_a_deleted_secret(self, store: SecretStore) -> None:
        _need(store, "reveal")
        _put(store, "A")
        store.delete(ENVIRONMENT, ["A"])
        for version in (None, 1) if store.capabilities.versions else (None,):
            with pytest.raises(NotFoundError):
                store.get(ENVIRONMENT, "A", version)

    @pytest.mark.parametrize("version", [0, 2, -1, 2**63, 2**64])
    def test_get_of_an_absent_version(self, store: SecretStore, version: int) -> None:
        _need(store, "reveal", "versions")
        _put(store, "A")
        with pytest.raises(NotFoundError):
            store.get(ENVIRONMENT, "A", version)

    def test_info_is_what_the_listing_says(self, store: SecretStore) -> None:
        store.write(ENVIRONMENT, [Write("A", SecretValue(b"v"), description=_about(store, "d"))])
        (listed,) = _state(store)
        assert _facts(store.info(ENVIRONMENT, "A")) == listed
        with pytest.raises(NotFoundError):
            store.info(ENVIRONMENT, "B")

    # -- several -------------------------------------------------------------------------------

    def test_select_gives_what_there_is_of_what_is_asked_for(self, store: SecretStore) -> None:
        _need(store, "reveal")
        for key in ("A", "B", "C"):
            _put(store, key, key.encode())
        found = store.select([ENVIRONMENT], ["B", "X", "A"], ["C", "Y"])
        assert {key: one.value.reveal() for key, one in found.secrets.items()} == {
            "A": "A",
            "B": "B",
        }
        assert found.known == {"C"}
        assert store.select([ENVIRONMENT], ["X"]).known == set()
        assert sorted(store.select([ENVIRONMENT], None).secrets) == ["A", "B", "C"]
        assert list(store.select_matching([ENVIRONMENT], lambda key: key != "B")) == ["A", "C"]
        assert list(store.select_matching([ENVIRONMENT], None)) == ["A", "B", "C"]

    def test_select_goes_through_the_environments_in_order(self, store: SecretStore) -> None:
        _need(store, "reveal", "environments")
        _put(store, "A", b"1")
        _put(store, "B", b"2")
        _put(store, "A", b"3", OTHER_ENVIRONMENT)
        chain = (OTHER_ENVIRONMENT, ENVIRONMENT)
        for found in (
            store.select(chain, ["A", "B"]).secrets,
            store.select(chain, None).secrets,
            store.select_matching(chain, None),
        ):
            assert {key: one.value.reveal() for key, one in found.items()} == {"A": "3", "B": "2"}
        addressed = store.select_addressed({chain: ["A"], (ENVIRONMENT,): ["A", "X"]})
        assert [list(found) for found in addressed.values()] == [["A"], ["A"]]
        assert addressed[ENVIRONMENT,]["A"].value.reveal() == "1"

    def test_select_is_denied_where_no_values_are_given_back(self, store: SecretStore) -> None:
        if store.capabilities.reveal:
            return
        _put(store, "A")
        with pytest.raises(DeniedError):
            store.select([ENVIRONMENT], ["A"])
        with pytest.raises(DeniedError):
            store.select_matching([ENVIRONMENT], None)

    def test_a_preview_writes_nothing(self, store: SecretStore) -> None:
        _put(store, "A", b"1")
        before = _state(store)
        writes = [Write(key, SecretValue(b"2")) for key in ("B", "A")]
        outcomes = store.preview(ENVIRONMENT, writes)
        assert [(o.info.key, o.action) for o in outcomes] == [("B", CREATED), ("A", UPDATED)]
        with pytest.raises(ConflictError):
            store.preview(ENVIRONMENT, [Write("A", SecretValue(b"2"), create=True)])
        assert _state(store) == before

    # -- listing -------------------------------------------------------------------------------

    def test_listing_is_sorted_by_key(self, store: SecretStore) -> None:
        for key in ("b", "C", "A", "_x", "B2", "B10"):
            _put(store, key)
        assert [info.key for info in store.listing()] == ["A", "B10", "B2", "C", "_x", "b"]

    def test_listing_of_one_environment_and_of_all(self, store: SecretStore) -> None:
        _need(store, "environments")
        _put(store, "A", b"1")
        _put(store, "A", b"2", OTHER_ENVIRONMENT)
        _put(store, "B", b"3", OTHER_ENVIRONMENT)
        everything = [(info.key, info.environment) for info in store.listing()]
        assert everything == [
            ("A", ENVIRONMENT),
            ("A", OTHER_ENVIRONMENT),
            ("B", OTHER_ENVIRONMENT),
        ]
        assert [info.key for info in store.listing(ENVIRONMENT)] == ["A"]
        assert [info.key for info in store.listing(OTHER_ENVIRONMENT)] == ["A", "B"]
        assert store.listing("nowhere") == []

    def test_environments_do_not_touch_each_other(self, store: SecretStore) -> None:
        _need(store, "environments", "reveal")
        _put(store, "A", b"1")
        _put(store, "A", b"2", OTHER_ENVIRONMENT)
        store.delete(OTHER_ENVIRONMENT, ["A"])
        assert store.get(ENVIRONMENT, "A").value.reveal() == "1"
        with pytest.raises(NotFoundError):
            store.get(OTHER_ENVIRONMENT, "A")

    def test_another_environment_is_written_or_denied(self, store: SecretStore) -> None:
        if store.capabilities.environments:
            assert _put(store, "A", environment=OTHER_ENVIRONMENT) == CREATED
        else:
            with pytest.raises(DeniedError):
                _put(store, "A", environment=OTHER_ENVIRONMENT)
            assert store.listing() == []

    def test_listing_parts_live_from_deleted(self, store: SecretStore) -> None:
        _put(store, "A")
        _put(store, "B")
        store.delete(ENVIRONMENT, ["A"])
        assert [(info.key, info.deleted) for info in store.listing()] == [("B", None)]
        if not store.capabilities.restore:
            with pytest.raises(DeniedError):
                store.listing(deleted=True)
            return
        (gone,) = store.listing(deleted=True)
        assert gone.key == "A"
        assert gone.deleted is not None
        assert gone.deleted >= gone.created

    def test_what_is_listed_shows_no_value(self, store: SecretStore) -> None:
        for number, kind in enumerate(("text", "one byte", "unicode", "lines")):
            _put(store, f"K{number}", VALUES[kind])
            (info,) = (i for i in store.listing() if i.key == f"K{number}")
            text = VALUES[kind].decode()
            assert text not in info.masked, f"the mask of {kind!r} shows it"
            assert text not in info.fingerprint, f"the fingerprint of {kind!r} shows it"
            assert text == "x" or text not in repr(info)

    def test_fingerprints_are_equal_for_equal_values_only(self, store: SecretStore) -> None:
        _put(store, "A", b"same")
        _put(store, "B", b"same")
        _put(store, "C", b"other")
        a, b, c = (info.fingerprint for info in store.listing())
        if not a:
            pytest.skip(f"the store {store.name} gives no fingerprints")
        assert a == b != c
        digest = hashlib.sha256(b"same").hexdigest()
        assert a not in digest, "a fingerprint without a key can be guessed"

    def test_changing_what_was_returned_changes_nothing(self, store: SecretStore) -> None:
        _need(store, "metadata")
        outcome = store.write(ENVIRONMENT, [Write("A", SecretValue(b"v"), metadata={"a": "b"})])
        before = _state(store)
        for info in (outcome[0].info, *store.listing()):
            info.metadata["c"] = "d"
            info.description = "changed"
            info.version = 99
        assert _state(store) == before

    # -- write ---------------------------------------------------------------------------------

    def test_a_new_secret_has_empty_facts(self, store: SecretStore) -> None:
        (outcome,) = store.write(ENVIRONMENT, [Write("A", SecretValue(b"v"))])
        assert outcome.action == CREATED
        for info in (outcome.info, store.listing()[0]):
            assert (info.key, info.environment) == ("A", ENVIRONMENT)
            assert (info.description, info.metadata) == ("", {})
            assert (info.expires, info.deleted) == (None, None)
            assert info.created == info.updated > 0
        if store.capabilities.versions:
            assert outcome.info.version == 1

    def test_a_new_secret_takes_the_first_description_if_no_other_is_given(
        self, store: SecretStore
    ) -> None:
        _need(store, "descriptions")
        value = SecretValue(b"v")
        writes = [
            Write("A", value, first_description="first"),
            Write("B", value, first_description="first", description="given"),
            Write("C", value, first_description="first", description=""),
        ]
        store.write(ENVIRONMENT, writes)
        assert [info.description for info in store.listing()] == ["first", "given", ""]
        store.write(ENVIRONMENT, [Write("C", value, first_description="too late")])
        assert store.listing()[2].description == ""

    def test_facts_are_stored_with_the_value(self, store: SecretStore) -> None:
        _need(store, "metadata", "expiry")
        write = Write(
            "A",
            SecretValue(b"v"),
            description="what it opens, \N{SNOWMAN}",
            metadata={"owner": "someone", "b": ""},
            expires=4_102_444_800_123,
        )
        store.write(ENVIRONMENT, [write])
        (info,) = store.listing()
        assert info.description == "what it opens, \N{SNOWMAN}"
        assert info.metadata == {"owner": "someone", "b": ""}
        assert info.expires == 4_102_444_800_123

    def test_the_largest_facts_are_stored(self, store: SecretStore) -> None:
        _need(store, "metadata")
        metadata = {
            f"{n:02}".ljust(models.MAX_METADATA_BYTES, "k"): "v" * models.MAX_METADATA_BYTES
            for n in range(models.MAX_METADATA)
        }
        key = "K" * MAX_NAME
        description = "d" * models.MAX_DESCRIPTION
        store.write(
            ENVIRONMENT,
            [Write(key, SecretValue(b"v"), description=description, metadata=metadata)],
        )
        (info,) = store.listing()
        assert info.key == key
        assert info.description == description
        assert info.metadata == metadata

    def test_none_leaves_facts_as_they_are(self, store: SecretStore) -> None:
        _need(store, "metadata", "expiry")
        first = Write(
            "A", SecretValue(b"1"), description="d", metadata={"a": "b"}, expires=4_102_444_800_000
        )
        store.write(ENVIRONMENT, [first])
        assert _put(store, "A", b"2") == UPDATED
        (info,) = store.listing()
        assert (info.description, info.metadata) == ("d", {"a": "b"})
        assert info.expires == 4_102_444_800_000

    @pytest.mark.parametrize("fact", ["metadata", "expiry"])
    def test_facts_that_are_not_kept_are_denied_and_nothing_is_stored(
        self, store: SecretStore, fact: str
    ) -> None:
        if getattr(store.capabilities, fact):
            return
        value = SecretValue(b"v")
        write = Write("B", value, metadata={"a": "b"})
        if fact == "expiry":
            write = Write("B", value, expires=4_102_444_800_000)
        with pytest.raises(DeniedError):
            store.write(ENVIRONMENT, [Write("A", value), write])
        assert store.listing() == []

    def test_descriptions_are_denied_where_none_are_kept(self, store: SecretStore) -> None:
        if store.capabilities.descriptions:
            return
        with pytest.raises(DeniedError):
            store.write(ENVIRONMENT, [Write("A", SecretValue(b"1"), description="d")])
        assert store.listing() == []

    def test_a_description_is_kept_when_the_value_changes(self, store: SecretStore) -> None:
        _need(store, "descriptions")
        store.write(ENVIRONMENT, [Write("A", SecretValue(b"1"), description="what \N{SNOWMAN}")])
        assert _put(store, "A", b"2") == UPDATED
        assert store.listing()[0].description == "what \N{SNOWMAN}"
        longest = "d" * models.MAX_DESCRIPTION
        store.write(ENVIRONMENT, [Write("A", SecretValue(b"2"), description=longest)])
        assert store.listing()[0].description == longest
        store.write(ENVIRONMENT, [Write("A", SecretValue(b"2"), description="")])
        assert store.listing()[0].description == ""

    def test_zero_takes_an_expiry_away(self, store: SecretStore) -> None:
        _need(store, "expiry")
        store.write(ENVIRONMENT, [Write("A", SecretValue(b"v"), expires=4_102_444_800_000)])
        store.write(ENVIRONMENT, [Write("A", SecretValue(b"v"), expires=0)])
        assert store.listing()[0].expires is None

    def test_metadata_is_added_to_what_there_is(self, store: SecretStore) -> None:
        _need(store, "metadata")
        store.write(ENVIRONMENT, [Write("A", SecretValue(b"v"), metadata={"a": "1", "b": "1"})])
        store.write(ENVIRONMENT, [Write("A", SecretValue(b"v"), metadata={"b": "2", "c": "3"})])
        assert store.listing()[0].metadata == {"a": "1", "b": "2", "c": "3"}

    def test_metadata_beyond_the_limit_is_refused_and_stores_nothing(
        self, store: SecretStore
    ) -> None:
        _need(store, "metadata")
        full = {f"m{n}": "x" for n in range(models.MAX_METADATA)}
        store.write(ENVIRONMENT, [Write("A", SecretValue(b"1"), metadata=full)])
        before = _state(store)
        writes = [
            Write("B", SecretValue(b"2")),
            Write("A", SecretValue(b"2"), metadata={"more": "x"}),
        ]
        with pytest.raises(UsageError):
            store.write(ENVIRONMENT, writes)
        assert _state(store) == before

    def test_an_update_makes_a_version(self, store: SecretStore) -> None:
        _need(store, "versions")
        _put(store, "A", b"1")
        (outcome,) = store.write(ENVIRONMENT, [Write("A", SecretValue(b"2"))])
        assert (outcome.action, outcome.info.version) == (UPDATED, 2)
        (info,) = store.listing()
        assert info.version == 2
        assert info.created <= info.updated

    def test_the_same_value_makes_no_version(self, store: SecretStore) -> None:
        _need(store, "versions")
        _put(store, "A", b"1")
        before = _state(store)
        (outcome,) = store.write(ENVIRONMENT, [Write("A", SecretValue(b"1"))])
        assert (outcome.action, outcome.info.version) == (UNCHANGED, 1)
        assert _state(store) == before

    def test_an_older_value_makes_a_version(self, store: SecretStore) -> None:
        _need(store, "versions")
        for value in (b"1", b"2", b"1"):
            _put(store, "A", value)
        assert store.listing()[0].version == 3

    def test_new_facts_with_the_same_value_describe(self, store: SecretStore) -> None:
        _need(store, "versions")
        _put(store, "A", b"1")
        facts: dict[str, object] = {"description": "d", "metadata": {"a": "b"}, "expires": 9**14}
        for name, fact in facts.items():
            write = Write("A", SecretValue(b"1"))
            setattr(write, name, fact)
            (outcome,) = store.write(ENVIRONMENT, [write])
            assert (outcome.action, outcome.info.version) == (DESCRIBED, 1)
            assert getattr(store.listing()[0], name) == fact
            assert store.write(ENVIRONMENT, [write])[0].action == UNCHANGED

    def test_the_newest_20_versions_are_kept(self, store: SecretStore) -> None:
        _need(store, "versions", "reveal")
        for number in range(1, 24):
            _put(store, "A", b"value %d" % number)
        for number in range(4, 24):
            assert store.get(ENVIRONMENT, "A", number).value.reveal() == f"value {number}"

    def test_outcomes_are_in_the_order_of_the_writes(self, store: SecretStore) -> None:
        _put(store, "B", b"old")
        writes = [Write(key, SecretValue(b"new")) for key in ("C", "B", "A")]
        outcomes = store.write(ENVIRONMENT, writes)
        assert [(o.info.key, o.action) for o in outcomes] == [
            ("C", CREATED),
            ("B", UPDATED),
            ("A", CREATED),
        ]

    def test_one_key_twice_is_written_in_the_order_given(self, store: SecretStore) -> None:
        _need(store, "reveal", "versions")
        outcomes = store.write(
            ENVIRONMENT, [Write("A", SecretValue(b"1")), Write("A", SecretValue(b"2"))]
        )
        assert [(o.action, o.info.version) for o in outcomes] == [(CREATED, 1), (UPDATED, 2)]
        assert store.get(ENVIRONMENT, "A").value.reveal() == "2"
        assert store.get(ENVIRONMENT, "A", 1).value.reveal() == "1"

    def test_nothing_to_write_is_no_error(self, store: SecretStore) -> None:
        assert store.write(ENVIRONMENT, []) == []
        assert store.listing() == []

    def test_create_on_a_live_secret_stores_nothing(self, store: SecretStore) -> None:
        _put(store, "B", b"old")
        before = _state(store)
        writes = [
            Write("A", SecretValue(b"new")),
            Write("B", SecretValue(b"new"), create=True),
            Write("C", SecretValue(b"new")),
        ]
        with pytest.raises(ConflictError):
            store.write(ENVIRONMENT, writes)
        assert _state(store) == before

    def test_create_makes_a_new_secret(self, store: SecretStore) -> None:
        (outcome,) = store.write(ENVIRONMENT, [Write("A", SecretValue(b"v"), create=True)])
        assert outcome.action == CREATED

    @pytest.mark.parametrize("create", [False, True])
    def test_a_write_brings_a_deleted_secret_back(self, store: SecretStore, create: bool) -> None:
        store.write(ENVIRONMENT, [Write("A", SecretValue(b"1"), description=_about(store, "d"))])
        store.delete(ENVIRONMENT, ["A"])
        (outcome,) = store.write(ENVIRONMENT, [Write("A", SecretValue(b"1"), create=create)])
        assert outcome.action == CREATED
        assert outcome.info.deleted is None
        assert [info.key for info in store.listing()] == ["A"]
        if store.capabilities.restore:
            assert store.listing(deleted=True) == []
        if store.capabilities.versions and store.capabilities.restore:
            assert outcome.info.version == 2
            assert outcome.info.description == "d"

    def test_outcomes_show_no_value(self, store: SecretStore) -> None:
        write = Write("A", SecretValue(VALUES["text"]))
        (outcome,) = store.write(ENVIRONMENT, [write])
        assert VALUES["text"].decode() not in repr(write) + repr(outcome)

    # -- delete --------------------------------------------------------------------------------

    def test_delete_returns_what_was_known(self, store: SecretStore) -> None:
        for key in ("A", "B", "C"):
            description = _about(store, f"of {key}")
            store.write(ENVIRONMENT, [Write(key, SecretValue(b"v"), description=description)])
        done = store.delete(ENVIRONMENT, ["C", "A"])
        known = [(key, _about(store, f"of {key}") or "") for key in ("C", "A")]
        assert [(info.key, info.description) for info in done] == known
        assert [info.key for info in store.listing()] == ["B"]

    def test_delete_of_an_absent_secret_deletes_nothing(self, store: SecretStore) -> None:
        _put(store, "A")
        before = _state(store)
        with pytest.raises(NotFoundError):
            store.delete(ENVIRONMENT, ["A", "B"])
        assert _state(store) == before

    def test_delete_of_a_deleted_secret_is_not_found(self, store: SecretStore) -> None:
        _put(store, "A")
        store.delete(ENVIRONMENT, ["A"])
        before = _state(store)
        with pytest.raises(NotFoundError):
            store.delete(ENVIRONMENT, ["A"])
        assert store.delete(ENVIRONMENT, ["A"], ignore_missing=True) == []
        assert _state(store) == before

    def test_delete_that_ignores_missing_deletes_the_rest(self, store: SecretStore) -> None:
        _put(store, "A")
        done = store.delete(ENVIRONMENT, ["X", "A", "Y"], ignore_missing=True)
        assert [info.key for info in done] == ["A"]
        assert store.listing() == []

    # -- restore -------------------------------------------------------------------------------

    def test_restore_brings_back_or_is_denied(self, store: SecretStore) -> None:
        _put(store, "A")
        store.delete(ENVIRONMENT, ["A"])
        if store.capabilities.restore:
            assert [info.key for info in store.restore(ENVIRONMENT, ["A"])] == ["A"]
        else:
            with pytest.raises(DeniedError):
                store.restore(ENVIRONMENT, ["A"])

    def test_restore_brings_back_value_facts_and_versions(self, store: SecretStore) -> None:
        _need(store, "restore")
        _put(store, "A", b"1")
        store.write(ENVIRONMENT, [Write("A", SecretValue(b"2"), description="d")])
        (before,) = store.listing()
        store.delete(ENVIRONMENT, ["A"])
        (info,) = store.restore(ENVIRONMENT, ["A"])
        assert (info.key, info.description, info.deleted) == ("A", "d", None)
        assert info.version == before.version
        assert info.fingerprint == before.fingerprint
        assert info.created == before.created
        assert store.listing(deleted=True) == []
        if store.capabilities.reveal:
            assert store.get(ENVIRONMENT, "A").value.reveal() == "2"
            if store.capabilities.versions:
                assert store.get(ENVIRONMENT, "A", 1).value.reveal() == "1"

    def test_restore_of_an_absent_secret_changes_nothing(self, store: SecretStore) -> None:
        _need(store, "restore")
        _put(store, "A")
        store.delete(ENVIRONMENT, ["A"])
        before = _state(store)
        with pytest.raises(NotFoundError):
            store.restore(ENVIRONMENT, ["A", "B"])
        assert _state(store) == before

    def test_restore_of_a_live_secret_changes_nothing(self, store: SecretStore) -> None:
        _need(store, "restore")
        _put(store, "A")
        _put(store, "B")
        store.delete(ENVIRONMENT, ["A"])
        before = _state(store)
        with pytest.raises(ConflictError):
            store.restore(ENVIRONMENT, ["A", "B"])
        assert _state(store) == before
