"""The plain forms of `get` without Typer: its import alone is five times a bare Python start.

Whatever is not certain to mean the same there is left to Typer.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_FLAGS = {"--plain": "plain", "-n": "bare", "-q": "quiet", "--quiet": "quiet"}
_VALUES = {
    "-e": "environment",
    "--env": "environment",
    "--team": "team",
    "--vault": "vault",
    "--key-file": "key_file",
}
_SHORTEST = 4


class PlainGet:
    """`infsh secrets get KEY --plain`, with nothing but options that are understood here."""

    __slots__ = ("key", "newline", "options", "quiet")

    def __init__(self, key: str, options: dict[str, Any], *, newline: bool, quiet: bool) -> None:
        self.key = key
        self.options = options
        self.newline = newline
        self.quiet = quiet


def match(argv: list[str]) -> PlainGet | None:
    """Return what `argv` asks for if it is a plain form of `get`, else None."""
    if len(argv) < _SHORTEST or argv[0] != "secrets" or argv[1] != "get":
        return None
    keys: list[str] = []
    flags: set[str] = set()
    options: dict[str, str] = {}
    rest = iter(argv[2:])
    for word in rest:
        if word in _FLAGS:
            flags.add(_FLAGS[word])
            continue
        if not word.startswith("-"):
            keys.append(word)
            continue
        name, equals, value = word.partition("=")
        if name not in _VALUES or (equals and not name.startswith("--")):
            return None
        if not equals:
            value = next(rest, "")
        if not value or value.startswith("-") or _VALUES[name] in options:
            return None
        options[_VALUES[name]] = value
    if len(keys) != 1 or not keys[0] or "plain" not in flags:
        return None
    return PlainGet(keys[0], options, newline="bare" not in flags, quiet="quiet" in flags)


def run(
    request: PlainGet, ask: Callable[[str], str] | None, say: Callable[[str, bool], None]
) -> None:
    """Write the value that `request` asks for to standard output; `say` gets notices."""
    from infsh_secrets.config.settings import Options, Settings
    from infsh_secrets.files.streams import write_value
    from infsh_secrets.services.secrets import reveal
    from infsh_secrets.services.workspace import Workspace

    settings = Settings(Options(**request.options), os.environ)
    with Workspace(settings, ask) as workspace:
        secret = reveal(workspace, request.key)
        for notice in workspace.notices:
            say(notice, request.quiet)
    write_value(secret.value.reveal_bytes(), newline=request.newline)
