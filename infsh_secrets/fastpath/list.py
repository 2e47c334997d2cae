"""The plain forms of `list`."""

from __future__ import annotations

import os

from infsh_secrets.fastpath import OPTIONS, OUTPUT, Shown, value_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_FLAGS = {
    "--all-envs": "all_environments",
    "--deleted": "deleted",
    "-r": "reverse",
    "--reverse": "reverse",
    "--json": "json",
    "--no-color": "no_color",
    "-q": "quiet",
    "--quiet": "quiet",
}
_FIELDS = {**OPTIONS, **OUTPUT}


class PlainList:
    """`infsh secrets list [PATTERN]…`, with nothing but options that are understood here.

    `fields` are options with a value, `flags` the names of those without.
    """

    __slots__ = ("fields", "flags", "patterns")

    def __init__(self, patterns: list[str], fields: dict[str, Any], flags: set[str]) -> None:
        self.patterns = patterns
        self.fields = fields
        self.flags = flags

    def run(self, ask: Callable[[str], str] | None, say: Callable[[str, bool], None]) -> Shown:
        """Return the secrets and how they are to be shown; `say` gets notices."""
        from infsh_secrets.config.settings import Options, Settings
        from infsh_secrets.services import views
        from infsh_secrets.services.workspace import Workspace

        flags = self.flags
        settings = Settings(Options(**self.fields), os.environ)
        chosen = views.filters(
            self.patterns,
            (),
            stale=None,
            expired=False,
            deleted="deleted" in flags,
            all_environments="all_environments" in flags,
            sort="key",
            reverse="reverse" in flags,
        )
        with Workspace(settings, ask) as workspace:
            result = views.listing(workspace, chosen)
            for notice in workspace.notices:
                say(notice, "quiet" in flags)
        return Shown(result, self.fields.get("output"), no_color="no_color" in flags)


def match(argv: list[str]) -> PlainList | None:
    """Return what `argv` asks for if it is a plain form of `list`, else None."""
    patterns: list[str] = []
    fields: dict[str, Any] = {}
    flags: set[str] = set()
    rest = iter(argv[2:])
    for word in rest:
        if not word:
            return None
        if word in _FLAGS:
            flags.add(_FLAGS[word])
        elif not word.startswith("-"):
            patterns.append(word)
        else:
            name, value = value_of(word, rest)
            field = _FIELDS.get(name)
            if not value or field is None or field in fields:
                return None
            fields[field] = value
    if "json" in flags:
        fields["output"] = "json"
    return PlainList(patterns, fields, flags)
