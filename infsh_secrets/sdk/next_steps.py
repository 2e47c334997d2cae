"""The next step after an error, for a program: an argument, where a command has an option.

Errors come from the services, which speak to a person at the command line.
"""

from __future__ import annotations

import re

_FLAGS = ("accept-rollback", "all", "allow-empty", "offline", "pristine", "strict")
_NAMES = {
    "-d": "description",
    "-e": "environment",
    "-f": "manifest",
    "-m": "metadata",
    "-s": "store",
    "--to-env": "to_environment",
    "--unset-meta": "unset",
} | {
    f"--{name}": name.replace("-", "_")
    for name in (
        *("allow-env", "expires", "julep", "key-fd", "key-file", "only", "preserve-env"),
        *("sort", "stale", "team", "unused", "vault", "version"),
    )
}
_WHOLE = {"Leave --create out to update it.": "Use `set` to give it a new value."}
_OPTION = re.compile(
    r"""(?<![\w-])(--?[a-z][a-z-]*)
    (?:[ =]([A-Z][A-Z0-9_]*(?:[,=][A-Z]+)*|\d+d|name=value|updated|vault))?(?![\w-])""",
    re.VERBOSE,
)
_CALLS = {
    "set": 'set("{}", VALUE{})',
    "list": "list()",
    "restore": 'restore("{}"{})',
    "delete": 'purge("{}"{})',
}
_CALL = re.compile(
    r"""infsh\ secrets\ (set|list|restore|delete)(?:\ (\w+))?
    (?:\ -e\ ([\w-]+)|\ -s\ [\w-]+|\ --all-envs|\ --purge)*""",
    re.VERBOSE,
)
_AT_A_TERMINAL = ", or fill all gaps with: "
_COMMAND = re.compile(r"(\binfsh (?:secrets|login|logout)\b)", re.ASCII)


def as_arguments(text: str) -> str:
    """Return a sentence or hint with arguments of the client in place of options.

    "Add --to-env ENV" becomes 'Add to_environment="ENV"'. Commands that are named, `infsh …` up to
    the end, stay as they are.
    """
    said, *command = _COMMAND.split(text, maxsplit=1)
    said = _WHOLE.get(said, said)
    return _OPTION.sub(_argument, said) + "".join(command)


def as_calls(text: str) -> str:
    """Return a hint with calls in place of commands, which know nothing of a store that is given.

    "Store it with: infsh secrets set K -s memory" becomes 'Store it with: secrets.set("K", VALUE)'.
    """
    return _CALL.sub(_call, text.partition(_AT_A_TERMINAL)[0])


def _call(found: re.Match[str]) -> str:
    command, name, environment = found.groups()
    place = f', environment="{environment}"' if environment else ""
    return f"secrets.{_CALLS[command].format(name, place)}"


def _argument(found: re.Match[str]) -> str:
    option, value = found.groups()
    name = option.removeprefix("--")
    if name in _FLAGS:
        return f"{name.replace('-', '_')}=True" + (f" {value}" if value else "")
    if option not in _NAMES:
        return found[0]
    name = _NAMES[option]
    return f"{name}={_written(name, value)}" if value else f"`{name}`"


def _written(name: str, value: str) -> str:
    """Return a value as Python writes it."""
    if name == "metadata":
        pair = value.partition("=")
        return f'{{"{pair[0]}": "{pair[2]}"}}'
    if "," in value:
        return "[" + ", ".join(f'"{one}"' for one in value.split(",")) + "]"
    return value if value == "N" else f'"{value}"'
