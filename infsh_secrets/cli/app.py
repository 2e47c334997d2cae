"""The Typer application: only the commands that the command line names are imported."""

from __future__ import annotations

import importlib
import io
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infsh_secrets.cli.commands_table import (
    COMMANDS,
    GROUPS,
    Command,
    asked_for_help,
    completed,
)
from infsh_secrets.cli.help_page import NO_COLOUR, CommandWithPage, GroupWithPage
from infsh_secrets.cli.run_line import is_run, own_words, separated, with_values
from infsh_secrets.domain import exit_codes
from infsh_secrets.domain.errors import AbortedError
from infsh_secrets.files.streams import output_error

if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAM = "infsh"
_HELP = {"help_option_names": ["-h", "--help"]}
_PEM = "-----BEGIN "
_WANTS_ALL = ("-h", "--help", "--show-completion")


def run(argv: list[str]) -> int:
    """Parse `argv`, run the command it names, and return the exit status; errors are raised."""
    returned = parse(argv)
    if callable(returned):
        returned = returned()
    return returned if isinstance(returned, int) else exit_codes.OK


def parse(argv: list[str]) -> Callable[[], int] | int | None:
    """Return the call that `argv` means, or the status of what has been done already (help)."""
    argv = separated(completed(asked_for_help(argv)))
    words = own_words(argv)
    app = build_app(words)
    said = NO_COLOUR if "--no-color" in words else None
    if isinstance(sys.stdout, io.TextIOWrapper):  # help has more than ASCII
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return app(expand(argv), standalone_mode=False, prog_name=PROGRAM, obj=said)  # type: ignore[no-any-return]
    except typer.Abort:
        raise AbortedError("Stopped, nothing was changed.") from None
    except typer.Exit as leave:
        return leave.exit_code
    except SystemExit:  # the parser's way to say that the reader of its help has enough
        raise BrokenPipeError from None
    except OSError as error:
        raise output_error(error) from None
    except Exception as error:
        # Typer's parser has exceptions of its own, of Click or of the copy that newer ones carry;
        # all of them can format themselves.
        if not hasattr(error, "format_message"):
            raise
        from infsh_secrets.cli.parse_errors import usage_error

        raise usage_error(error, words, PROGRAM) from None


def expand(argv: list[str]) -> list[str]:
    """Give a bare `--generate` its default: the parser knows no optional values.

    A PEM text, which begins with dashes as no option does, goes where no option is looked for.
    """
    if is_run(argv):
        return with_values(argv)
    if "set" not in argv:
        return argv
    end = argv.index("--") if "--" in argv else len(argv)
    words = ["--generate=alnum:40" if word == "--generate" else word for word in argv[:end]]
    for place, word in enumerate(words):
        if word.startswith(_PEM) and not words[place - 1].startswith("-"):
            return [*words[:place], *words[place + 1 :], "--", word, *argv[end + 1 :]]
    return [*words, *argv[end:]]


def build_app(argv: list[str]) -> typer.Typer:
    """Return an application with the commands that `argv` names, or with all of them."""
    words = set(argv)
    chosen = [
        c
        for c in COMMANDS
        if words.issuperset(c.path[:-1]) and words.intersection((c.name, *c.aliases))
    ]
    if (not chosen and words != {"--version"}) or words.intersection(_WANTS_ALL):
        chosen = list(COMMANDS)
    root = _new_app("Secrets for AI apps: an encrypted vault on the command line.")
    root.callback()(_root)
    groups: dict[tuple[str, ...], typer.Typer] = {(): root}
    for path, text in GROUPS.items():
        named = tuple(argv[: len(path)]) == path
        if named or any(c.path[: len(path)] == path for c in chosen):
            groups[path] = _new_app(text)
            groups[path].callback()(_secrets if path == ("secrets",) else _group)
    for command in chosen:
        _register(groups[command.path[:-1]], command)
    for path, group in groups.items():
        if path:
            groups[path[:-1]].add_typer(group, name=path[-1])
    return root


def _new_app(text: str) -> typer.Typer:
    return typer.Typer(
        cls=GroupWithPage,
        help=text,
        add_completion=False,
        invoke_without_command=True,
        no_args_is_help=False,
        pretty_exceptions_enable=False,
        context_settings=_HELP,
    )


def _register(group: typer.Typer, command: Command) -> None:
    function = load(command)
    for name in (command.name, *command.aliases):
        group.command(
            name,
            cls=CommandWithPage,
            help=function.__doc__,
            short_help=command.summary,
            hidden=name != command.name,
            context_settings=_HELP,
        )(function)


def load(command: Command) -> Callable[..., object]:
    """Import a command's function."""
    module, _, name = command.target.partition(":")
    function: Callable[..., object] = getattr(importlib.import_module(module), name)
    return function


def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> Any:
    if version:
        from infsh_secrets import __version__
        from infsh_secrets.files.streams import write_stdout

        write_stdout(f"infsh-secrets {__version__}\n".encode())
        raise typer.Exit
    _help_without_command(context)


def _secrets(
    context: typer.Context,
    exit_codes_: Annotated[
        bool, typer.Option("--exit-codes", help="Show the exit codes of all commands.")
    ] = False,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FORM", help="With --exit-codes: its form."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="With --exit-codes: as JSON.")] = False,
) -> Any:
    if exit_codes_:
        from infsh_secrets.cli.output import Renderer
        from infsh_secrets.domain.results import ExitCodes

        Renderer("json" if json else output).render(ExitCodes(exit_codes.TABLE))
        raise typer.Exit
    _help_without_command(context)


def _group(context: typer.Context) -> Any:
    _help_without_command(context)


def _help_without_command(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        from infsh_secrets.files.streams import write_stdout

        write_stdout((context.get_help() + "\n").encode())
        raise typer.Exit
