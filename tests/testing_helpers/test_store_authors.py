"""What the author of a store does: a package with an entry point, and the contract over it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

EXAMPLE = os.path.join(os.path.dirname(os.path.dirname(__file__)), "plugin_example")
CONTRACT = """
import pytest
from infsh_secrets.stores.registry import open_plugin
from infsh_secrets.testing.store_contract import StoreContract


class TestShelfStore(StoreContract):
    @pytest.fixture
    def store(self, tmp_path):
        self.url = f"shelf://{tmp_path}/shelf.json"
        with open_plugin(self.url, "shelf") as store:
            yield store

    def reopen(self, store):
        store.close()
        return open_plugin(self.url, "shelf")
"""


def test_the_contract_judges_an_installed_store(try_pytest, tmp_path):
    source, target = tmp_path / "shelf", tmp_path / "packages"
    shutil.copytree(EXAMPLE, source)
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--disable-pip-version-check", "--no-cache-dir"]
    subprocess.run([*command, "--target", str(target), str(source)], check=True)
    env = {"PYTHONPATH": str(target)}
    good = try_pytest(CONTRACT, "-W", "error", env=env, begin="")
    assert good.status == 0, good.text
    assert list(good.results.values()).count("PASSED") > 60

    module = target / "shelf_store.py"
    text = module.read_text()
    assert "Outcome(action, after)" in text
    module.write_text(text.replace("Outcome(action, after)", 'Outcome("nothing", after)'))
    bad = try_pytest(CONTRACT, "-W", "error", "-k", "describe", env=env, begin="")
    assert bad.status == 1
    assert "AssertionError: assert 'nothing' == 'described'" in bad.text
