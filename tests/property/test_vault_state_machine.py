"""The vault against a dictionary, through any sequence of what can be done with it."""

import os
import shutil
import tempfile

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from infsh_secrets.crypto import keyslots, keytext
from infsh_secrets.domain.errors import ConflictError, NotFoundError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import (
    CREATED,
    DESCRIBED,
    ROLLED_BACK,
    UNCHANGED,
    UPDATED,
    Write,
)
from infsh_secrets.stores.changes import KEPT_DELETED_MS, KEPT_VERSIONS
from infsh_secrets.stores.vault.create import create_vault, draw_vault
from infsh_secrets.stores.vault.store import LockedVault, VaultStore
from infsh_secrets.stores.vault.verify import verify

# Long enough that they cannot be in the file by chance.
KEYS = [f"NAME_{number}_CZQXJVWKPYBHGMFD" for number in range(6)]
ENVIRONMENTS = ["default", "env-qzjxkvwpybhgmfd"]
VALUES = [f"value-{number}-{'wkzqjxvpybhg' * 3}" for number in range(4)] + [
    "long-" + "tnzqjxvpybhg" * 900,
    "µ ünïcödé 密码-zqjxvpybhgwk",
]
DESCRIPTIONS = [None, "", "description-zqjxvpwkybhg", "description-hgbykwpvxjqz"]
PLAINTEXT = [text.encode() for text in (*KEYS, ENVIRONMENTS[1], *VALUES, *DESCRIPTIONS[2:])]
WRITES = st.tuples(
    st.sampled_from(KEYS),
    st.sampled_from(VALUES),
    st.sampled_from(DESCRIPTIONS),
    st.booleans(),
)
NAMES = st.tuples(st.sampled_from(ENVIRONMENTS), st.sampled_from(KEYS))


class Model:
    """What is known of one secret."""

    def __init__(self, now):
        self.description = ""
        self.versions = []
        self.created = self.updated = now
        self.deleted = None

    def copy(self):
        other = Model(self.created)
        other.__dict__.update(self.__dict__, versions=list(self.versions))
        return other


