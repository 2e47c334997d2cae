"""The certificate of a server and its key, from files that may be renewed while it runs."""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING

from infsh_secrets.domain.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 60
"""How often to look whether the files are new ones."""


class Certificates:
    """`context` is what connections are made with; new ones get what the files held last.

    Raises UsageError for files that cannot be used.
    """

    def __init__(self, certificate: str, key: str) -> None:
        self._files = (certificate, key)
        self._seen = self._states()
        self.context = self._loaded()

    def refresh(self, tell: Callable[[str], None]) -> None:
        """Take over files that have changed; what cannot be used is told and tried again later."""
        states = self._states()
        if states == self._seen:
            return
        try:
            self._loaded()  # half a pair of files would spoil the context in use
            self.context.load_cert_chain(*self._files, password=_no_password)
        except (UsageError, OSError, ValueError):
            tell("the renewed TLS files cannot be used, the old certificate stays")
            return
        self._seen = states
        tell("the renewed TLS certificate is in use")

    def _loaded(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(*self._files, password=_no_password)
        except (OSError, ValueError) as error:
            reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else ""
            raise UsageError(
                f"The TLS files cannot be used{': ' + reason if reason else ''}.",
                "Give a certificate chain and its unencrypted key, both as PEM.",
            ) from None
        return context

    def _states(self) -> tuple[tuple[int, int, int] | None, ...]:
        return tuple(_state(path) for path in self._files)


def _state(path: str) -> tuple[int, int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def _no_password() -> str:
    raise ValueError
