"""The two sides of a comparison or sync: how a command line names a store and an environment.

`vault` is the local vault in force, `team:NAME` that of another team, `vault:PATH` or a path that
ends in `.vault` any other one; every other name is one of the named stores. `@ENV` after any of
these names the environment; `@ENV` alone means the store in force.
"""

from __future__ import annotations

import copy
import os
from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.config.settings import LOCAL_STORE, Options, Settings
from infsh_secrets.config.stores import resolve
from infsh_secrets.domain.addresses import is_url
from infsh_secrets.domain.errors import InfshError, NotFoundError, UsageError
from infsh_secrets.domain.names import DEFAULT_ENVIRONMENT, check_environment, check_team
from infsh_secrets.domain.sync_results import SideName

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from infsh_secrets.config.stores import StoreSettings
    from infsh_secrets.domain.models import Secret, SecretInfo
    from infsh_secrets.services.workspace import Workspace
    from infsh_secrets.stores.base import SecretStore

_TEAM = "team:"
_PATH = "vault:"
_SUFFIX = ".vault"
_MOST_GIVEN = 1000
_HINT = (
    "Name `vault` (the one in force), team:NAME, the path of a vault file or a store of `infsh "
    "secrets store list`, and an environment as in vault@staging."
)


class Side:
    """One environment of one store; `spelling` names both.

    `workspace` is that of a local vault, None of any other store. A local vault that does not exist
    yet has no `store`: it comes into being with its first secret.
    """

    __slots__ = ("environment", "spelling", "store", "team", "workspace")

    def __init__(
        self,
        spelling: str,
        environment: str,
        team: str,
        store: SecretStore | None,
        workspace: Workspace | None = None,
    ) -> None:
        self.spelling = spelling
        self.environment = environment
        self.team = team
        self.store = store
        self.workspace = workspace

    @property
    def name(self) -> SideName:
        """How results name it."""
        store = self.spelling.removesuffix(f"@{self.environment}")
        return SideName(store, self.team, self.environment, self.spelling)

    @property
    def reveals(self) -> bool:
        """Whether the store gives values back."""
        return self.store is None or self.store.capabilities.reveal

    def holds(self, fact: str) -> bool:
        """Tell whether the store keeps `metadata`, `expiry` or whatever else it can do."""
        return self.store is None or bool(getattr(self.store.capabilities, fact))

    def listing(self) -> dict[str, SecretInfo]:
        """Return what is known of its secrets, by name."""
        if self.store is None:
            return {}
        return {info.key: info for info in self.store.listing(self.environment)}

    def secrets(self, keys: Sequence[str]) -> dict[str, Secret]:
        """Return those of the secrets that a local vault has, all of one state of it."""
        if self.store is None:
            return {}
        if len(keys) > _MOST_GIVEN:
            return self.store.select_matching((self.environment,), set(keys).__contains__)
        return self.store.select((self.environment,), keys).secrets


class _Spelled(NamedTuple):
    """A side as it is written; `environment` is None where none is."""

    store: str
    environment: str | None


