"""No value comes out of the client but by `reveal`: not by any text form, not by any error."""

from __future__ import annotations

import copy
import dataclasses
import io
import json
import logging
import pickle
import pprint
import signal
import sys
import traceback

import pytest

from infsh_secrets import Client, InfshError, NotFoundError, SecretValue, UnavailableError
from infsh_secrets.stores.memory import MemoryStore

CANARY = "kanarienvogel-made-up-7Hq2"


@pytest.fixture
def secret(any_client):
    return any_client.secrets.create(name="K", value=CANARY)


def shown_by(thing):
    """Return every text form of an object, as logs, debuggers and templates make them."""
    record = logging.LogRecord("n", logging.INFO, "p", 1, "%s %r", (thing, thing), None)
    return " ".join(
        [
            str(thing),
            repr(thing),
            f"{thing}",
            f"{thing!s:>40}",
            "%s %r" % (thing, thing),  # noqa: UP031
            "{0} {0!r} {0!a}".format(thing),  # noqa: UP032
            pprint.pformat(thing),
            json.dumps([thing], default=str),
            json.dumps([thing], default=repr),
            record.getMessage(),
            repr([thing]),
            repr({"thing": thing}),
            repr(copy.copy(thing)),
            repr(copy.deepcopy(thing)),
        ]
    )


def test_a_secret_and_its_value_show_nothing(secret, any_client):
    version = any_client.secrets.history("K")[0]
    for thing in (secret, secret.value, version, version.value, SecretValue(CANARY.encode())):
        assert CANARY not in shown_by(thing)
        assert "7Hq2" not in shown_by(thing)


def test_a_secret_as_a_dictionary_shows_nothing(secret):
    known = dataclasses.asdict(secret)
    assert known["name"] == "K"
    assert CANARY not in repr(known)
    assert CANARY not in json.dumps(known, default=str)
    assert CANARY not in repr(dataclasses.astuple(secret))
    changed = dataclasses.replace(secret, description="d")
    assert changed.reveal() == CANARY
    assert CANARY not in repr(changed)


def test_nothing_is_pickled(secret, any_client):
    for thing in (
        secret,
        secret.value,
        any_client,
        any_client.secrets,
        any_client.environ(all=True),
        any_client.redactor(),
        SecretValue(CANARY.encode()),
    ):
        with pytest.raises(TypeError, match="not pickled"):
            pickle.dumps(thing)


def test_no_state_is_given_to_other_serializers(secret, any_client):
    for thing in (secret.value, SecretValue(CANARY.encode()), any_client.environ(all=True)):
        with pytest.raises(TypeError, match="not pickled"):
            thing.__getstate__()


def test_copies_of_a_redactor_are_the_same_one(secret, any_client):
    redactor = any_client.redactor()
    assert copy.copy(redactor) is copy.deepcopy([redactor])[0] is redactor


def test_a_secret_does_not_hold_its_value(any_client, secret):
    """Whoever gets hold of it without the store finds nothing in it."""
    found = []
    seen = set()

    def walk(thing, depth):
        if id(thing) in seen or depth > 6:
            return
        seen.add(id(thing))
        if isinstance(thing, (str, bytes)):
            found.append(thing)
        slots = (name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ()))
        for name in [*slots, *getattr(thing, "__dict__", ())]:
            walk(getattr(thing, name, None), depth + 1)

    walk(any_client.secrets.get("K"), 0)
    assert found
    assert not any(CANARY in text for text in found if isinstance(text, str))


def test_a_client_shows_nothing_secret(own_home):
    for options in (
        {"passphrase": CANARY},
        {"token": CANARY, "store": f"https://secrets.example.com/?token={CANARY}"},
        {"store": CANARY.upper()},
    ):
        assert CANARY.lower() not in shown_repr(Client(**options)).lower()
    assert repr(Client(store="work")) == "<Client of the store work>"
    assert repr(Client(store=MemoryStore())) == "<Client of the store memory>"


def shown_repr(client):
    return repr(client) + repr(client.secrets) + str(client)


class Broken(MemoryStore):
    """A store with a fault of its own, which has the value in its text and in its variables."""

    def write(self, environment, writes):  # noqa: ARG002
        data = writes[0].value.reveal()
        raise KeyError(data)

    def get(self, environment, key, version=None):  # noqa: ARG002
        data = CANARY
        try:
            int(data)
        except ValueError as error:
            raise RuntimeError(data) from error


def failures(client):
    """Yield calls that fail with a value at hand, each in another way."""
    yield lambda: client.secrets.create(name="K", value=CANARY)
    yield lambda: client.secrets.create(name="A-B", value=CANARY)
    yield lambda: client.secrets.set(CANARY, CANARY)
    yield lambda: client.secrets.set("L", CANARY + "\ud800")
    yield lambda: client.secrets.set("L", CANARY.encode() + b"\xff")
    yield lambda: client.secrets.set("L", CANARY + "\0")
    yield lambda: client.secrets.set("L", CANARY * 4000)
    yield lambda: client.secrets.set("L", [CANARY])
    yield lambda: client.secrets.set("L", CANARY, metadata={"a": 1})
    yield lambda: client.secrets.set("L", CANARY, expires="soon")
    yield lambda: client.secrets.set("L", f"  {CANARY}  ", strict=True)
    yield lambda: client.secrets.set("L", CANARY, environment="a,b")
    yield lambda: client.secrets.update("ABSENT", value=CANARY)
    yield lambda: client.secrets.update("K", value=CANARY, unset=["a"])
    yield lambda: client.secrets.update("K", value=CANARY, metadata={"": ""})
    yield lambda: client.environ(only=["K", "ABSENT"])
    yield lambda: client.environ(only=["K", "PATH"])
    yield client.inject(only=["K", "ABSENT"]).__enter__
    yield lambda: client.check("/no/such/manifest")
    yield lambda: client.redactor(only=["K", "ABSENT"])
    yield lambda: client.render("{{ secrets.K }} {{ secrets.ABSENT }}")
    yield lambda: client.render("{{ secrets.K }} {{ secrets.K | bad }}")
    yield lambda: client.secrets.set("L", CANARY, no_such_option=CANARY)
    yield lambda: client.secrets.create("L", CANARY)


