"""What a comparison of two stores has found, and what a sync of one to the other did."""

from __future__ import annotations

from infsh_secrets.domain import exit_codes
from infsh_secrets.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from infsh_secrets.domain.errors import InfshError

ONLY_IN_A, ONLY_IN_B = "only_in_a", "only_in_b"
SAME, DIFFERENT, UNKNOWN, IN_BOTH = "same", "different", "unknown", "in_both"
STATUSES = (ONLY_IN_A, ONLY_IN_B, DIFFERENT, UNKNOWN, SAME, IN_BOTH)
VALUE, DESCRIPTION, METADATA, EXPIRY = "value", "description", "metadata", "expiry"

CREATED, UPDATED, DESCRIBED, DELETED = "created", "updated", "described", "deleted"
UNCHANGED, SKIPPED, REFUSED = "unchanged", "skipped", "refused"
FAILED, NOT_DONE = "failed", "not done"
ACTIONS = (
    CREATED,
    UPDATED,
    DESCRIBED,
    DELETED,
    UNCHANGED,
    SKIPPED,
    REFUSED,
    FAILED,
    NOT_DONE,
)


class SideName(Record):
    """One environment of one store; `spelling` is how a command line names the two together."""

    store: str
    team: str
    environment: str
    spelling: str


class Difference(Record):
    """One name in two stores.

    DIFFERENT is one that differs in what `differs_in` names, UNKNOWN one of which only the values
    might differ and could not be compared, IN_BOTH one whose values were not to be compared.
    """

    key: str
    status: str
    differs_in: tuple[str, ...] = ()
    value_compared: bool = False


class DiffResult(Record):
    """What two stores have in common and what not, by name."""

    a: SideName
    b: SideName
    secrets: list[Difference]

    def count(self, status: str) -> int:
        """Return how many names have this status."""
        return sum(one.status == status for one in self.secrets)

    @property
    def equal(self) -> bool:
        """Whether everything that was to be compared is known to be the same."""
        return all(one.status in (SAME, IN_BOTH) for one in self.secrets)

    @property
    def exit_status(self) -> int:
        """The status with which the comparison ends."""
        return exit_codes.OK if self.equal else exit_codes.CHECK_FAILED


class Synced(Record):
    """What became of one name; `verified`: it was read back and is what was sent.

    None for `verified` means that there was nothing to read back, or no way to. `version` is the
    one in the target, None where it has none.
    """

    action: str
    key: str
    version: int | None = None
    reason: str = ""
    verified: bool | None = None


class SyncResult(Record):
    """What became of all names, or with `dry_run` would; `error` is what kept it from the rest.

    `kept` are names that only the target has and that stay. `conflict`: the sync is to fail for
    what would be overwritten.
    """

    a: SideName
    b: SideName
    entries: list[Synced]
    dry_run: bool = False
    skips_invalid: bool = False
    conflict: bool = False
    kept: tuple[str, ...] = ()
    undo: str = ""
    error: InfshError | None = None

    def count(self, action: str) -> int:
        """Return to how many names this happened."""
        return sum(entry.action == action for entry in self.entries)

    @property
    def exit_status(self) -> int:
        """The status with which the sync ends; for a trial run, would end."""
        if self.error is not None:
            return self.error.exit_status
        if not self.dry_run:
            return exit_codes.OK
        if not self.skips_invalid and self.count(REFUSED):
            return exit_codes.USAGE
        changed = self.count(UPDATED) + self.count(DESCRIBED)
        return exit_codes.CONFLICT if self.conflict and changed else exit_codes.OK


SyncResults = DiffResult | SyncResult