class Sides:
    """Opens the stores that a command line names; a context manager that closes what it opened."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._local = workspace.settings
        self._vaults: dict[str, Workspace] = {}
        self._stores: dict[tuple[str, str], SecretStore] = {}
        if workspace.is_local:
            self._vaults[_real(self._local)] = workspace
        else:
            options = Options(store=LOCAL_STORE, accept_rollback=self._local.accept_rollback)
            self._local = Settings(options, os.environ)

    def pair(self, a: str, b: str, *, new: bool = False) -> tuple[Side, Side]:
        """Return both sides; UsageError when they are one and the same.

        Raises NotFoundError for a store that does not exist, but for the second where `new` says
        that it may come into being.
        """
        one, other = _spelled(a), _spelled(b)
        default = None
        if one.environment is None or other.environment is None:
            default = self._environment()
        first, second = (self._open(spelled, default) for spelled in (one, other))
        for side in (first,) if new else (first, second):
            _must_exist(side)
        if default not in (None, DEFAULT_ENVIRONMENT, first.environment, second.environment):
            _must_know_environments(first)
        same = first.store is second.store if first.store else _same_place(first, second)
        if same and first.environment == second.environment:
            raise UsageError(
                "Both sides are the same store and environment.",
                "Name two, as in vault@default and vault@staging.",
            )
        return first, second

    def close(self) -> None:
        """Close what was opened, but for the workspace that was there before."""
        for opened in self._vaults.values():
            if opened is not self._workspace:
                opened.close()
        for store in self._stores.values():
            store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _environment(self) -> str:
        """Return the environment of the sides that name none."""
        chain = self._workspace.settings.environments
        if len(chain) > 1:
            raise UsageError(
                "One environment is compared with one, and several are named.",
                "Name one with -e, or one for each side as in vault@staging.",
            )
        return chain[0]

    def _open(self, spelled: _Spelled, default: str | None) -> Side:
        name = spelled.store or self._workspace.settings.store
        environment = spelled.environment or default or DEFAULT_ENVIRONMENT
        settings = self._vault(name)
        if settings is None:
            return self._named(name, spelled.environment)
        workspace = self._vaults.get(_real(settings))
        if workspace is None:
            workspace = self._vaults[_real(settings)] = self._workspace.beside(settings)
        store = workspace.vault_store() if workspace.exists() else None
        said = environment != DEFAULT_ENVIRONMENT or spelled.environment is not None
        spelling = f"{name}@{environment}" if said else name
        return Side(spelling, environment, settings.team, store, workspace)

    def _vault(self, name: str) -> Settings | None:
        """Return the settings of a local vault, None for the name of another store."""
        if name == LOCAL_STORE:
            return self._local
        other = copy.copy(self._local)
        if name.startswith(_TEAM):
            other.team = check_team(name.removeprefix(_TEAM))
            other.vault = os.path.join(other.data, "vaults", f"{other.team}.vault")
            other.vault_named = False
            return other
        if is_url(name) or not (name.startswith(_PATH) or name.endswith(_SUFFIX)):
            return None
        path = os.path.expanduser(name.removeprefix(_PATH))
        if not path:
            raise UsageError("The path of the vault is empty.", _HINT)
        other.vault, other.vault_named = os.path.abspath(path), True
        return other

    def _named(self, name: str, environment: str | None) -> Side:
        settings = named(self._workspace, name)
        place = (settings.url, settings.team)
        store = self._stores.get(place)
        if store is None:
            store = self._stores[place] = open_named(self._workspace, settings)
        if environment is not None and environment != DEFAULT_ENVIRONMENT:
            store.require("environments")
        home = environment or DEFAULT_ENVIRONMENT
        if store.capabilities.environments and environment is None:
            home = self._environment()
        spelling = name if home == DEFAULT_ENVIRONMENT else f"{name}@{home}"
        return Side(spelling, home, store.team, store)


def named(workspace: Workspace, name: str) -> StoreSettings:
    """Return the store that a name or URL means; NotFoundError for a name that is not known."""
    in_force = workspace.settings.remote
    if in_force is not None and name in (in_force.name, in_force.url):
        return in_force
    return resolve(name, None, os.environ)


def open_named(workspace: Workspace, settings: StoreSettings) -> SecretStore:
    """Return a store that is not local; whoever asked for it closes it."""
    if settings is workspace.settings.remote:
        return workspace.store()
    from infsh_secrets.services.remote_stores import open_store

    return open_store(settings, workspace.settings, workspace.notices)


def _spelled(text: str) -> _Spelled:
    """Return the store and the environment that are written as STORE@ENV."""
    if not text:
        raise UsageError("A store is named by nothing.", _HINT)
    store, at, label = text.rpartition("@")
    if not at:
        return _Spelled(text, None)
    try:
        return _Spelled(store, check_environment(label))
    except InfshError:
        return _Spelled(text, None)  # a path may have an @ in it


def _real(settings: Settings) -> str:
    return os.path.realpath(settings.vault)


def _same_place(one: Side, other: Side) -> bool:
    return one.workspace is not None and one.workspace is other.workspace


def _must_exist(side: Side) -> None:
    """Raise NotFoundError for a local vault that does not exist yet."""
    if side.store is None and side.workspace is not None:
        _ = side.workspace.locked


def both_hold(a: Side, b: Side, fact: str) -> bool:
    """Tell whether both keep `descriptions`, `metadata` or `expiry`, so that these can be equal."""
    return a.holds(fact) and b.holds(fact)


def _must_know_environments(side: Side) -> None:
    """Raise DeniedError for an environment that neither side can mean."""
    if side.store is not None:
        side.store.require("environments")


def absent(key: str, *sides: Side) -> NotFoundError:
    """Return the error for a secret that none of the sides has."""
    where = " or ".join(side.spelling for side in sides)
    return NotFoundError(
        f"There is no secret named {key} in {where}.",
        "See what there is with: infsh secrets list",
    )
