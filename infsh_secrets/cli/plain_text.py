"""Results but secrets as words: what tables show and what `-o plain` and `-o names` print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.cli import (
    check_words,
    completion_words,
    environment_words,
    record_words,
    remote_words,
    scan_words,
    server_words,
    sync_words,
    transfer_words,
    use_words,
    version_words,
)
from infsh_secrets.cli.secret_words import as_lines, masked
from infsh_secrets.domain.check_results import CheckResult
from infsh_secrets.domain.completion_results import CompletionFiles
from infsh_secrets.domain.remote_results import REMOTE_RESULTS, RemoteResult, StoreList
from infsh_secrets.domain.results import (
    AuditList,
    AuditVerified,
    Changes,
    Checkup,
    EnvironmentList,
    ExitCodes,
    KeyList,
    SecretHistory,
    StaleList,
    TeamCreated,
    TeamList,
    VaultAction,
    VaultStatus,
    VaultTrusted,
    VerifyReport,
)
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.domain.scan_results import HookInstalled, ScanResult
from infsh_secrets.domain.server_results import SERVER_RESULTS, ServerResult, TokenList
from infsh_secrets.domain.sync_results import DiffResult, SyncResults
from infsh_secrets.domain.transfer_results import ExportResult, ImportResult
from infsh_secrets.domain.use_results import UseList

if TYPE_CHECKING:
    from infsh_secrets.domain.results import Result


_OF_OTHER_WORDS = (
    ScanResult | HookInstalled | ImportResult | ExportResult | SyncResults | CompletionFiles
)


def names(result: Result) -> str:
    """Return the names in a result, one a line."""
    found = _secret_names(result)
    if isinstance(result, TeamList):
        found = result.teams
    elif isinstance(result, EnvironmentList):
        found = [one.name for one in result.environments]
    elif isinstance(result, ExitCodes):
        found = [name for _, name, _ in result.rows]
    elif isinstance(result, TeamCreated):
        found = [result.team]
    elif isinstance(result, KeyList):
        found = [key.id for key in result.keys]
    elif isinstance(result, SERVER_RESULTS):
        found = server_words.names(result)
    elif isinstance(result, REMOTE_RESULTS):
        found = remote_words.names(result)
    elif isinstance(
        result, VaultStatus | VerifyReport | AuditVerified | VaultTrusted | VaultAction
    ):
        found = [result.path]
    return "".join(sanitize(name) + "\n" for name in found)


def _secret_names(result: Result) -> list[str]:
    if isinstance(result, SecretHistory):
        return [result.info.key]
    if isinstance(result, StaleList):
        return [one.info.key for one in result.secrets]
    if isinstance(result, CheckResult):
        return result.unusable
    if isinstance(result, ScanResult | HookInstalled):
        return scan_words.names(result)
    if isinstance(result, ImportResult | ExportResult | SyncResults | CompletionFiles):
        return _transferred(result)
    if isinstance(result, Changes):
        return [change.info.key for change in result.changes]
    if isinstance(result, UseList):
        return list(dict.fromkeys(row.program for row in result.rows))
    if isinstance(result, AuditList):
        return list(dict.fromkeys(event.key for event in result.events if event.key))
    return []


def _transferred(
    result: ImportResult | ExportResult | SyncResults | CompletionFiles,
) -> list[str]:
    if isinstance(result, CompletionFiles):
        return completion_words.names(result)
    if isinstance(result, SyncResults):
        return sync_words.names(result)
    return transfer_words.names(result)


def plain(result: Result, now: int, *, unicode: bool) -> str:
    """Return a result as unformatted text: columns parted by tabs, facts as `label: value`."""
    if isinstance(result, CheckResult):
        rows = check_words.plain_rows(result)
    elif isinstance(result, ScanResult):
        rows = scan_words.rows(result)
    elif isinstance(result, UseList) and result.rows:
        rows = [use_words.row(one, now) for one in result.rows]
    else:
        listed = table(result, now, unicode=unicode)
        rows = listed[1] if listed else [(line,) for line in sentences(result, unicode=unicode)]
    return as_lines(rows)


def table(
    result: Result, now: int, *, unicode: bool
) -> tuple[tuple[str, ...], list[tuple[str, ...]]] | None:
    """Return (titles, rows) of a result that is a plain table and has rows, else None."""
    if isinstance(result, ExitCodes):
        return ("code", "name", "when"), [(str(n), name, when) for n, name, when in result.rows]
    if isinstance(result, Checkup):
        return record_words.CHECK_TITLES, [record_words.check_row(f) for f in result.findings]
    if isinstance(result, AuditList) and result.events:
        return record_words.AUDIT_TITLES, [record_words.audit_row(e) for e in result.events]
    if isinstance(result, SecretHistory):
        rows = version_words.history_rows(result, now, unicode=unicode)
        return version_words.HISTORY_TITLES, rows
    if isinstance(result, StaleList) and result.secrets:
        rows = [version_words.stale_row(one, now) for one in result.secrets]
        return version_words.STALE_TITLES, rows
    if isinstance(result, UseList) and result.rows:
        return use_words.table(result, now)
    if isinstance(result, DiffResult) and result.secrets:
        return sync_words.DIFF_TITLES, sync_words.rows(result)
    return _set_up(result, now)


def _set_up(result: Result, now: int) -> tuple[tuple[str, ...], list[tuple[str, ...]]] | None:
    if isinstance(result, EnvironmentList) and result.environments:
        return environment_words.TITLES, environment_words.rows(result, now)
    if isinstance(result, KeyList):
        return KEY_TITLES, key_rows(result)
    if isinstance(result, StoreList):
        return remote_words.TITLES, remote_words.rows(result)
    if isinstance(result, TokenList) and result.tokens:
        return server_words.TITLES, server_words.rows(result, now)
    return None


KEY_TITLES = ("id", "kind", "kept in")
_KEY_ID_SHOWN = 8


def key_rows(result: KeyList) -> list[tuple[str, ...]]:
    """Return the cells of each key; the first characters of its id are enough to name it."""
    shown = {key.id: key.id[:_KEY_ID_SHOWN] for key in result.keys}
    if len(set(shown.values())) < len(shown):
        shown = {key: key for key in shown}
    return [(shown[key.id], key.kind, key.path or key.kept_in) for key in result.keys]


def sentences(result: Result, *, unicode: bool) -> list[str]:
    """Return a result that is no table as sentences."""
    if isinstance(result, _OF_OTHER_WORDS):
        return _with_words_of_its_own(result)
    if isinstance(result, Changes):
        return _changes(result, unicode=unicode)
    if isinstance(result, VaultStatus):
        return _status(result)
    if isinstance(result, VaultAction):
        return list(result.sentences)
    if isinstance(result, VerifyReport):
        return [
            f"The vault {result.path} is whole.",
            f"Verified: {_count(result.secrets, 'secret')}, {result.deleted} deleted, "
            f"{_count(result.versions, 'version')}, "
            f"{_count(result.audit_entries, 'audit entry', 'audit entries')}.",
        ]
    if isinstance(
        result, AuditList | StaleList | UseList | EnvironmentList
    ):  # with rows they are tables
        return [_nothing(result)]
    if isinstance(result, AuditVerified):
        return [record_words.audit_verified(result)]
    if isinstance(result, VaultTrusted):
        was = "had been rolled back and" if result.rolled_back else "was no older than before and"
        return [f"The vault {result.path} {was} is accepted as it is now."]
    if isinstance(result, (TeamList, TeamCreated, *SERVER_RESULTS, *REMOTE_RESULTS)):
        return _teams(result)
    return []


def _with_words_of_its_own(result: Result) -> list[str]:
    if isinstance(result, CompletionFiles):
        return completion_words.sentences(result)
    if isinstance(result, SyncResults):
        return sync_words.sentences(result)
    if isinstance(result, ImportResult | ExportResult):
        return transfer_words.sentences(result)
    return scan_words.sentences(result) if isinstance(result, ScanResult | HookInstalled) else []


def _teams(result: TeamList | TeamCreated | ServerResult | RemoteResult) -> list[str]:
    if isinstance(result, REMOTE_RESULTS):
        return remote_words.sentences(result)
    if isinstance(result, SERVER_RESULTS):
        return server_words.sentences(result)
    if isinstance(result, TeamCreated):
        return [f"Created the team {result.team}. Use it with --team {result.team}."]
    return [team + (" (in use)" if team == result.current else "") for team in result.teams]


def _nothing(result: AuditList | StaleList | UseList | EnvironmentList) -> str:
    if isinstance(result, EnvironmentList):
        return environment_words.NONE_YET
    if isinstance(result, UseList):
        return use_words.NO_USES
    return version_words.NOTHING_STALE if isinstance(result, StaleList) else record_words.NO_RECORD


def _changes(result: Changes, *, unicode: bool) -> list[str]:
    lines = []
    for change in result.changes:
        info = change.info
        what = change.action
        if what in ("created", "updated") and info.version > 1:
            what += f" to version {info.version}" if what == "updated" else ""
        shown = masked(info, unicode=unicode)
        where = "" if info.environment == "default" else f" in {info.environment}"
        if change.source is not None:
            what += f" from {change.source[1]}"
            if change.source[0] != info.environment:
                what += f" in {change.source[0]}"
        elif change.action == "rolled back":
            what += f", now version {info.version}"
        if change.action in ("deleted", "restored", "purged"):
            lines.append(f"{info.key}{where}: {what}")
        else:
            lines.append(f"{info.key}{where}: {what}  {shown}  {info.fingerprint}".rstrip())
    if result.undo:
        lines.append(f"Undo with: {result.undo}")
    if not lines:
        lines.append("Nothing to do.")
    return lines


def _status(result: VaultStatus) -> list[str]:
    if not result.exists:
        return [f"There is no vault at {result.path} yet; the first `set` makes it."]
    environments = ", ".join(f"{name} {count}" for name, count in result.environments)
    lines = [
        f"Vault:    {result.path} (format {result.format}, {result.bytes} bytes)",
        f"Team:     {result.team}",
        f"Opened:   by {result.opened_by}",
        f"Secrets:  {result.secrets} ({environments})" if environments else "Secrets:  none",
        f"Deleted:  {result.deleted}",
    ]
    lines += [f"Key slot: {slot['kind']}, kept in: {slot['kept_in']}" for slot in result.slots]
    return lines


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
