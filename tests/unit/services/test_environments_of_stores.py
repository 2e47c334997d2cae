from __future__ import annotations

import os

from infsh_secrets.config.settings import Options, Settings
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.services.environments import environments
from infsh_secrets.services.workspace import Workspace
from infsh_secrets.stores.base import Capabilities, Write
from infsh_secrets.stores.memory import MemoryStore


class Forgetful(MemoryStore):
    """A store with environments and no way back."""

    capabilities = Capabilities(reveal=True, versions=True, restore=False, environments=True)

    def listing(self, environment=None, *, deleted=False):
        if deleted:
            self.require("restore")
        return super().listing(environment)


def test_a_store_that_keeps_nothing_deleted_tells_of_what_there_is(own_home):
    store = Forgetful()
    for environment in ("default", "staging"):
        store.write(environment, [Write("A", SecretValue(b"made up"))])
    store.delete("staging", ["A"])
    with Workspace(Settings(Options(), os.environ), given=store) as workspace:
        (one,) = environments(workspace).environments
    assert one[:2] == ("default", 1)
    assert one.current
