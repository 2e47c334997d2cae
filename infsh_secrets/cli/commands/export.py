"""`infsh secrets export`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.results import PlainValue
from infsh_secrets.domain.transfer_results import ExportResult


@command
def export(
    context: Context,
    keys: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[KEY|PATTERN]…", help="Which secrets, as in 'AWS_*'; by default all."
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="dotenv (the default), json, yaml, toml, shell, fish, docker, github, systemd, "
            "systemd-credentials or kubernetes; or what the name of the output file tells.",
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            "-O",
            "--output-file",
            metavar="PATH",
            help="Write a new private file; for systemd-credentials a new folder.",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the file if there is one.")
    ] = False,
    declared: Annotated[
        bool,
        typer.Option("--declared", help="Only those that the app's manifest declares, as `run`."),
    ] = False,
    file: Annotated[
        str | None,
        typer.Option(
            "-f",
            "--file",
            metavar="FILE",
            help="With --declared: the manifest; else it is looked for.",
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="Of the Secret, for kubernetes.")
    ] = None,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Show the values on the terminal.")
    ] = False,
    raw: Annotated[
        bool, typer.Option("--raw", help="With --reveal, show control characters as they are.")
    ] = False,
) -> ExportResult | PlainValue | None:
    """Write secrets with their values, for other programs to read.

    A value that the format cannot hold is an error, and nothing is written. What is given out is on
    record. Most programs need no file: see `infsh secrets run`.

    Output: the secrets in the format; with -O the path and the names of what was written there. On
    a terminal only with --reveal.

    Examples:
      infsh secrets export -O .env
      eval "$(infsh secrets export --format shell 'AWS_*')"
      docker run --env-file <(infsh secrets export --format docker) IMAGE
      infsh secrets export --format kubernetes --name my-app | kubectl apply -f -

    See also: run, import, render
    """
    from infsh_secrets.services import exporting

    request = exporting.Request(
        tuple(keys or ()),
        form,
        out,
        force=force,
        name=name,
        reveal=reveal,
        raw=raw,
        declared=declared,
        manifest=file,
    )
    return exporting.run(
        context.workspace, request, os.environ, terminal=context.stdout_is_terminal
    )
