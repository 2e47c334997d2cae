"""What the services return and the renderer shows."""

from __future__ import annotations

from infsh_secrets.domain import exit_codes
from infsh_secrets.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from infsh_secrets.domain.check_results import CheckResult
    from infsh_secrets.domain.completion_results import CompletionFiles
    from infsh_secrets.domain.models import SecretInfo, SecretValue, VersionInfo
    from infsh_secrets.domain.remote_results import RemoteResult
    from infsh_secrets.domain.scan_results import HookInstalled, ScanResult
    from infsh_secrets.domain.server_results import ServerResult
    from infsh_secrets.domain.sync_results import SyncResults
    from infsh_secrets.domain.transfer_results import ExportResult, ImportResult
    from infsh_secrets.domain.use_results import KnownUses, RunFacts, UseList


class Place(Record):
    """Which store and team a result is of."""

    store: str
    team: str


class SecretView(Record):
    """One secret; `value` only when it is to be revealed."""

    place: Place
    info: SecretInfo
    version: int
    version_created: int
    value: SecretValue | None = None
    raw: bool = False


class PlainValue(Record):
    """A value alone, for standard output; with `newline` one is added on a terminal."""

    value: SecretValue
    newline: bool = True
    raw: bool = False


class SecretList(Record):
    """Secrets without their values."""

    place: Place
    infos: list[SecretInfo]
    all_environments: bool = False
    deleted: bool = False
    narrowed: bool = False


class Change(Record):
    """One secret that a command changed, and how: created, updated, deleted, restored, renamed.

    `source` is the (environment, key) of the secret that it was renamed or copied from, `uses` what
    is known of one that was deleted, if anything is.
    """

    action: str
    info: SecretInfo
    source: tuple[str, str] | None = None
    uses: KnownUses | None = None


class Changes(Record):
    """What a command changed, in the order it was asked to; `undo` is a command or ""."""

    place: Place
    changes: list[Change]
    single: bool
    undo: str = ""


class SecretHistory(Record):
    """The kept versions of a secret, newest first."""

    place: Place
    info: SecretInfo
    versions: list[VersionInfo]


EXPIRED = "expired"
EXPIRING = "expiring"
UNCHANGED_FOR_LONG = "unchanged"


class StaleSecret(Record):
    """A secret that needs rotating, when its value was written, and why: EXPIRED and so on."""

    info: SecretInfo
    written: int
    reasons: tuple[str, ...]


class StaleList(Record):
    """What needs rotating, the most urgent first."""

    place: Place
    secrets: list[StaleSecret]


class EnvironmentSummary(Record):
    """How many live secrets an environment has, when it was last changed, whether it is in use."""

    name: str
    secrets: int
    changed: int
    current: bool


class EnvironmentList(Record):
    """The environments of a store."""

    environments: list[EnvironmentSummary]


class VaultStatus(Record):
    """Which vault, what opened it, how much is in it."""

    path: str
    team: str
    exists: bool
    format: int = 0
    vault_id: str = ""
    opened_by: str = ""
    slots: tuple[dict[str, str], ...] = ()
    secrets: int = 0
    deleted: int = 0
    environments: tuple[tuple[str, int], ...] = ()
    bytes: int = 0


class VerifyReport(Record):
    """What a complete check of a vault went through without finding anything."""

    path: str
    secrets: int
    deleted: int
    versions: int
    audit_entries: int


class VaultTrusted(Record):
    """A vault that is accepted as it is; `rolled_back`: it had been older than it was here."""

    path: str
    sequence: int
    rolled_back: bool


class KeySlot(Record):
    """One key of a vault, without its secret; `path` where it lies, if that is the usual place."""

    id: str
    kind: str
    kept_in: str
    key_id: str | None
    path: str | None


class KeyList(Record):
    """The keys that open a vault."""

    vault: str
    keys: tuple[KeySlot, ...]


class VaultAction(Record):
    """What was done to a vault or its keys: a word, facts for programs, sentences for people."""

    action: str
    path: str
    facts: Mapping[str, object]
    sentences: tuple[str, ...]

    @property
    def exit_status(self) -> int:
        """CHECK_FAILED when the facts say that something was lost."""
        return exit_codes.CHECK_FAILED if self.facts.get("lost") else exit_codes.OK


