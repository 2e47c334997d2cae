"""When each secret was used last by a long use log: kept, so that only new lines are read.

A machine that only reads has a log of tens of thousands of lines, and whoever lists the secrets
wants the newest use of each. The file is a cache: where it does not fit to the log, which a write
has folded meanwhile, the log is read from its beginning.
"""

from __future__ import annotations

import os

from infsh_secrets.crypto.binding import sha256
from infsh_secrets.crypto.seal import SealError, open_sealed, seal
from infsh_secrets.domain.errors import InfshError
from infsh_secrets.files.private import create_private_file, read_private_file
from infsh_secrets.stores.vault.layout import (
    LayoutError,
    Reader,
    lp,
    pad,
    u32,
    u64,
    unpad,
    use_summary_context,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from infsh_secrets.stores.vault.store import VaultStore
    from infsh_secrets.stores.vault.uselog import Use

STEP = 64 * 1024
"""Bytes of new lines, some 160, from which on it is written anew; opening them takes about 1 ms."""

_MOST_BYTES = 16 * 1024 * 1024

Moments = dict[tuple[str, str], int]
"""(environment, key) -> when it was used last, milliseconds"""


class Summary:
    """The newest uses in the first `end` bytes of a log, of which `last` is the last line's digest.

    `kept` is how far the file goes.
    """

    __slots__ = ("end", "kept", "last", "moments")

    def __init__(self, end: int = 0, last: bytes = b"", moments: Moments | None = None) -> None:
        self.end = self.kept = end
        self.last = last
        self.moments: Moments = {} if moments is None else moments

    def fits(self, log: bytes) -> bool:
        """Tell whether the log still begins with what this is about."""
        return 0 < self.end <= len(log) and _last_line(log, self.end) == self.last


def latest(store: VaultStore, log: bytes, read: Callable[[bytes], Use | None]) -> Moments:
    """Return when each secret in a log of whole lines was used last; `read` opens a line."""
    summary = store.use_summary
    if summary is None or not summary.fits(log):
        summary = _load(store)
        if not summary.fits(log):
            summary = Summary()
    moments = summary.moments
    for line in log[summary.end :].splitlines():
        use = read(line)
        if use is None:
            continue
        for environment, key, _version in use.subjects:
            place = (environment, key)
            moments[place] = max(use.time, moments.get(place, 0))
    summary.end, summary.last = len(log), _last_line(log, len(log))
    store.use_summary = summary
    if summary.end - summary.kept >= STEP:
        _keep(store, summary)
    return moments


def _last_line(log: bytes, end: int) -> bytes:
    return sha256(log[log.rfind(b"\n", 0, end - 1) + 1 : end]).digest()


def _path(store: VaultStore) -> str:
    return f"{store.use_log}.latest"


def _load(store: VaultStore) -> Summary:
    """Return what is kept, or an empty one where that does not open."""
    try:
        sealed = read_private_file(_path(store), "summary of uses", _MOST_BYTES)
        reader = Reader(unpad(open_sealed(store.sealing, use_summary_context(store.vault), sealed)))
        end, last, named = reader.u64(), reader.field(), reader.named()
        reader.end()
    except (InfshError, SealError, LayoutError, UnicodeDecodeError):
        return Summary()
    return Summary(end, last, {(environment, key): moment for environment, key, moment in named})


def _keep(store: VaultStore, summary: Summary) -> None:
    """Write it, if that is possible, by rename: whoever reads has this one or the one before."""
    parts = [u64(summary.end), lp(summary.last), u32(len(summary.moments))]
    for (environment, key), moment in summary.moments.items():
        parts += (lp(environment.encode()), lp(key.encode()), u64(moment))
    sealed = seal(store.sealing, use_summary_context(store.vault), pad(b"".join(parts)))
    temporary = f"{_path(store)}.{os.urandom(8).hex()}"
    try:
        create_private_file(temporary, sealed, "summary of uses")
        try:
            os.replace(temporary, _path(store))
        except OSError:
            os.unlink(temporary)
            raise
    except (OSError, InfshError):
        return
    summary.kept = summary.end
