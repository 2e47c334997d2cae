"""The operating system's keyring, and only a real one.

`keyring` would also pick backends that accept a secret and drop it, or write it to a plain file.
So only the five that keep secrets are used, each named here, and what was stored is read back.
"""

from __future__ import annotations

import importlib
import os
import sys
import threading

from infsh_secrets.domain.errors import LockedError, UnavailableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeVar

    from keyring.backend import KeyringBackend

    T = TypeVar("T")

SERVICE = "infsh-secrets"
LIMIT_SECONDS = 10.0
_LINUX = (
    "keyring.backends.SecretService.Keyring",
    "keyring.backends.kwallet.DBusKeyring",
    "keyring.backends.libsecret.Keyring",
)
_MACOS = ("keyring.backends.macOS.Keyring",)
_WINDOWS = ("keyring.backends.Windows.WinVaultKeyring",)
ALLOWED = _LINUX + _MACOS + _WINDOWS


def find(environ: Mapping[str, str] = os.environ) -> KeyringBackend | None:
    """Return the system's keyring, or None when there is no real one.

    `PYTHON_KEYRING_BACKEND` is followed only to an allowed backend; with any other there is none.
    Raises UnavailableError when one is there and does not answer.
    """
    for name in _candidates(environ):
        module, _, class_name = name.rpartition(".")
        try:
            backend_class = getattr(importlib.import_module(module), class_name)
            backend = _limited(lambda: _made(backend_class))  # noqa: B023  # called at once
        except UnavailableError:
            raise
        except Exception:  # noqa: BLE001, S112  # each backend fails in its own way
            continue
        if backend is not None:
            return backend
    return None


def why_none(environ: Mapping[str, str] = os.environ) -> str:
    """Return in words why `find` finds none."""
    chosen = environ.get("PYTHON_KEYRING_BACKEND")
    if chosen and chosen not in ALLOWED:
        return f"PYTHON_KEYRING_BACKEND names {chosen}, which is not known to keep secrets"
    if not _candidates(environ):
        return "there is no session bus, as on servers and in containers"
    return "no Secret Service, KWallet or other keyring of the system answers"


def _made(backend_class: type[KeyringBackend]) -> KeyringBackend | None:
    """Return the backend if it can work here; most ask the session bus, which may hang."""
    return backend_class() if backend_class.priority > 0 else None


def _candidates(environ: Mapping[str, str]) -> tuple[str, ...]:
    chosen = environ.get("PYTHON_KEYRING_BACKEND")
    if chosen:
        return (chosen,) if chosen in ALLOWED else ()
    if sys.platform == "darwin":
        return _MACOS
    if sys.platform == "win32":
        return _WINDOWS
    bus = os.path.join(environ.get("XDG_RUNTIME_DIR") or "/nonexistent", "bus")
    if environ.get("DBUS_SESSION_BUS_ADDRESS") or os.path.exists(bus):
        return _LINUX
    return ()


def _is_plain_secret_service(environ: Mapping[str, str]) -> bool:
    """Tell whether `keyring` would ask the Secret Service first, and in no other way than usual."""
    settings = ("PYTHON_KEYRING_BACKEND", "KEYRING_PROPERTY_")
    return _candidates(environ) == _LINUX and not any(n.startswith(settings) for n in environ)


def load(vault_id: bytes, key_id: bytes) -> str | None:
    """Return the text kept for a key, or None; UnavailableError when nothing answers."""
    return load_entry(SERVICE, _user(vault_id, key_id))


def load_entry(service: str, user: str) -> str | None:
    """Return the text kept under two names, or None; UnavailableError when nothing answers."""
    if _is_plain_secret_service(os.environ):
        from infsh_secrets.unlock import secret_service

        try:
            return _limited(lambda: secret_service.read(service, user))
        except UnavailableError:
            raise
        except Exception:  # noqa: BLE001, S110  # `keyring` knows what to do, or says what is wrong
            pass
    backend = find()
    if backend is None:
        return None
    return _ask(lambda: backend.get_password(service, user))


def store(backend: KeyringBackend, vault_id: bytes, key_id: bytes, text: str) -> None:
    """Keep a text and read it back; LockedError when the keyring gives back anything else."""
    store_entry(backend, SERVICE, _user(vault_id, key_id), text)


def store_entry(backend: KeyringBackend, service: str, user: str, text: str) -> None:
    """Keep a text under two names, as `store` does for a key."""
    _ask(lambda: backend.set_password(service, user, text))
    if _ask(lambda: backend.get_password(service, user)) != text:
        raise LockedError("The OS keyring did not give back what it was given.")


def forget(backend: KeyringBackend, vault_id: bytes, key_id: bytes) -> None:
    """Remove what `store` kept."""
    forget_entry(backend, SERVICE, _user(vault_id, key_id))


def forget_entry(backend: KeyringBackend, service: str, user: str) -> None:
    """Remove what `store_entry` kept."""
    _ask(lambda: backend.delete_password(service, user))


def _user(vault_id: bytes, key_id: bytes) -> str:
    return f"{vault_id.hex()}:{key_id.hex()}"


def _ask(question: Callable[[], T]) -> T:
    try:
        return _limited(question)
    except UnavailableError:
        raise
    except Exception as error:  # noqa: BLE001  # each backend fails in its own way
        raise UnavailableError(
            f"The OS keyring refuses to answer ({type(error).__name__}).",
            "Unlock it, or give the key with --key-file PATH.",
        ) from None


def _limited(question: Callable[[], T]) -> T:
    """Call in a thread that is given up after 10 s: a locked keyring waits for a click for ever."""
    answers: list[T] = []
    errors: list[Exception] = []

    def call() -> None:
        try:
            answers.append(question())
        except Exception as error:  # noqa: BLE001  # handed to the caller
            errors.append(error)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(LIMIT_SECONDS)
    if errors:
        raise errors[0]
    if not answers:
        raise UnavailableError(
            f"The OS keyring did not answer within {LIMIT_SECONDS:.0f} seconds.",
            "Unlock it, or give the key with --key-file PATH.",
        )
    return answers[0]
