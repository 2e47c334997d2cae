"""All formats; the module of one is imported when it is asked for."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from infsh_secrets.domain.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from infsh_secrets.formats.model import Pairs, Parsed, Written

DOTENV = "dotenv"
GITHUB = "github"
KUBERNETES = "kubernetes"
CREDENTIALS = "systemd-credentials"
SHELL = "shell"
FISH = "fish"

_PACKAGE = "infsh_secrets.formats"
READERS = {
    DOTENV: f"{_PACKAGE}.dotenv_reader:parse",
    "json": f"{_PACKAGE}.json_object:parse",
    "yaml": f"{_PACKAGE}.yaml_mapping:parse",
    "toml": f"{_PACKAGE}.toml_table:parse",
}
WRITERS = {
    DOTENV: f"{_PACKAGE}.dotenv:write",
    "json": f"{_PACKAGE}.json_object:write",
    "yaml": f"{_PACKAGE}.yaml_mapping:write",
    "toml": f"{_PACKAGE}.toml_table:write",
    SHELL: f"{_PACKAGE}.shell:write",
    FISH: f"{_PACKAGE}.shell:write_fish",
    "docker": f"{_PACKAGE}.docker:write",
    GITHUB: f"{_PACKAGE}.github:write",
    "systemd": f"{_PACKAGE}.systemd:write",
    KUBERNETES: f"{_PACKAGE}.kubernetes:write",
}
FOLDERS = (CREDENTIALS,)
"""Formats that are a folder with a file for each secret."""

_ENDINGS = {
    ".env": DOTENV,
    ".json": "json",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".toml": "toml",
    ".sh": SHELL,
    ".fish": FISH,
}


def of_path(path: str) -> str | None:
    """Return the format that a file's name tells, as in `.env.local` or `keys.json`; else None."""
    name = os.path.basename(path).lower()
    if name == ".env" or name.startswith(".env."):
        return DOTENV
    return _ENDINGS.get(os.path.splitext(name)[1])


def reader(name: str) -> Callable[[str], Parsed]:
    """Return what reads a format; UsageError for one that is not read."""
    if name not in READERS:
        raise UsageError(
            f"There is no format of that name to import; there are: {', '.join(READERS)}.",
            "Write --format dotenv.",
        )
    parse: Callable[[str], Parsed] = _load(READERS[name])
    return parse


def writer(name: str) -> Callable[[Pairs], Written]:
    """Return what writes a format; UsageError for one that is not written."""
    check_writable(name)
    write: Callable[[Pairs], Written] = _load(WRITERS[name])
    return write


def check_writable(name: str) -> None:
    """Raise UsageError for a format that does not exist."""
    if name not in WRITERS and name not in FOLDERS:
        raise UsageError(
            f"There is no format of that name; there are: {', '.join([*WRITERS, *FOLDERS])}.",
            "Write --format dotenv.",
        )


def _load(target: str) -> Any:
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)
