"""What is kept of a store, for whom, how long, and what is left of it afterwards."""

from __future__ import annotations

import os

import pytest

from infsh_secrets.domain.errors import (
    DeniedError,
    LockedError,
    NotFoundError,
    UnavailableError,
)
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import Capabilities, SecretStore, Write
from infsh_secrets.stores.memory import MemoryStore
from infsh_secrets.stores.wrappers.cache import CachedStore
from infsh_secrets.stores.wrappers.shelf import Shelf

HOUR = 3_600_000
SCOPE = ("https://secrets.example.com", "team", "token")
CANARY = "canary-in-the-cache"


class Far(MemoryStore):
    """A store that may be out of reach, or refuse."""

    error = None
    asked = 0

    def _ask(self):
        self.asked += 1
        if self.error is not None:
            raise self.error

    def get(self, *arguments):
        self._ask()
        return super().get(*arguments)

    def listing(self, *arguments, **options):
        self._ask()
        return super().listing(*arguments, **options)

    def write(self, *arguments):
        self._ask()
        return super().write(*arguments)

    def check_writable(self):
        self._ask()


class Clock:
    now = 1_000_000_000_000

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def key():
    return os.urandom(32)


@pytest.fixture
def far(clock):
    store = Far(clock=clock)
    writes = [Write("A", SecretValue(CANARY.encode()), description="about", metadata={"m": "1"})]
    store.write("default", [*writes, Write("B", SecretValue(b"2"))])
    store.write("staging", [Write("A", SecretValue(b"of staging"))])
    return store


@pytest.fixture
def cached(tmp_path, far, clock, key):
    def opened(*, offline=False, scope=SCOPE, inner=far, key=key):
        shelf = Shelf(str(tmp_path), key, scope, limit=HOUR, clock=clock)
        return CachedStore(inner, shelf, offline=offline)

    return opened


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def value(store, environment="default"):
    return store.get(environment, "A").value.reveal()


def test_offline_reads_what_was_read_before_and_asks_nobody(cached, far):
    online = cached()
    online.get("default", "A")
    online.listing("default")
    far.error = UnavailableError("Gone.")
    asked = far.asked
    offline = cached(offline=True)
    secret = offline.get("default", "A")
    assert (secret.value.reveal(), secret.version) == (CANARY, 1)
    assert (secret.info.description, secret.info.metadata) == ("about", {"m": "1"})
    assert [info.key for info in offline.listing("default")] == ["A", "B"]
    assert offline.info("default", "B").key == "B"
    assert list(offline.select(("default",), ["A"]).secrets) == ["A"]
    with pytest.raises(UnavailableError, match="secret B of memory is not kept"):
        offline.get("default", "B")
    with pytest.raises(NotFoundError):
        offline.get("default", "C")
    with pytest.raises(UnavailableError):
        offline.get("default", "A", 1)
    with pytest.raises(UnavailableError):
        offline.get("staging", "A")
    with pytest.raises(UnavailableError):
        offline.listing()
    with pytest.raises(UnavailableError):
        offline.history("default", "A")
    assert far.asked == asked


def test_online_the_store_is_asked_always(cached, far):
    online = cached()
    online.get("default", "A")
    far.write("default", [Write("A", SecretValue(b"new"))])
    assert value(online) == "new"
    far.error = UnavailableError("Gone.")
    with pytest.raises(UnavailableError, match="Gone"):
        online.get("default", "A")
    assert value(cached(offline=True)) == "new"


def test_nothing_of_it_can_be_read_in_the_files(cached, tmp_path):
    online = cached()
    online.get("default", "A")
    online.listing()
    kept = files(tmp_path)
    assert len(kept) == 2
    for path in kept:
        assert path.stat().st_mode & 0o777 == 0o600
        data = path.read_bytes()
        for text in (CANARY, "about", "secrets.example.com", "default"):
            assert text.encode() not in data
            assert text not in str(path.relative_to(tmp_path))
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o700}


def test_lengths_are_rounded(cached, tmp_path, far):
    sizes = set()
    for length in (1, 20, 200):
        far.write("default", [Write("A", SecretValue(b"x" * length))])
        cached().get("default", "A")
        sizes |= {path.stat().st_size for path in files(tmp_path)}
    assert len(sizes) == 1


@pytest.mark.parametrize("place", range(3))
def test_scopes_do_not_mix(cached, place):
    cached().get("default", "A")
    other = [*SCOPE]
    other[place] += "x"
    with pytest.raises(UnavailableError):
        cached(offline=True, scope=other).get("default", "A")
    assert value(cached(offline=True)) == CANARY
    shifted = (SCOPE[0] + SCOPE[1], "", SCOPE[2])
    with pytest.raises(UnavailableError):
        cached(offline=True, scope=shifted).get("default", "A")


