"""The anchor: the newest state of a vault that this machine has seen, kept outside the vault.

A copy of the whole file that is older is genuine in every byte. Only a memory that was not put
back with it tells: one small file a vault in the state folder.
"""

from __future__ import annotations

import os

from infsh_secrets.crypto.binding import sha256
from infsh_secrets.domain.errors import InfshError, IntegrityError
from infsh_secrets.domain.sanitize import sanitize

TYPE_CHECKING = False
if TYPE_CHECKING:
    from infsh_secrets.stores.vault.layout import Head, Root
    from infsh_secrets.stores.vault.root import Ledger
    from infsh_secrets.stores.vault.tables import VaultFile

_MAGIC = b"infsh-anchor/1\n\0"
_FIELDS = 16 + 8 + 8 + 32 + 8 + 32
_CHECK = 32
_BYTES = len(_MAGIC) + _FIELDS + _CHECK
_OTHERS_WRITE = 0o022
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)


class State:
    """One state of a vault: what its root says, as far as an anchor keeps it."""

    __slots__ = ("audit_head", "audit_seq", "epoch", "mac", "seq")

    def __init__(self, epoch: int, seq: int, mac: bytes, audit_seq: int, audit_head: bytes) -> None:
        self.epoch = epoch
        self.seq = seq
        self.mac = mac
        self.audit_seq = audit_seq
        self.audit_head = audit_head

    @staticmethod
    def of(head: Head, root: Root) -> State:
        """Return the state that a verified root describes."""
        return State(head.epoch, root.seq, root.mac, root.audit_seq, root.audit_head)

    @property
    def age(self) -> tuple[int, int]:
        """What is greater in a newer state."""
        return self.epoch, self.seq


