"""What `doctor` finds around the vault: libraries, memory, keyring, shell."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from infsh_secrets.crypto import kdf
from infsh_secrets.domain.errors import InfshError
from infsh_secrets.domain.results import FAILED, OK, WARNING, Finding
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.services.completion_files import is_there
from infsh_secrets.stores.vault.sqlite import library_version
from infsh_secrets.unlock import os_keyring

if TYPE_CHECKING:
    from collections.abc import Mapping

_MIB = 1024 * 1024
_PYTHON = ((3, 11), (3, 13))
_SQLITE = (3, 31)  # the first that knows trusted_schema
_LIBRARIES = (("cryptography", (46,), (50,)), ("typer", (0, 20), (0, 28)))
"""(distribution, oldest and newest version that the tests have run with)"""

_SHELLS = {
    "bash": (
        (".bashrc", ".bash_profile", ".profile", ".bash_completion"),
        (
            "/usr/share/bash-completion/completions/infsh",
            "/usr/local/share/bash-completion/completions/infsh",
            "/etc/bash_completion.d/infsh",
        ),
    ),
    "zsh": (
        (".zshrc", ".zprofile", ".zshenv"),
        ("/usr/share/zsh/site-functions/_infsh", "/usr/local/share/zsh/site-functions/_infsh"),
    ),
    "fish": (
        (".config/fish/config.fish",),
        ("/usr/share/fish/vendor_completions.d/infsh.fish",),
    ),
}
"""shell -> (files that may load it, files of all users that are it)"""
_MOST_READ = 1_000_000


def versions() -> list[Finding]:
    """Return whether Python and the libraries are those that this program is tested with."""
    from importlib.metadata import PackageNotFoundError, version

    found = [_within("Python", ".".join(map(str, sys.version_info[:3])), *_PYTHON)]
    sqlite = library_version()
    if numbers(sqlite) < _SQLITE:
        fix = "Install a newer SQLite, or a Python that brings one."
        found.append(Finding("SQLite", FAILED, f"{sqlite} is too old: 3.31 is needed.", fix))
    else:
        found.append(Finding("SQLite", OK, sqlite))
    for name, oldest, newest in _LIBRARIES:
        try:
            found.append(_within(name, version(name), oldest, newest))
        except PackageNotFoundError:  # a program that was packed without metadata
            found.append(Finding(name, WARNING, "Its version is not known.", "Reinstall it."))
    return found


def _within(name: str, text: str, oldest: tuple[int, ...], newest: tuple[int, ...]) -> Finding:
    low, high = (".".join(map(str, bound)) for bound in (oldest, newest))
    if numbers(text) < oldest:
        reason = f"{text} is too old: {low} is needed."
        return Finding(name, FAILED, reason, f"Install {name} {low} or newer.")
    if numbers(text)[: len(newest)] > newest:
        reason = f"{text} is newer than what was tested, which is {low} to {high}."
        return Finding(name, WARNING, reason, "Look for a newer infsh-secrets.")
    return Finding(name, OK, text)


def numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version: (3, 40, 1) of `3.40.1`."""
    found = []
    for part in version.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        found.append(int(digits))
    return tuple(found)


def keyring(environ: Mapping[str, str], *, needed: bool) -> Finding:
    """Return which OS keyring answers, or why none does; `needed`: the vault's key is in one."""
    fix = "Log in to a desktop session, or give the key with --key-file PATH." if needed else ""
    try:
        backend = os_keyring.find(environ)
    except InfshError as error:
        return Finding("keyring", FAILED if needed else WARNING, error.message, error.hint)
    if backend is not None:
        return Finding("keyring", OK, f"{type(backend).__module__} answers.")
    reason = f"There is none: {sanitize(os_keyring.why_none(environ))}."
    if needed:
        return Finding("keyring", FAILED, reason, fix)
    return Finding("keyring", OK, f"{reason} Keys of new vaults go into files.")


def memory(wanted_kib: int) -> Finding:
    """Return whether a passphrase can be tried; `wanted_kib` is what a slot needs, 0 for none."""
    free = free_memory()
    default = kdf.ARGON2_DEFAULT[1]
    if free is None:
        return Finding("memory", OK, "How much is free cannot be told here.")
    text = f"{free // _MIB} MiB are free."
    if wanted_kib * 1024 > free:
        reason = f"{text} The passphrase needs {wanted_kib // 1024} MiB."
        return Finding("memory", FAILED, reason, "Close other programs.")
    if default * 1024 > free:
        reason = f"{text} A new passphrase takes {default // 1024} MiB."
        return Finding("memory", WARNING, reason, "Close other programs before you add one.")
    return Finding("memory", OK, f"{text} A passphrase takes {default // 1024} MiB of it.")


def free_memory() -> int | None:
    """Return the bytes that this process may still take, as far as the system tells."""
    limits = []
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            lines = dict(line.split(":", 1) for line in file)
        limits.append(int(lines["MemAvailable"].split()[0]) * 1024)
    except (OSError, ValueError, KeyError, IndexError):
        pass
    try:
        import resource

        soft = resource.getrlimit(resource.RLIMIT_AS)[0]
        if soft != resource.RLIM_INFINITY:
            limits.append(soft)
    except ImportError:
        pass
    return min(limits, default=None)


def completion(environ: Mapping[str, str]) -> Finding:
    """Return whether the person's shell completes our commands, as far as its files tell."""
    shell = os.path.basename(environ.get("SHELL") or "")
    if shell not in _SHELLS:
        return Finding("completion", OK, "Not looked for: SHELL names none that is known.")
    loaders, files = _SHELLS[shell]
    home = environ.get("HOME") or os.path.expanduser("~")
    at_home = [os.path.join(home, name) for name in loaders]
    if shell == "zsh" and environ.get("ZDOTDIR"):
        at_home.append(os.path.join(environ["ZDOTDIR"], ".zshrc"))
    installed = is_there(shell, environ) or any(os.path.exists(path) for path in files)
    if installed or any(_mentions(path) for path in at_home):
        return Finding("completion", OK, f"{shell} completes our commands.")
    return Finding(
        "completion",
        WARNING,
        f"{shell} does not complete our commands.",
        f"Set it up with: infsh completion install {shell}",
    )


def _mentions(path: str) -> bool:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read(_MOST_READ)
    except OSError:
        return False
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return any("infsh" in line and "complet" in line for line in lines)
