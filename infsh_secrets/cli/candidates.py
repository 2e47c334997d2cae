"""What may stand as the value of an option or as an argument, by what the grammar calls it."""

from __future__ import annotations

from infsh_secrets.cli.completion import FILES, Candidates

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from infsh_secrets.cli.grammar import Node, Option

_PATHS = frozenset(
    {"PATH", "FILE", "FOLDER", "OUT", "[PATH]...", "[PATH]…", "[FILE]…", "[TEMPLATE]"}
)
_SIDES = frozenset({"STORE", "STORE_A", "STORE_B"})
_KEYS = frozenset({"KEY", "KEY…", "OLD", "[KEY]…", "[KEY|PATTERN]…", "[PATTERN]…", "PATTERN"})
_NEW_OR_KNOWN = "KEY [VALUE] | KEY=VALUE …"
_AGES = ("30d", "90d", "180d", "365d")
_FIXED = {
    "--output": ("table", "json", "yaml", "names", "plain"),
    "--sort": ("key", "updated", "used"),
    "--for": ("1h", "8h", "1d"),
    "--generate": ("alnum:40", "hex:32", "base64:32", "uuid"),
    "--on-conflict": ("overwrite", "skip", "fail"),
    "--kind": ("inference", "julep", "julep3"),
    "--role": ("owner", "admin", "member"),
    "--stale": _AGES,
    "--unused": _AGES,
    "--than": _AGES,
    "--since": _AGES,
    "--expires": _AGES,
    "--cache": ("1h", "8h", "1d", "30d"),
    "--host": ("127.0.0.1", "::1", "0.0.0.0"),  # noqa: S104  # somebody may mean it
}
FORMATS = {
    "import": ("dotenv", "json", "yaml", "toml"),
    "export": (
        *("dotenv", "json", "yaml", "toml", "shell", "fish", "docker", "github", "systemd"),
        *("kubernetes", "systemd-credentials"),
    ),
    "resolve": ("json", "yaml"),
}
"""command -> what its --format may be."""

_SCOPES = ("secrets:read", "secrets:write", "secrets:reveal")
_INSTALLING = ("install", "uninstall")
_SHELLS = ("bash", "zsh", "fish", "powershell")


class Given:
    """What stands before the cursor: values of options, flags, arguments.

    `waiting` is the option whose value comes next, "" for none.
    """

    __slots__ = ("arguments", "flags", "settled", "waiting")

    def __init__(self) -> None:
        self.settled: dict[str, str] = {}
        self.flags: set[str] = set()
        self.arguments: list[str] = []
        self.waiting = ""

    def settle(self, value: str) -> None:
        """Take the value of the option that waits for one."""
        self.settled[self.waiting] = value
        self.waiting = ""


def of_option(node: Node, option: Option, given: Given, current: str) -> Candidates:
    """Return the candidates for the value of an option."""
    name, value = option.long, option.value
    if name == "--format":
        return _plain(FORMATS.get(node.path[-1], ()), current)
    if name in _FIXED:
        return _plain(_FIXED[name], current)
    if value in _PATHS:
        return FILES
    if value in _SIDES:
        return _sides(given, current)
    if name == "--scope":
        return _listed(lambda: _plain(_SCOPES, ""), current)
    from infsh_secrets.cli import known

    sources: dict[str, Callable[[], Candidates]] = {
        "--store": known.stores,
        "--team": lambda: known.teams(given.settled),
        "--env": lambda: known.environments(given.settled),
        "--to-env": lambda: known.environments(given.settled),
        "--key": lambda: known.names(given.settled),
        "--unset-meta": lambda: known.metadata(given.settled, given.arguments[:1]),
    }
    if value in ("A,B", "[=A,B]", "KEY[,KEY]"):
        return _listed(lambda: known.names(given.settled), current)
    if name == "--env":
        return _listed(sources[name], current)
    return _fitting(sources[name](), current) if name in sources else []


