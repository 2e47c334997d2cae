"""Which keyring is asked, and what is said of one that fails."""

from __future__ import annotations

import threading
from types import ModuleType, SimpleNamespace

import pytest
from fake_keyring import Keyring

from infsh_secrets.domain.errors import LockedError, UnavailableError
from infsh_secrets.unlock import os_keyring, secret_service

BUS = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}


class Useless(Keyring):
    priority = 0


class Silent(Keyring):
    def __init__(self):
        threading.Event().wait(5)


class Refusing(Keyring):
    def get_password(self, *_):
        raise RuntimeError("made-up-value")


class Forgetful(Keyring):
    def set_password(self, service, user, text):
        self.kept[service, user] = text + "x"


@pytest.fixture
def offered(monkeypatch):
    """Have these classes as the system's keyrings, in that order."""

    def offer(*classes):
        module = ModuleType("made_up_keyrings")
        for one in classes:
            setattr(module, one.__name__, one)
        monkeypatch.setitem(__import__("sys").modules, "made_up_keyrings", module)
        names = tuple(f"made_up_keyrings.{one.__name__}" for one in classes)
        monkeypatch.setattr(os_keyring, "_LINUX", ("no_such_module.Keyring", *names))
        monkeypatch.setattr(os_keyring, "ALLOWED", names)

    return offer


def test_the_first_that_can_work_is_taken(offered):
    offered(Useless, Keyring, Silent)
    assert type(os_keyring.find(BUS)) is Keyring


def test_one_that_is_chosen_must_be_known(offered):
    offered(Keyring)
    known = {"PYTHON_KEYRING_BACKEND": "made_up_keyrings.Keyring"}
    assert type(os_keyring.find(known)) is Keyring
    strange = {"PYTHON_KEYRING_BACKEND": "evil.Keyring", **BUS}
    assert os_keyring.find(strange) is None
    assert "names evil.Keyring" in os_keyring.why_none(strange)


def test_without_a_session_there_is_none(offered, tmp_path):
    offered(Keyring)
    assert os_keyring.find({}) is None
    assert "no session bus" in os_keyring.why_none({})
    (tmp_path / "bus").touch()
    assert os_keyring.find({"XDG_RUNTIME_DIR": str(tmp_path)}) is not None


def test_a_session_without_a_keyring(offered):
    offered(Useless)
    assert os_keyring.find(BUS) is None
    assert "no Secret Service" in os_keyring.why_none(BUS)


def test_one_that_does_not_answer_is_given_up(offered, monkeypatch):
    offered(Silent, Keyring)
    monkeypatch.setattr(os_keyring, "LIMIT_SECONDS", 0.01)
    with pytest.raises(UnavailableError, match="did not answer"):
        os_keyring.find(BUS)


def test_what_goes_wrong_is_named_without_its_text(offered, monkeypatch):
    offered(Refusing)
    monkeypatch.setattr(os_keyring, "find", Refusing)
    with pytest.raises(UnavailableError, match="RuntimeError") as caught:
        os_keyring.load(b"vault", b"key")
    assert "made-up-value" not in str(caught.value)


def test_what_is_kept_is_read_back_and_can_be_forgotten(monkeypatch):
    backend = Keyring()
    monkeypatch.setattr(os_keyring, "find", lambda: backend)
    os_keyring.store(backend, b"vault", b"key", "made-up-value")
    assert os_keyring.load(b"vault", b"key") == "made-up-value"
    os_keyring.forget(backend, b"vault", b"key")
    assert os_keyring.load(b"vault", b"key") is None
    with pytest.raises(LockedError, match="did not give back"):
        os_keyring.store(Forgetful(), b"vault", b"key", "made-up-value")


def test_the_secret_service_is_asked_without_the_library_around_it(monkeypatch):
    for name in ("find", "_candidates"):
        monkeypatch.setattr(os_keyring, name, lambda *_: os_keyring._LINUX)
    monkeypatch.setattr(secret_service, "read", lambda service, user: f"{service} {user}")
    assert os_keyring.load_entry("a", "b") == "a b"


@pytest.mark.parametrize(
    ("error", "asked"), [(LookupError("locked"), True), (UnavailableError("silent"), False)]
)
def test_the_library_decides_what_to_do_about_a_locked_one(monkeypatch, error, asked):
    backend = Keyring()
    backend.kept["a", "b"] = "made-up-value"
    monkeypatch.setattr(os_keyring, "_candidates", lambda _: os_keyring._LINUX)
    monkeypatch.setattr(os_keyring, "find", lambda: backend)

    def fail(*_):
        raise error

    monkeypatch.setattr(secret_service, "read", fail)
    if asked:
        assert os_keyring.load_entry("a", "b") == "made-up-value"
    else:
        with pytest.raises(UnavailableError, match="silent"):
            os_keyring.load_entry("a", "b")


def item(text, *, locked=False):
    return SimpleNamespace(is_locked=lambda: locked, get_secret=text.encode)


@pytest.mark.parametrize(
    ("items", "locked", "found"),
    [
        ([item("made-up-value")], False, "made-up-value"),
        ([], False, None),
        ([item("made-up-value", locked=True)], False, LookupError),
        ([item("made-up-value")], True, LookupError),
    ],
)
def test_reading_from_the_secret_service(monkeypatch, items, locked, found):
    closed = []
    bus = SimpleNamespace(close=lambda: closed.append(True))
    collection = SimpleNamespace(is_locked=lambda: locked, search_items=lambda _: iter(items))
    library = SimpleNamespace(dbus_init=lambda: bus, Collection=lambda _: collection)
    monkeypatch.setitem(__import__("sys").modules, "secretstorage", library)
    if found is LookupError:
        with pytest.raises(LookupError):
            secret_service.read("a", "b")
    else:
        assert secret_service.read("a", "b") == found
    assert closed == [True]
