"""Everything that answers need, loaded before the first request comes.

Most of the program loads its modules when they are first used. A server runs for months, and the
files of the package are replaced under it when somebody upgrades: a module of another version
would not fit those that are loaded.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

_PACKAGES = (
    "infsh_secrets.crypto",
    "infsh_secrets.domain",
    "infsh_secrets.files",
    "infsh_secrets.server",
    "infsh_secrets.stores.vault",
    "infsh_secrets.unlock",
)
_ELSEWHERE = frozenset(("os_keyring", "secret_service"))
"""Modules whose libraries the server does without."""


def load_all() -> None:
    """Import the modules of every package that a request may come through."""
    for package in _PACKAGES:
        for module in pkgutil.iter_modules(import_module(package).__path__):
            if module.name not in _ELSEWHERE:
                import_module(f"{package}.{module.name}")
