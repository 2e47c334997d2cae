"""`export` as a use case: secrets with their values, in a format that another program reads."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.domain.errors import NotFoundError, UsageError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.domain.names import check_key
from infsh_secrets.domain.results import Place, PlainValue
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.domain.transfer_results import ExportResult
from infsh_secrets.files import placing
from infsh_secrets.formats import table
from infsh_secrets.services import secrets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from infsh_secrets.domain.models import Secret
    from infsh_secrets.formats.model import Pairs, Written
    from infsh_secrets.services.workspace import Workspace

STDOUT = "-"
_GITHUB_ENV = "GITHUB_ENV"
_WHAT = "output file"
_WILD = frozenset("*?[")


class Request(NamedTuple):
    """Which secrets go where, and how; `out` None or `-` is standard output.

    With `declared` they are those of a manifest: the one at `manifest`, else it is looked for.
    """

    patterns: tuple[str, ...] = ()
    form: str | None = None
    out: str | None = None
    force: bool = False
    name: str | None = None
    reveal: bool = False
    raw: bool = False
    declared: bool = False
    manifest: str | None = None


def run(
    workspace: Workspace, request: Request, environ: Mapping[str, str], *, terminal: bool
) -> ExportResult | PlainValue | None:
    """Write the secrets and return where, or return the text for standard output.

    For a step of GitHub Actions it returns None: standard output is read by the runner.

    Whatever is given out is on record before. Raises NotFoundError for a name that is absent,
    UsageError for a value that the format cannot hold; nothing is written then.
    """
    form, out = _target(request, environ, terminal=terminal)
    chosen = _declared(workspace, request) if request.declared else _chosen(workspace, request)
    pairs = [(key, secret.value.reveal()) for key, secret in chosen.items()]
    if form == table.CREDENTIALS:
        secrets.note_use(workspace, list(chosen.values()))
        files = {key: secret.value.reveal_bytes() for key, secret in chosen.items()}
        placing.place_folder(out, files, "output folder")
        return _done(workspace, out, form, chosen)
    written = _written(form, pairs, request)
    secrets.note_use(workspace, list(chosen.values()))
    workspace.notices += written.notices
    data = written.text.encode()
    if out == STDOUT:
        return PlainValue(SecretValue(data), newline=False, raw=request.raw)
    if form == table.GITHUB:
        _for_github(out, data, [secret.value.reveal_bytes() for secret in chosen.values()], request)
        return None
    placing.place_file(out, data, _WHAT, replace=request.force)
    return _done(workspace, out, form, chosen)


def _done(workspace: Workspace, out: str, form: str, chosen: dict[str, Secret]) -> ExportResult:
    settings = workspace.settings
    return ExportResult(Place(settings.store, settings.team), sanitize(out), form, list(chosen))


def _target(request: Request, environ: Mapping[str, str], *, terminal: bool) -> tuple[str, str]:
    """Return (format, path or STDOUT), or raise what is wrong before anything is read."""
    form = request.form or table.of_path(request.out or "") or table.DOTENV
    table.check_writable(form)
    if (form == table.KUBERNETES) != (request.name is not None):
        raise UsageError(
            "A Secret of Kubernetes needs a name, and nothing else takes one.",
            "Write --format kubernetes --name my-app-secrets.",
        )
    out = request.out or _usual_target(form, environ)
    shown = out == STDOUT or form == table.GITHUB
    if shown and terminal and not request.reveal:
        raise UsageError(
            "This would show the values on the terminal.",
            "Write them to a file with -O PATH, send them through a pipe, or add --reveal.",
        )
    if out != STDOUT and request.out is not None:
        replace = request.force and form != table.CREDENTIALS
        placing.check_place(out, "output file", replace=replace)
    return form, out


def _usual_target(form: str, environ: Mapping[str, str]) -> str:
    if form == table.CREDENTIALS:
        raise UsageError(
            "systemd-credentials is a folder of files.", "Name a new one with -O FOLDER."
        )
    if form != table.GITHUB:
        return STDOUT
    if not environ.get(_GITHUB_ENV):
        raise UsageError(
            "GITHUB_ENV is not set: this is no step of GitHub Actions.",
            "Run it in a step, or name a file with -O.",
        )
    return environ[_GITHUB_ENV]


def _declared(workspace: Workspace, request: Request) -> dict[str, Secret]:
    if request.patterns:
        raise UsageError(
            "--declared and names contradict each other.", "Leave one of them out, or use `run`."
        )
    from infsh_secrets.services.declared import declared

    return declared(workspace, request.manifest)


def _chosen(workspace: Workspace, request: Request) -> dict[str, Secret]:
    """Return the secrets that fit, sorted by name; of each name the first of the chain."""
    patterns = request.patterns
    if request.manifest is not None:
        raise UsageError("-f names the manifest of --declared.", "Add --declared, or leave it out.")
    for pattern in patterns:
        if _WILD.isdisjoint(pattern):
            check_key(pattern)
    found: dict[str, Secret] = {}
    if workspace.exists() or workspace.settings.vault_named:
        store, chain = workspace.store(), workspace.settings.environments
        if patterns and all(_WILD.isdisjoint(pattern) for pattern in patterns):
            found = store.select(chain, sorted(set(patterns))).secrets
        else:
            fits = (lambda key: _fits(key, patterns)) if patterns else None
            found = store.select_matching(chain, fits)
    for pattern in patterns:
        if not any(_fits(key, [pattern]) for key in found):
            raise NotFoundError(
                f"There is no secret {_named(pattern)}.",
                "See what there is with: infsh secrets list",
            )
    if not found:
        first = secrets.command_line(workspace, workspace.settings.environments[0], "set", "KEY")
        raise NotFoundError("There is no secret to export.", f"Store a first one with: {first}")
    return found


def _named(pattern: str) -> str:
    return f"named {pattern}" if _WILD.isdisjoint(pattern) else f"that fits {sanitize(pattern)}"


def _fits(key: str, patterns: Sequence[str]) -> bool:
    return not patterns or any(fnmatchcase(key, pattern) for pattern in patterns)


def _written(form: str, pairs: Pairs, request: Request) -> Written:
    if form == table.KUBERNETES and request.name is not None:
        from infsh_secrets.formats import kubernetes

        return kubernetes.write(pairs, kubernetes.check_name(request.name))
    return table.writer(form)(pairs)


def _for_github(out: str, data: bytes, values: Sequence[bytes], request: Request) -> None:
    """Have the runner mask the values, and only then hand them over."""
    from infsh_secrets.execution.github import announce

    announce(values)
    if request.out is None:
        placing.append_file(out, data, "file of GITHUB_ENV")
    else:
        placing.place_file(out, data, _WHAT, replace=request.force)
