"""The check of the whole set-up. It reads, asks nobody, and changes nothing."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from infsh_secrets.config.paths import folder
from infsh_secrets.crypto import keyslots
from infsh_secrets.domain.errors import InfshError, LockedError
from infsh_secrets.domain.results import FAILED, OK, WARNING, Checkup, Finding
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.domain.times import rfc3339
from infsh_secrets.files.folders import shared_folder
from infsh_secrets.files.private import POSIX, check_private_file, led_to, others_may_write
from infsh_secrets.services import surroundings
from infsh_secrets.stores.vault import anchor, audit, uses
from infsh_secrets.stores.vault.store import VaultStore, now_ms
from infsh_secrets.stores.vault.uselog import log_path
from infsh_secrets.stores.vault.verify import verify
from infsh_secrets.unlock.sources import KEYRING, open_lock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from infsh_secrets.services.workspace import Workspace
    from infsh_secrets.stores.vault.store import LockedVault

_OTHERS = 0o077


def examine(workspace: Workspace, environ: Mapping[str, str]) -> Checkup:
    """Return a finding for everything that a working set-up needs."""
    settings = workspace.settings
    found = surroundings.versions()
    found += [
        *_folder("config", _configuration(environ)),
        *_folder("data", settings.data),
        *_folder("state", settings.state),
        *_key_files(workspace),
    ]
    if not workspace.is_local:
        found += [_remote(workspace), surroundings.keyring(environ, needed=False)]
        return Checkup([*found, surroundings.completion(environ)])
    locked = None
    workspace.looks_only = True
    try:
        if workspace.exists():
            locked = workspace.locked
            found.append(_file(locked.file.path))
        else:
            text = f"There is none at {sanitize(settings.vault)} yet; the first `set` makes it."
            found.append(Finding("vault", OK, text))
    except InfshError as error:
        found.append(_failed("vault", error))
    found += _place(settings.vault)
    slots = [] if locked is None else locked.slots
    if locked is not None:
        found += _inside(workspace, locked)
    found.append(surroundings.keyring(environ, needed=_only_keyring(slots)))
    passphrases = [s.parameters[1] for s in slots if s.kind == keyslots.PASSPHRASE]
    found.append(surroundings.memory(max(passphrases, default=0)))
    found.append(surroundings.completion(environ))
    return Checkup(found)


def without_settings(error: InfshError, environ: Mapping[str, str]) -> Checkup:
    """Return what can be found where options, variables or configuration are wrong."""
    found = surroundings.versions()
    found.append(_failed("settings", error))
    found.append(surroundings.keyring(environ, needed=False))
    found.append(surroundings.memory(0))
    found.append(surroundings.completion(environ))
    return Checkup(found)


def _remote(workspace: Workspace) -> Finding:
    """Ask the store in use whom the token belongs to."""
    from infsh_secrets.services import logins

    settings = workspace.settings.remote
    try:
        if settings is None or settings.address is None:
            return Finding("store", OK, f"{workspace.store().name}, of a plugin")
        account = logins.account(settings, workspace)
    except InfshError as error:
        return _failed("store", error)
    who = f" of {account.user}" if account.user else ""
    return Finding("store", OK, f"{settings.name} at {settings.url} accepts the token{who}.")


def _failed(subject: str, error: InfshError) -> Finding:
    return Finding(subject, FAILED, error.message, error.hint or "See what `--debug` shows.")


def _configuration(environ: Mapping[str, str]) -> str:
    try:
        return folder("config", environ)
    except InfshError:
        return ""


def _folder(kind: str, path: str) -> Iterator[Finding]:
    subject = f"{kind} folder"
    shown = sanitize(path)
    if not path:
        fix = f"Set HOME, or INFSH_{kind.upper()}_DIR to a folder of your own."
        yield Finding(subject, WARNING, "There is no place for one.", fix)
        return
    try:
        status = os.stat(path)
    except FileNotFoundError:
        yield _to_be_made(kind, path)
        return
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        yield Finding(subject, FAILED, f"{shown}: {reason}.", "Check its owner and mode.")
        return
    mode = status.st_mode
    if not stat.S_ISDIR(mode):
        yield Finding(subject, FAILED, f"{shown} is not a folder.", "Move that file away.")
    elif POSIX and status.st_uid != os.geteuid():
        fix = f"Take a folder of your own: INFSH_{kind.upper()}_DIR"
        yield Finding(subject, FAILED, f"{shown} belongs to another user.", fix)
    elif POSIX and others_may_write(status):
        fix = f"Close it with: chmod go-w {shown}"
        yield Finding(subject, FAILED, f"Other users may write to {shown}.", fix)
    elif POSIX and kind != "config" and mode & _OTHERS:
        fix = f"Close it with: chmod 700 {shown}"
        yield Finding(subject, WARNING, f"Other users may look into {shown}.", fix)
    elif not os.access(path, os.W_OK | os.X_OK):
        fix = f"To store something, name another one: INFSH_{kind.upper()}_DIR"
        yield Finding(subject, WARNING, f"{shown} cannot be written to.", fix)
    else:
        yield Finding(subject, OK, shown)


def _to_be_made(kind: str, path: str) -> Finding:
    """Return what there is to say of a folder that is made when something is stored."""
    above = os.path.dirname(path)
    while not os.path.lexists(above):
        above = os.path.dirname(above)
    if os.access(above, os.W_OK | os.X_OK):
        return Finding(f"{kind} folder", OK, f"{sanitize(path)} (not there yet)")
    return Finding(
        f"{kind} folder",
        WARNING,
        f"{sanitize(path)} is not there and cannot be made: {sanitize(above)} is not for writing.",
        f"Name one that can: INFSH_{kind.upper()}_DIR",
    )


def _key_files(workspace: Workspace) -> Iterator[Finding]:
    """Yield what is wrong with key files, or how many there are."""
    settings = workspace.settings
    paths = [path for path in (settings.key_file, settings.passphrase_file) if path]
    try:
        names = sorted(os.listdir(settings.keys))
    except OSError:
        names = []
    paths += [os.path.join(settings.keys, name) for name in names if name.endswith(".key")]
    fine = 0
    for path in paths:
        try:
            check_private_file(led_to(path), "key file")
            fine += 1
        except InfshError as error:
            yield _failed("key file", error)
    if fine or not paths:
        text = f"{fine} that nobody but you, or root, decides about." if fine else "None."
        yield Finding("key files", OK, text)


def _file(vault: str) -> Finding:
    """Return whether a vault that could be opened is closed to others, as with other commands."""
    shown = sanitize(vault)
    status = os.stat(vault)
    if not POSIX or not status.st_mode & _OTHERS or status.st_uid != os.geteuid():
        return Finding("vault", OK, shown)
    text = f"{shown} is open to other users (mode {stat.S_IMODE(status.st_mode):03o})."
    return Finding("vault", WARNING, text, f"Close it, or let the next command: chmod 600 {shown}")


def _place(vault: str) -> Iterator[Finding]:
    wrong = shared_folder(vault)
    if wrong is None:
        yield Finding("place", OK, "The vault lies in no network or synchronised folder.")
    else:
        text = f"The vault lies in {wrong}, which can damage it or bring back older states."
        fix = "Keep it elsewhere: --vault PATH or INFSH_DATA_DIR."
        yield Finding("place", WARNING, text, fix)


def _inside(workspace: Workspace, locked: LockedVault) -> Iterator[Finding]:
    """Yield what an unlocked vault shows; that it does not open is a finding as well."""
    sources = workspace.sources()
    sources.ask = None
    try:
        opened = open_lock(workspace.lock(), sources)
        store = VaultStore(locked, locked.unlock(opened.vault_key), team=workspace.settings.team)
    except LockedError as error:
        asks = any(slot.kind == keyslots.PASSPHRASE for slot in locked.slots)
        if asks and not (sources.passphrase or sources.key_file or sources.key_text):
            text = "Nothing at hand opens the vault; commands ask for the passphrase."
            fix = "For scripts: INFSH_VAULT_PASSPHRASE_FILE, or a key file as a second way in."
            yield Finding("key", WARNING, text, fix)
        else:
            yield _failed("key", error)
        return
    except InfshError as error:
        yield _failed("key", error)
        return
    yield Finding("key", OK, f"The vault opens with {opened.by}.")
    try:
        counts = verify(store)
        yield Finding("content", OK, f"{_count(counts.secrets, 'secret')}, every byte verified.")
        yield from _history(workspace, store)
    except InfshError as error:
        yield _failed("content", error)


def _history(workspace: Workspace, store: VaultStore) -> Iterator[Finding]:
    """Yield what the audit chain, the anchor and the use log tell."""
    settings = workspace.settings
    store.use_log = log_path(settings.state, workspace.locked.head.vault_id)
    store.file.begin_read()
    try:
        ledger = store.ledger()
        root = ledger.root
        last = (root.audit_seq, root.audit_head)
        newest = audit.last_time(store.file, store.keys, store.vault, last)
        waiting = uses.pending(store, last)
        memory = workspace.anchor(workspace.locked.head.vault_id)
        seen = memory.read() if memory else None
        state = anchor.State.of(ledger.head, root)
        older = anchor.contradiction(store.file, state, seen) if seen else ""
    finally:
        store.file.rollback()
    if newest > now_ms():
        text = f"The clock is behind the newest entry of the record, of {rfc3339(newest)}."
        fix = "Set the clock; until then no deleted secret expires."
        yield Finding("clock", FAILED, text, fix)
    else:
        yield Finding("clock", OK, "It is not behind the newest entry of the record.")
    if older:
        fix = "Put back the newer vault, or accept this one with: infsh secrets vault trust"
        yield Finding("anchor", FAILED, f"The vault is not the newest seen here: {older}.", fix)
    elif seen is None:
        yield Finding("anchor", OK, "This machine remembers no state of the vault yet.")
    else:
        yield Finding("anchor", OK, "The vault is the newest that this machine has seen.")
    if os.path.lexists(store.use_log):
        yield _log(store.use_log, sum(entry.count for entry in waiting))


def _log(path: str, waiting: int) -> Finding:
    try:
        check_private_file(path, "use log")
    except InfshError as error:
        return _failed("use log", error)
    return Finding("use log", OK, f"{_count(waiting, 'use')} to go into the vault with a write.")


def _count(number: int, one: str) -> str:
    return f"{number} {one if number == 1 else one + 's'}"


def _only_keyring(slots: list[keyslots.Slot]) -> bool:
    return bool(slots) and all(slot.hint == KEYRING for slot in slots)
