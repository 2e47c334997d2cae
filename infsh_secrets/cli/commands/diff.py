"""`infsh secrets diff`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.sync_results import DiffResult


@command
def diff(
    context: Context,
    store_a: Annotated[
        str,
        typer.Argument(
            metavar="STORE_A",
            help="vault, team:NAME, the path of a vault file, or a named store; @ENV after it "
            "names the environment.",
            show_default=False,
        ),
    ],
    store_b: Annotated[
        str, typer.Argument(metavar="STORE_B", help="The other one.", show_default=False)
    ],
    keys: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[KEY]…", help="Names or globs as in 'AWS_*'; all if not.", show_default=False
        ),
    ] = None,
    names_only: Annotated[
        bool, typer.Option("--names-only", help="Compare which names there are, and no values.")
    ] = False,
) -> DiffResult:
    """Compare two stores name by name; no value is shown, and none leaves this process.

    The status is 0 when all is the same and 6 when anything differs or cannot be compared.

    Output: a line for each secret with what is the same and what is not, and how many of each kind
    there are.

    Examples:
      infsh secrets diff vault@default vault@staging
      infsh secrets diff vault backup.vault 'AWS_*'
      infsh secrets diff team:acme team:globex --names-only

    See also: sync, copy, history
    """
    from infsh_secrets.services import comparing
    from infsh_secrets.services.sides import Sides

    with Sides(context.workspace) as sides, context.progress("Comparing") as progress:
        a, b = sides.pair(store_a, store_b)
        return comparing.compare(
            context.workspace, a, b, keys or (), progress, names_only=names_only
        )