class Anchor:
    """The anchor of one vault; `check` compares, the store's commit and `check` move it upwards.

    With `accept`, an older state may be read. `notices` gets what the person should know. Writing
    the file is best effort: a vault without an anchor is merely not protected against its past.
    """

    __slots__ = ("_accept", "_notices", "_vault_id", "path")

    def __init__(
        self, folder: str, vault_id: bytes, notices: list[str], *, accept: bool = False
    ) -> None:
        self.path = os.path.join(folder, f"{vault_id.hex()}.anchor")
        self._vault_id = vault_id
        self._notices = notices
        self._accept = accept

    def check(self, file: VaultFile, ledger: Ledger, *, writing: bool) -> None:
        """Raise IntegrityError if the verified state is older than the one seen, or forked from it.

        Called inside the transaction: while it reads, nobody can commit a state that is newer than
        what it reads and move the anchor there.
        """
        state = State.of(ledger.head, ledger.root)
        seen = self.read()
        if seen is None:
            self._put(state, file)
            return
        wrong = contradiction(file, state, seen)
        if not wrong:
            if state.age > seen.age:
                self._put(state, file)
            return
        if writing or not self._accept:
            raise _rolled_back(file.path, wrong, writing=writing and self._accept)
        told = f"Reading the vault {sanitize(file.path)} as it is: {wrong}."
        if told not in self._notices:
            self._notices.append(told)

    def read(self) -> State | None:
        """Return the state seen last; None when there is none that can be used."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | _NO_FOLLOW | _NO_WAIT)
        except FileNotFoundError:
            return None
        except OSError:
            self._warn()
            return None
        try:
            status = os.fstat(descriptor)
            data = os.read(descriptor, _BYTES + 1)
        except OSError:
            self._warn()
            return None
        finally:
            os.close(descriptor)
        if os.name == "posix" and (status.st_uid != os.geteuid() or status.st_mode & _OTHERS_WRITE):
            self._warn()
            return None
        state = _decode(data, self._vault_id)
        if state is None:
            self._warn()
        return state

    def _warn(self) -> None:
        told = (
            f"The anchor {sanitize(self.path)} cannot be used and is written anew: whether the "
            "vault is older than it was cannot be told this once."
        )
        if told not in self._notices:
            self._notices.append(told)

    def advance(self, file: VaultFile, head: Head, root: Root) -> None:
        """Note a state that was committed just now; a notice tells when that is not possible."""
        if not self._put(State.of(head, root), file):
            self._notices.append(
                f"The anchor {sanitize(self.path)} cannot be written: an older copy of the vault "
                "would not be recognised as older."
            )

    def replace(self, state: State) -> None:
        """Take this state for the newest one, even if it is older; raises what goes wrong."""
        self._write(state, None)

    def _put(self, state: State, file: VaultFile) -> bool:
        try:
            self._write(state, file)
        except (OSError, InfshError):
            return False
        return True

    def _write(self, state: State, file: VaultFile | None) -> None:
        """Write the state by rename, under a lock.

        The state of a `file` is written only upwards, and only if the vault is still that file:
        one that was restored in its place may have a lower epoch, and notes that after its rename.
        """
        from infsh_secrets.files.private import (
            ExclusiveLock,
            create_private_file,
            ensure_private_folder,
            os_error,
        )

        folder = os.path.dirname(self.path)
        ensure_private_folder(folder)
        with ExclusiveLock(os.path.join(folder, ".lock")):
            before = None if file is None else self.read()
            if before is not None and before.age >= state.age:
                return
            if file is not None and file.replaced():
                return
            temporary = f"{self.path}.new"  # nobody else writes it: the lock is held
            try:
                os.unlink(temporary)
            except FileNotFoundError:
                pass
            except OSError as error:
                raise os_error(error, "anchor", temporary) from None
            create_private_file(temporary, _encode(state, self._vault_id), "anchor")
            try:
                os.replace(temporary, self.path)
            except OSError as error:
                os.unlink(temporary)
                raise os_error(error, "anchor", self.path) from None


def contradiction(file: VaultFile, state: State, seen: State) -> str:
    """Return what is wrong with `state` where `seen` was seen before, "" when nothing is."""
    if state.epoch > seen.epoch:
        return ""  # another vault key: nothing in the anchor can be compared with it
    if state.age < seen.age:
        return "it is older than it was when it was last used on this machine"
    if state.age == seen.age:
        same = state.mac == seen.mac
    else:
        same = state.audit_seq >= seen.audit_seq
        if same and seen.audit_seq:
            row = file.audit_entry(seen.audit_seq)
            same = row is not None and row[1] == seen.audit_head
    return "" if same else "it is not what became of the vault last used on this machine"


def _rolled_back(path: str, wrong: str, *, writing: bool) -> IntegrityError:
    accept = "infsh secrets vault trust"
    if writing:
        return IntegrityError(
            f"The vault {sanitize(path)} cannot be written: {wrong}.",
            f"--accept-rollback is for reading; accept the vault as it is with: {accept}",
        )
    return IntegrityError(
        f"The vault {sanitize(path)} was rolled back: {wrong}.",
        "Find the newer file; or read this one with --accept-rollback, and accept it for good "
        f"with: {accept}",
    )


def _encode(state: State, vault_id: bytes) -> bytes:
    fields = b"".join(
        (
            vault_id,
            state.epoch.to_bytes(8, "big"),
            state.seq.to_bytes(8, "big"),
            state.mac,
            state.audit_seq.to_bytes(8, "big"),
            state.audit_head,
        )
    )
    # Not a secret and no proof of origin: it tells a damaged anchor from a state that was seen.
    return _MAGIC + fields + sha256(_MAGIC + fields).digest()


def _decode(data: bytes, vault_id: bytes) -> State | None:
    body, check = data[:-_CHECK], data[-_CHECK:]
    if len(data) != _BYTES or not body.startswith(_MAGIC) or sha256(body).digest() != check:
        return None
    at = len(_MAGIC)
    if body[at : at + 16] != vault_id:
        return None
    return State(
        int.from_bytes(body[at + 16 : at + 24], "big"),
        int.from_bytes(body[at + 24 : at + 32], "big"),
        body[at + 32 : at + 64],
        int.from_bytes(body[at + 64 : at + 72], "big"),
        body[at + 72 : at + 104],
    )
