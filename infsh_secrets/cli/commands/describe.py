"""`infsh secrets describe`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.results import Changes


@command
def describe(
    context: Context,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The secret.", show_default=False)],
    description: Annotated[
        str | None,
        typer.Option("-d", "--description", help="What the secret is for; empty for nothing."),
    ] = None,
    meta: Annotated[
        list[str] | None,
        typer.Option("-m", "--meta", metavar="NAME=VALUE", help="A fact about it; repeatable."),
    ] = None,
    unset_meta: Annotated[
        list[str] | None,
        typer.Option("--unset-meta", metavar="NAME", help="A fact to forget; repeatable."),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option("--expires", metavar="90d|DATE", help="When it should be replaced; or never."),
    ] = None,
) -> Changes:
    """Change what is known about a secret without touching its value.

    Output: the secret that was described, its masked value and fingerprint.

    Examples:
      infsh secrets describe OPENAI_API_KEY -d "For GPT-4 calls" -m owner=payments
      infsh secrets describe OPENAI_API_KEY --unset-meta owner --expires 90d

    See also: set, get, stale
    """
    from infsh_secrets.cli import values
    from infsh_secrets.services import changing, writing

    facts = writing.Facts(
        None if description is None else values.as_text(description),
        tuple(values.as_text(pair) for pair in meta or ()),
        expires,
    )
    unset = [values.as_text(name) for name in unset_meta or ()]
    return changing.describe(context.workspace, key, facts, unset)
