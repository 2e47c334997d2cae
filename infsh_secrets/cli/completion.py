"""Candidates for a shell: commands, options, and names from the vault, offline and unasked.

The shell calls `infsh __complete WORD…`, the last word being the one under the cursor, and gets a
line a candidate: value, tab, description; or `:files`, for which it offers its own. Whatever goes
wrong, the answer is merely shorter: a person is in the middle of typing.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from infsh_secrets.cli.commands_table import COMMANDS, GROUPS, Command
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.streams import write_stdout

if TYPE_CHECKING:
    from infsh_secrets.services.workspace import Workspace

FILES = [(":files", "")]
Candidates = list[tuple[str, str]]

_FIXED = {
    "--output": ("table", "json", "yaml", "names", "plain"),
    "--sort": ("key", "updated", "used"),
    "--store": ("vault",),
    "--generate": ("alnum:40", "hex:32", "base64:32", "uuid"),
}
_PATHS = ("--file", "--vault", "--key-file")
_SETTLED = {
    "--team": "team",
    "--env": "environment",
    "--vault": "vault",
    "--key-file": "key_file",
}


def complete(words: list[str]) -> int:
    """Write the candidates for the last of `words` and return 0."""
    try:
        found = candidates(words)
    except Exception:  # noqa: BLE001  # see above
        found = []
    lines = (f"{value}\t{sanitize(text)}".rstrip("\t") + "\n" for value, text in found)
    write_stdout("".join(lines).encode())
    return 0


def candidates(words: list[str]) -> Candidates:
    """Return (value, description) of everything that may stand where the last word stands."""
    words = _join_equals(words)
    current = words[-1] if words else ""
    path, rest = _descend(words[:-1])
    command = _command(path)
    if command is None:
        return _fitting(_members(path), current)
    return _in_command(command, rest, current)


def _join_equals(words: list[str]) -> list[str]:
    """Undo that bash takes `--env=x` apart into three words."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1].startswith("--") and word == "=":
            joined[-1] += "="
        elif joined and joined[-1].startswith("--") and joined[-1].endswith("="):
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _descend(words: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """Follow words through groups to a command; return its path and the words after it."""
    path: tuple[str, ...] = ()
    for place, word in enumerate(words):
        if word.startswith("-"):
            continue
        command = _command((*path, word))
        if command:
            return command.path, words[place + 1 :]
        if (*path, word) not in GROUPS:
            return ("",), []
        path = (*path, word)
    return path, []


def _command(path: tuple[str, ...]) -> Command | None:
    for command in COMMANDS:
        if path and path[:-1] == command.path[:-1] and path[-1] in (command.name, *command.aliases):
            return command
    return None


def _members(path: tuple[str, ...]) -> Candidates:
    groups = [(g[-1], text) for g, text in GROUPS.items() if g[:-1] == path]
    commands = [(c.name, c.summary) for c in COMMANDS if c.path[:-1] == path]
    return sorted(groups + commands)


def _fitting(found: Candidates, current: str) -> Candidates:
    return [(value, text) for value, text in found if value.startswith(current)]


def _in_command(command: Command, rest: list[str], current: str) -> Candidates:
    options = _options(command)
    settled, open_option = _read_options(rest, options)
    if open_option:
        return _values(open_option, settled, current)
    if current.startswith("--") and "=" in current and "--" not in rest:
        name, _, value = current.partition("=")
        return [(f"{name}={v}", t) for v, t in _values(name, settled, value) if v != ":files"]
    if current.startswith("-") and "--" not in rest:
        shown = {name: option for name, option in options.items() if name.startswith("--")}
        return _fitting(sorted((n, _first_line(o.help)) for n, o in shown.items()), current)
    return _fitting(_arguments(command, settled, rest), current)


def _options(command: Command) -> dict[str, Any]:
    """Return the parser's own options of a command by every name they have."""
    import typer.main

    from infsh_secrets.cli.app import build_app

    node: Any = typer.main.get_command(build_app([command.name]))
    for word in command.path:
        node = node.commands[word]
    return {name: p for p in node.params for name in p.opts if name.startswith("-")}


def _first_line(text: str | None) -> str:
    return (text or "").split("\n", 1)[0]


def _long_name(option: Any) -> str:
    names: list[str] = option.opts
    return next((name for name in names if name.startswith("--")), names[0])


def _read_options(rest: list[str], options: dict[str, Any]) -> tuple[dict[str, str], str]:
    """Return the values given so far, and the option whose value comes next ("" for none)."""
    settled: dict[str, str] = {}
    waiting = ""
    for word in rest:
        if waiting:
            settled[waiting] = word
            waiting = ""
        elif word == "--":
            break
        elif word.startswith("--") and "=" in word:
            name, _, value = word.partition("=")
            settled[name] = value
        elif word in options and not options[word].is_flag:
            waiting = _long_name(options[word])
    return settled, waiting


def _values(option: str, settled: dict[str, str], current: str) -> Candidates:
    if option in _PATHS:
        return FILES
    if option in _FIXED:
        return _fitting([(value, "") for value in _FIXED[option]], current)
    if option == "--team":
        from infsh_secrets.services.keys import teams

        return _fitting([(team, "team") for team in teams(_workspace({}))], current)
    if option == "--env":
        head, comma, last = current.rpartition(",")
        with _workspace(settled) as workspace:
            infos = workspace.store().listing() if workspace.exists() else []
        found = sorted({info.environment for info in infos})
        return [(head + comma + name, "environment") for name in found if name.startswith(last)]
    return []


def _arguments(command: Command, settled: dict[str, str], rest: list[str]) -> Candidates:
    if command.path == ("completion",):
        from infsh_secrets.cli.completion_scripts import SCRIPTS

        return [(shell, "") for shell in SCRIPTS]
    if command.name == "set" and any(not word.startswith("-") and word for word in rest):
        return []  # what comes now is the value
    if command.name in ("get", "delete", "restore", "list", "set"):
        found = _names(settled, deleted=command.name == "restore")
        if command.name == "set":
            from infsh_secrets.domain.wellknown import WELL_KNOWN

            known = {name: text for name, (text, _) in WELL_KNOWN.items()}
            found = sorted((known | dict(found)).items())
        taken = set(rest)
        return [(name, text) for name, text in found if name not in taken]
    return []


def _names(settled: dict[str, str], *, deleted: bool) -> Candidates:
    with _workspace(settled) as workspace:
        if not workspace.exists():
            return []
        chain = workspace.settings.environments
        infos = workspace.store().listing(deleted=deleted)
    return [
        (info.key, _first_line(info.description)) for info in infos if info.environment in chain
    ]


def _workspace(settled: dict[str, str]) -> Workspace:
    from infsh_secrets.config.settings import Options, Settings
    from infsh_secrets.services.workspace import Workspace

    options = Options()
    for name, field in _SETTLED.items():
        if settled.get(name):
            setattr(options, field, os.path.expanduser(settled[name]))
    return Workspace(Settings(options, os.environ))
