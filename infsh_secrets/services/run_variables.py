"""A manifest's variables that refer to secrets: what a run gives for them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.services import references, requirements
from infsh_secrets.services.run import title
from infsh_secrets.templating.model import Name, Values, as_text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from infsh_secrets.domain.models import Secret
    from infsh_secrets.manifest.model import Manifest
    from infsh_secrets.services.run import Plan
    from infsh_secrets.services.run_request import Request
    from infsh_secrets.services.workspace import Workspace


class Filled(NamedTuple):
    """All variables of a manifest; those with values in them, which are secret; and more secrets.

    `more` are of environments that references name; the child does not get them by their names.
    """

    variables: dict[str, str]
    secret: dict[str, str]
    more: list[Secret]

    def protect(self, plan: Plan) -> None:
        """Have a plan record and mask what stands in its variables."""
        plan.given += self.more
        plan.protected += [(one.info.key, one.value.reveal_bytes()) for one in self.more]
        plan.protected += [
            (name, os.fsencode(value))
            for name, value in self.secret.items()
            if plan.environ.get(name) == value
        ]


def declaring_references(manifest: Manifest) -> Manifest:
    """Return a manifest that declares what its variables refer to, too."""
    uses = [
        use
        for template in requirements.templates(manifest).values()
        for use in template.uses
        if not use.name.environment
    ]
    return requirements.declaring(manifest, uses)


def fill_in(
    workspace: Workspace, request: Request, manifest: Manifest, given: Mapping[str, str]
) -> Filled:
    """Return the variables of a manifest with values; `given` are those that the child gets.

    Raises UsageError for what cannot be resolved or --only leaves out, NotFoundError for secrets of
    other environments that are not set or empty.
    """
    templates = requirements.templates(manifest)
    names = {use.name for template in templates.values() for use in template.uses}
    found = references.find(workspace, [name for name in names if name.environment])
    known = {Name(key): value for key, value in given.items()}
    known |= {name: one.value.reveal() for name, one in found.items()}
    lacking = {name for name in names if not known.get(name)}
    if lacking or any(template.problems for template in templates.values()):
        _refuse(workspace, request, manifest, lacking, found)
    values = Values(known, title(manifest))
    secret = {name: as_text(one.evaluate(values)) for name, one in templates.items()}
    more = references.distinct(found.values())
    return Filled({**manifest.variables, **secret}, secret, more)


def _refuse(
    workspace: Workspace,
    request: Request,
    manifest: Manifest,
    lacking: Collection[Name],
    found: Collection[Name],
) -> None:
    """Raise what is wrong; only now it matters on which lines."""
    uses = requirements.uses(manifest)
    if request.only:
        left = sorted(str(name) for name in lacking if not name.environment)
        if left:
            raise UsageError(
                f"The env: of {title(manifest)} refers to what --only does not name:"
                f" {', '.join(left)}.",
                "Name it there too, or leave -f out.",
            )
    wanting = [use for use in uses if use.name in lacking]
    raise references.wanting(workspace, title(manifest), wanting, found)
