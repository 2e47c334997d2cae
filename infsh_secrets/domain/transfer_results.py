"""What an import or an export did."""

from __future__ import annotations

from infsh_secrets.domain import exit_codes
from infsh_secrets.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from infsh_secrets.domain.results import Place

CREATED, UPDATED, DESCRIBED = "created", "updated", "described"
UNCHANGED, SKIPPED, REFUSED = "unchanged", "skipped", "refused"
ACTIONS = (CREATED, UPDATED, DESCRIBED, UNCHANGED, SKIPPED, REFUSED)


class Imported(Record):
    """What became of one entry; `where` says where it stands, as in `.env line 3`.

    SKIPPED is one whose secret has another value, which was to stay. `key` is "" where the name may
    be a value in the wrong place; `version` that of the secret, None where none was written.
    `left_out` is a refused one that stops no import: its value is empty.
    """

    action: str
    key: str
    where: str
    version: int | None = None
    reason: str = ""
    left_out: bool = False


class ImportResult(Record):
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

    def blocked(self, entries: Iterable[Imported]) -> bool:
        """Tell whether one of the entries makes an import fail that is not a trial run."""
        return not self.skips_invalid and any(
            entry.action == REFUSED and not entry.left_out for entry in entries
        )

    @property
    def exit_status(self) -> int:
        """The status with which the import ends; for a trial run, would end."""
        if not self.dry_run:
            return exit_codes.OK
        if self.blocked(self.entries):
            return exit_codes.USAGE
        return exit_codes.CONFLICT if self.conflict and self.count(UPDATED) else exit_codes.OK


class ExportResult(Record):
    """Where secrets were written, in which format."""

    place: Place
    path: str
    form: str
    keys: list[str]
