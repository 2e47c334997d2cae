"""A store of another package: installed with pip, found by its scheme, used like any other."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from infsh_secrets.domain.errors import DeniedError, NotFoundError, UnavailableError
from infsh_secrets.stores import registry
from infsh_secrets.testing.store_contract import StoreContract

EXAMPLE = os.path.join(os.path.dirname(os.path.dirname(__file__)), "plugin_example")


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """The folder where pip has installed the example."""
    target = tmp_path_factory.mktemp("packages")
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--disable-pip-version-check", "--no-cache-dir"]
    subprocess.run([*command, "--target", str(target), EXAMPLE], check=True, capture_output=True)
    return str(target)


@pytest.fixture
def shelf(installed, monkeypatch):
    monkeypatch.syspath_prepend(installed)
    import shelf_store

    assert os.path.dirname(shelf_store.__file__) == installed
    return shelf_store


class TestShelfStore(StoreContract):
    @pytest.fixture
    def store(self, shelf, tmp_path):  # noqa: ARG002
        self.url = f"shelf://{tmp_path}/shelf.json"
        with registry.open_plugin(self.url, "shelf") as store:
            yield store

    def reopen(self, store):
        store.close()
        return registry.open_plugin(self.url, "shelf")


def test_the_program_uses_it(infsh, installed, tmp_path):
    env = {"PYTHONPATH": installed}
    url = f"shelf://{tmp_path}/shelf.json"
    value = b"made-up-value-on-a-shelf"

    def run(*argv, status=0, **given):
        done = infsh("secrets", *argv, env=env, **given)
        assert done.returncode == status, done.stderr.decode()
        return done.stdout

    run("set", "API_KEY", "-s", url, stdin=value)
    assert run("get", "API_KEY", "--plain", "-s", url) == value
    assert run("list", "-o", "names", "-s", url) == b"API_KEY\n"
    run("store", "add", "mine", url)
    run("store", "use", "mine")
    show = "import os; print(os.environ['API_KEY'][::-1])"
    given = run("run", "--only", "API_KEY", "--", sys.executable, "-c", show)
    assert given.strip() == value[::-1]
    assert run("run", "--only", "API_KEY", "--", "printenv", "API_KEY") == b"[REDACTED:API_KEY]\n"
    assert b"postgres" not in run("export", "--format", "json")
    run("history", "API_KEY", status=DeniedError.exit_status)
    run("delete", "API_KEY", "-y")
    run("get", "API_KEY", status=NotFoundError.exit_status)
    assert (tmp_path / "shelf.json").stat().st_mode & 0o777 == 0o600


def test_a_scheme_that_nobody_knows(shelf):
    with pytest.raises(NotFoundError, match="begin with cupboard://"):
        registry.open_plugin("cupboard://x", "cupboard")


def test_a_plugin_that_fails_in_its_own_way(shelf, monkeypatch):
    def broken(url, name):
        raise KeyError("made-up-value")

    for instead, told in ((broken, "KeyError"), (lambda *_: 5, "no store")):
        monkeypatch.setattr(shelf, "ShelfStore", instead)
        with pytest.raises(UnavailableError) as caught:
            registry.open_plugin("shelf:///x", "shelf")
        assert caught.value.message == f"The plugin for shelf:// does not work ({told})."


def test_plugins_are_not_looked_for_without_need(infsh, own_home):
    probe = "import sys; sys.argv = ['infsh', 'secrets', 'list'];"
    probe += "from infsh_secrets.entry import run; run(sys.argv[1:]);"
    probe += "print('importlib.metadata' in sys.modules, 'httpx' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, check=True)
    assert done.stdout.splitlines()[-1] == b"False False"


def test_what_tests_a_token_leads_to_what_tries_a_plugin(infsh, installed, tmp_path):
    env = {"PYTHONPATH": installed}
    assert (
        infsh("secrets", "store", "add", "mine", f"shelf://{tmp_path}/s.json", env=env).stderr
        == b""
    )
    done = infsh("secrets", "store", "test", "mine", env=env)
    assert done.returncode == 2
    assert b"infsh secrets list -s mine" in done.stderr
    assert infsh("secrets", "list", "-s", "mine", env=env).returncode == 0
