"""How the parts of a client reach its store: settings read once, notices logged, one retry."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

from infsh_secrets.config.settings import LOCAL_STORE, Options, Settings, environment_chain
from infsh_secrets.domain.errors import InfshError, KeyChangedError, UsageError
from infsh_secrets.sdk.arguments import check_text
from infsh_secrets.sdk.boundary import program
from infsh_secrets.sdk.connections import Connections
from infsh_secrets.services.workspace import Workspace, actor
from infsh_secrets.stores.vault.store import VaultStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from infsh_secrets.stores.base import SecretStore

T = TypeVar("T")
LOGGER = "infsh_secrets"


class Access:
    """The store that options name, or the one that is `given`; settings are read at first use.

    `shown` is what the store is called where a client is printed.
    """

    def __init__(
        self, options: Callable[[], Options], given: SecretStore | None, shown: str
    ) -> None:
        if isinstance(given, VaultStore):
            raise UsageError(
                "A vault that is open already keeps no record of its uses here.",
                "Name it instead: Client(vault=PATH).",
            )
        self._options = options
        self._given = given
        self.shown = shown
        self._settings: Settings | None = None
        self.connections = Connections(self._workspace)

    def __reduce__(self) -> str:
        raise TypeError("a client is not pickled: make one in each process")

    def perform(self, task: Callable[[Workspace], T], environment: str | None = None) -> T:
        """Return what the task returns; it has the workspace for itself.

        `environment`, or a chain of several, is for this task. When the vault has got another key
        meanwhile it is opened again and the task repeated, which has done nothing then.
        """
        if environment is not None:
            check_text("An environment", environment)
        chain = None if environment is None else environment_chain(environment)
        try:
            return self._once(task, chain)
        except KeyChangedError:
            return self._once(task, chain)
        except InfshError as error:
            if self._given is not None:
                from infsh_secrets.sdk.next_steps import as_calls

                error.hint = as_calls(error.hint)
            raise

    def _once(self, task: Callable[[Workspace], T], chain: tuple[str, ...] | None) -> T:
        notices: list[str] = []
        try:
            with self.connections.use() as workspace:
                settings = workspace.settings
                usual = settings.environments
                settings.environments = chain or usual
                try:
                    return task(workspace)
                finally:
                    settings.environments = usual
                    notices += workspace.notices
                    workspace.notices.clear()
        finally:
            if notices:
                _log(notices)  # when others may go on: a handler of the log may use this client

    def _workspace(self) -> Workspace:
        from copy import copy

        if self._settings is None:
            self._settings = self._settle()
        workspace = Workspace(copy(self._settings), None, self._given)
        name = program()
        workspace.actor = lambda: actor(name)
        return workspace

    def _settle(self) -> Settings:
        options = self._options()
        if self._given is not None:
            options.store = LOCAL_STORE
        settings = Settings(options, os.environ)
        if options.token is not None and settings.remote is None:
            raise UsageError("A token is for a remote store.", "Name it: Client(store=URL).")
        return settings


def _log(notices: list[str]) -> None:
    """Write what a person would be told into the log of this package."""
    import logging

    logger = logging.getLogger(LOGGER)
    for notice in notices:
        level = logging.WARNING if notice.startswith("Warning:") else logging.INFO
        logger.log(level, "%s", notice)
