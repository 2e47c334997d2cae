"""What is said about a command, part by part: the source of its help page and of the manual.

A docstring begins with a sentence and goes on with paragraphs. `Output:` begins the one about
standard output, `Examples:` a block with a command or a comment a line, `See also:` names of
commands parted by commas.
"""

from __future__ import annotations

import inspect
from typing import Any, NamedTuple

from infsh_secrets.cli.commands_table import COMMANDS
from infsh_secrets.cli.group_pages import PAGES, SECTIONS

PROGRAM = "infsh"
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
Rows = tuple[tuple[str, str], ...]


class Docstring(NamedTuple):
    """The parts of a docstring; a paragraph is one line."""

    paragraphs: tuple[str, ...]
    output: str
    examples: tuple[str, ...]
    related: tuple[str, ...]


class Page(NamedTuple):
    """All that is said about one command or group; sections are (title, rows of name and text)."""

    path: tuple[str, ...]
    usage: str
    aliases: tuple[str, ...]
    said: Docstring
    commands: tuple[tuple[str, Rows], ...]
    arguments: Rows
    options: tuple[tuple[str, Rows], ...]

    @property
    def summary(self) -> str:
        """The sentence that says what the command does."""
        return self.said.paragraphs[0]


def of(context: Any) -> Page:
    """Return what there is to say about the command that a parser's context is about."""
    command = context.command
    path = tuple(context.command_path.split()[1:])
    known = next((c for c in COMMANDS if path in _paths(c)), None)
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    members = getattr(command, "commands", {})
    words = ["COMMAND ..."] if members else ["[OPTION]...", *map(_metavar, arguments)]
    meanings = _meanings(command)
    return Page(
        path,
        f"{context.command_path} {' '.join(words)}",
        known.aliases if known else (),
        parsed(PAGES.get(path) or command.help or ""),
        _members(path, {n: _short(c) for n, c in members.items() if not c.hidden}),
        tuple((_metavar(p), meanings.get(p.name) or "") for p in arguments),
        _options([p for p in command.get_params(context) if p.param_type_name == "option"]),
    )


def parsed(docstring: str) -> Docstring:
    """Return the parts of a docstring."""
    paragraphs: list[str] = []
    output = ""
    examples: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    for piece in inspect.cleandoc(docstring).split("\n\n"):
        title, _, rest = piece.partition(":")
        if title == "Output":
            output = " ".join(rest.split())
            output = output[:1].upper() + output[1:]
        elif title == "Examples":
            examples = tuple(line.strip() for line in rest.strip().split("\n"))
        elif title == "See also":
            related = tuple(name.strip() for name in rest.split(","))
        elif piece:
            paragraphs.append(" ".join(piece.split()))
    return Docstring(tuple(paragraphs), output, examples, related)


def command_line(name: str, path: tuple[str, ...]) -> str:
    """Return the whole command of a name in `See also`; it may leave the word `secrets` out."""
    words = tuple(name.split())
    tops = {c.path[0] for c in COMMANDS}
    return " ".join((PROGRAM, *(() if words[0] in tops or not path else ("secrets",)), *words))


def _paths(command: Any) -> list[tuple[str, ...]]:
    return [(*command.path[:-1], name) for name in (command.name, *command.aliases)]


def _members(path: tuple[str, ...], texts: dict[str, str]) -> tuple[tuple[str, Rows], ...]:
    """Return the commands of a group in its sections; nothing of a command."""
    sections: list[tuple[str, Rows]] = []
    if path == ("secrets",):
        for title, names in SECTIONS.items():
            sections.append((title, tuple((n, texts.pop(n)) for n in names if n in texts)))
    elif not path:
        texts = {"secrets": texts.pop("secrets", ""), **texts}
    if texts:
        sections.append(("Commands", tuple(texts.items())))
    return tuple((title, rows) for title, rows in sections if rows)


def _short(command: Any) -> str:
    return command.short_help or command.help or ""


def _options(options: list[Any]) -> tuple[tuple[str, Rows], ...]:
    """Return options by section: a command's own first, and last those that all commands have."""
    panels: dict[str, list[tuple[str, str]]] = {"Options": []}
    for option in sorted(options, key=lambda option: "--help" in option.opts):
        if "--help" in option.opts:
            row = (_names(option), "Show this page and exit.")
            list(panels.values())[-1].append(row)
        else:
            panels.setdefault(_panel(option), []).append((_names(option), option.help or ""))
    return tuple((title, tuple(rows)) for title, rows in panels.items() if rows)


def _meanings(command: Any) -> dict[str, str]:
    """Return what is said about each parameter, from its declaration.

    Click 8.5 gave arguments a `help` of its own, and with it the older Typers lose theirs.
    """
    if command.callback is None:
        return {}
    declared = inspect.signature(command.callback).parameters
    return {
        name: said.help
        for name, parameter in declared.items()
        for said in getattr(parameter.annotation, "__metadata__", ())
        if getattr(said, "help", None)
    }


def _metavar(parameter: Any) -> str:
    name = str(parameter.metavar or parameter.name.upper()).replace(_ELLIPSIS, "...")
    return name if parameter.required or name.startswith(("[", "-- ")) else f"[{name}]"


def _panel(option: Any) -> str:
    panel = getattr(option, "rich_help_panel", None)
    return f"{panel} options" if panel else "Options"


def _names(option: Any) -> str:
    short = [name for name in option.opts if not name.startswith("--")]
    long = [name for name in option.opts if name.startswith("--")]
    names = ", ".join(short + long) if short else "    " + ", ".join(long)
    if option.is_flag or option.count:
        return names
    metavar = option.metavar or "TEXT"
    return names + metavar if metavar.startswith("[=") else f"{names} {metavar}"
