"""Names that are to be had without asking anybody: of secrets, stores, teams and keys.

No other machine is asked, no older vault is migrated, and nothing prompts. What there is not, or
cannot be opened, is an exception, for which completion offers nothing.
"""

from __future__ import annotations

import os

from infsh_secrets.cli.completion import Candidates, expanded
from infsh_secrets.config.settings import LOCAL_STORE, Options, Settings
from infsh_secrets.services.workspace import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from infsh_secrets.cli.candidates import Given
    from infsh_secrets.domain.models import SecretInfo

_SETTLED = {
    "--store": "store",
    "--team": "team",
    "--env": "environment",
    "--vault": "vault",
    "--key-file": "key_file",
}
_PATHS = ("--vault", "--key-file")
_TEAM = "team:"


def _workspace(settled: dict[str, str]) -> Workspace:
    options = Options(offline=True)
    for name, field in _SETTLED.items():
        value = settled.get(name)
        if value:
            setattr(options, field, expanded(value) if name in _PATHS else value)
    workspace = Workspace(Settings(options, os.environ))
    workspace.looks_only = True  # somebody is only typing
    return workspace


def _infos(workspace: Workspace, *, deleted: bool = False) -> list[SecretInfo]:
    """Return what is known of all secrets: of the vault, or as a remote store was last seen."""
    remote = workspace.settings.remote
    if remote is None:
        return workspace.store().listing(deleted=deleted) if workspace.exists() else []
    from infsh_secrets.services.caching import is_kept

    if deleted or not is_kept(remote, workspace.settings):
        return []
    return workspace.store().listing()


def names(
    settled: dict[str, str], states: tuple[bool, ...] = (False,), *, everywhere: bool = False
) -> Candidates:
    """Return the secrets of the environments in force, or of all, and what they are for."""
    found: dict[str, str] = {}
    with _workspace(settled) as workspace:
        chain = workspace.settings.environments
        for state in states:
            for info in _infos(workspace, deleted=state):
                if everywhere or info.environment in chain:
                    found[info.key] = info.description.split("\n", 1)[0]
    return sorted(found.items())


def to_set(settled: dict[str, str]) -> Candidates:
    """Return the secrets there are, and well-known names, whatever the vault is."""
    from infsh_secrets.domain.wellknown import WELL_KNOWN

    found = {name: text for name, (text, _) in WELL_KNOWN.items()}
    try:
        return sorted({**found, **dict(names(settled))}.items())
    except Exception:  # noqa: BLE001  # the well-known names are left
        return sorted(found.items())


def metadata(settled: dict[str, str], keys: list[str]) -> Candidates:
    """Return the names of the facts that are kept of one secret."""
    with _workspace(settled) as workspace:
        chain = workspace.settings.environments
        found = {
            name
            for info in _infos(workspace)
            if info.key in keys and info.environment in chain
            for name in info.metadata
        }
    return [(name, "") for name in sorted(found)]


def environments(settled: dict[str, str]) -> Candidates:
    """Return the environments in which there are secrets."""
    with _workspace({**settled, "--env": ""}) as workspace:
        found = {info.environment for info in _infos(workspace)}
    return [(name, "environment") for name in sorted(found)]


def environments_of(store: str, given: Given) -> Candidates:
    """Return the environments of the store that a side of a comparison names."""
    settled = dict(given.settled)
    if store.startswith(_TEAM):
        settled = {"--store": LOCAL_STORE, "--team": store.removeprefix(_TEAM)}
    elif store:
        settled["--store"] = store
    return environments(settled)


def teams(settled: dict[str, str]) -> Candidates:
    """Return the teams that have a vault here; a remote store's are not known here."""
    from infsh_secrets.domain.errors import UsageError
    from infsh_secrets.domain.names import check_team
    from infsh_secrets.services.keys import teams as of_workspace

    wanted = {"--store": settled.get("--store", "")}
    found = []
    with _workspace(wanted) as workspace:
        for name in of_workspace(workspace) if workspace.is_local else ():
            try:
                found.append((check_team(name), "team"))
            except UsageError:  # a file of any name may lie there
                continue
    return found


def own_stores() -> Candidates:
    """Return the stores of the configuration."""
    from infsh_secrets.config.stores import configured

    return sorted((name, one.url) for name, one in configured(os.environ).items())


def remote_stores() -> Candidates:
    """Return the stores that are elsewhere: the platform's and those of the configuration."""
    from infsh_secrets.config.stores import PLATFORM, PLATFORM_URL

    return sorted({PLATFORM: PLATFORM_URL, **dict(own_stores())}.items())


def stores() -> Candidates:
    """Return all stores, the local vault first."""
    return [(LOCAL_STORE, "the local vault"), *remote_stores()]


def keys(settled: dict[str, str], kind: str = "") -> Candidates:
    """Return the ids of the vault's keys, or of those of a kind; they are no secrets."""
    from infsh_secrets.services.key_slots import SHORT_ID, shown

    with _workspace(settled) as workspace:
        found = [shown(workspace, slot) for slot in workspace.locked.slots]
    return [
        (key.id[:SHORT_ID], f"{key.kind}, {key.path or key.kept_in}")
        for key in found
        if kind in ("", key.kind)
    ]
