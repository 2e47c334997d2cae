"""`infsh secrets scan`."""

from __future__ import annotations

from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.results import Text
from infsh_secrets.domain.scan_results import HookInstalled, ScanResult


@command
def scan(
    context: Context,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PATH]...",
            help="Files and folders; with --staged and --history, a repository.",
            show_default=False,
        ),
    ] = None,
    staged: Annotated[
        bool, typer.Option("--staged", help="Search what `git commit` would commit.")
    ] = False,
    history: Annotated[
        bool,
        typer.Option("--history", help="Search all files and messages of all commits."),
    ] = False,
    install_hook: Annotated[
        bool,
        typer.Option("--install-hook", help="Search before each commit: write a git hook."),
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", metavar="KEY[,KEY]", help="Look for these secrets only, not for all."
        ),
    ] = None,
    no_ignore: Annotated[
        bool, typer.Option("--no-ignore", help="Search files that git ignores, too.")
    ] = False,
    binary: Annotated[bool, typer.Option("--binary", help="Search binary files, too.")] = False,
    sarif: Annotated[
        bool, typer.Option("--sarif", help="Print SARIF 2.1.0, for code scanning services.")
    ] = False,
) -> ScanResult | HookInstalled | int:
    """Find your own secrets in files, in staged changes, or in the history of a git repository.

    All secrets of all environments are looked for (with -e, of those named), as they are and
    encoded: in base64, hexadecimal, JSON, URLs and more. Columns count characters.

    Exit 6 when something was found, 1 when nothing was and not everything could be read. Links are
    not followed, and neither .git nor binary files are searched; those are files with a NUL among
    their first 8192 bytes. Nothing that a repository brings with it is run.

    Another hook is never replaced by --install-hook. Its commits pass where there is no vault or no
    `infsh`, which is said; where the vault is locked they are stopped until `vault unlock`.

    Output: file:line:column KEY for each place, in a history after the commit; never the value.

    Examples:
      infsh secrets scan
      infsh secrets scan build/ notes.txt --no-ignore --binary
      # Before each commit, and once in all commits there are.
      infsh secrets scan --install-hook
      infsh secrets scan --history ~/src/app

    See also: redact, run, uses
    """
    named = paths or []
    _check(
        {"--staged": staged, "--history": history, "--install-hook": install_hook},
        {"--no-ignore": no_ignore},
    )
    from infsh_secrets.services import scan as scanning

    if install_hook:
        return scanning.install_hook(named)
    if sarif and context.output_named:
        raise UsageError("--sarif is a form of output itself.", "Leave -o and --json out.")
    with context.progress("Searching") as report:
        search = scanning.Scan(
            context.workspace,
            only,
            every_environment=not context.environment_named,
            binary=binary,
            report=report,
        )
        if staged:
            result = search.staged(named)
        elif history:
            result = search.history(named)
        else:
            result = search.files(named, ignore=not no_ignore)
    if not sarif:
        return result
    from infsh_secrets.cli.sarif import as_sarif

    context.show(Text(as_sarif(result)))
    return result.exit_status


def _check(ways: dict[str, bool], of_files: dict[str, bool]) -> None:
    """Raise UsageError for options that do not go together."""
    chosen = [name for name, given in ways.items() if given]
    chosen += [name for name, given in of_files.items() if given and chosen]
    if len(chosen) > 1:
        raise UsageError(f"{chosen[0]} and {chosen[1]} do not go together.", "Choose one.")