def test_environments_do_not_mix(cached):
    online = cached()
    online.get("default", "A")
    online.get("staging", "A")
    offline = cached(offline=True)
    assert value(offline) == CANARY
    assert value(offline, "staging") == "of staging"


def test_never_older_than_the_limit(cached, clock, tmp_path):
    online = cached()
    online.get("default", "A")
    online.listing("default")
    clock.now += HOUR - 1
    assert value(cached(offline=True)) == CANARY
    clock.now += 1
    offline = cached(offline=True)
    for read in (lambda: offline.get("default", "A"), lambda: offline.listing("default")):
        with pytest.raises(UnavailableError):
            read()
    assert files(tmp_path) == []


def test_what_is_too_old_goes_even_if_nobody_reads_it(cached, clock, tmp_path):
    cached().get("default", "A")
    (path,) = files(tmp_path)
    half = path.with_name(path.name + ".0123")
    half.write_bytes(b"half of a file")
    for old in (path, half):
        os.utime(old, (clock.now / 1000 - 3601,) * 2)
    cached().get("default", "B")
    assert len(files(tmp_path)) == 1
    assert path not in files(tmp_path)


def test_a_clock_that_was_set_back_keeps_nothing_alive(cached, clock):
    cached().get("default", "A")
    clock.now -= 1
    with pytest.raises(UnavailableError):
        cached(offline=True).get("default", "A")


@pytest.mark.parametrize("error", [LockedError("401."), DeniedError("403.")])
@pytest.mark.parametrize("reading", [True, False])
def test_a_refusal_wipes_the_scope_and_no_other(cached, far, tmp_path, error, reading):
    for scope in (SCOPE, ("other", "", "")):
        online = cached(scope=scope)
        online.get("default", "A")
        online.listing("default")
    far.error = error
    online = cached()
    read = online.get if reading else online.listing
    with pytest.raises(type(error)):
        read("default", *(["B"] if reading else []))
    assert len(files(tmp_path)) == 2
    assert value(cached(offline=True, scope=("other", "", ""))) == CANARY
    with pytest.raises(UnavailableError):
        cached(offline=True).get("default", "A")


def test_a_list_that_is_gone_wipes_the_scope(cached, far, tmp_path):
    cached().get("default", "A")
    far.error = NotFoundError("404.")
    with pytest.raises(NotFoundError):
        cached().listing("default")
    assert files(tmp_path) == []


def test_a_known_secret_that_is_gone_wipes_and_an_unknown_one_does_not(cached, far, tmp_path):
    online = cached()
    online.get("default", "A")
    with pytest.raises(NotFoundError):
        online.get("default", "NEVER_THERE")
    assert value(cached(offline=True)) == CANARY
    far.delete("default", ["A"])
    with pytest.raises(NotFoundError):
        online.get("default", "A")
    assert files(tmp_path) == []


def test_what_no_token_could_do_wipes_nothing(cached, clock):
    class Simple(Far):
        capabilities = Capabilities(reveal=True, versions=False, restore=False, environments=False)

    simple = Simple(clock=clock)
    simple.write("default", [Write("A", SecretValue(b"1"))])
    online = cached(inner=simple)
    online.get("default", "A")
    for call in (
        lambda: online.get("staging", "A"),
        lambda: online.get("default", "A", 1),
        lambda: online.history("default", "A"),
        lambda: online.listing(deleted=True),
        lambda: online.rollback("default", "A"),
        lambda: online.restore("default", ["A"]),
    ):
        with pytest.raises(DeniedError):
            call()
    assert value(cached(inner=simple, offline=True)) == "1"


def test_a_token_that_may_only_read_keeps_what_it_has_read(cached, far):
    online = cached()
    online.get("default", "A")
    far.error = DeniedError("403.")
    with pytest.raises(DeniedError):
        online.check_writable()
    assert value(cached(offline=True)) == CANARY
    far.error = LockedError("401.")
    with pytest.raises(LockedError):
        online.check_writable()
    with pytest.raises(UnavailableError):
        cached(offline=True).get("default", "A")


@pytest.mark.parametrize(
    "change",
    [
        lambda store: store.write("default", [Write("A", SecretValue(b"n"))]),
        lambda store: store.delete("default", ["A"]),
        lambda store: store.rename("default", "A", "C"),
        lambda store: store.describe("default", "A", description="n"),
        lambda store: store.purge("default", ["A"]),
        lambda store: store.copy("staging", "A", "default", "C"),
    ],
)
def test_a_write_takes_what_it_changes_off_the_shelf(cached, change):
    online = cached()
    online.get("default", "A")
    online.get("staging", "A")
    for environment in ("default", "staging", None):
        online.listing(environment)
    change(online)
    offline = cached(offline=True)
    for environment in ("default", None):
        with pytest.raises(UnavailableError):
            offline.listing(environment)
    assert value(offline, "staging") == "of staging"
    assert len(offline.listing("staging")) == 1