class TeamList(Record):
    """The teams that have a vault here, and the one in use."""

    teams: list[str]
    current: str


class TeamCreated(Record):
    """A team whose vault was made."""

    team: str
    path: str


class AuditEvent(Record):
    """One thing that was done to one secret.

    `sequence` is that of its entry in the chain, None while a use is still in the use log. `number`
    is how many uses this stands for, or how many secrets more a large transaction changed; facts
    that do not apply are "" and 0. `run` is the run of a program that had the secret; an end of
    runs that is on record apart from their beginning names no secret.
    """

    sequence: int | None
    time: int
    user: str
    program: str
    action: str
    environment: str = ""
    key: str = ""
    version: int = 0
    number: int = 1
    run: RunFacts | None = None


class AuditList(Record):
    """What was done, oldest first."""

    events: list[AuditEvent]


class AuditVerified(Record):
    """How many entries a chain has that verifies from its first to its last."""

    path: str
    entries: int


OK, WARNING, FAILED = "ok", "warning", "failed"


class Finding(Record):
    """What `doctor` has found: OK, WARNING or FAILED; the latter two name a fix."""

    subject: str
    status: str
    text: str
    fix: str = ""


class Checkup(Record):
    """All findings."""

    findings: list[Finding]

    @property
    def exit_status(self) -> int:
        """6 when something failed."""
        failed = any(finding.status == FAILED for finding in self.findings)
        return exit_codes.CHECK_FAILED if failed else exit_codes.OK


class ExitCodes(Record):
    """The table of exit codes."""

    rows: tuple[tuple[int, str, str], ...]


class Text(Record):
    """Text for standard output as it is, in every output form: a script, a version."""

    text: str


if TYPE_CHECKING:
    Result = (
        SecretView
        | PlainValue
        | SecretList
        | Changes
        | SecretHistory
        | StaleList
        | EnvironmentList
        | VaultStatus
        | VerifyReport
        | VaultTrusted
        | KeyList
        | VaultAction
        | TeamList
        | TeamCreated
        | AuditList
        | AuditVerified
        | Checkup
        | CheckResult
        | ExitCodes
        | HookInstalled
        | ScanResult
        | CompletionFiles
        | Text
        | UseList
        | ImportResult
        | ExportResult
        | SyncResults
        | ServerResult
        | RemoteResult
    )


class Filters(Record):
    """What a list is narrowed to; times are milliseconds since 1970 and `now` is the clock."""

    patterns: tuple[str, ...] = ()
    metadata: tuple[tuple[str, str], ...] = ()
    stale_before: int | None = None
    unused_since: int | None = None
    expired_at: int | None = None
    deleted: bool = False
    all_environments: bool = False
    sort: str = "key"
    reverse: bool = False


def narrows(filters: Filters) -> bool:
    """Tell whether there are secrets that `matches` might turn away."""
    moments = filters.stale_before, filters.unused_since, filters.expired_at
    return bool(filters.patterns or filters.metadata) or moments != (None, None, None)


def matches(info: SecretInfo, filters: Filters) -> bool:
    """Tell whether a secret passes all filters; patterns are globs, case-sensitive, any may fit."""
    if filters.patterns:
        from fnmatch import fnmatchcase

        if not any(fnmatchcase(info.key, pattern) for pattern in filters.patterns):
            return False
    if any(info.metadata.get(name) != value for name, value in filters.metadata):
        return False
    if filters.stale_before is not None and info.updated > filters.stale_before:
        return False
    if filters.unused_since is not None and (info.last_used or info.created) > filters.unused_since:
        return False
    return not (
        filters.expired_at is not None
        and (info.expires is None or info.expires > filters.expired_at)
    )


def sort_key(info: SecretInfo, filters: Filters) -> tuple[int, str, str]:
    """Return what a secret is sorted by: the chosen column, then key and environment."""
    first = {"updated": info.updated, "used": info.last_used or 0}.get(filters.sort, 0)
    return first, info.key, info.environment
