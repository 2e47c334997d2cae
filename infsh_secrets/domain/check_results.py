"""What `check` returns: a manifest's requirements, each with what the store has for it."""

from __future__ import annotations

from infsh_secrets.domain import exit_codes
from infsh_secrets.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

USABLE = "usable"
SUSPICIOUS = "suspicious"
EMPTY = "empty"
MISSING = "missing"
REFUSED = "refused"

SECRET, VARIABLE = "secret", "variable"


class Requirement(Record):
    """One declared name: USABLE, SUSPICIOUS, EMPTY, MISSING or REFUSED.

    `key` is ENVIRONMENT/NAME where the file names the environment, `named` that environment then.
    `environment`, `version` and `updated` (milliseconds since 1970, UTC) are of the secret that
    `run` would give, None where the store has none. `line` is that of the manifest, `description`
    the manifest's. `warnings` say what looks wrong about the value, `notes` what else is to be
    known; neither has any part of the value.
    """

    key: str
    status: str
    required: bool
    line: int
    description: str = ""
    environment: str | None = None
    version: int | None = None
    updated: int | None = None
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    named: str = ""

    @property
    def gap(self) -> bool:
        """Whether a value is to be supplied."""
        return self.status in (MISSING, EMPTY)


class PlatformConnection(Record):
    """A credential that is connected on the platform, not here."""

    slug: str
    required: bool
    line: int
    description: str = ""


class RequirementError(Record):
    """Why requirements are not met: SECRET or VARIABLE, its name, a sentence.

    `add` when a value would do.
    """

    kind: str
    key: str
    message: str
    add: bool = False


class CheckResult(Record):
    """A manifest against the store, in the order of the manifest.

    `variables` are plain ones that `run` refuses. With `strict` a suspicious secret is not usable.
    `command` sets the first secret that is wanting; "" when none is.
    """

    manifest: str
    requirements: Sequence[Requirement]
    connections: Sequence[PlatformConnection] = ()
    variables: tuple[str, ...] = ()
    strict: bool = False
    command: str = ""

    @property
    def errors(self) -> list[RequirementError]:
        """What keeps the requirements from being met.

        That is what is required and not usable, and every name that `run` refuses, since it would
        not start.
        """
        return [
            _error(one)
            for one in self.requirements
            if not self.usable(one) and (one.required or one.status == REFUSED)
        ] + [
            RequirementError(VARIABLE, name, f"Refused variable: {name}") for name in self.variables
        ]

    @property
    def satisfied(self) -> bool:
        """Whether every required secret is usable, and nothing is refused."""
        return not self.errors

    @property
    def unusable(self) -> list[str]:
        """The names without a usable value, optional ones included."""
        return [one.key for one in self.requirements if not self.usable(one)]

    def usable(self, one: Requirement) -> bool:
        """Tell whether `run` would give this secret and nothing speaks against it."""
        return one.status == USABLE or (one.status == SUSPICIOUS and not self.strict)

    @property
    def exit_status(self) -> int:
        """6 unless the requirements are met."""
        return exit_codes.OK if self.satisfied else exit_codes.CHECK_FAILED


def _error(one: Requirement) -> RequirementError:
    if one.status == REFUSED:
        return RequirementError(SECRET, one.key, f"Refused secret: {one.key}")
    what = "Suspicious" if one.status == SUSPICIOUS else "Missing"
    return RequirementError(SECRET, one.key, f"{what} secret: {one.key}", add=True)
