"""What a program may give wrongly: one sentence says so, and nothing is written."""

from __future__ import annotations

import logging
import os
import typing
from datetime import UTC, date, datetime, timedelta

import pytest

import infsh_secrets
from infsh_secrets import Client, InfshError, NotFoundError, Secret, SecretValue, UsageError
from infsh_secrets.sdk.next_steps import as_arguments, as_calls
from infsh_secrets.stores.memory import MemoryStore

V = "made-up-value"


def wrong_calls(client):
    """Yield calls with something of the wrong type, as programs without type checks make them."""
    secrets = client.secrets
    for name in (None, 5, b"K", ["K"]):
        yield lambda n=name: secrets.set(n, V)
        yield lambda n=name: secrets.create(name=n, value=V)
        yield lambda n=name: secrets.update(n, description="d")
        yield lambda n=name: secrets.rename("K", n)
        for method in ("get", "delete", "restore", "purge", "history", "rollback", "copy"):
            yield lambda n=name, m=method: getattr(secrets, m)(n)
        yield lambda n=name: [*secrets.list(n)]
        yield lambda n=name: client.render(n)
        yield lambda n=name: client.redactor([n])
    for odd in (5, ["a"], b"a"):
        yield lambda o=odd: secrets.get("K", environment=o)
        yield lambda o=odd: secrets.set("K", V, environment=o)
        yield lambda o=odd: secrets.set("K", V, description=o)
        yield lambda o=odd: secrets.set("K", V, expires=o)
        yield lambda o=odd: [*secrets.list(stale=o)]
        for option in ("environment", "team", "store"):
            yield lambda o=odd, n=option: Client(**{n: o})
    for pairs in (["a"], [("a", "b")], "a=b", 5, {"a": 5}):
        yield lambda p=pairs: secrets.set("K", V, metadata=p)
        yield lambda p=pairs: [*secrets.list(metadata=p)]
    yield lambda: secrets.update("K", unset=5)
    yield lambda: secrets.update("K", unset=[5])
    yield lambda: secrets.set("K", V, expires=timedelta.max)
    yield lambda: client.environ(only=5)
    yield lambda: client.environ(only=[5])
    yield lambda: client.environ(only="K", preserve_env=None)
    for path in (5, b"a", "a\0b"):
        yield lambda p=path: client.environ(p)
        for option in ("vault", "key_file", "passphrase_file"):
            yield lambda p=path, n=option: Client(**{n: p})
    yield lambda: client.inject(only="K").__exit__(None, None, None)


def test_wrong_types_are_told_in_a_sentence(any_client):
    any_client.secrets.set("K", V, metadata={"a": "b"})
    for number, call in enumerate(wrong_calls(any_client)):
        with pytest.raises(UsageError) as caught:
            call()
        assert V not in str(caught.value), number
    kept = any_client.secrets.get("K")
    assert (kept.version, kept.metadata, kept.reveal()) == (1, {"a": "b"}, V)
    assert [one.name for one in any_client.secrets.list()] == ["K"]


def next_steps(client):
    """Yield calls that fail, and the end of what they say to do."""
    secrets = client.secrets
    yield lambda: secrets.set("L", ""), "with allow_empty=True."
    yield lambda: secrets.copy("K"), 'Add to_environment="ENV".'
    yield (
        lambda: secrets.update("K"),
        'Add description="TEXT", metadata={"NAME": "VALUE"} or expires="90d".',
    )
    yield lambda: secrets.set("K", V, metadata={"": "a"}), 'as metadata={"name": "value"}.'
    yield lambda: secrets.set("K", V, metadata={"n": 5}), 'text, too, as in {"n": "..."}.'
    yield (
        client.environ,
        'with manifest="FILE", or the secrets with only=["A", "B"] or all=True.',
    )
    yield client.check, 'with manifest="FILE".'
    yield lambda: client.environ(only="PATH"), 'allow_env="PATH"'
    yield lambda: secrets.list(sort="colour"), 'Write sort="updated".'
    yield lambda: secrets.create(name="K", value=V), "Use `set` to give it a new value."


def test_the_next_step_is_an_argument(any_client, folder):
    any_client.secrets.set("K", V)
    any_client.secrets.set("PATH", V)
    for call, told in next_steps(any_client):
        with pytest.raises(InfshError) as caught:
            call()
        assert caught.value.hint.endswith(told)
        assert caught.value.__notes__ == [caught.value.hint]


