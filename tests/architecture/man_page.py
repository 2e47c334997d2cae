"""The manual, written from the commands: `python tests/architecture/man_page.py`."""

from __future__ import annotations

import os
import re
import textwrap

import typer

import infsh_secrets
from infsh_secrets.cli import help_text
from infsh_secrets.cli.app import PROGRAM, build_app
from infsh_secrets.cli.group_pages import PAGES
from infsh_secrets.config.settings import VARIABLES
from infsh_secrets.domain.exit_codes import TABLE

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(ROOT, "infsh_secrets", "man")
NAME = "infsh-secrets"
DATE = "2026-11-22"
_WIDTH = 66  # of 80, which escapes make longer
_ROMAN = {"\\": "\\e", "\N{HORIZONTAL ELLIPSIS}": "...", "~": "\\(ti", "^": "\\(ha"}
_LITERAL = {**_ROMAN, "-": "\\-", "'": "\\(aq", "`": "\\(ga"}

DESCRIPTION = """\
`infsh secrets` keeps API keys in an encrypted vault on this machine and gives each app exactly the
secrets it declares: masked wherever they are shown, in the app's own output too, versioned,
undoable, and never written anywhere in clear. It needs no account, no server and no network. The
first `set` makes the vault and its key.

`infsh-secrets` is `infsh secrets` under a name of its own. The word `help`, or `--help` with any
command, shows the page of a command.

On a terminal a command answers with a table or a sentence, elsewhere with JSON; `-o` decides. What
is said to a person goes to standard error. Nothing is asked where nobody could answer: not without
a terminal, not with `--no-input`, not where CI is set."""

FILES = (
    ("~/.local/share/infsh-secrets/vaults/TEAM.vault", "the vault of each team"),
    (
        "~/.local/share/infsh-secrets/keys/",
        "keys of vaults, where the OS keyring has none; without its key nothing opens a vault",
    ),
    (
        "~/.config/infsh-secrets/config.toml",
        "store, team, environment, output, audit.reads, and the stores that have a name",
    ),
    (
        "~/.local/state/infsh-secrets/",
        "what this machine has seen of each vault, and uses that are not yet in it, sealed",
    ),
    (
        "inf.yml, inf.yaml, app.yaml, app.yml",
        "the manifest of an app, looked for from the current folder up: it declares names, and can "
        "choose neither a vault nor a store",
    ),
)

SECURITY = """\
Values, names, descriptions, metadata, times and the record are encrypted with AES-256-GCM and
authenticated as a whole: what was changed, swapped, removed or put back is found before a value it
touches is returned (status 8). An older copy of a vault is recognised on a machine that has seen a
newer one.

Whoever can read your files as you can read a key file, too: the OS keyring or a passphrase is
stronger. A value that is given as an argument stands in the history of the shell and, for a moment,
in the list of processes: leave it out and be asked. `run` masks what a program prints, in any
notation that programs use; text that is reversed, cut, compressed or encrypted by the program is
beyond it, and so is whatever else the program does with a value.

Keep a copy of the key, or a recovery code (`vault recovery-code`), away from this machine. When all
keys are lost, nothing opens the vault."""

OTHERS = ("environ(7)", "gpg(1)", "pass(1)", "ssh-agent(1)", "systemd-creds(1)")


def pages():
    """Return the name and text of each file of the manual."""
    text = re.sub(r"(\n\.S[HS] .*\n)\.PP\n", r"\1", "\n".join(_manual()))
    return {f"{NAME}.1": text + "\n", "infsh.1": f".so man1/{NAME}.1\n"}


def _manual():
    commands = list(_walked())
    top = next(page for page in commands if page.path == ("secrets",))
    yield f'.TH INFSH\\-SECRETS 1 "{DATE}" "{NAME} {infsh_secrets.__version__}" "User Commands"'
    yield ".nh\n.ad l"
    yield ".SH NAME"
    summary = top.summary[0].lower() + top.summary[1:].rstrip(".")
    yield from _filled(f"`{NAME}`, `{PROGRAM}` - {summary}")
    yield ".SH SYNOPSIS"
    for program in (f"{PROGRAM} secrets", NAME):
        yield f'.B {_literal(program)}\n.RI COMMAND " [" OPTION "]... [" ARGUMENT ]...\n.br'
    yield '.B infsh\n.RB { login | logout | me | completion }\n.RI [ OPTION "]... [" ARGUMENT ]...'
    yield ".SH DESCRIPTION"
    yield from _paragraphs(DESCRIPTION.split("\n\n"))
    yield ".SH COMMANDS"
    for page in commands:
        if not page.commands:
            yield from _command(page)
    yield ".SH OPTIONS"
    yield from _paragraphs(
        [
            "Every command that opens a vault or reads a store takes the first of "
            "these, and all commands the second."
        ]
    )
    get = next(page for page in commands if page.path == ("secrets", "get"))
    for title, rows in _shared(get):
        yield f".SS {title}"
        yield from _rows(rows)
    yield ".SS Of the program itself"
    yield from _rows((*commands[0].options[0][1][:-1], *top.options[0][1][:-1]))
    yield from _tables()
    yield ".SH EXAMPLES"
    yield from _examples(help_text.parsed(PAGES["secrets",]).examples)
    yield ".SH SECURITY"
    yield from _paragraphs(SECURITY.split("\n\n"))
    yield ".SH SEE ALSO"
    yield ",\n".join(".BR " + other.replace("-", "\\-").replace("(", " (") for other in OTHERS)


