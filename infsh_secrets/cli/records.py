"""Results as data: the JSON and YAML that programs read, one of the stable surfaces."""

from __future__ import annotations

from infsh_secrets.domain.masking import to_ascii
from infsh_secrets.domain.results import (
    AuditList,
    AuditVerified,
    Changes,
    EnvironmentList,
    ExitCodes,
    KeyList,
    SecretHistory,
    SecretList,
    SecretView,
    StaleList,
    TeamCreated,
    TeamList,
    VaultAction,
    VaultStatus,
    VaultTrusted,
    VerifyReport,
)
from infsh_secrets.domain.sanitize import sanitize_json
from infsh_secrets.domain.times import rfc3339

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from infsh_secrets.domain.check_results import CheckResult
    from infsh_secrets.domain.models import SecretInfo
    from infsh_secrets.domain.results import AuditEvent, Change, Finding, Place, Result


def as_json(result: Result, *, unicode: bool) -> str:
    """Return a result as JSON with a final newline; an array has one element a line."""
    if isinstance(result, SecretList):
        return "".join(list_parts(result, unicode=unicode))
    if not isinstance(result, SecretView | Changes):
        from infsh_secrets.domain.transfer_results import ExportResult, ImportResult

        if isinstance(result, ImportResult | ExportResult):
            from infsh_secrets.cli import transfer_records

            return sanitize_json(transfer_records.as_json(result, unicode=unicode))
    data = as_data(result, unicode=unicode)
    if isinstance(data, list):
        return sanitize_json(_lines(data, unicode=unicode))
    return sanitize_json(_indented(data, _encoder(unicode=unicode)) + "\n")


def list_parts(result: SecretList, *, unicode: bool) -> Iterator[str]:
    """Return the JSON of a list in parts, which are best written one by one if it is long."""
    from infsh_secrets.cli import secret_records

    return secret_records.parts(result, _string_encoder(unicode=unicode), unicode=unicode)


def _indented(data: Any, encode: Callable[[object], str], margin: str = "\n") -> str:
    """Return what `json.dumps` makes of it with an indent of 2; names are text."""
    inner = margin + "  "
    if isinstance(data, dict) and data:
        parts = [f"{encode(key)}: {_indented(data[key], encode, inner)}" for key in data]
        return "{" + inner + ("," + inner).join(parts) + margin + "}"
    if isinstance(data, list | tuple) and data:
        return (
            "["
            + inner
            + ("," + inner).join(_indented(one, encode, inner) for one in data)
            + margin
            + "]"
        )
    return encode(data)


def _lines(data: list[Any], *, unicode: bool) -> str:
    """Return an array with one compact line an element.

    An indented dump is many times slower for long lists, and so is one call an element.
    """
    if not data:
        return "[]\n"
    encode = _encoder(unicode=unicode)
    # Inside a string the quote would be escaped, so this stands between two objects only.
    first = "{" + encode(next(iter(data[0]))) + ": "
    return "[\n" + encode(data)[1:-1].replace("}, " + first, "},\n" + first) + "\n]\n"


def _encoder(*, unicode: bool) -> Callable[[object], str]:
    """Return what `json.dumps` calls: the package around it takes a third of a bare start."""
    try:
        from _json import make_encoder

        escape = _string_encoder(unicode=unicode)
        make = make_encoder(None, _unknown, escape, None, ": ", ", ", False, False, True)  # noqa: FBT003  # it takes no keywords
    except (ImportError, TypeError):
        import json

        return json.JSONEncoder(ensure_ascii=not unicode).encode
    return lambda data: "".join(make(data, 0))


def _string_encoder(*, unicode: bool) -> Callable[[str], str]:
    """Return what makes a JSON string of a text."""
    try:
        from _json import encode_basestring, encode_basestring_ascii
    except ImportError:
        from json.encoder import encode_basestring, encode_basestring_ascii
    return encode_basestring if unicode else encode_basestring_ascii


