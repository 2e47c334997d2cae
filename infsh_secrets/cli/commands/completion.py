"""`infsh completion`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command_without_vault
from infsh_secrets.domain.results import Text


@command_without_vault
def completion(
    context: Context,  # noqa: ARG001
    shell: Annotated[str, typer.Argument(metavar="SHELL", help="bash, zsh, fish or powershell.")],
) -> Text:
    """Print the script that makes a shell complete commands, options and names of secrets.

    Output: the script.

    Examples:
      # In ~/.bashrc, or with zsh in ~/.zshrc after compinit; and for fish, once.
      eval "$(infsh completion bash)"
      infsh completion fish > ~/.config/fish/completions/infsh.fish

    See also: doctor
    """
    from infsh_secrets.cli.completion_scripts import script
    from infsh_secrets.domain.results import Text

    return Text(script(shell))
