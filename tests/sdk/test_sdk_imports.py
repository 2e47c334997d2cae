"""What a program loads with the client: a list, as for the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from infsh_secrets import Client

NEVER = {
    *("typer", "rich", "click", "fastapi", "uvicorn", "starlette", "pydantic"),
    *("infsh_secrets.cli", "infsh_secrets.server", "infsh_secrets.testing"),
}
ONLY_WHEN_NEEDED = {
    *("httpx", "httpcore", "keyring", "platformdirs", "yaml", "tomllib", "tomlkit"),
    *("simpleeval", "ahocorasick_rs", "importlib.metadata", "asyncio", "multiprocessing"),
    *("subprocess", "logging", "socket", "ssl", "email", "json"),
}
OF_THE_CLIENT = {
    f"infsh_secrets.{name}"
    for name in (
        "sdk",
        "sdk.access",
        "sdk.arguments",
        "sdk.boundary",
        "sdk.client",
        "sdk.connections",
        "sdk.models",
        "sdk.secrets",
    )
}
RECORD = """
import sys
before = set(sys.modules)
{program}
after = set(sys.modules)
import json
print(json.dumps(sorted(after - before)))
"""


def loaded(program, *, bare=True):
    """Return what a program has loaded that runs in a process of its own."""
    done = subprocess.run(
        [sys.executable, *(["-S", "-E"] if bare else []), "-c", RECORD.format(program=program)],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": ""},
        cwd=os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),
        check=True,
        timeout=120,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.fixture
def filled(own_home):
    with Client() as client:
        client.secrets.set("K", "made-up-value")


def test_the_package_alone_loads_nothing_else():
    assert loaded("import infsh_secrets") <= {"__future__", "infsh_secrets"}


def test_errors_are_named_without_the_client():
    modules = loaded("from infsh_secrets import NotFoundError, errors, SecretValue")
    assert {name for name in modules if name.startswith("infsh_secrets")} == {
        *("infsh_secrets", "infsh_secrets.domain", "infsh_secrets.domain.errors"),
        *("infsh_secrets.domain.exit_codes", "infsh_secrets.domain.models"),
    }


GET = "from infsh_secrets import Client\nClient().secrets.get('K').reveal()"
INJECT = "from infsh_secrets import Client\nwith Client().inject(only='K'): pass"


@pytest.mark.parametrize("program", [GET, INJECT], ids=["get", "inject"])
def test_a_value_is_read_without_what_is_heavy(filled, program):
    modules = loaded(program, bare=False)
    tops = modules | {name.partition(".")[0] for name in modules}
    tops |= {".".join(name.split(".")[:2]) for name in modules}
    assert tops.isdisjoint(NEVER | ONLY_WHEN_NEEDED), tops & (NEVER | ONLY_WHEN_NEEDED)


def test_the_client_itself_is_small(filled):
    modules = loaded(GET, bare=False)
    assert {name for name in modules if name.startswith("infsh_secrets.sdk")} == OF_THE_CLIENT


def test_http_is_loaded_for_a_remote_store_alone(own_home):
    program = """
from infsh_secrets import Client, InfshError
try:
    Client(store="http://127.0.0.1:9", token="made-up").secrets.get("K")
except InfshError:
    pass
"""
    modules = loaded(program, bare=False)
    assert "httpx" in modules  # which loads click and rich if they are installed
    assert modules.isdisjoint(NEVER - {"click", "rich"})
