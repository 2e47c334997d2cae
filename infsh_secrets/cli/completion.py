"""Candidates for a shell: commands, options, and names from the vault, offline and unasked.

The shell calls `infsh __complete WORD…`, the last word being the one under the cursor, and gets a
line a candidate: value, tab, description; or `:files`, for which it offers its own. Whatever goes
wrong, the answer is merely shorter: a person is in the middle of typing.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from infsh_secrets.cli.commands_table import COMMANDS, GROUPS, Command, completed
from infsh_secrets.cli.run_line import OPTIONAL, separated
from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.names import check_team
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
    "--for": ("1h", "8h", "1d"),
    "--generate": ("alnum:40", "hex:32", "base64:32", "uuid"),
}
_PATHS = ("--file", "--vault", "--key-file", "--key-file-out", "--new-file", "--new-key-file")
_LISTS_OF_NAMES = ("--only", *OPTIONAL)
_OF_ONE_SECRET = ("get", "edit", "history", "rollback", "rename", "copy", "describe")
_OF_SECRETS = (*_OF_ONE_SECRET, "delete", "restore", "list", "set", "uses")
_OF_PATHS = ("backup", "restore", "salvage")
_GROUPS = ((), *GROUPS)
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
    words = completed(words)
    current = words[-1] if words else ""
    if current.startswith("-"):
        words = completed(words)
    path, rest = _descend(separated(words[:-1]))
    command = _command(path)
    if command is not None:
        return _in_command(command, rest, current)
    if current.startswith("-"):
        return _option_names(_options(path), current) if path in _GROUPS else []
    return _fitting(_members(path), current)


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
    options = _options(command.path)
    given = _read_words(rest, options)
    if given.waiting:
        return _values(given.waiting, given.settled, current)
    if current.startswith("--") and "=" in current and "--" not in rest:
        name, _, value = current.partition("=")
        found = _values(name, given.settled, value)
        return found if found == FILES else [(f"{name}={v}", text) for v, text in found]
    if current.startswith("-") and "--" not in rest:
        return _option_names(options, current)
    found = _arguments(command, given)
    return found if found == FILES else _fitting(found, current)


def _options(path: tuple[str, ...]) -> dict[str, Any]:
    """Return the parser's own options of a command or group by every name they have."""
    import typer.main

    from infsh_secrets.cli.app import build_app

    any_command = next(c.path for c in COMMANDS if c.path[: len(path)] == path)
    node: Any = typer.main.get_command(build_app(list(any_command)))
    for word in path:
        node = node.commands[word]
    params = node.get_params(typer.Context(node))
    return {name: p for p in params for name in p.opts if name.startswith("-")}


def _option_names(options: dict[str, Any], current: str) -> Candidates:
    shown = {name: option for name, option in options.items() if name.startswith("--")}
    return _fitting(sorted((n, _first_line(o.help)) for n, o in shown.items()), current)


def _first_line(text: str | None) -> str:
    return (text or "").split("\n", 1)[0]


def _long_name(option: Any) -> str:
    names: list[str] = option.opts
    return next((name for name in names if name.startswith("--")), names[0])


class _Given(NamedTuple):
    """What stands before the cursor: values of options, flags, arguments.

    `waiting` is the option whose value comes next, "" for none.
    """

    settled: dict[str, str]
    flags: set[str]
    arguments: list[str]
    waiting: str


def _read_words(rest: list[str], options: dict[str, Any]) -> _Given:
    settled: dict[str, str] = {}
    flags: set[str] = set()
    arguments: list[str] = []
    waiting = ""
    for place, word in enumerate(rest):
        if waiting:
            settled[waiting] = word
            waiting = ""
        elif word == "--":
            arguments += rest[place + 1 :]
            break
        elif word.startswith("--") and "=" in word:
            name, _, value = word.partition("=")
            settled[name] = value
        elif word in options and not options[word].is_flag and word not in OPTIONAL:
            waiting = _long_name(options[word])
        elif word.startswith("-"):
            flags.add(word)
        else:
            arguments.append(word)
    return _Given(settled, flags, arguments, waiting)


