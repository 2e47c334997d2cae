"""`infsh secrets run`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command


@command
def run(
    context: Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="-- COMMAND…", help="The command and its arguments.", show_default=False
        ),
    ] = None,
    file: Annotated[
        str | None,
        typer.Option("-f", "--file", metavar="FILE", help="The manifest; else it is looked for."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="A,B", help="These secrets, whatever is declared."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All secrets of the environment.")
    ] = False,
    files: Annotated[
        list[str] | None,
        typer.Option(
            "--files",
            metavar="[=A,B]",
            help="Give these, or all, in private files that A_FILE and B_FILE name.",
        ),
    ] = None,
    preserve: Annotated[
        list[str] | None,
        typer.Option(
            "--preserve-env",
            metavar="[=A,B]",
            help="For these, or all, a variable that there is comes before the secret.",
        ),
    ] = None,
    pristine: Annotated[
        bool,
        typer.Option(
            "--pristine", help="Of the variables there are, pass PATH, HOME and the like only."
        ),
    ] = False,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-env",
            metavar="NAME",
            help="Set this, though it can make programs run other code.",
        ),
    ] = None,
    no_masking: Annotated[
        bool, typer.Option("--no-masking", help="Leave the command's output as it is.")
    ] = False,
    replace: Annotated[
        bool,
        typer.Option("--exec", help="Become the command; its output is not masked then."),
    ] = False,
    shell: Annotated[
        bool,
        typer.Option("-c", "--shell", help="The command is one word, for /bin/sh."),
    ] = False,
) -> int:
    """Run a command with the secrets that the app declares, and mask them in its output.

    The names are those that the manifest declares (inf.yml, inf.yaml, app.yaml or app.yml, looked
    for from here up), or those of --only, or --all. Other secrets of the vault are taken out of
    the environment. A secret comes before a variable of the same name, and a variable that is set
    here before one of the manifest's `env:`.

    The exit status is the command's, or 125 when something of ours failed before it started.

    Output: that of the command, with [REDACTED:KEY] in the place of every secret.

    Examples:
      # Exactly what the manifest declares; or a secret that is named here.
      infsh secrets run -- python app.py
      infsh secrets run --only OPENAI_API_KEY -- curl https://api.example.com
      # A line for the shell; a program that wants its key in a file.
      infsh secrets run -e staging,default --only A,B -c 'make "$TARGET" | tee log'
      infsh secrets run --only GOOGLE_CREDENTIALS --files -- ./deploy

    See also: check, redact, uses
    """
    import os

    from infsh_secrets.services import run as service
    from infsh_secrets.services.run_request import Request

    workspace = context.workspace
    request = Request(
        words or (),
        file=file,
        only=only,
        everything=everything,
        preserve=preserve,
        pristine=pristine,
        allow=allow,
        files=files,
        masking=not no_masking,
        replace=replace,
        shell=shell,
    )
    return service.run(workspace, request, os.environ, context.tell_notices)
