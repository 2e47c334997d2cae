"""The plain forms of `run`."""

from __future__ import annotations

import os

from infsh_secrets.fastpath import OPTIONS, value_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_QUIET = ("-q", "--quiet")
_FILE = "file"
_ONLY = "only"
_FLAGS = {
    "--all": "everything",
    "--pristine": "pristine",
    "--exec": "replace",
    "-c": "shell",
    "--shell": "shell",
    "--no-masking": "unmasked",
}
_FIELDS = {**OPTIONS, "-f": _FILE, "--file": _FILE, "--only": _ONLY}


class PlainRun:
    """`infsh secrets run [OPTION]… -- COMMAND…`, with nothing but options understood here.

    `options` are those that settings are made of, `flags` the names of those of the request.
    """

    __slots__ = ("command", "file", "flags", "only", "options", "quiet")

    def __init__(
        self,
        command: list[str],
        options: dict[str, Any],
        *,
        file: str | None,
        only: list[str],
        flags: set[str],
        quiet: bool,
    ) -> None:
        self.command = command
        self.options = options
        self.file = file
        self.only = only
        self.flags = flags
        self.quiet = quiet

    def run(self, ask: Callable[[str], str] | None, say: Callable[[str, bool], None]) -> int:
        """Run the command and return its exit status; `say` gets notices before it starts."""
        from infsh_secrets.config.settings import Options, Settings
        from infsh_secrets.services.run import run
        from infsh_secrets.services.run_request import Request
        from infsh_secrets.services.workspace import Workspace

        settings = Settings(Options(**self.options), os.environ)
        flags = self.flags
        request = Request(
            self.command,
            file=self.file,
            only=self.only,
            everything="everything" in flags,
            pristine="pristine" in flags,
            masking="unmasked" not in flags,
            replace="replace" in flags,
            shell="shell" in flags,
        )
        with Workspace(settings, ask) as workspace:

            def tell() -> None:
                for notice in workspace.notices:
                    say(notice, self.quiet)
                workspace.notices.clear()

            return run(workspace, request, os.environ, tell)


def match(argv: list[str]) -> PlainRun | None:
    """Return what `argv` asks for if it is a plain form of `run`, else None."""
    only: list[str] = []
    fields: dict[str, str] = {}
    quiet = False
    flags: set[str] = set()
    command: list[str] | None = None
    rest = iter(argv[2:])
    for word in rest:
        if word == "--" or not word.startswith("-"):
            command = [*([] if word == "--" else [word]), *rest]
        elif word in _QUIET:
            quiet = True
        elif word in _FLAGS:
            flags.add(_FLAGS[word])
        else:
            name, value = value_of(word, rest)
            field = _FIELDS.get(name)
            if not value or field is None or field in fields:
                return None
            if field == _ONLY:
                only.append(value)
            else:
                fields[field] = value
    if command is None:
        return None
    file = fields.pop(_FILE, None)
    return PlainRun(command, fields, file=file, only=only, flags=flags, quiet=quiet)
