"""`infsh secrets store add`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command_without_vault
from infsh_secrets.domain.remote_results import StoreAction


@command_without_vault
def store_add(
    context: Context,  # noqa: ARG001
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call it.")],
    url: Annotated[str, typer.Argument(metavar="URL", help="Its address.")],
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind", metavar="KIND", help="inference, julep or julep3; inference if left out."
        ),
    ] = None,
    team: Annotated[
        str | None,
        typer.Option("--team", metavar="ID", help="The team to work in, if the token has several."),
    ] = None,
    ca: Annotated[
        str | None,
        typer.Option("--ca", metavar="PATH", help="A file of certificates to trust."),
    ] = None,
    proxy: Annotated[
        str | None, typer.Option("--proxy", metavar="URL", help="A proxy to go through.")
    ] = None,
    cache: Annotated[
        str | None,
        typer.Option(
            "--cache",
            metavar="TIME",
            help="Keep what is read, encrypted, for so long, as in 8h, for --offline.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a store of that name.")] = False,
) -> StoreAction:
    """Give a remote store a name, in your configuration file.

    Output: what was added.

    Examples:
      infsh secrets store add work https://secrets.example.com --cache 8h
      infsh secrets store add agents https://api.julep.ai/api --kind julep
      infsh secrets store add plane https://julep.example.com --kind julep3

    See also: login, store use, store test, sync
    """
    from infsh_secrets.services import named_stores

    given = {"kind": kind, "team": team, "ca": ca, "proxy": proxy, "cache": cache}
    fields = {field: text for field, text in given.items() if text is not None}
    return named_stores.add(name, url, fields, replace=force)
