"""The client for asyncio: the calls of `Client`, each made in a thread and awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, fields
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar

from infsh_secrets.sdk.boundary import async_boundary
from infsh_secrets.sdk.client import Client
from infsh_secrets.sdk.models import KnownSecret, KnownVersion, Secret, SecretVersion
from infsh_secrets.sdk.secrets import Secrets

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator, Iterator
    from typing import Self

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
Awaited = Coroutine[Any, Any, R]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class AsyncSecret(KnownSecret):
    """As `Secret`, of an `AsyncClient`: reading its value is awaited."""

    @async_boundary
    async def reveal(self) -> str:
        """Return the value, once it is on record that it was given out.

        A task that is made of this call has the value as its result, and shows it when it is
        printed, as asyncio does in debug mode; where the call is awaited itself, nothing is shown.
        """
        return await asyncio.to_thread(self.value.reveal)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class AsyncSecretVersion(KnownVersion):
    """As `SecretVersion`, of an `AsyncClient`."""

    @async_boundary
    async def reveal(self) -> str:
        """Return the value of this version, once it is on record that it was given out."""
        return await asyncio.to_thread(self.value.reveal)


class AsyncList(Generic[T]):
    """Results to come: `await` gives all of them as a tuple, `async for` one after another."""

    def __init__(self, read: Callable[[], Awaited[tuple[T, ...]]]) -> None:
        self._read = read

    def __await__(self) -> Generator[Any, Any, tuple[T, ...]]:
        return self._read().__await__()

    async def __aiter__(self) -> AsyncIterator[T]:
        for one in await self._read():
            yield one


def _secret(known: Secret) -> AsyncSecret:
    return AsyncSecret(**{one.name: getattr(known, one.name) for one in fields(known)})


def _secrets(known: tuple[Secret, ...]) -> tuple[AsyncSecret, ...]:
    return tuple(map(_secret, known))


def _versions(known: tuple[SecretVersion, ...]) -> tuple[AsyncSecretVersion, ...]:
    return tuple(
        AsyncSecretVersion(**{one.name: getattr(version, one.name) for one in fields(version)})
        for version in known
    )


def _same(known: R) -> R:
    return known


def _of_secrets(
    method: Callable[Concatenate[Secrets, P], T], then: Callable[[T], R]
) -> Callable[Concatenate[AsyncSecrets, P], Awaited[R]]:
    """Return a method that calls the same one of `Secrets` in a thread; `then` makes its result."""

    @wraps(method)
    @async_boundary
    async def call(self: AsyncSecrets, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return then(await asyncio.to_thread(method, self._secrets, *args, **kwargs))

    call.__qualname__ = f"Async{method.__qualname__}"  # what asyncio calls it in what it logs
    return call


def _whole(
    method: Callable[Concatenate[Secrets, P], Iterator[T]],
) -> Callable[Concatenate[Secrets, P], tuple[T, ...]]:
    """Return a method that gives all at once what `method` gives one after another."""

    @wraps(method)
    def read(secrets: Secrets, /, *args: P.args, **kwargs: P.kwargs) -> tuple[T, ...]:
        return tuple(method(secrets, *args, **kwargs))

    return read


def _of_client(
    method: Callable[Concatenate[Client, P], R],
) -> Callable[Concatenate[AsyncClient, P], Awaited[R]]:
    """Return a method that calls the same one of `Client` in a thread."""

    @wraps(method)
    @async_boundary
    async def call(self: AsyncClient, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.to_thread(method, self._client, *args, **kwargs)

    call.__qualname__ = f"Async{method.__qualname__}"
    return call


def _listing(
    method: Callable[Concatenate[AsyncSecrets, P], Awaited[tuple[T, ...]]],
) -> Callable[Concatenate[AsyncSecrets, P], AsyncList[T]]:
    """Return a method whose result may be awaited or gone through by `async for`."""

    @wraps(method)
    def call(self: AsyncSecrets, /, *args: P.args, **kwargs: P.kwargs) -> AsyncList[T]:
        return AsyncList(lambda: method(self, *args, **kwargs))

    return call


def _made_as(
    init: Callable[Concatenate[Client, P], None],
) -> Callable[[Callable[[AsyncClient, Client], None]], Callable[Concatenate[AsyncClient, P], None]]:
    """Return a decorator: what is made takes the arguments of a client, and is given the client."""

    def around(
        keep: Callable[[AsyncClient, Client], None],
    ) -> Callable[Concatenate[AsyncClient, P], None]:
        @wraps(init)
        def made(self: AsyncClient, /, *args: P.args, **kwargs: P.kwargs) -> None:
            client = Client.__new__(Client)
            init(client, *args, **kwargs)
            keep(self, client)

        return made

    return around


class AsyncSecrets:
    """The secrets of an `AsyncClient`: the methods of `Secrets`, awaited."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    create = _of_secrets(Secrets.create, _secret)
    set = _of_secrets(Secrets.set, _secret)
    get = _of_secrets(Secrets.get, _secret)
    update = _of_secrets(Secrets.update, _secret)
    rename = _of_secrets(Secrets.rename, _secret)
    copy = _of_secrets(Secrets.copy, _secret)
    rollback = _of_secrets(Secrets.rollback, _secret)
    delete = _of_secrets(Secrets.delete, _secrets)
    restore = _of_secrets(Secrets.restore, _secrets)
    purge = _of_secrets(Secrets.purge, _same)
    history = _of_secrets(Secrets.history, _versions)
    list = _listing(_of_secrets(_whole(Secrets.list), _secrets))

    def __repr__(self) -> str:
        return f"<Async{repr(self._secrets)[1:]}"


class AsyncClient:
    """A `Client` for programs with asyncio: made with the same options, its calls are awaited.

    Calls run in the threads of `asyncio.to_thread`. One that is cancelled goes on there to its end:
    what it was to write may be written. There is no `inject`: it would change the environment of
    the whole process, of all tasks. `environ` gives one for a child.

    >>> import asyncio
    >>> from infsh_secrets import AsyncClient
    >>> async def main() -> str:
    ...     async with AsyncClient() as client:
    ...         await client.secrets.set("FAL_KEY", "made-up-value")
    ...         async for secret in client.secrets.list():
    ...             print(secret.name)
    ...         found = await client.secrets.get("FAL_KEY")
    ...         return await found.reveal()
    >>> asyncio.run(main())
    FAL_KEY
    'made-up-value'
    """

    @_made_as(Client.__init__)
    def __init__(self, client: Client) -> None:
        self._client = client
        self.secrets = AsyncSecrets(client.secrets)

    environ = _of_client(Client.environ)
    check = _of_client(Client.check)
    render = _of_client(Client.render)
    redactor = _of_client(Client.redactor)
    close = _of_client(Client.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<Async{repr(self._client)[1:]}"