def of_argument(node: Node, given: Given, current: str) -> Candidates:
    """Return the candidates for the next argument of a command."""
    called = node.argument(len(given.arguments))
    if called.startswith("-- "):
        return [(":command 1", "")]
    if called in _PATHS:
        return FILES
    if called in _SIDES:
        return _sides(given, current)
    if called in _KEYS:
        return _names(node, given, current)
    if called == _NEW_OR_KNOWN:
        return _to_set(given, current)
    if node.path == ("completion",):
        return _plain(_of_completion(given.arguments), current)
    from infsh_secrets.cli import known

    sources: dict[tuple[str, ...], Callable[[], Candidates]] = {
        ("login",): known.remote_stores,
        ("logout",): known.remote_stores,
        ("me",): known.remote_stores,
        ("secrets", "store", "use"): known.stores,
        ("secrets", "store", "test"): known.remote_stores,
        ("secrets", "store", "remove"): known.own_stores,
        ("secrets", "team", "use"): lambda: known.teams({}),
        ("secrets", "vault", "key", "remove"): lambda: known.keys(given.settled),
        ("secrets", "vault", "key", "change-passphrase"): lambda: known.keys(
            given.settled, kind="passphrase"
        ),
    }
    if called and node.path in sources:
        return _fitting(sources[node.path](), current)
    return []


def _of_completion(before: list[str]) -> tuple[str, ...]:
    if not before:
        return (*_SHELLS, *_INSTALLING)
    return _SHELLS if before[0] in _INSTALLING and len(before) == 1 else ()


def _fitting(found: Candidates, current: str) -> Candidates:
    return [(value, text) for value, text in found if value.startswith(current)]


def _plain(values: tuple[str, ...], current: str) -> Candidates:
    return [(value, "") for value in values if value.startswith(current)]


def _listed(source: Callable[[], Candidates], current: str) -> Candidates:
    """Return candidates for the last name of a list, without those that stand in it already."""
    head, comma, last = current.rpartition(",")
    there = head.split(",")
    return [
        (head + comma + value, text)
        for value, text in source()
        if value.startswith(last) and value not in there
    ]


def _names(node: Node, given: Given, current: str) -> Candidates:
    from infsh_secrets.cli import known

    command = node.path[-1]
    everywhere = "--all-envs" in given.flags or (
        command == "uses" and not given.settled.get("--env")
    )
    found = known.names(given.settled, _states(command, given.flags), everywhere=everywhere)
    return [(name, text) for name, text in _fitting(found, current) if name not in given.arguments]


def _states(command: str, flags: set[str]) -> tuple[bool, ...]:
    """Return of which state, deleted or not, the secrets are that a command may be given."""
    if command == "restore" or "--deleted" in flags:
        return (True,)
    return (True, False) if command in ("history", "uses") or "--purge" in flags else (False,)


def _to_set(given: Given, current: str) -> Candidates:
    """Return names for `set`, known here or to everybody; not in the place of a value.

    The value comes second, unless the first argument is a pair: then they all are.
    """
    if given.arguments and "=" not in given.arguments[0]:
        return []
    from infsh_secrets.cli import known

    done = {pair.partition("=")[0] for pair in given.arguments}
    found = [(name, text) for name, text in known.to_set(given.settled) if name not in done]
    if given.arguments:
        found = [(f"{name}=", text) for name, text in found]
    return _fitting(found, current)


def _sides(given: Given, current: str) -> Candidates:
    """Return what may be compared and synced: stores, teams, environments of them, or a file."""
    from infsh_secrets.cli import known

    if "/" in current or current.startswith((".", "~")):
        return FILES
    store, at, _ = current.partition("@")
    if at:
        found = [(f"{store}@{name}", text) for name, text in known.environments_of(store, given)]
    else:
        found = [*known.stores(), *((f"team:{name}", text) for name, text in known.teams({}))]
    fitting = [
        (value, text) for value, text in _fitting(found, current) if value not in _taken(given)
    ]
    return fitting or ([] if at else FILES)


def _taken(given: Given) -> set[str]:
    return {*given.arguments, *(given.settled.get(name, "") for name in ("--from", "--to"))}
