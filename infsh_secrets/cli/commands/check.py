"""`infsh secrets check`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.check_results import CheckResult


@command
def check(
    context: Context,
    file: Annotated[
        str | None,
        typer.Option(
            "-f",
            "--file",
            metavar="FILE",
            help="The manifest, or other YAML with references; else inf.yml or app.yaml from here "
            "upwards.",
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="A suspicious secret is not usable.")
    ] = False,
    allow_env: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-env",
            metavar="NAME[,NAME]",
            help="Names not to refuse, as with `run`; repeatable.",
        ),
    ] = None,
) -> CheckResult:
    """Check that the store has what the app's manifest declares.

    Each declared secret is usable, suspicious, missing, empty or refused. Suspicious is a value
    that has expired or does not look like a key of its name; it counts as usable unless --strict.
    Refused are names such as PATH, which `run` gives to no program without --allow-env.

    Of a YAML file that is no manifest, such as a task of Julep or a workflow of GitHub, every
    secret that it refers to is required; a manifest's `env:` may refer to secrets as well.

    Exit 6 unless every required secret is usable. An optional one counts only if it is refused, a
    variable of your shell never. On a terminal it asks for what is missing, but not with -q.

    Output: a line for each declared secret, and what to do; with -o names those that are not
    usable. JSON has `satisfied`, `secrets` and `errors`.

    Examples:
      infsh secrets check
      infsh secrets check -f app.yaml -e staging,default --strict
      infsh secrets check -f src/tasks/research-task.yaml
      # What is missing, for a script.
      infsh secrets check -o names

    See also: run, set, import
    """
    from infsh_secrets.services import manifests, requirements
    from infsh_secrets.services.check import examine

    workspace = context.workspace
    manifest, runs = requirements.read(manifests.locate(file), workspace.notices)

    allowed = ",".join(allow_env or ()).split(",")

    def examined() -> CheckResult:
        return examine(workspace, manifest, os.environ, strict=strict, allowed=allowed, runs=runs)

    result = examined()
    if context.in_dialogue:
        from infsh_secrets.cli.filling import fill_gaps

        if fill_gaps(context, result):
            return examined()
    return result
