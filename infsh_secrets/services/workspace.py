"""The composition root: brings settings, unlock and stores together."""

from __future__ import annotations

import os

from infsh_secrets.domain.errors import (
    IntegrityError,
    KeyChangedError,
    NotFoundError,
    UsageError,
)
from infsh_secrets.domain.names import DEFAULT_TEAM
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.private import close_to_others
from infsh_secrets.stores.vault.anchor import Anchor
from infsh_secrets.stores.vault.store import LockedVault, VaultStore
from infsh_secrets.stores.vault.uselog import log_path
from infsh_secrets.unlock.sources import Lock, Sources, named_key, open_lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self, TypeVar

    from infsh_secrets.config.settings import Settings
    from infsh_secrets.stores.base import SecretStore

    _Answer = TypeVar("_Answer")

PROGRAM = "infsh secrets"
_LONGEST_CALLER = 64


class Workspace:
    """The settings in force, and the store they name, opened when it is first needed.

    `ask` prompts for a passphrase and is None where nothing may be asked. `notices` collects what
    the person should be told besides the result. `vault_key` is secret, and empty until it is open.
    `given` is a store that is open already: it is used instead, and never closed here. `actor`
    tells who acts, for the record. With `looks_only` not even mode and format of a vault are
    changed.
    """

    looks_only = False

    def __init__(
        self,
        settings: Settings,
        ask: Callable[[str], str] | None = None,
        given: SecretStore | None = None,
    ) -> None:
        self.settings = settings
        if given is not None:
            settings.use_given(given.name, given.team)
        self.actor: Callable[[], tuple[str, str]] = actor
        self.notices: list[str] = []
        self.opened_by = ""
        self.vault_key = b""
        self._ask = ask
        self._store: VaultStore | None = None
        self._remote: SecretStore | None = None
        self._given = given
        self._locked: LockedVault | None = None
        self._sources: Sources | None = None

    def exists(self) -> bool:
        """Tell whether there is a vault; a missing one that should exist is a NotFoundError.

        The default team's vault, and one named by path, come into being with the first secret. A
        remote store always counts as there.
        """
        if self.settings.remote is not None:
            return True
        if os.path.lexists(self.settings.vault):
            return True
        if self.settings.team != DEFAULT_TEAM and not self.settings.vault_named:
            raise NotFoundError(
                f"There is no team named {self.settings.team}.",
                f"Create its vault with: infsh secrets team create {self.settings.team}",
            )
        return False

    def store(self) -> SecretStore:
        """Return the store in use; the local vault opened and unlocked."""
        if self.settings.remote is None:
            return self.vault_store()
        if self._given is not None:
            return self._given
        if self._remote is None:
            from infsh_secrets.services.remote_stores import open_store

            self._remote = open_store(self.settings.remote, self.settings, self.notices)
        return self._remote

    def asked(self, question: Callable[[SecretStore], _Answer]) -> _Answer:
        """Return what a question, which only reads, is answered by the store in use.

        It is asked once more, of the vault opened anew, if the vault's key was changed meanwhile.
        """
        try:
            return question(self.store())
        except KeyChangedError:
            self.close()
            return question(self.store())

    @property
    def is_local(self) -> bool:
        """Whether the store in use is the local vault, which keeps a record of uses."""
        return self.settings.remote is None

    def require_vault(self) -> None:
        """Raise UsageError unless the store in use is the local vault."""
        if self.settings.remote is not None:
            raise UsageError(
                f"This is about the local vault, and the store in use is {self.settings.store}.",
                "Add -s vault.",
            )

    def vault_store(self) -> VaultStore:
        """Return the local vault, opened and unlocked; UsageError if another store is in use."""
        if self._store is None:
            self.require_vault()
            locked = self.locked
            head = locked.head
            opened = open_lock(self.lock(), self.sources())
            keys = locked.unlock(opened.vault_key)
            self.opened_by = opened.by
            self.vault_key = opened.vault_key
            self._store = VaultStore(
                locked,
                keys,
                team=self.settings.team,
                actor=self.actor,
                anchor=self.anchor(head.vault_id),
            )
            self._store.use_log = log_path(self.settings.state, locked.head.vault_id)
            self._store.notices = self.notices
        return self._store

    def open_copy(self, path: str) -> VaultStore:
        """Return the vault in another file, opened with the keys at hand, whatever its age."""
        locked = LockedVault(path)
        try:
            head = locked.head
            lock = Lock(locked.file.path, head.vault_id, head.epoch, locked.slots)
            keys = locked.unlock(open_lock(lock, self.sources()).vault_key)
        except BaseException:
            locked.file.close()
            raise
        return VaultStore(locked, keys, team=self.settings.team, actor=self.actor)

    def beside(self, settings: Settings) -> Workspace:
        """Return the workspace of another vault, for the same person and with the keys at hand.

        What it has to tell is told here. It is closed by whoever asked for it.
        """
        sources = self.sources()
        if sources.key_fd is not None:
            named_key(sources)  # which reads the descriptor once, for both
        other = Workspace(settings, self._ask)
        other.notices = self.notices
        other._sources = sources.for_another_vault()
        return other

    def anchor(self, vault_id: bytes) -> Anchor | None:
        """Return what this machine remembers of a vault; None where it has no place for that."""
        settings = self.settings
        if not settings.anchors:
            return None
        return Anchor(settings.anchors, vault_id, self.notices, accept=settings.accept_rollback)

    @property
    def locked(self) -> LockedVault:
        """The vault's file as it is before it is unlocked."""
        if self._locked is None:
            self.require_vault()
            if not self.exists():
                raise NotFoundError(
                    f"There is no vault at {sanitize(self.settings.vault)}.",
                    "Store a first secret with: infsh secrets set KEY",
                )
            self._locked = self._open()
        return self._locked

    def _open(self) -> LockedVault:
        """Open the vault's file, closed to others and in the format of this program."""
        path = self.settings.vault
        if self.looks_only:
            return LockedVault(path)
        try:
            locked = LockedVault(path)
        except IntegrityError as error:
            if not getattr(error, "older", False):
                raise
            from infsh_secrets.services.migration import migrate_vault

            migrate_vault(self, path)
            locked = LockedVault(path)
        try:
            mode = close_to_others(locked.file.path, "vault")
        except BaseException:
            locked.file.close()
            raise
        if mode:
            self.notices.append(
                f"The vault {sanitize(path)} was open to other users (mode {mode}); it is closed "
                "to them now."
            )
        return locked

    def lock(self) -> Lock:
        """Return what the vault shows to whoever has a key for it."""
        locked = self.locked
        head = locked.head
        return Lock(locked.file.path, head.vault_id, head.epoch, locked.slots, head.commitment)

    def sources(self) -> Sources:
        """Return where a key may come from."""
        if self._sources is None:
            self._sources = self._new_sources()
        return self._sources

    def _new_sources(self) -> Sources:
        settings = self.settings
        words = settings.passphrase
        if settings.passphrase_named and words is None and settings.passphrase_file:
            from infsh_secrets.unlock.passphrases import read_passphrase_file

            words = read_passphrase_file(settings.passphrase_file)
        return Sources(
            key_fd=settings.key_fd,
            key_file=settings.key_file,
            key_file_named=settings.key_file_option,
            key_text=settings.key_text,
            own=settings.keys_here,
            passphrase=settings.passphrase_file,
            ask=self._ask,
            sessions=settings.sessions,
            words=words,
            vault=settings.vault,
        )

    def replaced(self) -> bool:
        """Tell whether the vault's file, while it is open here, has lost its name to another."""
        return self._locked is not None and self._locked.file.replaced()

    def abandon(self) -> None:
        """Forget what was opened without closing it: it belongs to the process that forked.

        Closing it here would end what the parent has begun, so it stays open until we end.
        """
        _of_the_parent.append((self._locked, self._store, self._remote))
        self._remote = self._locked = self._store = None

    def close(self) -> None:
        """Close what was opened."""
        if self._remote is not None:
            self._remote.close()
            self._remote = None
        if self._locked is not None:
            self._locked.file.close()
        self._locked = self._store = None
        self.vault_key = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


_of_the_parent: list[object] = []


def actor(caller: str | None = None) -> tuple[str, str]:
    """Return (user, program) for the audit chain; the program names what has called us.

    That is `caller`, or by default the process that has started this one.
    """
    try:
        import pwd

        user = pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        user = os.environ.get("USERNAME") or os.environ.get("USER") or "unknown"
    caller = _caller() if caller is None else sanitize(caller)[:_LONGEST_CALLER]
    return user, f"{PROGRAM} (from {caller})" if caller else PROGRAM


def _caller() -> str:
    """Return the name of the process that has started this one, "" where it is not to be had.

    A process chooses its name freely: it is a hint about who called, no proof.
    """
    try:
        descriptor = os.open(f"/proc/{os.getppid()}/comm", os.O_RDONLY)
        try:
            name = os.read(descriptor, _LONGEST_CALLER)
        finally:
            os.close(descriptor)
    except OSError:
        return ""
    return sanitize(name.decode(errors="replace").rstrip("\n"))[:_LONGEST_CALLER]
