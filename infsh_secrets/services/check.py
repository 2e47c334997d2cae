"""`check` as a use case: what a manifest declares against what the store has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.domain import wellknown
from infsh_secrets.domain.check_results import (
    EMPTY,
    MISSING,
    REFUSED,
    SUSPICIOUS,
    USABLE,
    CheckResult,
    PlatformConnection,
    Requirement,
)
from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.models import check_description
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.domain.times import age
from infsh_secrets.execution.environment import gives_execution
from infsh_secrets.services import references, secrets, writing
from infsh_secrets.services.ages import EXPIRING_MS
from infsh_secrets.stores.vault.store import now_ms
from infsh_secrets.templating.model import Name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from infsh_secrets.domain.models import SecretInfo, SecretValue
    from infsh_secrets.domain.results import Changes
    from infsh_secrets.manifest.model import Declaration, Manifest
    from infsh_secrets.services.workspace import Workspace


def examine(
    workspace: Workspace,
    manifest: Manifest,
    environ: Mapping[str, str],
    *,
    strict: bool = False,
    allowed: Sequence[str] = (),
    runs: bool = True,
) -> CheckResult:
    """Return each declared name with what `run` would give it, in the order of the manifest.

    Values are read for the checks of their shape only, and that is no use. `environ` is the
    caller's environment; a variable of it satisfies nothing. `allowed` are names that `run` would
    refuse without `--allow-env`; without `runs` there is nothing that it would refuse. Nothing is
    written, and no vault is made.
    """
    if not workspace.exists():
        path = sanitize(workspace.settings.vault)
        workspace.notices.append(f"There is no vault at {path} yet; the first `set` makes it.")
    variables = tuple(
        name for name in manifest.variables if gives_execution(name) and name not in allowed
    )
    names = {
        declared: Name(declared.key, declared.environment) for declared in manifest.declarations
    }
    found = _found(workspace, list(names.values()))
    lacking = {n.key for n in names.values() if n not in found and not n.environment}
    whereabouts = _whereabouts(workspace, lacking)
    requirements = []
    for declared, name in names.items():
        one = _requirement(declared, *found.get(name, (None, None)))._replace(
            key=str(name), named=name.environment
        )
        if one.gap and not one.named:
            where = whereabouts.get(one.key, ())
            one = one._replace(notes=(*where, *_variables(one.key, manifest, environ)))
        if runs and gives_execution(one.key) and one.key not in allowed:
            note = f"`run` refuses this name without --allow-env {one.key}."
            one = one._replace(status=REFUSED, notes=(note, *one.notes))
        requirements.append(one)
    connections = [
        PlatformConnection(one.slug, not one.optional, one.line, one.description)
        for one in manifest.connections
    ]
    result = CheckResult(manifest.path, requirements, connections, variables, strict)
    wanted = next((error.key for error in result.errors if error.add), None)
    if wanted is None:
        return result
    environment, _, key = wanted.rpartition("/")
    environment = environment or workspace.settings.environments[0]
    return result._replace(command=secrets.command_line(workspace, environment, "set", key))


def fillable(workspace: Workspace, result: CheckResult) -> list[Requirement]:
    """Return the gaps to ask for, required ones first; none when every required secret is usable.

    An optional secret that is left out on purpose is not asked for again at each check. Raises what
    a write would meet: a chain of environments, a vault that is read-only.
    """
    here = [one for one in result.requirements if one.gap and not one.named]
    gaps = sorted(here, key=lambda one: not one.required)
    if not gaps or not gaps[0].required:
        return []
    secrets.prepare_write(workspace, [one.key for one in gaps])
    return gaps


def fill(workspace: Workspace, gap: Requirement, value: bytes, *, strict: bool = False) -> Changes:
    """Store the value of a gap as `set` does, in a transaction of its own.

    A new secret gets the manifest's description. Raises UsageError for a value that cannot be, and
    with `strict` for one that looks wrong; then nothing is stored.
    """
    request = writing.Request(
        writing.Facts(), strict=strict, first_description=_first_description(gap.description)
    )
    return writing.write(workspace, [(gap.key, value)], request)


def _first_description(text: str) -> str:
    """Return the manifest's description if a store can hold it, else ""."""
    try:
        return check_description(text)
    except UsageError:
        return ""


def _found(
    workspace: Workspace, names: Sequence[Name]
) -> dict[Name, tuple[SecretInfo, SecretValue | None]]:
    """Return what is known of the secrets there are, with values if the store gives any."""
    if not workspace.exists() or workspace.store().capabilities.reveal:
        found = references.find(workspace, names)
        return {name: (secret.info, secret.value) for name, secret in found.items()}
    store = workspace.store()
    workspace.notices.append(
        f"The store {store.name} gives no values back: whether they are empty or look wrong is "
        "not checked."
    )
    known = {info.key: info for info in store.listing(workspace.settings.environment)}
    return {name: (known[name.key], None) for name in names if name.key in known}


def _requirement(
    declared: Declaration, info: SecretInfo | None, secret: SecretValue | None
) -> Requirement:
    one = Requirement(
        declared.key, MISSING, not declared.optional, declared.line, declared.description
    )
    if info is None:
        return one
    one = one._replace(environment=info.environment, version=info.version, updated=info.updated)
    value = None if secret is None else secret.reveal()
    if value == "":
        return one._replace(status=EMPTY)
    warnings = [] if value is None else wellknown.value_warnings(declared.key, value)
    notes = []
    if info.expires is not None:
        now = now_ms()
        when = age(info.expires, now)
        if info.expires <= now:
            warnings.append(f"The secret {declared.key} expired {when}.")
        elif info.expires <= now + EXPIRING_MS:
            notes.append(f"Expires {when}.")
    return one._replace(
        status=SUSPICIOUS if warnings else USABLE, warnings=tuple(warnings), notes=tuple(notes)
    )


def _whereabouts(workspace: Workspace, keys: set[str]) -> dict[str, tuple[str]]:
    """Say of names that the chain lacks which other environment has them, or that they are deleted.

    The whole list is read for that, and only when something is lacking.
    """
    if not keys or not workspace.exists():
        return {}
    store = workspace.store()
    chain = workspace.settings.environments
    found = {}
    for info in store.listing(deleted=True) if store.capabilities.restore else ():
        if info.key in keys and info.environment in chain:
            command = secrets.command_line(workspace, info.environment, "restore", info.key)
            found[info.key] = (f"Deleted; bring it back with: {command}",)
    for info in store.listing():
        if info.key in keys:
            where = info.environment
            too = ",".join((*chain, where))
            found[info.key] = (f"Set in the environment {where}; -e {too} looks there too.",)
    return found


def _variables(key: str, manifest: Manifest, environ: Mapping[str, str]) -> Iterator[str]:
    """Say which variables have a value for a name; they satisfy nothing."""
    if environ.get(key):
        yield "Set in your shell, not in the vault."
    if manifest.variables.get(key):
        yield "The manifest gives a plain value for it under env:."