def _values(option: str, settled: dict[str, str], current: str) -> Candidates:
    if option in _PATHS:
        return FILES
    if option in _FIXED:
        return _fitting([(value, "") for value in _FIXED[option]], current)
    if option == "--team":
        from infsh_secrets.services.keys import teams

        return _fitting([(t, "team") for t in teams(_workspace({})) if _is_team(t)], current)
    if option in ("--env", "--to-env"):
        head, comma, last = current.rpartition(",")
        with _workspace(settled) as workspace:
            infos = workspace.store().listing() if _at_hand(workspace) else []
        found = sorted({info.environment for info in infos})
        return [(head + comma + name, "environment") for name in found if name.startswith(last)]
    if option in _LISTS_OF_NAMES:
        head, comma, last = current.rpartition(",")
        names = _names(settled, (False,), everywhere=False, known=False)
        return [(head + comma + name, text) for name, text in names if name.startswith(last)]
    if option == "--key":
        return _fitting(_names(settled, (False,), everywhere=False, known=False), current)
    return []


def _is_team(name: str) -> bool:
    """Tell whether a file's name is a team's; any other could hold what a shell would act on."""
    try:
        return check_team(name) == name
    except UsageError:
        return False


def _arguments(command: Command, given: _Given) -> Candidates:
    if command.path == ("secrets", "run"):
        return FILES
    if command.path == ("completion",) and not given.arguments:
        from infsh_secrets.cli.completion_scripts import SCRIPTS

        return [(shell, "") for shell in SCRIPTS]
    if command.path[1:3] == ("vault", "key"):
        return [] if given.arguments else _keys(command.name, given.settled)
    if command.path[1:2] == ("vault",):
        return FILES if command.name in _OF_PATHS and not given.arguments else []
    if command.name == "scan":
        return FILES
    if command.name in (*_OF_ONE_SECRET, "set") and given.arguments:
        return []  # they take one name that there is; what comes now after `set` is the value
    if command.name in _OF_SECRETS:
        found = _names(
            given.settled,
            _states(command.name, given.flags),
            everywhere="--all-envs" in given.flags
            or (command.name == "uses" and not given.settled.get("--env")),
            known=command.name == "set",
        )
        return [(name, text) for name, text in found if name not in given.arguments]
    return []


def _keys(name: str, settled: dict[str, str]) -> Candidates:
    """Return the ids of keys that may be removed or changed; they are no secrets."""
    from infsh_secrets.services.key_slots import SHORT_ID, shown

    if name not in ("remove", "change-passphrase"):
        return []
    with _workspace(settled) as workspace:
        found = [shown(workspace, slot) for slot in workspace.locked.slots]
    return [
        (key.id[:SHORT_ID], f"{key.kind}, {key.path or key.kept_in}")
        for key in found
        if name == "remove" or key.kind == "passphrase"
    ]


def _states(name: str, flags: set[str]) -> tuple[bool, ...]:
    """Return of which state, deleted or not, the secrets are that a command may be given."""
    if name == "restore" or "--deleted" in flags:
        return (True,)
    return (True, False) if name in ("history", "uses") or "--purge" in flags else (False,)


def _names(
    settled: dict[str, str], states: tuple[bool, ...], *, everywhere: bool, known: bool
) -> Candidates:
    """Return names of secrets, and with `known` those of well-known keys, whatever the vault is."""
    found: dict[str, str] = {}
    if known:
        from infsh_secrets.domain.wellknown import WELL_KNOWN

        found = {name: text for name, (text, _) in WELL_KNOWN.items()}
    try:
        with _workspace(settled) as workspace:
            chain = workspace.settings.environments
            for state in states if _at_hand(workspace) else ():
                for info in workspace.store().listing(deleted=state):
                    if everywhere or info.environment in chain:
                        found[info.key] = _first_line(info.description)
    except Exception:
        if not known:
            raise
    return sorted(found.items())


def _at_hand(workspace: Workspace) -> bool:
    """Tell whether names are to be had without asking another machine: a key press must not."""
    return workspace.is_local and workspace.exists()


def _workspace(settled: dict[str, str]) -> Workspace:
    from infsh_secrets.config.settings import Options, Settings
    from infsh_secrets.services.workspace import Workspace

    options = Options()
    for name, field in _SETTLED.items():
        if settled.get(name):
            setattr(options, field, os.path.expanduser(settled[name]))
    return Workspace(Settings(options, os.environ))
