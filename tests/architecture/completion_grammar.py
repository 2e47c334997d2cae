"""What completion knows of the commands: `python tests/architecture/completion_grammar.py`.

It is written from the parser itself, so that completing a word does not have to import it.
"""

from __future__ import annotations

from collections import Counter

import typer.main

from infsh_secrets.cli import grammar
from infsh_secrets.cli.app import build_app
from infsh_secrets.cli.commands_table import COMMANDS, DEFAULTS, GROUPS

HEAD = "# Written by tests/architecture/completion_grammar.py from the commands themselves.\n"


def nodes():
    """Return (path, the parser's command or group) of everything, groups first."""
    root = typer.main.get_command(build_app([]))
    paths = [(), *GROUPS, *(command.path for command in COMMANDS)]
    for path in paths:
        node = root
        for word in path:
            node = node.commands[word]
        yield path, node


def options(node):
    """Return the lines of the options of a command, the shared ones last as they are declared."""
    for option in node.get_params(typer.Context(node)):
        if option.param_type_name == "option":
            takes = "" if option.is_flag or option.count else option.metavar or "TEXT"
            meaning = (option.help or "").split("\n", 1)[0]
            yield line("option", " ".join(option.opts), takes, meaning)


def arguments(node):
    for argument in node.params:
        if argument.param_type_name == "argument":
            many = "many" if argument.nargs == -1 else ""
            yield line("argument", argument.metavar or argument.name.upper(), many)


def line(*fields):
    assert not any("\t" in field or "\n" in field for field in fields), fields
    return "\t".join(fields).rstrip("\t") + "\n"


def heads():
    for path in ((), *GROUPS):
        default = DEFAULTS.get(path, "")
        yield path, line("group", " ".join(path), GROUPS.get(path, ""), default)
    for command in COMMANDS:
        yield (
            command.path,
            line("command", " ".join(command.path), command.summary, " ".join(command.aliases)),
        )


def written():
    """Return the text of the file as it should be."""
    found = {path: (list(options(node)), list(arguments(node))) for path, node in nodes()}
    counts = Counter(text for own, _ in found.values() for text in own)
    shared = {}
    for text, count in counts.most_common():
        name = text.split("\t")[1]
        if count > 1 and name not in shared.values():
            shared[text] = name
    blocks = [HEAD + "shared\n" + "".join(shared)]
    for path, head in heads():
        own, words = found[path]
        uses = " ".join(shared[text].split()[-1] for text in own if text in shared)
        rest = [text for text in own if text not in shared]
        blocks.append(head + "".join(words) + "".join(rest) + line("use", uses))
    return "\n".join(blocks)


if __name__ == "__main__":
    with open(grammar.PATH, "w", encoding="utf-8", newline="") as file:
        file.write(written())
