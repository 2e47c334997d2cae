"""Which secrets a file wants: what a manifest declares, what its variables or other YAML refer to.

A manifest's variables may refer to secrets: DATABASE_URL: postgres://app:${{secrets.PASSWORD}}@db
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.manifest.find import NAMES
from infsh_secrets.manifest.model import Declaration, Manifest
from infsh_secrets.manifest.source import read_bytes
from infsh_secrets.services.references import Text, unresolvable
from infsh_secrets.templating.references import parse_string

if TYPE_CHECKING:
    from collections.abc import Iterable

    from infsh_secrets.templating.model import Template, Use

_SECTION = "env"


class Wanted(NamedTuple):
    """What a file wants; `runs` says that it is a manifest, which `run` goes by."""

    manifest: Manifest
    runs: bool


def read(path: str, notices: list[str]) -> Wanted:
    """Return what the file at `path` wants; what looks wrong in it is told by `notices`.

    One that is called like a manifest is one, another by what stands in it. Raises what reading a
    manifest raises, and UsageError for references in its variables that cannot be resolved.
    """
    data = read_bytes(path)
    if os.path.basename(path) not in NAMES:
        from infsh_secrets.templating.requirements import refers

        found = refers(data, sanitize(path))
        if found is not None:
            shown = sanitize(os.path.basename(path))
            notices += [
                f"{shown}, line {one.line}: {one.message}. {one.hint}" for one in found.problems
            ]
            declared = [_declaration(use) for use in found.uses]
            return Wanted(Manifest(os.path.abspath(path), declared), runs=False)
    from infsh_secrets.manifest.parse import parse

    manifest = parse(data, path)
    return Wanted(declaring(manifest, uses(manifest)), runs=True)


def uses(manifest: Manifest) -> list[Use]:
    """Return what the variables of a manifest refer to, with lines.

    The file is read once more for these. Raises UsageError for what cannot be resolved.
    """
    variables = templates(manifest)
    if not variables:
        return []
    from infsh_secrets.templating.requirements import lines_of

    lines = lines_of(read_bytes(manifest.path), sanitize(manifest.path), _SECTION)
    found = [
        use._replace(line=lines.get(name, 1))
        for name, template in variables.items()
        for use in template.uses
    ]
    problems = [
        one._replace(line=lines.get(name, 1))
        for name, template in variables.items()
        for one in template.problems
    ]
    if problems:
        shown = sanitize(os.path.basename(manifest.path))
        raise unresolvable(Text(shown, found, problems))
    return found


def templates(manifest: Manifest) -> dict[str, Template]:
    """Return the variables of a manifest that refer to secrets, by name."""
    found = {name: parse_string(value, 0) for name, value in manifest.variables.items()}
    return {name: one for name, one in found.items() if one.changed}


def declaring(manifest: Manifest, uses: Iterable[Use]) -> Manifest:
    """Return a manifest that declares these names, too, all of them as required."""
    required = {(one.environment, one.key): one for one in manifest.declarations}
    for use in uses:
        known = required.get((use.name.environment, use.name.key))
        if known is None:
            required[use.name.environment, use.name.key] = _declaration(use)
        else:
            known.optional = False
    return Manifest(
        manifest.path, list(required.values()), manifest.connections, manifest.variables
    )


def _declaration(use: Use) -> Declaration:
    return Declaration(use.name.key, line=use.line, environment=use.name.environment)
