"""Reading, writing and listing secrets."""

from __future__ import annotations

from infsh_secrets.config.settings import LOGGED, REQUIRED
from infsh_secrets.domain.errors import DeniedError, InfshError, NotFoundError, UsageError
from infsh_secrets.domain.names import DEFAULT_ENVIRONMENT, DEFAULT_TEAM, check_key
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.stores.vault.uselog import Use, append

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from infsh_secrets.domain.models import Secret, SecretInfo
    from infsh_secrets.domain.results import Filters
    from infsh_secrets.services.workspace import Workspace
    from infsh_secrets.stores.base import Outcome, SecretStore, Write


def read(workspace: Workspace, key: str, version: int | None = None) -> Secret:
    """Return a secret from the first environment of the chain that has it."""
    check_key(key)
    missing: NotFoundError | None = None
    if workspace.exists():
        for environment in workspace.settings.environments:

            def get(store: SecretStore, environment: str = environment) -> Secret:
                return store.get(environment, key, version)

            try:
                return workspace.asked(get)
            except NotFoundError as error:
                missing = missing or error
    said = missing is not None and not missing.message.startswith("There is no secret named ")
    if not workspace.is_local and not said:  # a store that keeps versions may say more than that
        raise not_found_remotely(workspace, key)
    raise missing or _no_secret(workspace, key)


def known(workspace: Workspace, key: str) -> SecretInfo:
    """Return what is known of a secret, from the first environment of the chain that has it."""
    check_key(key)
    store = workspace.store()
    for environment in workspace.settings.environments:
        try:
            return store.info(environment, key)
        except NotFoundError:
            continue
    raise _no_secret(workspace, key)


def reveal(workspace: Workspace, key: str, version: int | None = None) -> Secret:
    """Return a secret whose value is given out, once that is on record."""
    secret = read(workspace, key, version)
    note_use(workspace, [secret])
    return secret


def note_use(workspace: Workspace, given: Sequence[Secret]) -> None:
    """Record that the values of secrets are given out, as the configuration demands.

    By default as a line of the use log, best effort. Where it is required, in the vault itself, and
    an error then means that nothing may be given out. A remote store keeps its own record.
    """
    if not workspace.is_local:
        return
    subjects = [(secret.info.environment, secret.info.key, secret.version) for secret in given]
    reads = workspace.settings.reads
    store = workspace.vault_store()
    if reads == REQUIRED:
        from infsh_secrets.stores.vault.uses import write_through

        try:
            write_through(store, subjects)
        except InfshError as error:
            message = f"The use cannot be recorded, so no value is given out: {error.message}"
            raise type(error)(message, error.hint) from None
    elif reads == LOGGED:
        user, program = store.actor()
        use = Use(store.clock(), store.seen, user, program, subjects)
        append(store.use_log, store.keys, store.vault, use)


def _no_secret(workspace: Workspace, key: str) -> NotFoundError:
    settings = workspace.settings
    if not workspace.is_local:
        return not_found_remotely(workspace, key)
    if settings.vault_named and not workspace.exists():
        return NotFoundError(
            f"There is no vault at {sanitize(settings.vault)}.",
            f"Check the path, or store a first secret there with: infsh secrets set {key}",
        )
    return NotFoundError(
        f"There is no secret named {key}.", f"Store it with: infsh secrets set {key}"
    )


def not_found_remotely(workspace: Workspace, key: str) -> NotFoundError:
    """Return the error for a secret that a remote store does not have."""
    return NotFoundError(
        f"There is no secret named {key} in {workspace.settings.store}.",
        f"Store it with: {command_line(workspace, DEFAULT_ENVIRONMENT, 'set', key)}",
    )


def prepare_write(workspace: Workspace, keys: Sequence[str]) -> None:
    """Raise what the write would meet, before anybody is asked for a value."""
    for key in keys:
        check_key(key)
    if len(set(keys)) != len(keys):
        raise UsageError("A secret is named twice.", "Name each secret once.")
    if not workspace.settings.environment:
        raise UsageError("No environment is named.")
    if workspace.exists():
        workspace.store().check_writable()


def write(
    workspace: Workspace,
    writes: Sequence[Write],
    progress: Callable[[int, int], None] | None = None,
) -> list[Outcome]:
    """Store secrets in one transaction, in a new vault if there is none yet.

    `progress` is told (done, of how many) as it goes.
    """
    prepare_write(workspace, [write.key for write in writes])
    if not workspace.exists():
        from infsh_secrets.services.keys import create_first_vault

        create_first_vault(workspace)
    if progress is not None and workspace.is_local:
        workspace.vault_store().progress = progress
    return workspace.store().write(workspace.settings.environment, writes)