def test_the_next_step_in_a_store_that_is_given_is_a_call():
    client = Client(store=MemoryStore())
    secrets = client.secrets
    secrets.set("K", V)
    gone = secrets.set("GONE", V)
    secrets.delete("GONE")
    for call, told in (
        (lambda: secrets.get("N"), 'Store it with: secrets.set("N", VALUE)'),
        (gone.reveal, 'Bring it back with: secrets.restore("GONE")'),
        (
            lambda: secrets.rename("K", "GONE"),
            'Bring it back with: secrets.restore("GONE") - or remove it for good with: '
            'secrets.purge("GONE")',
        ),
        (lambda: secrets.history("N"), "See what there is with: secrets.list()"),
        (lambda: client.environ(only=["N", "M"]), 'Set each with: secrets.set("N", VALUE)'),
    ):
        with pytest.raises(InfshError) as caught:
            call()
        assert caught.value.hint == told
    with pytest.raises(NotFoundError, match="K has no version 7"):
        secrets.get("K", version=7)
    text = "Store it with: infsh secrets set N -e staging -s memory, or fill all gaps with: infsh"
    assert as_calls(text) == 'Store it with: secrets.set("N", VALUE, environment="staging")'


def test_commands_and_what_is_no_option_are_left():
    for text in (
        "delete it for good with: infsh secrets delete K --purge -s vault",
        "use a well-known name - or another --unknown one",
        "",
    ):
        assert as_arguments(text) == text
    assert as_arguments("Leave -e out; see: infsh login -e") == (
        "Leave `environment` out; see: infsh login -e"
    )
    text = "The secret K that --only names is not set."
    assert as_arguments(text) == "The secret K that `only` names is not set."


def test_one_name_may_stand_for_a_list_of_one(any_client):
    any_client.secrets.set("K", V, metadata={"owner": "a", "o": "1", "w": "2"})
    assert any_client.secrets.update("K", unset="owner").metadata == {"o": "1", "w": "2"}
    assert any_client.environ(only=(name for name in ["K"]))["K"] == V


def test_hidden_text_may_be_made_of_text(any_client):
    assert any_client.secrets.set("K", SecretValue(V)).reveal() == SecretValue(V).reveal() == V
    with pytest.raises(UsageError, match="UTF-8"):
        any_client.secrets.set("K", SecretValue("\ud800"))


def test_expiry_may_be_a_day(any_client):
    secret = any_client.secrets.set("K", V, expires=date(2040, 2, 1))
    assert secret.expires_at == datetime(2040, 2, 1, tzinfo=UTC)


def test_the_latest_times_do_not_get_in_the_way_of_others(client, infsh):
    late = datetime.max.replace(tzinfo=UTC)
    assert client.secrets.set("K", V, expires=late).expires_at.year == 9999
    made = infsh("secrets", "set", "L", "--expires", "9999-12-31T23:59:59-12:00", stdin=b"made-up")
    assert made.returncode == 0
    assert [one.expires_at.year for one in client.secrets.list()] == [9999, 9999]


def test_relative_paths_are_those_of_where_the_client_was_made(folder, own_home, monkeypatch):
    (folder / "below").mkdir()
    client = Client(vault="a.vault")
    monkeypatch.chdir(folder / "below")
    client.secrets.set("K", V)
    assert sorted(os.listdir(folder / "below")) == []
    assert (folder / "a.vault").exists()


def test_a_working_folder_that_is_gone_is_told(folder, monkeypatch):
    gone = folder / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(UsageError, match="working folder is gone"):
        Client(vault="a.vault")


def test_a_handler_of_the_log_may_use_the_client(any_client):
    got = []

    class Handler(logging.Handler):
        def emit(self, record):  # noqa: ARG002
            got.append(any_client.secrets.get("K").name)

    handler = Handler()
    logging.getLogger("infsh_secrets").addHandler(handler)
    try:
        any_client.secrets.set("K", "changeme")
    finally:
        logging.getLogger("infsh_secrets").removeHandler(handler)
    assert got == ["K"]


def test_tools_can_read_the_types_of_a_secret():
    assert typing.get_type_hints(Secret)["name"] is str


def test_a_store_that_is_not_known_is_told_as_such(own_home):
    with pytest.raises(infsh_secrets.NotFoundError, match="No store is known"):
        Client(store="ftp://x").secrets.get("K")


def test_completion_offers_what_is_public():
    Client(store=MemoryStore())
    offered = [name for name in dir(infsh_secrets) if not name.startswith("__")]
    assert offered == sorted(infsh_secrets.__all__)