class VaultMachine(RuleBasedStateMachine):
    steps = 0

    @initialize()
    def make(self):
        self.folder = tempfile.mkdtemp()
        self.path = os.path.join(self.folder, "vault", "p.vault")
        self.now = 1_750_000_000_000
        self.key = os.urandom(32)
        new = draw_vault()
        slot = keyslots.wrap_raw(
            self.key, keytext.key_id(self.key), "file", new, keyslots.Randomness.draw()
        )
        create_vault(self.path, new, [slot])
        self.model = {}
        self.changes = 0
        self.last_write = 0
        self.store = self.opened()

    def opened(self):
        locked = LockedVault(self.path)
        head = locked.head
        key = keyslots.unwrap_raw(locked.slots[0], self.key, head.vault_id, head.epoch)
        return VaultStore(locked, locked.unlock(key), team="personal", clock=lambda: self.now)

    def teardown(self):
        if hasattr(self, "store"):
            counts = verify(self.store)
            live = [known for known in self.model.values() if known.deleted is None]
            assert counts.secrets == len(live)
            assert counts.deleted == len(self.model) - len(live)
            assert counts.audit_entries == self.changes
            kept = (min(len(known.versions), KEPT_VERSIONS) for known in self.model.values())
            assert counts.versions == sum(kept)
            self.store.close()
            shutil.rmtree(self.folder)

    # -- what is done ------------------------------------------------------------------------------

    @rule(environment=st.sampled_from(ENVIRONMENTS), writes=st.lists(WRITES, max_size=4))
    def write(self, environment, writes):
        after = {name: known.copy() for name, known in self.model.items()}
        expected = []
        for key, value, description, create in writes:
            action = self.expect(after, (environment, key), value, description, create)
            expected.append(action)
        asked = [
            Write(key, SecretValue(value.encode()), description=description, create=create)
            for key, value, description, create in writes
        ]
        if None in expected:
            with pytest.raises(ConflictError):
                self.store.write(environment, asked)
            return
        outcomes = self.store.write(environment, asked)
        assert [outcome.action for outcome in outcomes] == expected
        self.model = after
        keys = [write[0] for write, done in zip(writes, expected, strict=True) if done != UNCHANGED]
        self.changed((environment, key) for key in keys)

    def expect(self, after, name, value, description, create):
        """Change the model as a write should; return the action, None for a conflict."""
        known = after.get(name)
        if known is not None and self.gone(known):
            known = None
        live = known is not None and known.deleted is None
        if live and create:
            return None
        if known is None:
            known = after[name] = Model(self.now)
        same = live and known.versions[-1] == value
        described = description is not None and description != known.description
        if same and not described:
            return UNCHANGED
        if described:
            known.description = description
        known.updated = self.now
        known.deleted = None
        if same:
            return DESCRIBED
        known.versions.append(value)
        return UPDATED if live else CREATED

    @rule(names=st.lists(NAMES, max_size=3, unique=True), ignore=st.booleans())
    def delete(self, names, ignore):
        for environment in ENVIRONMENTS:
            keys = [key for where, key in names if where == environment]
            found = [key for key in keys if self.live(environment, key)]
            if len(found) < len(keys) and not ignore:
                with pytest.raises(NotFoundError):
                    self.store.delete(environment, keys)
                continue
            done = self.store.delete(environment, keys, ignore_missing=ignore)
            assert [info.key for info in done] == found
            for key in found:
                self.model[environment, key].deleted = self.now
            self.changed((environment, key) for key in found)

    @rule(name=NAMES)
    def restore(self, name):
        environment, key = name
        known = self.known(name)
        if known is None or known.deleted is None:
            error = NotFoundError if known is None else ConflictError
            with pytest.raises(error):
                self.store.restore(environment, [key])
            return
        self.store.restore(environment, [key])
        known.deleted = None
        known.updated = self.now
        self.changed([name])

    @rule(name=NAMES, back=st.none() | st.integers(-1, KEPT_VERSIONS + 1))
    def rollback(self, name, back):
        known = self.known(name)
        count = len(known.versions) if known else 1
        to = None if back is None else count - back
        number = count - 1 if to is None else to
        if not self.live(*name) or not max(0, count - KEPT_VERSIONS) < number <= count:
            with pytest.raises(NotFoundError):
                self.store.rollback(*name, to)
            return
        outcome = self.store.rollback(*name, to)
        value = known.versions[number - 1]
        if value == known.versions[-1]:
            assert outcome.action == UNCHANGED
            return
        assert outcome.action == ROLLED_BACK
        known.versions.append(value)
        known.updated = self.now
        self.changed([name])

    @rule(name=NAMES, new=st.sampled_from(KEYS))
    def rename(self, name, new):
        environment, old = name
        place = (environment, new)
        if not self.live(*name) or self.known(place) is not None:
            error = ConflictError if self.live(*name) else NotFoundError
            with pytest.raises(error):
                self.store.rename(environment, old, new)
            return
        self.store.rename(environment, old, new)
        self.model[place] = self.model.pop(name)
        self.model[place].updated = self.now
        self.changed([name, place])

    @rule(name=NAMES, place=NAMES)
    def copy(self, name, place):
        if not self.live(*name) or self.known(place) is not None:
            error = ConflictError if self.live(*name) else NotFoundError
            with pytest.raises(error):
                self.store.copy(*name, *place)
            return
        self.store.copy(*name, *place)
        self.model[place] = Model(self.now)
        self.model[place].description = self.model[name].description
        self.model[place].versions = self.model[name].versions[-1:]
        self.changed([place])

    @rule(name=NAMES, description=st.sampled_from(DESCRIPTIONS))
    def describe(self, name, description):
        if not self.live(*name):
            with pytest.raises(NotFoundError):
                self.store.describe(*name, description=description)
            return
        outcome = self.store.describe(*name, description=description)
        known = self.model[name]
        if description in (None, known.description):
            assert outcome.action == UNCHANGED
            return
        assert outcome.action == DESCRIBED
        known.description = description
        known.updated = self.now
        self.changed([name])

    @rule(
        environment=st.sampled_from(ENVIRONMENTS), keys=st.lists(st.sampled_from(KEYS), max_size=2)
    )
    def purge(self, environment, keys):
        names = [(environment, key) for key in keys]
        if len(set(names)) < len(names) or None in map(self.known, names):
            with pytest.raises(NotFoundError):
                self.store.purge(environment, keys)
            return
        assert [info.key for info in self.store.purge(environment, keys)] == keys
        for name in names:
            del self.model[name]
        self.changed(names)

    @rule(name=NAMES)
    def history(self, name):
        known = self.known(name)
        if known is None:
            with pytest.raises(NotFoundError):
                self.store.history(*name)
            return
        history = self.store.history(*name)
        self.same(history.info, name, known)
        newest = len(known.versions)
        oldest = max(0, newest - KEPT_VERSIONS)
        assert [v.number for v in history.versions] == list(range(newest, oldest, -1))
        kept = known.versions[oldest:][::-1]
        marks = {}
        for version, value in zip(history.versions, kept, strict=True):
            assert marks.setdefault(value, version.fingerprint) == version.fingerprint
        assert len(set(marks.values())) == len(marks)

    @rule(milliseconds=st.sampled_from([0, 1, 1000, KEPT_DELETED_MS - 1, KEPT_DELETED_MS + 1]))
    def time_goes_on(self, milliseconds):
        self.now += milliseconds

    @rule(milliseconds=st.sampled_from([1, 1000, KEPT_DELETED_MS]))
    def time_goes_back(self, milliseconds):
        self.now -= milliseconds

    @rule()
    def reopen(self):
        self.store.close()
        self.store = self.opened()

    @rule(name=NAMES, value=st.sampled_from(VALUES))
    def write_many_versions(self, name, value):
        environment, key = name
        for number in range(KEPT_VERSIONS // 2):
            self.write(environment, [(key, f"{value}{number}", None, False)])

    # -- what must be so ---------------------------------------------------------------------------

    def changed(self, names):
        """Count a transaction and forget the tombstones that it swept away."""
        touched = {self.bucket(*name) for name in names}
        if not touched:
            return
        self.changes += 1
        for name, known in list(self.model.items()):
            if self.gone(known) and self.bucket(*name) in touched:
                del self.model[name]
        self.last_write = self.now

    def gone(self, known):
        """Tell whether a secret counts as absent, though its rows may still be there."""
        old = known.deleted is not None and known.deleted + KEPT_DELETED_MS < self.now
        return old and self.now >= self.last_write

    def known(self, name):
        known = self.model.get(name)
        return None if known is None or self.gone(known) else known

    def bucket(self, environment, key):
        from infsh_secrets.stores.vault.layout import name_index

        return name_index(self.store.keys.index, environment, key)[0]

    def live(self, environment, key):
        known = self.model.get((environment, key))
        return known is not None and known.deleted is None

    @rule(name=NAMES, back=st.integers(0, KEPT_VERSIONS + 2))
    def get_version(self, name, back):
        if not self.live(*name):
            with pytest.raises(NotFoundError):
                self.store.get(*name, 1)
            return
        versions = self.model[name].versions
        version = len(versions) - back
        if back >= KEPT_VERSIONS or version < 1:
            with pytest.raises(NotFoundError):
                self.store.get(*name, version)
            return
        secret = self.store.get(*name, version)
        assert secret.version == version
        assert secret.value.reveal() == versions[version - 1]

    @rule(name=NAMES)
    def get(self, name):
        if not self.live(*name):
            with pytest.raises(NotFoundError):
                self.store.get(*name)
            return
        known = self.model[name]
        secret = self.store.get(*name)
        assert secret.value.reveal() == known.versions[-1]
        self.same(secret.info, name, known)

    def same(self, info, name, known):
        assert (info.environment, info.key) == name
        assert info.version == len(known.versions)
        assert info.description == known.description
        assert (info.created, info.updated, info.deleted) == (
            known.created,
            known.updated,
            known.deleted,
        )

    @precondition(lambda self: hasattr(self, "store"))
    @invariant()
    def list_agrees(self):
        self.compare_list(deleted=False)

    @rule()
    def list_deleted(self):
        self.compare_list(deleted=True)

    def compare_list(self, *, deleted):
        infos = self.store.listing(deleted=deleted)
        names = [(info.environment, info.key) for info in infos]
        expected = [
            name
            for name, known in self.model.items()
            if (known.deleted is not None) == deleted and not self.gone(known)
        ]
        assert names == sorted(expected, key=lambda name: (name[1], name[0]))
        for info in infos:
            name = (info.environment, info.key)
            self.same(info, name, self.model[name])

    @precondition(lambda self: hasattr(self, "store"))
    @invariant()
    def no_plaintext_in_the_file(self):
        type(self).steps += 1
        with open(self.path, "rb") as file:
            data = file.read()
        assert not [number for number, text in enumerate(PLAINTEXT) if text in data]
        assert os.listdir(os.path.dirname(self.path)) == [os.path.basename(self.path)]


def run_machine(examples, steps):
    VaultMachine.steps = 0
    run_state_machine_as_test(
        VaultMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(f"state machine: {examples} runs, {VaultMachine.steps} steps, no difference")


def test_vault_behaves_like_a_dictionary():
    run_machine(15, 30)


@pytest.mark.slow
def test_vault_behaves_like_a_dictionary_long():
    run_machine(50, 50)


@pytest.mark.full
def test_vault_behaves_like_a_dictionary_full():
    run_machine(500, 50)
