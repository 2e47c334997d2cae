"""`infsh secrets list`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.results import SecretList


@command
def list_(
    context: Context,
    patterns: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATTERN]…", help="Only names that fit, as in 'AWS_*'."),
    ] = None,
    meta: Annotated[
        list[str] | None,
        typer.Option("-m", "--meta", metavar="NAME=VALUE", help="Only with this metadata."),
    ] = None,
    stale: Annotated[
        str | None,
        typer.Option("--stale", metavar="90d", help="Only those not changed for so long."),
    ] = None,
    unused: Annotated[
        str | None,
        typer.Option("--unused", metavar="90d", help="Only those not given out for so long."),
    ] = None,
    expired: Annotated[bool, typer.Option("--expired", help="Only expired ones.")] = False,
    deleted: Annotated[
        bool, typer.Option("--deleted", help="Deleted ones that `restore` brings back.")
    ] = False,
    all_environments: Annotated[
        bool, typer.Option("--all-envs", help="Of all environments.")
    ] = False,
    sort: Annotated[
        str, typer.Option("--sort", metavar="COLUMN", help="By key (the default), updated or used.")
    ] = "key",
    reverse: Annotated[bool, typer.Option("-r", "--reverse", help="Backwards.")] = False,
) -> SecretList:
    """List secrets, never their values.

    Output: a line for each secret: name, masked value, description, environment, version and age.
    In JSON an array; with -o names the names alone. An empty list is no error.

    Examples:
      infsh secrets list
      infsh secrets list 'AWS_*' -e staging
      # What no program has asked for in 90 days, the longest unused first.
      infsh secrets list --unused 90d --sort used
      infsh secrets list -o names

    See also: get, stale, uses, check
    """
    from infsh_secrets.services import views

    chosen = views.filters(
        patterns or (),
        meta or (),
        stale=stale,
        unused=unused,
        expired=expired,
        deleted=deleted,
        all_environments=all_environments,
        sort=sort,
        reverse=reverse,
    )
    return views.listing(context.workspace, chosen)
