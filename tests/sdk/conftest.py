from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from awaiting import Awaiting

from infsh_secrets import AsyncClient, Client
from infsh_secrets.stores.memory import MemoryStore

sys.path.insert(0, str(Path(__file__).parents[1] / "server"))  # its running server


@pytest.fixture
def client(own_home):
    """A client of the local vault of an empty home."""
    with Client() as one:
        yield one


@pytest.fixture(params=["vault", "memory"])
def any_client(request, own_home):
    """A client of the local vault, and one of a store that is open already."""
    with Client() if request.param == "vault" else Client(store=MemoryStore()) as one:
        yield one


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def cheap_passphrases(monkeypatch):
    """Passphrases that cost next to nothing."""
    from infsh_secrets.crypto import kdf

    monkeypatch.setattr(kdf, "ARGON2_FLOOR", (1, 8, 1))
    monkeypatch.setattr(kdf, "ARGON2_DEFAULT", (1, 32, 1))


@pytest.fixture(params=["vault", "memory", "async"])
def every_client(request, own_home):
    """Both of `any_client`, and an AsyncClient whose calls are awaited."""
    if request.param != "async":
        with Client() if request.param == "vault" else Client(store=MemoryStore()) as one:
            yield one
        return
    with asyncio.Runner() as runner:
        client = AsyncClient(store=MemoryStore())
        yield Awaiting(client, runner)
        runner.run(client.close())
