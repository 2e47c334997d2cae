"""`render` and `resolve` as use cases: a text of others with the values it refers to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.domain.names import check_key
from infsh_secrets.domain.results import PlainValue
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.services import references, secrets
from infsh_secrets.templating.model import Values

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from infsh_secrets.domain.models import Secret
    from infsh_secrets.services.workspace import Workspace
    from infsh_secrets.templating.json_document import JsonDocument
    from infsh_secrets.templating.yaml_document import YamlDocuments

MAX_TEMPLATE = 10 * 1024 * 1024
STDIN = "-"
JSON, YAML = "json", "yaml"
_WHAT = "output file"


class Request(NamedTuple):
    """Which text to fill in and where it goes.

    `source` is a path or STDIN; `out` None is standard output; `only` None allows every name, and
    its names may be joined by commas. With `julep` single braces hold expressions.
    """

    source: str
    out: str | None = None
    only: Sequence[str] | None = None
    julep: bool = False
    reveal: bool = False
    raw: bool = False


def render(workspace: Workspace, request: Request, *, terminal: bool) -> PlainValue | None:
    """Fill in a text template; return the result if it goes to standard output.

    Whatever is given out is on record before, and nothing is written when anything is wrong:
    UsageError for what is no UTF-8 text or larger than 10 MiB and for what cannot be resolved,
    NotFoundError for secrets that are not set or empty.
    """
    from infsh_secrets.templating.references import parse_text

    only = _check(request, terminal=terminal)
    name, data = _read(request)
    template = parse_text(_as_text(name, data), julep=request.julep)
    text = references.Text(name, template.uses, template.problems)
    return _fill_in(workspace, request, text, only, template.evaluate)


def render_text(
    workspace: Workspace, template: str, only: Sequence[str] | None, *, julep: bool
) -> SecretValue:
    """Return a text template filled in, as `render` does."""
    from infsh_secrets.templating.references import parse_text

    parsed = parse_text(template, julep=julep)
    text = references.Text("the template", parsed.uses, parsed.problems)
    filled, _ = _filled(workspace, text, _allowed(only), parsed.evaluate)
    return SecretValue(filled)


def resolve(
    workspace: Workspace, request: Request, form: str | None, *, terminal: bool
) -> PlainValue | None:
    """Replace the references in the texts of a YAML or JSON document; else as `render`.

    `form` is that of the result, JSON or YAML, and None the form of the document.
    """
    only = _check(request, terminal=terminal)
    if form not in (None, JSON, YAML):
        raise UsageError("A document is written as json or yaml.", "Write --format json.")
    name, data = _read(request)
    document, own = _document(name, data, request)
    text = references.Text(name, document.uses, document.problems)
    fill_in = document.as_json if (form or own) == JSON else document.as_yaml
    return _fill_in(workspace, request, text, only, fill_in)


def _check(request: Request, *, terminal: bool) -> list[str] | None:
    """Return the allowed names, after everything that can be wrong before anything is read."""
    if request.out is None and terminal and not request.reveal:
        raise UsageError(
            "This would show the values on the terminal.",
            "Write them to a file with -O FILE, send them through a pipe, or add --reveal.",
        )
    if request.out is not None:
        from infsh_secrets.files.placing import check_place

        if request.out in ("", STDIN):
            raise UsageError("-O takes the path of a file.", "Leave it out for standard output.")
        check_place(request.out, _WHAT, replace=True)
        _check_another(request.source, request.out)
    return _allowed(request.only)


def _allowed(only: Sequence[str] | None) -> list[str] | None:
    if only is None:
        return None
    names = [name.strip() for value in only for name in value.split(",")]
    if "" in names:
        raise UsageError("The option --only is empty.", "Name a secret, or leave it out.")
    return [check_key(name) for name in names]


def _check_another(source: str, out: str) -> None:
    try:
        same = source != STDIN and os.path.samefile(source, out)
    except (OSError, ValueError):  # one of them is not there; whoever reads it says so
        same = False
    if same:
        raise UsageError("The output would replace its own template.", "Name another file with -O.")


def _read(request: Request) -> tuple[str, bytes]:
    from infsh_secrets.files.inputs import read_input, read_standard_input

    if request.source == STDIN:
        return "standard input", read_standard_input(MAX_TEMPLATE)
    return sanitize(request.source), read_input(request.source, MAX_TEMPLATE)


def _as_text(name: str, data: bytes) -> str:
    try:
        if b"\0" not in data:
            return data.decode()
    except UnicodeDecodeError:
        pass
    raise UsageError(f"There is something else than UTF-8 text in {name}.", "Save it as UTF-8.")


def _document(name: str, data: bytes, request: Request) -> tuple[JsonDocument | YamlDocuments, str]:
    """Return a document and its form: JSON by its name or its first character, else YAML."""
    begin = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    of_name = os.path.splitext(request.source)[1].lower()
    if of_name == ".json" or (begin in (b"{", b"[") and of_name not in (".yml", ".yaml")):
        from infsh_secrets.templating.json_document import JsonDocument

        text = _as_text(name, data).removeprefix("\ufeff")
        return JsonDocument(text, name, julep=request.julep), JSON
    from infsh_secrets.templating.yaml_document import YamlDocuments

    return YamlDocuments(data, name, julep=request.julep), YAML


def _fill_in(
    workspace: Workspace,
    request: Request,
    text: references.Text,
    only: list[str] | None,
    fill_in: Callable[[Values], str],
) -> PlainValue | None:
    data, given = _filled(workspace, text, only, fill_in)
    if not given:
        workspace.notices.append(f"There is no reference in {text.path}.")
    if request.out is None:
        return PlainValue(SecretValue(data), newline=not data.endswith(b"\n"), raw=request.raw)
    from infsh_secrets.files.placing import place_file

    place_file(request.out, data, _WHAT, replace=True)
    count = f"{len(given)} secret{'' if len(given) == 1 else 's'}"
    workspace.notices.append(f"Wrote {sanitize(request.out)}, with {count}.")
    return None


def _filled(
    workspace: Workspace,
    text: references.Text,
    only: list[str] | None,
    fill_in: Callable[[Values], str],
) -> tuple[bytes, list[Secret]]:
    """Return a text with its values, and the secrets that are in it, whose use is on record."""
    found = references.read(workspace, text, only)
    values = Values({name: one.value.reveal() for name, one in found.items()}, text.path)
    data = fill_in(values).encode()
    given = references.distinct(found.values())
    if given:
        secrets.note_use(workspace, given)
    return data, given
