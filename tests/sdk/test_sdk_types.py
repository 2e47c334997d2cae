"""A program that is type-checked strictly: what the client promises to mypy."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

PROGRAM = """
import subprocess
from datetime import datetime, timedelta

from infsh_secrets import AsyncClient, Client, InfshError, NotFoundError, Secret, SecretValue
from infsh_secrets import errors
from infsh_secrets.stores.memory import MemoryStore


def main() -> None:
    with Client(store=MemoryStore(), environment="staging,default") as client:
        reveal_type(client)
        secret = client.secrets.create(name="K", value="v", metadata={"a": "b"})
        reveal_type(secret)
        reveal_type(secret.name)
        reveal_type(secret.metadata)
        reveal_type(secret.created_at)
        reveal_type(secret.expires_at)
        reveal_type(secret.value)
        reveal_type(secret.reveal())
        for one in client.secrets.list("K*"):
            reveal_type(one.version)
        client.secrets.set("K", SecretValue(b"v"), expires=timedelta(days=1))
        reveal_type(client.secrets.history("K")[0].number)
        reveal_type(client.secrets.delete("K"))
        subprocess.run(["true"], env=client.environ(only=["K"]), check=True)
        with client.inject(all=True) as names:
            reveal_type(names)
        reveal_type(client.check().satisfied)
        reveal_type(client.redactor().redact("text"))
        reveal_type(client.redactor().redact(b"bytes"))
    try:
        pass
    except NotFoundError as error:
        reveal_type(error.hint)
    except errors.ConflictError:
        pass
    except InfshError:
        pass


async def awaited() -> None:
    async with AsyncClient(environment="staging") as client:
        secret = await client.secrets.create(name="K", value="v", metadata={"a": "b"})
        reveal_type(secret)
        reveal_type(await secret.reveal())
        async for one in client.secrets.list("K*"):
            reveal_type(one)
        reveal_type(await client.secrets.list())
        reveal_type(await client.secrets.history("K"))
        reveal_type(await client.secrets.purge("K"))
        subprocess.run(["true"], env=await client.environ(only=["K"]), check=True)
        await client.secrets.get(5)  # E: [arg-type]
        await client.secrets.set("K", "v", environ="v")  # E: [call-arg]
    AsyncClient(place="v")  # E: [call-arg]


def wrong(client: Client, secret: Secret) -> None:
    client.secrets.create("K", "v")  # E: [call-arg]
    client.secrets.set("K", 1)  # E: [arg-type]
    secret.name = "other"  # E: [misc]
    secret.metadata["a"] = "b"  # E: [index]
    Client("store")  # E: [call-arg]
    client.secrets.get("K").expires_at.year  # E: [union-attr]
"""
REVEALED = [
    "infsh_secrets.sdk.client.Client",
    "infsh_secrets.sdk.models.Secret",
    "str",
    "typing.Mapping[str, str]",
    "datetime.datetime",
    "datetime.datetime | None",
    "infsh_secrets.domain.models.SecretValue",
    "str",
    "int",
    "int",
    "tuple[infsh_secrets.sdk.models.Secret, ...]",
    "tuple[str, ...]",
    "bool",
    "str",
    "bytes",
    "str",
    "infsh_secrets.sdk.async_client.AsyncSecret",
    "str",
    "infsh_secrets.sdk.async_client.AsyncSecret",
    "tuple[infsh_secrets.sdk.async_client.AsyncSecret, ...]",
    "tuple[infsh_secrets.sdk.async_client.AsyncSecretVersion, ...]",
    "tuple[str, ...]",
]


@pytest.mark.slow
def test_a_program_has_the_types_that_it_expects(tmp_path):
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--strict", "--show-error-codes", "--no-error-summary"),
            *("--config-file=", f"--cache-dir={tmp_path}/cache", str(path)),
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
        timeout=600,
    )
    revealed = re.findall(r'Revealed type is "(.*)"', done.stdout)
    assert [plain(text) for text in revealed] == REVEALED, done.stdout + done.stderr
    wanted = {
        (number, line.partition("# E: ")[2])
        for number, line in enumerate(PROGRAM.splitlines(), 1)
        if "# E: " in line
    }
    found = re.findall(r"program\.py:(\d+): error: .*  (\[[a-z-]+\])$", done.stdout, re.MULTILINE)
    assert {(int(number), kind) for number, kind in found} == wanted, done.stdout


def plain(text):
    """Return a type as the newest mypy writes it."""
    text = text.replace("builtins.", "").replace("collections.abc.Mapping", "typing.Mapping")
    return re.sub(r"Union\[(.*), None\]", r"\1 | None", text)
