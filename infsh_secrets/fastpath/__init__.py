"""Plain forms of a few commands without Typer: its import alone is four times a bare start.

Whatever is not certain to mean the same there is left to Typer.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from infsh_secrets.domain.results import SecretList, SecretView
    from infsh_secrets.fastpath.get import PlainGet, PlainView
    from infsh_secrets.fastpath.list import PlainList
    from infsh_secrets.fastpath.run import PlainRun
    from infsh_secrets.fastpath.version import PlainVersion

OPTIONS = {
    "-e": "environment",
    "--env": "environment",
    "--team": "team",
    "--vault": "vault",
    "--key-file": "key_file",
}
"""The options with a value that all of these commands know, and what `Options` calls them."""

OUTPUT = {"-o": "output", "--output": "output"}
"""The options that name the form of output, of commands that have something to show."""


class Shown:
    """A result for the renderer, with the form that the command line names, None for none."""

    __slots__ = ("form", "no_color", "result")

    def __init__(
        self, result: SecretList | SecretView, form: str | None, *, no_color: bool
    ) -> None:
        self.result = result
        self.form = form
        self.no_color = no_color


def match(argv: list[str]) -> PlainGet | PlainView | PlainList | PlainRun | PlainVersion | None:
    """Return what `argv` asks for if it is a plain form of a command known here, else None."""
    if argv == ["--version"]:
        from infsh_secrets.fastpath.version import PlainVersion

        return PlainVersion()
    if argv[:1] != ["secrets"]:
        return None
    name = argv[1] if len(argv) > 1 else ""
    if name == "get":
        from infsh_secrets.fastpath import get

        return get.match(argv)
    if name in ("run", "exec"):
        from infsh_secrets.fastpath import run

        return run.match(argv)
    if name in ("list", "ls"):
        from infsh_secrets.fastpath import list as list_

        return list_.match(argv)
    return None


def value_of(word: str, rest: Iterator[str]) -> tuple[str, str]:
    """Return (name, value) of an option, the value "" for a doubtful one."""
    name, equals, value = word.partition("=")
    if equals and not name.startswith("--"):
        return name, ""
    if not equals:
        value = next(rest, "")
    return name, "" if value.startswith("-") else value