def frames_below(error):
    """Return the trace without the frames of this file, which are those of a caller."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return trace


def told_by(error):
    """Return all that handlers of errors show, with the variables of our frames."""
    trace = frames_below(error)
    shown = traceback.TracebackException(type(error), error, trace, capture_locals=True)
    return "".join(shown.format()) + repr(error.args) + repr(vars(error))


def caught(call):
    try:
        call()
    except Exception as error:  # noqa: BLE001
        return error
    raise AssertionError("it did not fail")


def test_no_error_carries_a_value(any_client, secret, own_home):
    made = list(failures(any_client))
    for number, call in enumerate(made):
        error = caught(call)
        assert CANARY not in told_by(error), number
        assert error.__cause__ is error.__context__ is None, number
        assert isinstance(error, InfshError) or number >= len(made) - 2, number


def test_a_fault_of_a_store_tells_its_type_and_place_alone():
    client = Client(store=Broken())
    for call in (
        lambda: client.secrets.set("K", CANARY),
        client.secrets._value("default", "K", 1).reveal,
    ):
        error = caught(call)
        assert type(error) is InfshError
        assert CANARY not in told_by(error)
        assert "test_sdk_hiding.py" in str(error)


def test_no_wrong_key_is_shown(own_home, client, cheap_passphrases, monkeypatch):
    client.secrets.set("K", "1")
    for options in ({"passphrase": CANARY}, {"passphrase": CANARY, "key_file": "x"}):
        error = caught(lambda options=options: Client(**options).secrets.get("K"))
        assert CANARY not in told_by(error)
    monkeypatch.setattr("time.sleep", lambda _: None)  # between tries
    with Client(store="https://127.0.0.1:1/", token=CANARY) as other:
        error = caught(lambda: other.secrets.get("K"))
        assert type(error) is UnavailableError
        assert CANARY not in told_by(error)


def test_a_traceback_shows_the_next_step_once(any_client):
    error = caught(lambda: any_client.secrets.get("ABSENT"))
    shown = "".join(traceback.format_exception(error))
    assert shown.count(error.message) == shown.count(error.hint) == 1
    assert shown.count("boundary.py") == 1
    assert "/stores/" not in shown


def test_a_failed_test_points_to_its_own_line(any_client):
    with pytest.raises(NotFoundError) as caught:
        any_client.secrets.get("ABSENT")
    shown = str(caught.getrepr(style="long"))
    assert "test_sdk_hiding.py" in shown
    assert "boundary.py" not in shown


def test_what_the_caller_was_handling_stays_the_context(any_client):
    error = outer = None
    try:
        int("of the caller")
    except ValueError as handled:
        outer = handled
        error = caught(lambda: any_client.secrets.get("ABSENT"))
    assert type(error) is NotFoundError
    assert error.__context__ is outer
    assert outer.__traceback__.tb_frame.f_locals


class OfTheCallerError(Exception):
    """What a handler of signals raises, as those of task queues do for a time limit."""


@pytest.mark.parametrize("kind", [OfTheCallerError, TimeoutError])
def test_what_the_caller_raises_meanwhile_passes(any_client, kind):
    def late(*_):
        raise kind("late")

    def write(*_, **__):
        signal.raise_signal(signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, late)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("infsh_secrets.services.writing.write", write)
            with pytest.raises(kind, match=r"^late$") as caught:
                any_client.secrets.set("K", CANARY)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert CANARY not in told_by(caught.value)
    assert any_client.secrets.set("K", "1").version == 1


def test_an_interrupt_passes_without_our_frames(any_client, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("infsh_secrets.services.writing.write", interrupt)
    with pytest.raises(KeyboardInterrupt) as caught:
        any_client.secrets.set("K", CANARY)
    assert CANARY not in told_by(caught.value)


def test_rich_shows_no_value_with_locals(client):
    from rich.console import Console
    from rich.traceback import Traceback

    client.secrets.set("K", CANARY)
    for call in [*failures(client)][::4]:
        error = caught(call)
        out = io.StringIO()
        shown = Traceback.from_exception(
            type(error), error, frames_below(error), show_locals=True, locals_max_string=None
        )
        Console(file=out, width=200).print(shown)
        assert CANARY not in out.getvalue()


def test_the_environment_of_a_child_shows_names_only(any_client, secret):
    environ = any_client.environ(only="K")
    assert environ["K"] == CANARY
    text = shown_by_environ(environ)
    assert CANARY not in text
    assert "'K'" in text
    assert CANARY not in told_by(caught(lambda: environ["ABSENT"]))


def shown_by_environ(environ):
    return f"{environ} {environ!r} {[environ]} {pprint.pformat(environ)} {environ.items()!r}"


def test_a_traceback_of_a_program_shows_no_value_of_ours(any_client, secret):
    """What a program that dies writes with all its variables, but for its own."""

    def die(client):
        environ = client.environ(only="K")
        value = client.secrets.get("K").value
        with client.inject(only="K") as names:
            raise RuntimeError(f"{names} {value} {environ!r}")

    try:
        die(any_client)
    except RuntimeError:
        shown = traceback.TracebackException(*sys.exc_info(), capture_locals=True)
        assert CANARY not in "".join(shown.format())
