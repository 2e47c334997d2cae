"""One client in many threads, in a forked child, beside other programs, and while it is closed."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import shutil
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from infsh_secrets import Client, NotFoundError, UsageError
from infsh_secrets.sdk import connections
from infsh_secrets.stores.memory import MemoryStore

PATIENCE = 60
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def test_every_write_of_many_threads_is_there(any_client):
    started = threading.Barrier(32)

    def work(number):
        started.wait(PATIENCE)
        for turn in range(3):
            name = f"K{number}_{turn}"
            any_client.secrets.set(name, f"made-up-{number}-{turn}")
            assert any_client.secrets.get(name).reveal() == f"made-up-{number}-{turn}"
        return number

    with ThreadPoolExecutor(32) as threads:
        assert sorted(threads.map(work, range(32))) == list(range(32))
    found = {secret.name: secret.reveal() for secret in any_client.secrets.list()}
    assert found == {f"K{n}_{t}": f"made-up-{n}-{t}" for n in range(32) for t in range(3)}


def test_environments_of_calls_do_not_mix(any_client):
    for environment in ("one", "two"):
        any_client.secrets.set("K", environment, environment=environment)

    def work(environment):
        for _ in range(20):
            assert any_client.secrets.get("K", environment=environment).reveal() == environment

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, ["one", "two"] * 2))


def test_tasks_of_asyncio_use_threads(client):
    async def main():
        await asyncio.gather(
            *(asyncio.to_thread(client.secrets.set, f"K{n}", str(n)) for n in range(8))
        )
        return await asyncio.gather(
            *(asyncio.to_thread(client.secrets.get, f"K{n}") for n in range(8))
        )

    assert [secret.name for secret in asyncio.run(main())] == [f"K{n}" for n in range(8)]


class Slow(MemoryStore):
    """A store in which a write waits until it is let go."""

    def __init__(self):
        super().__init__()
        self.inside = threading.Event()
        self.go_on = threading.Event()

    def write(self, environment, writes):
        self.inside.set()
        assert self.go_on.wait(PATIENCE)
        return super().write(environment, writes)


def test_a_call_under_way_ends_when_the_client_is_closed_and_later_ones_are_told():
    store = Slow()
    client = Client(store=store)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(client.secrets.set, "A", "1")
        assert store.inside.wait(PATIENCE)
        waiting = threads.submit(client.secrets.set, "B", "2")
        client.close()
        with pytest.raises(UsageError, match="closed"):
            waiting.result(PATIENCE)
        store.go_on.set()
        assert first.result(PATIENCE).version == 1
    assert [info.key for info in store.listing()] == ["A"]


def test_a_call_inside_of_a_call_is_refused_rather_than_waiting_for_ever():
    class Calling(MemoryStore):
        def listing(self, environment=None, *, deleted=False):
            client.secrets.get("K")
            return super().listing(environment, deleted=deleted)

    client = Client(store=Calling())
    with pytest.raises(UsageError, match="this very thread"):
        list(client.secrets.list())


# -- a fork ----------------------------------------------------------------------------------------


def in_child(work):
    """Return the exit status of a forked child that does this: 0 when it gives True."""
    child = os.fork()
    if not child:
        signal.alarm(PATIENCE)
        status = 1
        try:
            status = 0 if work() else 2
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_child_opens_everything_anew(any_client):
    any_client.secrets.set("K", "1")
    secret = any_client.secrets.get("K")
    before = [id(workspace) for workspace in opened(any_client)]

    def work():
        own = any_client.secrets.set("OF_CHILD", "2").reveal() == "2"
        return own and secret.reveal() == "1" and before

    assert in_child(work) == 0
    assert secret.reveal() == "1"
    any_client.secrets.set("K", "3")
    assert any_client.secrets.get("K").reveal() == "3"


def opened(client):
    return client._access.connections._idle


def test_no_connection_of_the_parent_is_used_or_closed_in_a_child(client, monkeypatch):
    client.secrets.set("K", "1")
    (workspace,) = opened(client)
    file = workspace._locked.file
    closed = []

    def work():
        monkeypatch.setattr(type(file), "close", lambda self: closed.append(self is file))
        assert workspace._locked is None
        client.secrets.get("K")
        another = workspace._locked.file is not file
        client.close()
        return another and closed == [False]

    assert in_child(work) == 0
    assert workspace._locked.file is file


def test_what_the_child_of_a_busy_process_writes_is_there(client):
    """A fork waits until no thread is inside of the vault; locks are whole in the child."""
    client.secrets.set("K", "0")
    stop = threading.Event()

    def work(number):
        turns = 0
        while not stop.is_set():
            client.secrets.set(f"T{number}", str(turns))
            turns += 1
        return turns

    with ThreadPoolExecutor(3) as threads:
        running = [threads.submit(work, number) for number in range(3)]
        try:
            statuses = [
                in_child(lambda n=n: client.secrets.set(f"CHILD{n}", "1").version == 1)
                for n in range(5)
            ]
        finally:
            stop.set()
        turns = [one.result(PATIENCE) for one in running]
    assert statuses == [0] * 5
    for number in range(3):
        assert client.secrets.get(f"T{number}").reveal() == str(turns[number] - 1)
    assert len(list(client.secrets.list("CHILD*"))) == 5


def test_a_pool_of_forked_processes(client):
    client.secrets.set("K", "1")
    _shared[:] = [client]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        values = pool.map_async(_reveal, ["K"] * 8).get(PATIENCE)
    assert values == ["1"] * 8


_shared = []


def _reveal(name):
    return _shared[0].secrets.get(name).reveal()


def test_a_client_that_nobody_has_any_more_is_closed(own_home):
    def use():
        client = Client()
        client.secrets.set("K", "1")
        kept.append(opened(client)[0])
        secret = client.secrets.get("K")
        del client
        return secret.reveal()  # as long as anything of it is there, it works

    kept = []
    value = use()
    assert value == "1"
    value = Client().secrets.get("K").reveal()
    assert value == "1"
    gc.collect()
    assert kept[0]._locked is None


def test_clients_that_are_gone_are_not_held_at_a_fork():
    client = Client(store=MemoryStore())
    held = client._access.connections
    assert held in connections._all
    assert in_child(lambda: client.secrets.set("K", "1")) == 0
    assert connections._held == []
    assert not connections._fork.locked()


# -- beside other programs -------------------------------------------------------------------------


def test_a_client_goes_on_when_the_vault_gets_a_new_key(client, infsh):
    client.secrets.set("K", "1")
    assert infsh("secrets", "vault", "rotate").returncode == 0
    assert client.secrets.get("K").reveal() == "1"
    assert infsh("secrets", "vault", "rotate").returncode == 0
    assert client.secrets.set("K", "2").version == 2


def test_a_client_sees_the_file_that_has_taken_the_vaults_place(own_home, infsh):
    path = own_home / "a.vault"
    with Client(vault=path, accept_rollback=True) as client:
        client.secrets.set("K", "1")
        shutil.copy2(path, own_home / "kept.vault")
        client.secrets.set("K", "2")
        os.replace(own_home / "kept.vault", path)
        assert client.secrets.get("K").reveal() == "1"
        path.unlink()
        with pytest.raises(NotFoundError):
            client.secrets.get("K")
        client.secrets.set("K", "3")
        assert client.secrets.get("K").version == 1


def test_writers_of_other_processes_are_seen(client, infsh):
    client.secrets.set("K", "1")
    for number in range(3):
        assert infsh("secrets", "set", "K", f"made-up-{number}").returncode == 0
        assert client.secrets.get("K").reveal() == f"made-up-{number}"


def test_an_interrupted_call_leaves_a_client_that_works(client, monkeypatch):
    client.secrets.set("K", "1")

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("infsh_secrets.stores.vault.transaction.Transaction.put", interrupt)
        with pytest.raises(KeyboardInterrupt):
            client.secrets.set("K", "2")
    assert client.secrets.get("K").reveal() == "1"
    assert client.secrets.set("K", "2").version == 2
