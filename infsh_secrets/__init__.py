"""Keep API keys in an encrypted vault and give each AI app exactly the secrets it declares.

A program begins with `from infsh_secrets import Client`. Importing this package imports nothing
else: what it offers is loaded when it is first named.

PYTEST_DONT_REWRITE: a program that has imported it can start pytest without a warning.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from infsh_secrets.domain import errors
    from infsh_secrets.domain.errors import (
        CheckFailedError,
        ConflictError,
        DeniedError,
        InfshError,
        IntegrityError,
        KeyChangedError,
        LockedError,
        NotFoundError,
        UnavailableError,
        UsageError,
    )
    from infsh_secrets.domain.models import SecretValue
    from infsh_secrets.sdk.async_client import AsyncClient, AsyncSecret, AsyncSecretVersion
    from infsh_secrets.sdk.client import Client
    from infsh_secrets.sdk.models import Secret, SecretVersion

__version__ = "0.1.0"

__all__ = (
    "AsyncClient",
    "AsyncSecret",
    "AsyncSecretVersion",
    "CheckFailedError",
    "Client",
    "ConflictError",
    "DeniedError",
    "InfshError",
    "IntegrityError",
    "KeyChangedError",
    "LockedError",
    "NotFoundError",
    "Secret",
    "SecretValue",
    "SecretVersion",
    "UnavailableError",
    "UsageError",
    "errors",
)

core_limit: tuple[int, int] | None = None
"""The limit of core files that our caller had, once ours is lowered; a child gets it back."""


def __getattr__(name: str) -> object:
    """Load a public name when it is first used (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    where = {
        "AsyncClient": "sdk.async_client",
        "AsyncSecret": "sdk.async_client",
        "AsyncSecretVersion": "sdk.async_client",
        "Client": "sdk.client",
        "Secret": "sdk.models",
        "SecretVersion": "sdk.models",
        "SecretValue": "domain.models",
    }.get(name, "domain.errors")
    module = import_module(f"{__name__}.{where}")
    found: object = module if name == "errors" else getattr(module, name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
