"""The pytest plugin `infsh_secrets`: stores for tests, and a guard over what tests show.

The guard cannot see what pytest itself does not capture: the terminal under `-s` and in
`capsys.disabled()`, files that a test writes, what `record_testsuite_property` and
`record_xml_attribute` put into a JUnit file, and the file of `--debug`.

pytest loads this module in every run of an environment that has the package. It imports nothing of
the package and adds no hook that runs for a test until a test asks for a fixture of it, or the
settings name variables to guard.
"""

from __future__ import annotations

import os

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from infsh_secrets.domain.models import SecretValue
    from infsh_secrets.sdk.client import Client
    from infsh_secrets.stores.memory import MemoryStore
    from infsh_secrets.testing.guard import Guard

_FOREIGN = ("INFSH_", "INFERENCE_")
_FOLDERS = ("DATA", "CONFIG", "STATE")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the settings of the guard."""
    parser.addini(
        "secrets_guard",
        "fail tests that show a value of their secrets_store (default: true)",
        type="bool",
        default=True,
    )
    parser.addini(
        "secrets_guard_env",
        "names of environment variables whose values no test may show",
        type="args",
        default=[],
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker; begin to watch when the settings name variables."""
    config.addinivalue_line(
        "markers",
        "allow_secret_output: the test may show values of secrets; its report stays redacted",
    )
    names = config.getini("secrets_guard_env")
    if config.getini("secrets_guard") and any(os.environ.get(name) for name in names):
        from infsh_secrets.testing.watch import watch_of

        watch_of(config).base = [
            (name, os.environ[name].encode("utf-8", "surrogateescape"))
            for name in names
            if os.environ.get(name)
        ]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what could not be guarded; reports bring it here, also those of other processes."""
    said = {
        line
        for reports in terminalreporter.stats.values()
        for report in reports
        for line in getattr(report, "infsh_secrets_unguarded", ())
    }
    if said:
        terminalreporter.section("secrets that were not guarded")
        for line in sorted(said):
            terminalreporter.write_line(line)


def _guard(request: pytest.FixtureRequest) -> Guard | None:
    if not request.config.getini("secrets_guard"):
        return None
    from infsh_secrets.testing.watch import watch_of

    return watch_of(request.config).begin(request.node)


@pytest.fixture
def secrets_store(request: pytest.FixtureRequest) -> MemoryStore:
    """Give an empty store in memory; a test that shows a value that was written to it fails."""
    from infsh_secrets.stores.memory import MemoryStore
    from infsh_secrets.testing.guard import GuardedStore

    guard = _guard(request)
    return MemoryStore() if guard is None else GuardedStore(guard)


@pytest.fixture
def secrets_client(secrets_store: MemoryStore) -> Iterator[Client]:
    """Give a client of `secrets_store`, whatever the person's own settings say."""
    from infsh_secrets.sdk.client import Client

    with Client(store=secrets_store, environment="default") as client:
        yield client


@pytest.fixture
def secrets_guard(
    request: pytest.FixtureRequest,
) -> Callable[[str, str | bytes | SecretValue], None]:
    """Give a function `(name, value)`: a test that shows this value, too, fails.

    The value is text, bytes or a SecretValue; it raises UsageError for anything else, None say.
    """
    from infsh_secrets.sdk.arguments import given_bytes

    guard = _guard(request)

    def add(name: str, value: str | bytes | SecretValue) -> None:
        __tracebackhide__ = True
        if isinstance(value, str):
            data = value.encode("utf-8", "surrogatepass")
        else:
            data = given_bytes(value)
        if guard is not None:
            guard.add(str(name), data)

    return add


@pytest.fixture
def secrets_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty home folder, for tests that run the command line or open its vault.

    The variables of this process and its children point there: HOME, and the folders and the key
    of a vault, which the first `set` makes without asking a keyring. Other settings are taken out.
    """
    from infsh_secrets.crypto.keytext import RAW_BYTES, encode_raw_key

    home = tmp_path / "secrets_home"
    home.mkdir(mode=0o700)
    for name in list(os.environ):
        if name.startswith(_FOREIGN):
            monkeypatch.delenv(name)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    for kind in _FOLDERS:
        monkeypatch.setenv(f"INFSH_{kind}_DIR", str(home / kind.lower()))
    monkeypatch.setenv("INFSH_VAULT_KEY", encode_raw_key(os.urandom(RAW_BYTES)))
    return home
