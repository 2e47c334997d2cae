"""AsyncClient: what is its own. That its calls do what a Client does, test_sdk_secrets tells."""

from __future__ import annotations

import asyncio
import inspect
import io
import pickle
import threading
import traceback

import pytest

from infsh_secrets import AsyncClient, AsyncSecret, Client, InfshError, NotFoundError, UsageError
from infsh_secrets.sdk.async_client import AsyncSecrets
from infsh_secrets.sdk.secrets import Secrets
from infsh_secrets.stores.memory import MemoryStore
from infsh_secrets.testing.fakes import FailingStore

VALUE = "kanarienvogel-made-up-7Hq2"


def run(main, store=None):
    """Return what the coroutine function gives for a client of a store in memory."""

    async def call():
        async with AsyncClient(store=store or MemoryStore()) as client:
            return await main(client)

    return asyncio.run(call())


def public(kind):
    return {name for name in vars(kind) if not name.startswith("_")}


def test_it_has_all_that_a_client_has_with_the_same_parameters():
    assert public(AsyncSecrets) == public(Secrets)
    assert public(Client) - public(AsyncClient) == {"inject"}
    pairs = [(getattr(AsyncSecrets, name), getattr(Secrets, name)) for name in public(Secrets)]
    pairs += [(getattr(AsyncClient, name), getattr(Client, name)) for name in public(AsyncClient)]
    for awaited, plain in [*pairs, (AsyncClient.__init__, Client.__init__)]:
        assert inspect.signature(awaited) == inspect.signature(plain)
        assert awaited.__doc__ == plain.__doc__
    for awaited, plain in pairs:
        assert awaited.__qualname__ == f"Async{plain.__qualname__}"


def test_a_list_is_awaited_or_gone_through():
    async def main(client):
        for name in "AB":
            await client.secrets.set(name, VALUE)
        found = [secret async for secret in client.secrets.list()]
        assert await client.secrets.list() == tuple(found)
        return found

    found = run(main)
    assert [type(secret) for secret in found] == [AsyncSecret] * 2
    assert repr(found) == (
        "[AsyncSecret('A', environment='default', version=1), "
        "AsyncSecret('B', environment='default', version=1)]"
    )


def test_environments_templates_and_redactors_are_awaited():
    async def main(client):
        await client.secrets.set("K", VALUE)
        environ = await client.environ(only="K")
        child = await asyncio.create_subprocess_exec(
            "sh", "-c", 'printf %s "$K"', env=environ, stdout=asyncio.subprocess.PIPE
        )
        assert (await child.communicate())[0].decode() == VALUE
        assert (await client.render("<{{ secrets.K }}>")).reveal() == f"<{VALUE}>"
        version = (await client.secrets.history("K"))[0]
        assert await version.reveal() == VALUE
        return (await client.redactor()).redact(VALUE)

    assert run(main) == "[REDACTED:K]"


def test_the_loop_goes_on_meanwhile():
    started, may_end = threading.Event(), threading.Event()

    class Slow(MemoryStore):
        def get(self, environment, key, version=None):
            started.set()
            assert may_end.wait(60)
            return super().get(environment, key, version)

    async def main(client):
        secret = await client.secrets.set("K", VALUE)
        reading = asyncio.create_task(secret.reveal())
        assert await asyncio.to_thread(started.wait, 60)
        assert not reading.done()
        may_end.set()
        return await reading

    assert run(main, Slow()) == VALUE


def test_what_is_cancelled_goes_on_to_its_end_and_the_client_works():
    started, may_end = threading.Event(), threading.Event()

    class Slow(MemoryStore):
        def write(self, environment, writes):
            started.set()
            assert may_end.wait(60)
            return super().write(environment, writes)

    async def main(client):
        writing = asyncio.create_task(client.secrets.set("K", VALUE))
        assert await asyncio.to_thread(started.wait, 60)
        writing.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await writing
        assert VALUE not in shown(caught.value)
        may_end.set()
        return await (await client.secrets.get("K")).reveal()

    assert run(main, Slow()) == VALUE


def test_many_tasks_share_it():
    async def main(client):
        async def work(number):
            secret = await client.secrets.set(f"K{number}", f"{VALUE}{number}")
            return await secret.reveal()

        return await asyncio.gather(*map(work, range(50)))

    assert run(main) == [f"{VALUE}{number}" for number in range(50)]


def shown(error):
    """Return what handlers of errors show, with the variables of the frames that are not ours."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    lines = traceback.TracebackException(type(error), error, trace, capture_locals=True).format()
    return "".join(lines) + repr(error.args)


def test_no_error_carries_a_value():
    async def main(client):
        await client.secrets.set("K", VALUE)
        for kind, call in (
            (InfshError, lambda: client.secrets.create(name="K", value=VALUE)),
            (UsageError, lambda: client.secrets.set("A-B", VALUE)),
            (TypeError, lambda: client.secrets.set("L", VALUE, no_such=VALUE)),
            (NotFoundError, lambda: client.environ(only=["K", "ABSENT"])),
            (UsageError, lambda: client.secrets.list(sort=VALUE)),
        ):
            with pytest.raises(kind) as caught:
                await call()
            error = caught.value
            assert VALUE not in shown(error)
            assert error.__cause__ is error.__context__ is None
        with pytest.raises(TypeError):
            AsyncClient(no_such="option")

    run(main)


def test_a_failure_of_the_store_comes_as_its_error():
    store = FailingStore(MemoryStore())

    async def main(client):
        secret = await client.secrets.set("K", VALUE)
        store.fail(error=KeyError(VALUE), times=2)
        for call in (lambda: client.secrets.get("K"), secret.reveal):
            with pytest.raises(InfshError, match=r"Internal error \(KeyError at") as caught:
                await call()
            assert VALUE not in shown(caught.value)

    run(main, store)


def test_it_shows_and_gives_away_nothing():
    async def main(client):
        secret = await client.secrets.set("K", VALUE)
        texts = [repr(thing) for thing in (client, client.secrets, secret, secret.value)]
        assert texts[0] == "<AsyncClient of the store memory>"
        assert texts[1] == "<AsyncSecrets of the store memory>"
        assert VALUE not in " ".join(texts)
        for thing in (client, client.secrets, secret):
            with pytest.raises(TypeError, match="not pickled"):
                pickle.dump(thing, io.BytesIO())

    run(main)


def test_asyncio_in_debug_mode_logs_no_value(caplog):
    caplog.set_level("DEBUG")

    async def main(client):
        loop = asyncio.get_running_loop()
        loop.set_debug(True)
        loop.slow_callback_duration = 0
        secret = await client.secrets.set("K", VALUE)
        assert await secret.reveal() == VALUE
        assert await (await client.secrets.history("K"))[0].reveal() == VALUE

    run(main)
    assert "Executing" in caplog.text
    assert VALUE[:10] not in caplog.text


def test_a_closed_client_says_so():
    async def main():
        client = AsyncClient(store=MemoryStore())
        await client.close()
        await client.close()
        with pytest.raises(UsageError, match="closed"):
            await client.secrets.list()

    asyncio.run(main())


def test_one_client_serves_several_loops(own_home):
    client = AsyncClient()
    asyncio.run(client.secrets.set("K", VALUE))
    assert asyncio.run(_read(client)) == VALUE
    asyncio.run(client.close())


async def _read(client):
    return await (await client.secrets.get("K")).reveal()
