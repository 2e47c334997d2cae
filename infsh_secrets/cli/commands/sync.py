"""`infsh secrets sync`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.sync_results import SyncResult


@command
def sync(
    context: Context,
    source: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="STORE",
            help="The store that is right: vault, team:NAME, the path of a vault file, or a named "
            "store; @ENV after it names the environment.",
            show_default=False,
        ),
    ],
    target: Annotated[
        str, typer.Option("--to", metavar="STORE", help="The store to change.", show_default=False)
    ],
    keys: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[KEY]…", help="Names or globs as in 'AWS_*'; all if not.", show_default=False
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would happen, and change nothing.")
    ] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Delete in the target what the source lacks.")
    ] = False,
    on_conflict: Annotated[
        str | None,
        typer.Option(
            "--on-conflict",
            metavar="HOW",
            help="Where the target has another value: overwrite, skip or fail. Overwrites if not "
            "said; in a store that keeps no older versions only after a question.",
        ),
    ] = None,
    skip_invalid: Annotated[
        bool,
        typer.Option("--skip-invalid", help="Leave out what the target cannot store, and go on."),
    ] = False,
    yes: Annotated[
        bool,
        typer.Option("-y", "--yes", help="Do not ask before anything is deleted or lost."),
    ] = False,
) -> SyncResult:
    """Bring one store to what another has: new secrets, other values, descriptions.

    What only the target has stays, unless it is pruned. Into a vault it is one transaction, and
    older versions stay; into any other store one secret after another, each read back. After a
    failure the same command does the rest.

    Output: what was done to each secret of the target, or would be with --dry-run; never a value.

    Examples:
      # First look, then do it.
      infsh secrets sync --from vault@staging --to vault@default --dry-run
      infsh secrets sync --from vault --to team:acme 'STRIPE_*'
      infsh secrets sync --from vault --to copy.vault --prune

    See also: diff, copy, store add
    """
    from infsh_secrets.cli.prompts import confirm
    from infsh_secrets.services import syncing
    from infsh_secrets.services.sides import Sides
    from infsh_secrets.services.sync_plan import Request

    request = Request(
        tuple(keys or ()),
        on_conflict,
        prune=prune,
        dry_run=dry_run,
        skip_invalid=skip_invalid,
    )
    syncing.check(request)
    with Sides(context.workspace) as sides:
        a, b = sides.pair(source, target, new=True)
        with context.progress("Comparing") as progress:
            plan = syncing.prepare(context.workspace, a, b, request, progress)
        if plan.question and not (yes or dry_run):
            context.tell_notices()
            confirm(plan.question, may_ask=context.may_ask, option="-y")
        with context.progress("Syncing") as progress:
            result = syncing.run(context.workspace, plan, progress)
        if result.error is not None:
            context.show(result)
            raise result.error
        return result
