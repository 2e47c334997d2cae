"""The plain forms of `get`."""

from __future__ import annotations

import os

from infsh_secrets.domain import exit_codes
from infsh_secrets.fastpath import OPTIONS, value_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_FLAGS = {"--plain": "plain", "-n": "bare", "-q": "quiet", "--quiet": "quiet"}


class PlainGet:
    """`infsh secrets get KEY --plain`, with nothing but options that are understood here."""

    __slots__ = ("key", "newline", "options", "quiet")

    def __init__(self, key: str, options: dict[str, Any], *, newline: bool, quiet: bool) -> None:
        self.key = key
        self.options = options
        self.newline = newline
        self.quiet = quiet

    def run(self, ask: Callable[[str], str] | None, say: Callable[[str, bool], None]) -> int:
        """Write the value to standard output and return the exit status; `say` gets notices."""
        from infsh_secrets.config.settings import Options, Settings
        from infsh_secrets.files.streams import write_value
        from infsh_secrets.services.secrets import reveal
        from infsh_secrets.services.workspace import Workspace

        settings = Settings(Options(**self.options), os.environ)
        with Workspace(settings, ask) as workspace:
            secret = reveal(workspace, self.key)
            for notice in workspace.notices:
                say(notice, self.quiet)
        write_value(secret.value.reveal_bytes(), newline=self.newline)
        return exit_codes.OK


def match(argv: list[str]) -> PlainGet | None:
    """Return what `argv` asks for if it is a plain form of `get`, else None."""
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
        name, value = value_of(word, rest)
        if not value or name not in OPTIONS or OPTIONS[name] in options:
            return None
        options[OPTIONS[name]] = value
    if len(keys) != 1 or not keys[0] or "plain" not in flags:
        return None
    return PlainGet(keys[0], options, newline="bare" not in flags, quiet="quiet" in flags)
