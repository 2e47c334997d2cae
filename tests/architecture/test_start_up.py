"""Start-up is a feature: what a plain `get` and the other commands may import is listed here.

Adding to a list is a decision; say in the commit what it costs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

# What the two compiled libraries bring along by themselves.
OF_SQLITE = {"_sqlite3", "_functools"}
OF_CRYPTOGRAPHY = {
    "cryptography",
    "cryptography.__about__",
    "cryptography.hazmat",
    "cryptography.hazmat.bindings",
    "cryptography.hazmat.bindings._rust",
    *("_cffi_backend", "_openssl", "_openssl.lib"),
}
OF_PYTHON = {
    "__future__",
    "_ctypes",
    "_operator",
    *("_sha256", "_sha512", "_sha2"),
    "fcntl",
    "gc",
    "pwd",
    "resource",
    "_struct",
}
OURS = {
    "infsh_secrets",
    *(
        f"infsh_secrets.{name}"
        for name in (
            "config",
            "config.paths",
            "config.settings",
            "crypto",
            "crypto.binding",
            "crypto.hashes",
            "crypto.kdf",
            "crypto.keyslots",
            "crypto.keytext",
            "crypto.seal",
            "domain",
            "domain.errors",
            "domain.exit_codes",
            "domain.models",
            "domain.names",
            "domain.sanitize",
            "entry",
            "fastpath",
            "fastpath.get",
            "files",
            "files.private",
            "files.streams",
            "services",
            "services.secrets",
            "services.workspace",
            "stores",
            "stores.base",
            "stores.vault",
            "stores.vault.anchor",
            "stores.vault.layout",
            "stores.vault.root",
            "stores.vault.sqlite",
            "stores.vault.store",
            "stores.vault.tables",
            "stores.vault.uselog",
            "unlock",
            "unlock.keyfile",
            "unlock.sources",
        )
    ),
}
OF_RUN = {
    *("errno", "select"),
    *(
        f"infsh_secrets.{name}"
        for name in (
            "domain.weak_values",
            "execution",
            "execution.child",
            "execution.environment",
            "execution.pipes",
            "execution.pump",
            "execution.redact",
            "execution.signals",
            "execution.start",
            "fastpath.run",
            "manifest",
            "manifest.cache",
            "manifest.find",
            "manifest.model",
            "manifest.source",
            "services.manifests",
            "services.run",
            "services.run_request",
            "services.use_records",
            "stores.vault.runs",
            "stores.vault.selection",
        )
    ),
}
OF_LIST = {
    *("_json", "_locale"),
    *(
        f"infsh_secrets.{name}"
        for name in (
            "cli",
            "cli.output",
            "cli.records",
            "cli.secret_records",
            "cli.secret_words",
            "domain.masking",
            "domain.record",
            "domain.results",
            "domain.times",
            "domain.use_results",
            "fastpath.list",
            "services.views",
            "stores.vault.audit",
            "stores.vault.grouping",
            "stores.vault.runs",
            "stores.vault.uses",
        )
    ),
}
ALLOWED_FOR_PLAIN_LIST = OF_SQLITE | OF_CRYPTOGRAPHY | OF_PYTHON | OURS | OF_LIST
ALLOWED_FOR_THE_VERSION = OF_PYTHON | {
    "infsh_secrets",
    *(
        f"infsh_secrets.{name}"
        for name in (
            "domain",
            "domain.errors",
            "domain.exit_codes",
            "entry",
            "fastpath",
            "fastpath.version",
            "files",
            "files.streams",
        )
    ),
}
ALLOWED_FOR_PLAIN_RUN = OF_SQLITE | OF_CRYPTOGRAPHY | OF_PYTHON | OURS | OF_RUN
ALLOWED_FOR_PLAIN_GET = OF_SQLITE | OF_CRYPTOGRAPHY | OF_PYTHON | OURS
NEVER_WITHOUT_A_TERMINAL = {
    *("rich", "httpx", "keyring", "platformdirs", "yaml", "tomllib", "importlib.metadata"),
    *("logging", "asyncio", "multiprocessing", "dataclasses"),
    *("bz2", "lzma", "ipaddress", "linecache", "subprocess", "tokenize"),  # Typer brings them
}

RECORD = """
import sys
before = set(sys.modules)
from infsh_secrets.entry import run
status = run(sys.argv[1:])
after = set(sys.modules)
import json
sys.stderr.write(json.dumps([status, sorted(after - before)]))
"""


def imported(*arguments):
    """Return (status, newly imported modules) of a command run in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", RECORD, *arguments],
        capture_output=True,
        env=os.environ,
        stdin=subprocess.DEVNULL,
        check=True,
    )
    status, modules = json.loads(done.stderr.splitlines()[-1])
    return status, set(modules)


