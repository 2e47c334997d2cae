"""The client over real HTTP: our own server by both of its contracts."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from infsh_secrets import Client, ConflictError, DeniedError, LockedError, NotFoundError, UsageError
from infsh_secrets.sdk.connections import MOST_REQUESTS

pytest.importorskip("fastapi")
from serving_support import Served

VALUE = "a-made-up-value-of-some-length"


@pytest.fixture
def served(tmp_path):
    server = Served(tmp_path / "data")
    yield server
    server.close()


@pytest.fixture(params=["inference", "julep"])
def remote(request, served, infsh):
    """A client of the server by one of its contracts, as a store of the configuration."""
    path = {"inference": "", "julep": "/api"}[request.param]
    done = infsh("secrets", "store", "add", "work", served.url + path, "--kind", request.param)
    assert done.returncode == 0, done.stderr
    with Client(store="work", token=served.token()) as client:
        client.kind = request.param
        yield client


def test_secrets_are_written_listed_and_deleted(remote):
    made = remote.secrets.create(name="stripe_api_key", value=VALUE, description="Payments")
    assert (made.name, made.store, made.version) == ("stripe_api_key", "work", 0)
    assert made.description == "Payments"
    with pytest.raises(ConflictError):
        remote.secrets.create(name="stripe_api_key", value=VALUE)
    remote.secrets.set("OTHER", "made-up")
    assert [one.name for one in remote.secrets.list()] == ["OTHER", "stripe_api_key"]
    assert [one.name for one in remote.secrets.list("s*")] == ["stripe_api_key"]
    remote.secrets.update("OTHER", value="another-made-up", description="d")
    assert remote.secrets.get("OTHER").description == "d"
    with pytest.raises(NotFoundError):
        remote.secrets.update("ABSENT", value="1")
    assert [one.name for one in remote.secrets.delete("OTHER")] == ["OTHER"]
    with pytest.raises(NotFoundError):
        remote.secrets.get("OTHER")


def test_a_value_is_asked_for_when_it_is_revealed(remote, served):
    remote.secrets.set("K", VALUE)
    secret = remote.secrets.get("K")
    assert "reveal" not in served.log.getvalue()
    if remote.kind == "julep":  # values go in and never come back
        with pytest.raises(DeniedError):
            secret.reveal()
        return
    assert secret.reveal() == VALUE
    served.logged("/secrets/reveal/")
    remote.secrets.set("K", "changed-made-up-value")
    assert secret.reveal() == "changed-made-up-value"  # no versions: the value it has by now


def test_what_the_contract_has_not_is_refused_as_on_the_command_line(remote, infsh, served):
    remote.secrets.set("K", VALUE)
    environ = {"INFSH_API_KEY": served.token()}
    for call, command in (
        (lambda: remote.secrets.history("K"), ("history", "K")),
        (lambda: remote.secrets.rollback("K"), ("rollback", "K")),
        (lambda: remote.secrets.get("K", version=1), ("get", "K", "--version", "1")),
        (lambda: remote.secrets.set("K", "1", expires="9d"), ("set", "K", "1", "--expires=9d")),
        (lambda: remote.secrets.get("K", environment="staging"), ("get", "K", "-e", "staging")),
    ):
        with pytest.raises(DeniedError) as caught:
            call()
        if command[0] != "history":
            continue  # one that is compared will do
        done = infsh("secrets", *command, "-s", "work", env=environ)
        told = json.loads(done.stderr)["error"]
        assert (done.returncode, told["message"]) == (10, caught.value.message)


def test_rename_is_a_copy_and_a_deletion_where_values_come_back(remote, caplog):
    remote.secrets.set("K", VALUE, description="Payments")
    if remote.kind == "julep":
        with pytest.raises(DeniedError, match="cannot rename") as caught:
            remote.secrets.rename("K", "L")
        assert "Store its value as L yourself" in caught.value.hint
        return
    caplog.set_level("INFO", "infsh_secrets")
    renamed = remote.secrets.rename("K", "L")
    assert (renamed.name, renamed.description, renamed.reveal()) == ("L", "Payments", VALUE)
    assert [one.name for one in remote.secrets.list()] == ["L"]
    assert "L is a copy of K, which was deleted" in caplog.text


def test_many_threads_speak_to_a_server(remote):
    def work(number):
        remote.secrets.set(f"K{number}", f"made-up-{number}")
        return remote.secrets.get(f"K{number}").name

    with ThreadPoolExecutor(16) as threads:
        assert sorted(threads.map(work, range(16))) == sorted(f"K{n}" for n in range(16))
    assert len(list(remote.secrets.list())) == 16
    assert 1 <= len(remote._access.connections._idle) <= MOST_REQUESTS


def test_an_environment_comes_from_a_server(remote, folder):
    remote.secrets.set("K", VALUE)
    if remote.kind == "julep":
        with pytest.raises(DeniedError):
            remote.environ(only="K")
        return
    assert remote.environ(only="K")["K"] == VALUE
    with remote.inject(only="K") as names:
        assert names == ("K",)
    assert remote.redactor().redact(f"<{VALUE}>") == "<[REDACTED:K]>"


def test_a_store_is_named_by_its_address(served):
    with Client(store=served.url, token=served.token()) as client:
        assert client.secrets.set("K", VALUE).reveal() == VALUE


def test_tokens_of_variables_and_of_login_do_as_well(served, monkeypatch):
    with Client(store=served.url) as client, pytest.raises(LockedError):
        client.secrets.get("K")
    monkeypatch.setenv("INFSH_STORE", served.url)
    monkeypatch.setenv("INFSH_API_KEY", served.token())
    with Client() as client:
        assert client.secrets.set("K", VALUE).reveal() == VALUE


def test_a_token_is_for_a_remote_store(own_home):
    with Client(token="made-up") as client, pytest.raises(UsageError, match="remote store"):
        client.secrets.get("K")


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_has_connections_of_its_own(served):
    from test_sdk_threads import in_child

    with Client(store=served.url, token=served.token()) as client:
        client.secrets.set("K", VALUE)
        assert in_child(lambda: client.secrets.get("K").reveal() == VALUE) == 0
        assert client.secrets.get("K").reveal() == VALUE
