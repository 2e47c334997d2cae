"""`infsh secrets import`."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.transfer_results import ImportResult


@command
def import_(
    context: Context,
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE]…", help="Files such as .env; - for standard input.", show_default=False
        ),
    ] = None,
    from_env: Annotated[
        list[str] | None,
        typer.Option(
            "--from-env",
            metavar="GLOB",
            help="Variables of the environment, as in 'OPENAI_*'; repeatable.",
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="dotenv, json, yaml or toml; by default what the file's name tells, for standard "
            "input dotenv.",
        ),
    ] = None,
    on_conflict: Annotated[
        str,
        typer.Option(
            "--on-conflict",
            metavar="HOW",
            help="Where another value is stored: overwrite makes a new version (the default), skip "
            "keeps what is stored, fail stores nothing.",
        ),
    ] = "overwrite",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would happen, and change nothing.")
    ] = False,
    skip_invalid: Annotated[
        bool,
        typer.Option("--skip-invalid", help="Leave out what cannot be stored, and go on."),
    ] = False,
    allow_empty: Annotated[
        bool,
        typer.Option("--allow-empty", help="Store empty values, which are left out otherwise."),
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse values that look wrong, and empty ones.")
    ] = False,
    meta: Annotated[
        list[str] | None,
        typer.Option("-m", "--meta", metavar="NAME=VALUE", help="A fact about each; repeatable."),
    ] = None,
) -> ImportResult:
    """Store the secrets of .env, JSON, YAML or TOML files, or of the environment.

    All of them or none, in one transaction; only empty values are left out. What is stored already
    gets a new version where the value is another; the old one stays in its history.

    Output: what became of each entry, and how many there are of each kind; never a value.

    Examples:
      # First look, then do it.
      infsh secrets import .env --dry-run
      infsh secrets import .env.staging -e staging
      infsh secrets import --from-env 'OPENAI_*'
      vault-export | infsh secrets import - --format json

    See also: export, set, sync
    """
    from infsh_secrets.cli.values import as_text
    from infsh_secrets.services import import_sources, importing

    request = importing.Request(
        tuple(as_text(pair) for pair in meta or ()),
        on_conflict,
        dry_run=dry_run,
        skip_invalid=skip_invalid,
        allow_empty=allow_empty,
        strict=strict,
    )
    importing.prepare(context.workspace, request)
    sources = import_sources.collect(
        files or (), from_env or (), form, os.environ, piped=not sys.stdin.isatty()
    )
    with context.progress("Importing") as progress:
        return importing.run(context.workspace, sources, request, progress)