def select(workspace: Workspace, filters: Filters) -> list[SecretInfo]:
    """Return what is known of the secrets that pass the filters, sorted as they ask.

    With a chain of environments, of each name the one that `read` would return.
    """
    from infsh_secrets.domain.results import matches, narrows, sort_key

    if not workspace.exists() and not workspace.settings.vault_named:
        return []  # the first secret makes it; one that is named and absent is rather a typo
    if filters.unused_since is not None and not workspace.is_local:
        raise DeniedError(
            f"The store {workspace.settings.store} does not tell when its secrets were used.",
            "Leave --unused out; the local vault knows: -s vault",
        )
    chain = workspace.settings.environments
    of = chain[0] if len(chain) == 1 and not filters.all_environments else None
    found = workspace.asked(lambda store: store.listing(of, deleted=filters.deleted))
    add_uses(workspace, found)
    if not filters.all_environments and len(chain) > 1:
        first: dict[str, SecretInfo] = {}
        for environment in reversed(chain):
            first.update({info.key: info for info in found if info.environment == environment})
        found = list(first.values())
    rest = filters._replace(stale_before=None)
    kept = [info for info in found if matches(info, rest)] if narrows(rest) else found
    if filters.stale_before is not None:
        before = filters.stale_before
        kept = [info for info in kept if has_old_value(workspace, info, before)]
    if (filters.sort, filters.reverse, len(chain)) != ("key", False, 1):  # the store's own order
        kept.sort(key=lambda info: sort_key(info, filters), reverse=filters.reverse)
    return kept


def add_uses(workspace: Workspace, infos: Sequence[SecretInfo]) -> None:
    """Fill in the uses that are still in the use log; a remote store has none."""
    if not workspace.is_local:
        return
    from infsh_secrets.stores.vault.uses import latest

    used = latest(workspace.vault_store())
    for info in infos if used else ():
        last = used.get((info.environment, info.key))
        if last is not None:
            info.last_used = max(last, info.last_used or 0)


def has_old_value(workspace: Workspace, info: SecretInfo, before: int) -> bool:
    """Tell whether a secret has had the same value since `before`, whatever was said of it since.

    Its versions are looked at only where its own times leave that open.
    """
    if info.updated <= before or info.created > before:
        return info.updated <= before
    return written(workspace, info) <= before


def written(workspace: Workspace, info: SecretInfo) -> int:
    """Return when a secret's newest value was written."""
    store = workspace.store()
    if not store.capabilities.versions:
        return info.updated
    return store.history(info.environment, info.key).versions[0].created


def delete(
    workspace: Workspace, keys: Sequence[str], *, ignore_missing: bool = False
) -> list[SecretInfo]:
    """Delete secrets in one transaction; all or nothing."""
    for key in keys:
        check_key(key)
    environment = workspace.settings.environment
    if not workspace.exists():
        if ignore_missing:
            return []
        raise _no_secret(workspace, keys[0])
    store = workspace.store()
    store.check_writable()
    return store.delete(environment, list(dict.fromkeys(keys)), ignore_missing=ignore_missing)


def restore(workspace: Workspace, keys: Sequence[str]) -> list[SecretInfo]:
    """Bring deleted secrets back in one transaction; all or nothing."""
    for key in keys:
        check_key(key)
    environment = workspace.settings.environment
    if not workspace.exists():
        raise _no_secret(workspace, keys[0])
    store = workspace.store()
    store.check_writable()
    return store.restore(environment, list(dict.fromkeys(keys)))


def names(workspace: Workspace) -> list[str]:
    """Return the names in the environments of the chain, for completion."""
    if not workspace.exists() and not workspace.settings.vault_named:
        return []  # the first secret makes it; one that is named and absent is rather a typo
    chain = workspace.settings.environments
    infos = workspace.store().listing(None if len(chain) > 1 else chain[0])
    return sorted({info.key for info in infos if info.environment in chain})


def undo_hint(workspace: Workspace, infos: Sequence[SecretInfo]) -> str:
    """Return the command that brings deleted secrets back."""
    return command_line(workspace, infos[0].environment, "restore", *(info.key for info in infos))


def command_line(workspace: Workspace, environment: str, *command: str) -> str:
    """Return a command with the options that make it work in the same vault and environment."""
    import shlex

    words = ["infsh", "secrets", *command]
    if environment != DEFAULT_ENVIRONMENT:
        words += ["-e", environment]
    settings = workspace.settings
    if not workspace.is_local:
        words += ["-s", settings.store]
    elif settings.vault_named:
        words += ["--vault", settings.vault]
    elif settings.team != DEFAULT_TEAM:
        words += ["--team", settings.team]
    return shlex.join(words)