def test_a_write_that_fails_takes_it_off_as_well(cached, far):
    online = cached()
    online.get("default", "A")
    far.error = UnavailableError("It is not known whether it was stored.")
    with pytest.raises(UnavailableError):
        online.write("default", [Write("A", SecretValue(b"n"))])
    with pytest.raises(UnavailableError):
        cached(offline=True).get("default", "A")


def test_what_was_read_while_a_write_was_under_way_is_not_kept(cached, far, monkeypatch):
    online = cached()
    write = far.write

    def slow(*arguments):
        cached().get("default", "A")  # another process
        return write(*arguments)

    monkeypatch.setattr(far, "write", slow)
    online.write("default", [Write("A", SecretValue(b"n"))])
    with pytest.raises(UnavailableError):
        cached(offline=True).get("default", "A")


def test_nothing_is_written_offline(cached, far):
    offline = cached(offline=True)
    asked = far.asked
    for call in (
        offline.check_writable,
        lambda: offline.write("default", []),
        lambda: offline.delete("default", ["A"]),
        lambda: offline.restore("default", ["A"]),
        lambda: offline.rollback("default", "A"),
        lambda: offline.rename("default", "A", "C"),
        lambda: offline.copy("default", "A", "staging"),
        lambda: offline.describe("default", "A", description="x"),
        lambda: offline.purge("default", ["A"]),
        lambda: offline.preview("default", []),
    ):
        with pytest.raises(UnavailableError, match="while offline"):
            call()
    assert far.asked == asked


def damage(data):
    yield b""
    yield b"x"
    yield data[:-1]
    yield data + b"\0"
    yield bytes(reversed(data))
    for place in (0, 24, 60, len(data) - 1):
        yield data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def test_damaged_files_are_ignored_and_removed(cached, tmp_path):
    cached().get("default", "A")
    (path,) = files(tmp_path)
    for data in list(damage(path.read_bytes())):
        path.write_bytes(data)
        with pytest.raises(UnavailableError):
            cached(offline=True).get("default", "A")
        assert files(tmp_path) == []
        cached().get("default", "A")
        assert value(cached(offline=True)) == CANARY


def test_files_of_another_place_key_or_reader(cached, tmp_path, key):
    online = cached()
    online.get("default", "A")
    (a,) = files(tmp_path)
    online.get("default", "B")
    (b,) = [path for path in files(tmp_path) if path != a]
    a.write_bytes(b.read_bytes())
    with pytest.raises(UnavailableError):
        cached(offline=True).get("default", "A")
    assert files(tmp_path) == [b]
    with pytest.raises(UnavailableError):
        cached(offline=True, key=os.urandom(32)).get("default", "B")
    b.chmod(0o644)
    with pytest.raises(UnavailableError):
        cached(offline=True).get("default", "B")
    assert files(tmp_path) == []
    link = tmp_path / "elsewhere"
    online.get("default", "A")
    a.rename(link)
    a.symlink_to(link)
    with pytest.raises(UnavailableError):
        cached(offline=True).get("default", "A")
    assert link.exists()


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"info": 1, "value": "x", "version": 1, "created": 1},
        {"info": {"key": "A"}, "value": "x", "version": 1, "created": 1},
        {"info": None, "value": None},
    ],
)
def test_what_another_version_of_the_program_kept(tmp_path, clock, key, cached, record):
    shelf = Shelf(str(tmp_path), key, SCOPE, limit=HOUR, clock=clock)
    shelf.put(("secret", "default", "A"), record)
    with pytest.raises(UnavailableError):
        cached(offline=True).get("default", "A")
    shelf.put(("list", "default"), {"infos": [record]})
    with pytest.raises(UnavailableError):
        cached(offline=True).listing("default")


def test_a_cache_that_cannot_be_written_spoils_nothing(cached, tmp_path):
    for path in tmp_path.iterdir():
        path.unlink()
    tmp_path.rmdir()
    tmp_path.write_text("a file in the place of the folder")
    online = cached()
    assert value(online) == value(online) == CANARY
    assert len(online.notices) == 1
    assert "cannot be kept for --offline" in online.notices[0]
    tmp_path.unlink()
    tmp_path.mkdir()


def test_it_overrides_every_method_of_a_store():
    methods = {name for name, member in vars(SecretStore).items() if callable(member)}
    own = set(vars(CachedStore)) | set(vars(CachedStore.__mro__[1]))
    assert methods - own == {"require", "__enter__", "__exit__"}