def _unknown(data: object) -> None:
    raise TypeError(f"no JSON for {type(data).__name__}")


def as_yaml(result: Result, *, unicode: bool) -> str:
    """Return a result as YAML."""
    import yaml

    data = as_data(result, unicode=unicode)
    text: str = yaml.safe_dump(data, sort_keys=False, allow_unicode=unicode, width=1000)
    if unicode and sanitize_json(text) != text:
        text = yaml.safe_dump(data, sort_keys=False, allow_unicode=False, width=1000)
    return text


def as_data(result: Result, *, unicode: bool) -> Any:
    """Return a result as what JSON can hold."""
    if isinstance(result, SecretList):
        return [secret(info, result.place, unicode=unicode) for info in result.infos]
    if isinstance(result, SecretView):
        return _view(result, unicode=unicode)
    if isinstance(result, Changes):
        changes = [_change(change, result.place, unicode=unicode) for change in result.changes]
        return changes[0] if result.single and changes else changes
    if isinstance(result, SecretHistory | StaleList):
        return _ages(result, unicode=unicode)
    if isinstance(result, ExitCodes):
        return [{"code": c, "name": name, "when": when} for c, name, when in result.rows]
    if isinstance(result, TeamCreated):
        return {"name": result.team, "path": result.path}
    if isinstance(result, TeamList):
        return [{"name": team, "current": team == result.current} for team in result.teams]
    if isinstance(
        result, VaultStatus | VerifyReport | KeyList | VaultAction | AuditVerified | VaultTrusted
    ):
        return _of_vault(result)
    if isinstance(result, AuditList):
        return [_event(event) for event in result.events]
    return _with_records_of_its_own(result)


def _with_records_of_its_own(result: Result) -> Any:
    """Return the data of a result that other modules know; most commands need none of them."""
    from infsh_secrets.domain.remote_results import REMOTE_RESULTS
    from infsh_secrets.domain.server_results import SERVER_RESULTS
    from infsh_secrets.domain.sync_results import SyncResults
    from infsh_secrets.domain.transfer_results import ExportResult, ImportResult
    from infsh_secrets.domain.use_results import UseList

    if isinstance(result, EnvironmentList):
        from infsh_secrets.cli import environment_words

        return environment_words.as_data(result)
    if isinstance(result, REMOTE_RESULTS):
        from infsh_secrets.cli import remote_words

        return remote_words.as_data(result)
    if isinstance(result, SERVER_RESULTS):
        from infsh_secrets.cli import server_words

        return server_words.as_data(result)
    if isinstance(result, SyncResults):
        from infsh_secrets.cli import sync_records

        return sync_records.record(result)
    if isinstance(result, ImportResult | ExportResult):
        from infsh_secrets.cli import transfer_records

        return transfer_records.record(result)
    if isinstance(result, UseList):
        from infsh_secrets.cli import use_records

        return [use_records.row(row, result.place) for row in result.rows]
    return _checked(result)


def _checked(result: Result) -> Any:
    from infsh_secrets.domain.check_results import CheckResult
    from infsh_secrets.domain.results import Checkup
    from infsh_secrets.domain.scan_results import HookInstalled, ScanResult

    if isinstance(result, ScanResult | HookInstalled):
        from infsh_secrets.cli import scan_words

        return scan_words.as_data(result)
    if isinstance(result, Checkup):
        return [_finding(finding) for finding in result.findings]
    if isinstance(result, CheckResult):
        return _requirements(result)
    return _written(result)


def _written(result: Result) -> Any:
    from infsh_secrets.domain.completion_results import CompletionFiles

    if isinstance(result, CompletionFiles):
        from infsh_secrets.cli import completion_words

        return completion_words.as_data(result)
    raise TypeError("a result without a record")


