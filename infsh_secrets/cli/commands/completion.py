"""`infsh completion`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command_without_vault
from infsh_secrets.domain.completion_results import CompletionFiles
from infsh_secrets.domain.results import Text


@command_without_vault
def completion(
    context: Context,  # noqa: ARG001
    what: Annotated[
        str,
        typer.Argument(
            metavar="SHELL|install|uninstall", help="bash, zsh, fish or powershell; or what to do."
        ),
    ],
    shell: Annotated[
        str | None,
        typer.Argument(
            metavar="[SHELL]",
            help="With install and uninstall: for which; this one if left out.",
            show_default=False,
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="With install: replace a file that is not ours.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", "--print", help="Show which files would change, and change nothing."
        ),
    ] = False,
) -> Text | CompletionFiles:
    """Make a shell complete commands, options and names of secrets.

    The word install puts the script where the shell finds it by itself, for both programs; into a
    start-up file goes a marked block, and only where one is needed. It may be repeated, and
    uninstall takes away what it added and nothing else.

    Output: which files changed; for the name of a shell, the script.

    Examples:
      infsh completion install
      infsh completion install zsh --dry-run
      infsh completion uninstall zsh
      # The script itself, as for ~/.bashrc: eval "$(infsh completion bash)"
      infsh completion bash

    See also: doctor
    """
    from infsh_secrets.cli import completion_scripts

    return completion_scripts.carry_out(what, shell, os.environ, force=force, planned=dry_run)
