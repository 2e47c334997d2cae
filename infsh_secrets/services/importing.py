"""`import` as a use case: entries of files and variables become secrets, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.domain import wellknown
from infsh_secrets.domain.errors import ConflictError, UsageError
from infsh_secrets.domain.models import check_value
from infsh_secrets.domain.names import check_key, is_key
from infsh_secrets.domain.results import Place
from infsh_secrets.domain.transfer_results import (
    CREATED,
    REFUSED,
    SKIPPED,
    UNCHANGED,
    UPDATED,
    Imported,
    ImportResult,
)
from infsh_secrets.formats.model import some
from infsh_secrets.services import secrets, writing
from infsh_secrets.stores.base import Write

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from infsh_secrets.domain.models import SecretValue
    from infsh_secrets.services.import_sources import Source
    from infsh_secrets.services.workspace import Workspace
    from infsh_secrets.stores.base import Outcome

    Progress = Callable[[int, int], None]

OVERWRITE, SKIP, FAIL = "overwrite", "skip", "fail"
ON_CONFLICT = (OVERWRITE, SKIP, FAIL)
_MOST_NAMED = 20
_TRIES = 3
_EMPTY = "the value is empty"


class Request(NamedTuple):
    """How entries become secrets; `metadata` are pairs as `-m` takes them."""

    metadata: tuple[str, ...] = ()
    on_conflict: str = OVERWRITE
    dry_run: bool = False
    skip_invalid: bool = False
    allow_empty: bool = False
    strict: bool = False


class _Entries(NamedTuple):
    """Entries that can be stored, by name, where each stands, and those that cannot."""

    values: dict[str, Write]
    places: dict[str, tuple[str, str, int]]
    refused: list[Imported]


def prepare(workspace: Workspace, request: Request) -> None:
    """Raise everything that can be known to be wrong before anything is read."""
    if request.on_conflict not in ON_CONFLICT:
        raise UsageError(
            f"What is stored already can be treated by: {', '.join(ON_CONFLICT)}.",
            "Write --on-conflict skip.",
        )
    _metadata(request)
    secrets.prepare_write(workspace, [])


def run(
    workspace: Workspace, sources: Sequence[Source], request: Request, progress: Progress
) -> ImportResult:
    """Store the entries and return what became of each: all of them, or none.

    One that cannot be stored makes the import fail with a UsageError, unless such are to be left
    out; an empty value is left out anyhow, but for a strict request. With `on_conflict` FAIL,
    secrets that have another value are a ConflictError.
    """
    checked = _checked(workspace, sources, request)
    place = Place(workspace.settings.store, workspace.settings.team)
    result = ImportResult(
        place,
        workspace.settings.environment,
        [],
        dry_run=request.dry_run,
        skips_invalid=request.skip_invalid,
        conflict=request.on_conflict == FAIL,
    )
    if result.blocked(checked.refused) and not request.dry_run:
        raise _cannot_be_stored([one for one in checked.refused if not one.left_out])
    if request.dry_run:
        done = _preview(workspace, checked, request)
    else:
        done = _write(workspace, checked, request, progress)
    if done and not request.dry_run:
        workspace.notices += writing.missing_halves(workspace, list(checked.values))
    return result._replace(entries=[*done, *checked.refused])


# -- what the entries are --------------------------------------------------------------------------


def _checked(workspace: Workspace, sources: Sequence[Source], request: Request) -> _Entries:
    metadata = _metadata(request)
    entries = _Entries({}, {}, [])
    warnings: list[str] = []
    repeated: dict[str, list[str]] = {}
    for name, parsed in sources:
        workspace.notices += [f"{name}: {notice}" for notice in parsed.notices]
        entries.refused.extend(
            Imported(REFUSED, key, _where(name, parsed.unit, place), reason=reason)
            for place, key, reason in parsed.problems
        )
        for key, text, place in parsed.entries:
            if not text and _is_left_out(key, request):
                where = _where(name, parsed.unit, place)
                entries.refused.append(Imported(REFUSED, key, where, reason=_EMPTY, left_out=True))
                _forget(entries, repeated, key, where)
                continue
            value, reason = _value(key, text, request)
            found = wellknown.value_warnings(key, text) if value is not None else []
            if value is None or (found and request.strict):
                where = _where(name, parsed.unit, place)
                shown = key if is_key(key) else ""
                entries.refused.append(
                    Imported(REFUSED, shown, where, reason=reason or _lower(found[0]))
                )
                continue
            warnings += found
            if key in entries.places:
                _forget(entries, repeated, key, _where(name, parsed.unit, place))
            entries.places[key] = (name, parsed.unit, place)
            entries.values[key] = Write(
                key,
                value,
                metadata=metadata,
                first_description=wellknown.default_description(key),
            )
    workspace.notices += _told(warnings, repeated, sum(one.left_out for one in entries.refused))
    return entries


def _is_left_out(key: str, request: Request) -> bool:
    """Tell whether an entry whose value is empty is passed over."""
    return not (request.allow_empty or request.strict) and is_key(key)


def _forget(entries: _Entries, repeated: dict[str, list[str]], key: str, where: str) -> None:
    """Take out an earlier entry of a name that stands there again."""
    if key in entries.places:
        repeated.setdefault(key, [_where(*entries.places.pop(key))]).append(where)
        del entries.values[key]


def _metadata(request: Request) -> dict[str, str] | None:
    return writing.parse_facts(writing.Facts(metadata=request.metadata), 0)[1]


def _value(key: str, text: str, request: Request) -> tuple[SecretValue | None, str]:
    """Return (value, "") or (None, why it cannot be stored); the reason tells nothing of it."""
    try:
        check_key(key)
        return check_value(text.encode(), allow_empty=request.allow_empty), ""
    except UnicodeEncodeError:
        return None, "it is not UTF-8 text"
    except UsageError as error:
        return None, _lower(error.message).removesuffix(", nothing was stored")


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:].removesuffix(".")


def _where(source: str, unit: str, place: int) -> str:
    if not source:
        return "the environment"
    return f"{source}, {unit} {place}"


def _told(warnings: list[str], repeated: dict[str, list[str]], empty: int) -> list[str]:
    """Return the notices about values that look wrong or are empty, and about repeated names."""
    told = [f"Warning: {warning}" for warning in warnings[:_MOST_NAMED]]
    if len(warnings) > _MOST_NAMED:
        told.append(f"Warning: {len(warnings) - _MOST_NAMED} more values look wrong.")
    told += [
        f"{key} stands there {len(places)} times ({some(places)}); the last one counts."
        for key, places in list(repeated.items())[:_MOST_NAMED]
    ]
    if len(repeated) > _MOST_NAMED:
        told.append(f"{len(repeated) - _MOST_NAMED} more names stand there several times.")
    if empty:
        told.append(
            "An empty value is left out; --allow-empty stores it."
            if empty == 1
            else f"{empty} empty values are left out; --allow-empty stores them."
        )
    return told


def _cannot_be_stored(refused: list[Imported]) -> UsageError:
    named = "; ".join(
        f"{one.where}{f' ({one.key})' if one.key else ''}: {one.reason}"
        for one in refused[:_MOST_NAMED]
    )
    rest = len(refused) - _MOST_NAMED
    more = f"; and {rest} more" if rest > 0 else ""
    count = f"{len(refused)} entries" if len(refused) > 1 else "One entry"
    return UsageError(
        f"{count} cannot be stored, so nothing was: {named}{more}.",
        "Mend them, or leave them out with --skip-invalid; --dry-run lists them all. Empty values "
        "are stored with --allow-empty.",
    )


# -- what becomes of them --------------------------------------------------------------------------


def _preview(workspace: Workspace, checked: _Entries, request: Request) -> list[Imported]:
    outcomes = _would_be(workspace, list(checked.values.values()))
    return [
        _imported(checked, key, outcome, kept=request.on_conflict == SKIP)
        for key, outcome in zip(checked.values, outcomes, strict=True)
    ]


def _would_be(workspace: Workspace, writes: list[Write]) -> list[Outcome | None]:
    """Return what writing would do; None for all of them where there is no vault yet."""
    if not workspace.exists():
        return [None] * len(writes)
    return [*workspace.store().preview(workspace.settings.environment, writes)]


def _imported(
    checked: _Entries, key: str, outcome: Outcome | None, *, kept: bool = False
) -> Imported:
    where = _where(*checked.places[key])
    if outcome is None:
        return Imported(CREATED, key, where, 1)
    action, version = outcome.action, outcome.info.version
    if kept and action != CREATED:
        action = SKIPPED if action == UPDATED else UNCHANGED
        version -= action == SKIPPED
    return Imported(action, key, where, version)


def _write(
    workspace: Workspace, checked: _Entries, request: Request, progress: Progress
) -> list[Imported]:
    if request.on_conflict != OVERWRITE and workspace.exists():
        return _write_beside(workspace, checked, request, progress)
    return _stored(workspace, checked, list(checked.values.values()), progress)


def _write_beside(
    workspace: Workspace, checked: _Entries, request: Request, progress: Progress
) -> list[Imported]:
    """Write what is not stored yet, and leave all that is."""
    for _ in range(_TRIES):
        before = {one.key: one for one in _preview(workspace, checked, _SKIPPING)}
        other = [one for one in before.values() if one.action == SKIPPED]
        if other and request.on_conflict == FAIL:
            raise ConflictError(
                f"Other values are stored already, so nothing was: "
                f"{some([one.key for one in other], _MOST_NAMED)}.",
                "See them with --dry-run; --on-conflict overwrite makes new versions, skip keeps "
                "what is stored.",
            )
        new = [write for key, write in checked.values.items() if before[key].action == CREATED]
        for write in new:
            write.create = True
        try:
            stored = {one.key: one for one in _stored(workspace, checked, new, progress)}
        except ConflictError:  # somebody has just stored one of them: look again
            for write in new:
                write.create = False
            continue
        return [stored.get(key, one) for key, one in before.items()]
    raise ConflictError("Others are storing the same secrets; nothing was stored.", "Try again.")


_SKIPPING = Request(on_conflict=SKIP)


def _stored(
    workspace: Workspace, checked: _Entries, writes: list[Write], progress: Progress
) -> list[Imported]:
    if not writes:
        return []
    outcomes = secrets.write(workspace, writes, progress)
    return [
        _imported(checked, write.key, outcome)
        for write, outcome in zip(writes, outcomes, strict=True)
    ]