def _tables():
    yield ".SH EXIT STATUS"
    yield from _rows((str(code), f"{when} ({name})") for code, name, when in TABLE)
    yield ".SH ENVIRONMENT"
    yield from _paragraphs(["Options come before variables, and these before the configuration."])
    yield from _rows(VARIABLES)
    yield ".SH FILES"
    yield from _rows(FILES)


def _walked():
    """Yield the page of every command and group, in the order of their groups' pages."""
    root = typer.main.get_command(build_app(["--help"]))
    yield from _below(typer.Context(root, info_name=PROGRAM, help_option_names=["-h", "--help"]))


def _below(context):
    page = help_text.of(context)
    yield page
    for _, rows in page.commands:
        for name, _ in rows:
            command = context.command.commands[name]
            yield from _below(typer.Context(command, info_name=name, parent=context))


def _shared(page):
    return [(title, rows) for title, rows in page.options if title != "Options"]


def _command(page):
    yield f".SS {_literal(page.usage)}"
    yield from _paragraphs(page.said.paragraphs)
    if page.aliases:
        yield from _paragraphs(
            [f"It is called {', '.join(f'`{a}`' for a in page.aliases)} as well."]
        )
    yield from _rows(page.arguments)
    own = [row for title, rows in page.options if title == "Options" for row in rows]
    yield from _rows(row for row in own if "--help" not in row[0])
    yield from _paragraphs(
        [f"To standard output: {page.said.output[0].lower()}{page.said.output[1:]}"]
    )
    yield from _examples(page.said.examples)


def _paragraphs(texts):
    for text in texts:
        yield ".PP"
        yield from _filled(text)


def _rows(rows):
    for name, text in rows:
        yield ".TP"
        yield _safe(_option(name.strip()))
        yield from _filled(text)


def _examples(lines):
    yield ".PP\n.EX"
    yield from (_safe(_literal(line)) for line in lines)
    yield ".EE"


def _filled(text):
    """Yield a paragraph in short lines; what stands in backquotes is bold."""
    words = " ".join(text.split())
    spaced = re.sub(r"`[^`]*`", lambda code: code[0].replace(" ", "\0"), words)
    for line in textwrap.wrap(spaced, _WIDTH, break_long_words=False, break_on_hyphens=False):
        pieces = re.split(r"`([^`]*)`", line.replace("\0", " "))
        yield _safe(
            "".join(
                f"\\fB{_literal(piece)}\\fR" if place % 2 else _roman(piece)
                for place, piece in enumerate(pieces)
            )
        )


def _roman(text):
    """Return text for groff; a dash before an option stays the one that is typed."""
    return re.sub(r"(?<!\w)-", r"\\-", "".join(_ROMAN.get(c, c) for c in text))


def _literal(text):
    """Return text in which every character is the one that is typed."""
    return "".join(_LITERAL.get(c, c) for c in text)


def _option(name):
    """Return names of an option in bold and what its value is called in italics."""
    return "".join(
        f"\\fB{_literal(piece)}\\fR" if place % 2 else _meaning(piece)
        for place, piece in enumerate(re.split(r"((?<![\w\[])--?[a-z][a-z-]*)", name))
    )


def _meaning(piece):
    return re.sub(r"[^\s,]+", lambda word: f"\\fI{_literal(word[0])}\\fR", piece)


def _safe(line):
    """Return a line that is no request of groff."""
    return "\\&" + line if line.startswith((".", "'")) else line


if __name__ == "__main__":
    for name, text in pages().items():
        with open(os.path.join(FOLDER, name), "w", encoding="ascii") as file:
            file.write(text)
