"""The plain forms of `get` and `run` without Typer: its import alone is five times a bare start.

Whatever is not certain to mean the same there is left to Typer.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from infsh_secrets.fastpath.get import PlainGet
    from infsh_secrets.fastpath.run import PlainRun

OPTIONS = {
    "-e": "environment",
    "--env": "environment",
    "--team": "team",
    "--vault": "vault",
    "--key-file": "key_file",
}
"""The options with a value that both commands know, and what `Options` calls them."""


def match(argv: list[str]) -> PlainGet | PlainRun | None:
    """Return what `argv` asks for if it is a plain form of a command known here, else None."""
    if argv[:1] != ["secrets"]:
        return None
    name = argv[1] if len(argv) > 1 else ""
    if name == "get":
        from infsh_secrets.fastpath import get

        return get.match(argv)
    if name in ("run", "exec"):
        from infsh_secrets.fastpath import run

        return run.match(argv)
    return None


def value_of(word: str, rest: Iterator[str]) -> tuple[str, str]:
    """Return (name, value) of an option, the value "" for a doubtful one."""
    name, equals, value = word.partition("=")
    if equals and not name.startswith("--"):
        return name, ""
    if not equals:
        value = next(rest, "")
    return name, "" if value.startswith("-") else value
