"""What an import or an export did."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.domain import exit_codes

if TYPE_CHECKING:
    from infsh_secrets.domain.results import Place

CREATED, UPDATED, DESCRIBED = "created", "updated", "described"
UNCHANGED, SKIPPED, REFUSED = "unchanged", "skipped", "refused"
ACTIONS = (CREATED, UPDATED, DESCRIBED, UNCHANGED, SKIPPED, REFUSED)


class Imported(NamedTuple):
    """What became of one entry; `where` says where it stands, as in `.env line 3`.

    SKIPPED is one whose secret has another value, which was to stay. `key` is "" where the name may
    be a value in the wrong place; `version` that of the secret, None where none was written.
    """

    action: str
    key: str
    where: str
    version: int | None = None
    reason: str = ""


class ImportResult(NamedTuple):
    """What became of all entries; with `dry_run`, what would have.

    `conflict`: the import is to fail for what would be updated.
    """

    place: Place
    environment: str
    entries: list[Imported]
    dry_run: bool = False
    skips_invalid: bool = False
    conflict: bool = False

    def count(self, action: str) -> int:
        """Return to how many entries this happened."""
        return sum(entry.action == action for entry in self.entries)

    @property
    def exit_status(self) -> int:
        """The status with which the import ends; for a trial run, would end."""
        if not self.dry_run:
            return exit_codes.OK
        if not self.skips_invalid and self.count(REFUSED):
            return exit_codes.USAGE
        return exit_codes.CONFLICT if self.conflict and self.count(UPDATED) else exit_codes.OK


class ExportResult(NamedTuple):
    """Where secrets were written, in which format."""

    place: Place
    path: str
    form: str
    keys: list[str]
