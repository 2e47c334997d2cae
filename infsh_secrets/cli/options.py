"""The options that commands share, declared once."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infsh_secrets.cli.context import Context

if TYPE_CHECKING:
    from collections.abc import Callable

    from infsh_secrets.domain.results import Result

    Function = Callable[..., Result | int | None]

_OUTPUT_PANEL = "Output"
_VAULT_PANEL = "Vault"

_OUTPUT = {
    "output": Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FORM",
            help="table, json, yaml, names or plain; json when standard output is no terminal.",
            rich_help_panel=_OUTPUT_PANEL,
        ),
    ],
    "json": Annotated[
        bool, typer.Option("--json", help="The same as -o json.", rich_help_panel=_OUTPUT_PANEL)
    ],
    "quiet": Annotated[
        bool,
        typer.Option(
            "-q", "--quiet", help="Say nothing but errors.", rich_help_panel=_OUTPUT_PANEL
        ),
    ],
    "no_color": Annotated[
        bool, typer.Option("--no-color", help="No colour.", rich_help_panel=_OUTPUT_PANEL)
    ],
    "debug": Annotated[
        bool,
        typer.Option(
            "--debug",
            help="With an error, show where in the program it arose.",
            rich_help_panel=_OUTPUT_PANEL,
        ),
    ],
}
_STORE = {
    "store": Annotated[
        str | None,
        typer.Option(
            "-s",
            "--store",
            metavar="NAME",
            help="The store to use.",
            rich_help_panel=_VAULT_PANEL,
        ),
    ],
    "team": Annotated[
        str | None,
        typer.Option(
            "--team", metavar="NAME", help="The team to work in.", rich_help_panel=_VAULT_PANEL
        ),
    ],
    "environment": Annotated[
        str | None,
        typer.Option(
            "-e",
            "--env",
            metavar="NAME[,NAME]",
            help="The environment; several are looked through in order.",
            rich_help_panel=_VAULT_PANEL,
        ),
    ],
    "vault": Annotated[
        str | None,
        typer.Option(
            "--vault",
            metavar="PATH",
            help="A vault file other than the team's own.",
            rich_help_panel=_VAULT_PANEL,
        ),
    ],
    "key_file": Annotated[
        str | None,
        typer.Option(
            "--key-file",
            metavar="PATH",
            help="A private file with the vault's key.",
            rich_help_panel=_VAULT_PANEL,
        ),
    ],
    "key_fd": Annotated[
        int | None,
        typer.Option(
            "--key-fd",
            metavar="N",
            min=0,
            help="An open file descriptor that gives the vault's key.",
            rich_help_panel=_VAULT_PANEL,
        ),
    ],
    "accept_rollback": Annotated[
        bool,
        typer.Option(
            "--accept-rollback",
            help="Read a vault that is older than it was on this machine.",
            rich_help_panel=_VAULT_PANEL,
        ),
    ],
    "offline": Annotated[
        bool,
        typer.Option(
            "--offline",
            help="Of a remote store, read what its cache has kept, and ask it nothing.",
            rich_help_panel=_VAULT_PANEL,
        ),
    ],
    "no_input": Annotated[
        bool,
        typer.Option("--no-input", help="Never ask anything.", rich_help_panel=_VAULT_PANEL),
    ],
}


def command(function: Function) -> Callable[..., Callable[[], int]]:
    """Turn `function(context, …)` into a Typer command that also takes the shared options.

    Typer only parses: what it gets from a command is a call that is made after parsing, so that no
    error of the command passes through Typer's own handling.
    """
    return _with_options(function, _STORE | _OUTPUT)


def vault_command(function: Function) -> Callable[..., Callable[[], int]]:
    """Do the same for a command about the local vault, refused while another store is in use."""

    @functools.wraps(function)
    def checked(context: Context, **values: Any) -> Result | int | None:
        context.workspace.require_vault()
        return function(context, **values)

    return command(checked)


def command_without_vault(
    function: Function,
) -> Callable[..., Callable[[], int]]:
    """Do the same for a command that opens no vault."""
    return _with_options(function, _OUTPUT)


def _with_options(function: Function, shared: dict[str, Any]) -> Callable[..., Callable[[], int]]:
    signature = inspect.signature(function, eval_str=True)
    own = [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for name, parameter in signature.parameters.items()
        if name != "context"
    ]
    added = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=False if annotation.__origin__ is bool else None,
            annotation=annotation,
        )
        for name, annotation in shared.items()
    ]

    def parsed(**values: Any) -> Callable[[], int]:
        context = Context(**{name: values.pop(name) for name in shared})
        return lambda: context.run(lambda: function(context, **values))

    parsed.__signature__ = inspect.Signature([*own, *added])  # type: ignore[attr-defined]
    parsed.__annotations__ = {p.name: p.annotation for p in [*own, *added]}
    parsed.__doc__ = function.__doc__
    parsed.__name__ = function.__name__
    return parsed