def _requirements(result: CheckResult) -> dict[str, Any]:
    return {
        "manifest": result.manifest,
        "satisfied": result.satisfied,
        "errors": [
            {"type": error.kind, "key": error.key, "message": error.message}
            | ({"action": {"type": "add_secret"}} if error.add else {})
            for error in result.errors
        ],
        "secrets": [
            {
                "key": one.key,
                "status": one.status,
                "required": one.required,
                "environment": one.environment,
                "version": one.version or None,
                "updated_at": rfc3339(one.updated),
                "line": one.line,
                "description": one.description or None,
                "warnings": list(one.warnings),
                "notes": list(one.notes),
            }
            for one in result.requirements
        ],
        "connections": [
            {
                "slug": one.slug,
                "required": one.required,
                "line": one.line,
                "description": one.description or None,
                "action": {"type": "connect"},
            }
            for one in result.connections
        ],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.subject,
        "status": finding.status,
        "message": finding.text,
        "fix": finding.fix or None,
    }


def _of_vault(
    result: VaultStatus | VerifyReport | KeyList | VaultAction | AuditVerified | VaultTrusted,
) -> Any:
    if isinstance(result, KeyList):
        return [key._asdict() for key in result.keys]
    if isinstance(result, VaultAction):
        return {"action": result.action, "path": result.path, **result.facts}
    if isinstance(result, VaultStatus):
        return {**result._asdict(), "environments": dict(result.environments)}
    return result._asdict()


def secret(info: SecretInfo, place: Place, *, unicode: bool) -> dict[str, Any]:
    """Return what is known of a secret; absent facts are null."""
    return {
        "key": info.key,
        "masked_value": info.masked if unicode else to_ascii(info.masked),
        "description": info.description or None,
        "metadata": info.metadata,
        "environment": info.environment,
        "team": place.team,
        "store": place.store,
        "version": info.version or None,
        "fingerprint": info.fingerprint or None,
        "created_at": rfc3339(info.created or None),
        "updated_at": rfc3339(info.updated or None),
        "expires_at": rfc3339(info.expires),
        "last_used_at": rfc3339(info.last_used),
        "deleted_at": rfc3339(info.deleted),
    }


def _change(change: Change, place: Place, *, unicode: bool) -> dict[str, Any]:
    data = {"action": change.action, **secret(change.info, place, unicode=unicode)}
    if change.source is not None:
        data["from"] = {"environment": change.source[0], "key": change.source[1]}
    if change.action in ("deleted", "purged"):
        from infsh_secrets.cli import use_records

        data |= use_records.known(change.uses)
    return data


def _ages(result: SecretHistory | StaleList, *, unicode: bool) -> list[dict[str, Any]]:
    if isinstance(result, StaleList):
        return [
            {
                **secret(one.info, result.place, unicode=unicode),
                "written_at": rfc3339(one.written),
                "reasons": list(one.reasons),
            }
            for one in result.secrets
        ]
    return [
        {
            "version": version.number,
            "created_at": rfc3339(version.created),
            "masked_value": version.masked if unicode else to_ascii(version.masked),
            "fingerprint": version.fingerprint,
            "current": version.number == result.info.version and result.info.deleted is None,
        }
        for version in result.versions
    ]


def _event(event: AuditEvent) -> dict[str, Any]:
    """Return an event; facts that do not apply are null."""
    from infsh_secrets.cli import use_records

    return {
        "sequence": event.sequence,
        "time": rfc3339(event.time),
        "user": event.user or None,
        "program": event.program or None,
        "action": event.action,
        "environment": event.environment or None,
        "key": event.key or None,
        "version": event.version or None,
        "count": event.number,
        "run": use_records.run(event.run),
    }


def _view(result: SecretView, *, unicode: bool) -> dict[str, Any]:
    data = secret(result.info, result.place, unicode=unicode)
    if result.version != result.info.version:
        # What is masked and fingerprinted is the newest value, not the one asked for.
        data |= {
            "version": result.version,
            "masked_value": None,
            "fingerprint": None,
            "updated_at": rfc3339(result.version_created),
        }
    if result.value is not None:
        data["value"] = result.value.reveal()
    return data
