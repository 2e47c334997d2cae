"""The plain forms of `get`."""

from __future__ import annotations

import os
import sys

from infsh_secrets.domain import exit_codes
from infsh_secrets.fastpath import OPTIONS, OUTPUT, Shown, value_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_FLAGS = {
    "--plain": "plain",
    "-n": "bare",
    "--reveal": "reveal",
    "--json": "json",
    "--no-color": "no_color",
    "-q": "quiet",
    "--quiet": "quiet",
}
_FIELDS = {**OPTIONS, **OUTPUT}
_VALUE_IN_A_VIEW = {"reveal", "json"}


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


class PlainView:
    """`infsh secrets get KEY`: what is known of a secret, with its value if `flags` reveal it."""

    __slots__ = ("fields", "flags", "key")

    def __init__(self, key: str, fields: dict[str, Any], flags: set[str]) -> None:
        self.key = key
        self.fields = fields
        self.flags = flags

    def run(self, ask: Callable[[str], str] | None, say: Callable[[str, bool], None]) -> Shown:
        """Return the view and how it is to be shown; `say` gets notices."""
        from infsh_secrets.config.settings import Options, Settings
        from infsh_secrets.services import views
        from infsh_secrets.services.workspace import Workspace

        reveal = "reveal" in self.flags
        form = self.fields.get("output")
        settings = Settings(Options(**self.fields), os.environ)
        with Workspace(settings, ask) as workspace:
            result = views.view(workspace, self.key, None, reveal=reveal, raw=False)
            notices = workspace.notices + views.said_of_view(
                reveal=reveal, output_named=form is not None, terminal=sys.stdout.isatty()
            )
            for notice in notices:
                say(notice, "quiet" in self.flags)
        return Shown(result, form, no_color="no_color" in self.flags)


def match(argv: list[str]) -> PlainGet | PlainView | None:
    """Return what `argv` asks for if it is a plain form of `get`, else None."""
    keys: list[str] = []
    flags: set[str] = set()
    fields: dict[str, str] = {}
    rest = iter(argv[2:])
    for word in rest:
        if word in _FLAGS:
            flags.add(_FLAGS[word])
            continue
        if not word.startswith("-"):
            keys.append(word)
            continue
        name, value = value_of(word, rest)
        if not value or name not in _FIELDS or _FIELDS[name] in fields:
            return None
        fields[_FIELDS[name]] = value
    if len(keys) != 1 or not keys[0]:
        return None
    return _request(keys[0], fields, flags)


def _request(key: str, fields: dict[str, str], flags: set[str]) -> PlainGet | PlainView | None:
    """Return the request, None for options that contradict each other."""
    if "plain" not in flags:
        if "bare" in flags:
            return None
        if "json" in flags:
            fields["output"] = "json"
        return PlainView(key, fields, flags)
    if "output" in fields or not flags.isdisjoint(_VALUE_IN_A_VIEW):
        return None
    return PlainGet(key, fields, newline="bare" not in flags, quiet="quiet" in flags)