@pytest.fixture
def vault(infsh):
    assert infsh("secrets", "set", "SOME_KEY", "a-made-up-value").returncode == 0


def test_plain_get_imports_only_what_is_listed(vault):
    status, modules = imported("secrets", "get", "SOME_KEY", "--plain")
    assert status == 0
    assert modules <= ALLOWED_FOR_PLAIN_GET


@pytest.mark.parametrize("status", [0, 3])
def test_plain_run_imports_only_what_is_listed(vault, own_home, monkeypatch, status):
    monkeypatch.chdir(own_home)
    (own_home / "inf.yml").write_text("secrets: [SOME_KEY]\nenv: {MODE: fast}\n")
    line = ("secrets", "run", "--", "sh", "-c", f'test -n "$SOME_KEY" && exit {status}')
    imported(*line)  # the first run of a manifest needs a parser, and keeps what it says
    for _ in range(20):
        ended, modules = imported(*line)
        assert ended == status
        if modules <= ALLOWED_FOR_PLAIN_RUN:
            return
        # On a busy machine the program takes so long to end that its redactor is prepared.
    assert modules <= ALLOWED_FOR_PLAIN_RUN


@pytest.mark.parametrize("form", ["json", "names", "plain"])
def test_plain_list_imports_only_what_is_listed(vault, form):
    assert imported("secrets", "get", "SOME_KEY", "--plain")[0] == 0  # a line in the use log
    status, modules = imported("secrets", "list", "-o", form)
    assert status == 0
    assert modules <= ALLOWED_FOR_PLAIN_LIST


@pytest.mark.parametrize("form", ["json", "names", "plain"])
def test_a_view_imports_only_what_a_list_does(vault, form):
    assert imported("secrets", "get", "SOME_KEY", "--plain")[0] == 0  # a line in the use log
    status, modules = imported("secrets", "get", "SOME_KEY", "-o", form)
    assert status == 0
    assert modules <= ALLOWED_FOR_PLAIN_LIST


def test_the_version_imports_only_what_is_listed():
    status, modules = imported("--version")
    assert status == 0
    assert modules <= ALLOWED_FOR_THE_VERSION


@pytest.mark.parametrize(
    "arguments",
    [
        ("secrets", "list", "-m", "of=none"),
        ("secrets", "get", "SOME_KEY", "--version", "1"),
        ("secrets", "set", "SOME_KEY", "another-made-up-value"),
        ("secrets", "delete", "SOME_KEY"),
        ("secrets", "vault", "status"),
    ],
)
def test_commands_without_a_terminal_import_nothing_heavy(vault, arguments):
    status, modules = imported(*arguments)
    assert status == 0
    assert modules.isdisjoint(NEVER_WITHOUT_A_TERMINAL)


def test_a_command_imports_no_other_command(vault):
    _, modules = imported("secrets", "list", "--debug")
    commands = {m for m in modules if m.startswith("infsh_secrets.cli.commands.")}
    assert commands == {"infsh_secrets.cli.commands.list"}
