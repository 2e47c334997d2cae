"""`sync` as a use case: one store gets what another has. First a plan, then its steps.

There is no memory of an earlier sync, so nobody knows which side has changed since: what differs is
a conflict, and the first side is right unless it is told otherwise. No value is lost in silence: a
store that keeps older versions keeps what is overwritten, for any other one somebody has to agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.domain.errors import ConflictError, DeniedError, NotFoundError, UsageError
from infsh_secrets.domain.models import check_description, check_metadata, check_value
from infsh_secrets.domain.names import check_key
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.domain.sync_results import (
    CREATED,
    DELETED,
    DESCRIBED,
    ONLY_IN_A,
    ONLY_IN_B,
    REFUSED,
    SAME,
    SKIPPED,
    UNCHANGED,
    UNKNOWN,
    UPDATED,
    VALUE,
    Synced,
    SyncResult,
)
from infsh_secrets.formats.model import some
from infsh_secrets.services import comparing, secrets, sides
from infsh_secrets.services.importing import FAIL, ON_CONFLICT, SKIP
from infsh_secrets.services.sync_plan import Plan, Request, Step, sends, version_of, write_of
from infsh_secrets.stores.vault.store import VaultStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from infsh_secrets.domain.models import Secret
    from infsh_secrets.services.comparing import Pair
    from infsh_secrets.services.sides import Side
    from infsh_secrets.services.workspace import Workspace
    from infsh_secrets.stores.base import SecretStore

    Progress = Callable[[int, int], None]

_MOST_NAMED = 20


def check(request: Request) -> None:
    """Raise everything that can be known to be wrong before anything is opened."""
    if request.on_conflict is not None and request.on_conflict not in ON_CONFLICT:
        raise UsageError(
            f"What differs can be treated by: {', '.join(ON_CONFLICT)}.",
            "Write --on-conflict skip.",
        )
    comparing.literal(request.wanted)


def prepare(
    workspace: Workspace, source: Side, target: Side, request: Request, progress: Progress
) -> Plan:
    """Return what a sync would do. Both stores are read and nothing is written.

    Raises DeniedError where the source gives no values or the target cannot be written to,
    NotFoundError for a name that is not there, ConflictError for what differs with FAIL, and
    UsageError for what the target can never hold, unless such is to be left out.
    """
    check(request)
    if not source.reveals and source.store is not None:
        source.store.require("reveal")
    if target.store is not None and not request.dry_run:
        target.store.check_writable()
    pairs, read = _compared(workspace, source, target, request, progress)
    steps = [_step(pair, request) for pair in pairs]
    steps = _with_values(workspace, source, target, steps, read, progress)
    plan = Plan(
        source,
        target,
        request,
        sorted(steps, key=lambda step: step.action == DELETED),
        _kept(pairs, request),
    )
    if not request.dry_run:
        _refuse(plan)
    return plan._replace(question=_question(plan))


def run(workspace: Workspace, plan: Plan, progress: Progress) -> SyncResult:
    """Do what the plan says and return what was done, with the `error` that stopped it, if any.

    In a vault it is one transaction: any error is raised, and nothing was changed. For a run
    without consequences, return what would be done.
    """
    if plan.request.dry_run:
        if plan.question:
            workspace.notices.append(f"It would be asked: {plan.question}")
        return _result(plan, _untouched(plan.steps))
    todo = plan.of(CREATED, UPDATED, DESCRIBED, DELETED)
    rest = _untouched(plan.of(UNCHANGED, SKIPPED, REFUSED))
    if not todo:
        return _result(plan, rest)
    store = _store(plan)
    if isinstance(store, VaultStore):
        from infsh_secrets.services import sync_at_once

        done = sync_at_once.run(plan, store, todo, progress)
        return _result(plan, rest + done)._replace(undo=_undo(workspace, plan))
    from infsh_secrets.services.sync_one_by_one import OneByOne

    steps = OneByOne(plan, store, progress, workspace.notices)
    done = steps.run(todo)
    return _result(plan, rest + done)._replace(error=steps.error)


def _untouched(steps: Iterable[Step]) -> list[Synced]:
    """Return what would become of names, with the version that they would have."""
    entries = []
    for step in steps:
        version = version_of(step.before)
        if version is not None and step.action == UPDATED:
            version += 1
        entries.append(Synced(step.action, step.key, version, step.reason))
    return entries


def _result(plan: Plan, entries: list[Synced]) -> SyncResult:
    request = plan.request
    return SyncResult(
        plan.source.name,
        plan.target.name,
        sorted(entries, key=lambda entry: entry.key),
        dry_run=request.dry_run,
        skips_invalid=request.skip_invalid,
        conflict=request.on_conflict == FAIL,
        kept=plan.kept,
    )


def _store(plan: Plan) -> SecretStore:
    """Return the store that gets the secrets; a vault that is not there yet is made."""
    target = plan.target
    if target.store is None and target.workspace is not None:
        from infsh_secrets.services.keys import create_first_vault

        create_first_vault(target.workspace)
        target.store = target.workspace.vault_store()
    if target.store is None:
        raise NotFoundError(f"There is no store {target.spelling}.", "Check its name.")
    return target.store


def _undo(workspace: Workspace, plan: Plan) -> str:
    """Return the command that brings back what was deleted, "" when nothing was."""
    deleted = [step.before for step in plan.of(DELETED) if step.before is not None]
    if not deleted or plan.target.workspace is None:
        return ""
    if len(deleted) > _MOST_NAMED:
        workspace.notices.append(
            f"{len(deleted)} secrets were deleted; `infsh secrets list --deleted` names them, "
            "`infsh secrets restore KEY…` brings them back."
        )
        return ""
    return secrets.undo_hint(plan.target.workspace, deleted)


def _question(plan: Plan) -> str:
    """Return what has to be agreed to before anything is lost or deleted, "" for nothing."""
    target = plan.target
    lasting = target.holds("versions")
    deleted = [step.key for step in plan.of(DELETED)]
    overwritten = [] if lasting else [step.key for step in plan.of(UPDATED)]
    asked = []
    if overwritten and plan.request.on_conflict is None:
        asked.append(f"overwrite {_named(overwritten)}")
    if deleted:
        asked.append(f"delete {_named(deleted)}")
    if not asked:
        return ""
    what = " and ".join(asked)
    text = f"{what[0].upper()}{what[1:]} in {target.spelling}?"
    if (overwritten and not lasting) or (deleted and not target.holds("restore")):
        text += " It keeps no older values: what is there now will be gone."
    elif deleted:
        text += " They can be restored for 30 days."
    return text


def _named(keys: list[str]) -> str:
    # A question is written to the terminal as it is, and these names come from a store.
    return f"{len(keys)} ({sanitize(some(keys, _MOST_NAMED))})"


def _compared(
    workspace: Workspace, source: Side, target: Side, request: Request, progress: Progress
) -> tuple[list[Pair], dict[str, Secret]]:
    fits = comparing.chosen(request.wanted)
    of_source, in_b = source.listing(), target.listing()
    if request.prune and not of_source:
        raise UsageError(
            f"{source.spelling} has no secrets: everything in {target.spelling} would be deleted.",
            "Check the names of store and environment; `infsh secrets delete` deletes secrets.",
        )
    in_a = {key: info for key, info in of_source.items() if fits is None or fits(key)}
    in_b = {key: info for key, info in in_b.items() if fits is None or fits(key)}
    for key in comparing.literal(request.wanted):
        if key not in in_a and not (request.prune and key in in_b):
            raise sides.absent(key, source)
    read: dict[str, Secret] = {}
    return comparing.compared(workspace, source, target, (in_a, in_b), progress, read), read


def _step(pair: Pair, request: Request) -> Step:
    found = pair.difference
    if found.status == ONLY_IN_B:
        return Step(DELETED if request.prune else SKIPPED, found.key, before=pair.b)
    step = Step(UNCHANGED, found.key, info=pair.a, before=pair.b)
    if found.status == SAME:
        return step
    if found.status == ONLY_IN_A:
        return step._replace(action=CREATED)
    if request.on_conflict == SKIP:
        return step._replace(action=SKIPPED, reason="another one is there")
    if VALUE in found.differs_in:
        return step._replace(action=UPDATED)
    if found.status == UNKNOWN or not found.value_compared:
        return step._replace(action=UPDATED, reason="the values cannot be compared")
    return step._replace(action=DESCRIBED)


def _kept(pairs: Iterable[Pair], request: Request) -> tuple[str, ...]:
    if request.prune:
        return ()
    return tuple(pair.difference.key for pair in pairs if pair.difference.status == ONLY_IN_B)


def _with_values(
    workspace: Workspace,
    source: Side,
    target: Side,
    steps: list[Step],
    read: dict[str, Secret],
    progress: Progress,
) -> list[Step]:
    """Return the steps with what is to be sent; what cannot be is REFUSED.

    Names that only the target has, and that stay, are no steps.
    """
    wanted = [step.key for step in steps if sends(step, target) and step.key not in read]
    got, withheld = comparing.values(workspace, source, wanted, progress)
    if withheld:
        raise DeniedError(
            f"{source.spelling} does not give the value of {withheld[0]}.",
            "Use a token that may reveal values.",
        )
    read = {**read, **got}
    done = []
    for step in steps:
        if step.info is None and step.action == SKIPPED:
            continue
        if not sends(step, target):
            done.append(step)
        elif step.key in read:  # else it has just been deleted
            secret = read[step.key]
            reason = _refusal(source, target, step._replace(secret=secret))
            done.append(
                step._replace(action=REFUSED, reason=reason)
                if reason
                else step._replace(secret=secret)
            )
    return done


def _refusal(source: Side, target: Side, step: Step) -> str:
    """Return why the target can never hold a secret, "" if it can; it tells nothing of the value.

    The source may be anybody's server: what it gives is checked as if it were typed.
    """
    write = write_of(step, source, target)
    try:
        check_key(step.key)
        check_value(write.value.reveal_bytes(), allow_empty=True)
        check_description(write.description or "")
        check_metadata(write.metadata or {})
        if target.store is not None:
            target.store.check_write(write)
    except (UsageError, DeniedError) as error:
        return error.message[0].lower() + error.message[1:].removesuffix(".")
    return ""


def _refuse(plan: Plan) -> None:
    """Raise for what the target can never hold, and for conflicts that are to fail."""
    refused = plan.of(REFUSED)
    if refused and not plan.request.skip_invalid:
        named = "; ".join(f"{step.key}: {step.reason}" for step in refused[:_MOST_NAMED])
        more = len(refused) - _MOST_NAMED
        count = f"{len(refused)} secrets" if len(refused) > 1 else "One secret"
        raise UsageError(
            f"{count} cannot be stored in {plan.target.spelling}, so nothing was: {named}"
            f"{f'; and {more} more' if more > 0 else ''}.",
            "Leave them out with --skip-invalid; --dry-run lists them all.",
        )
    other = [step.key for step in plan.of(UPDATED, DESCRIBED)]
    if other and plan.request.on_conflict == FAIL:
        raise ConflictError(
            f"{plan.target.spelling} has others already, so nothing was changed: "
            f"{some(other, _MOST_NAMED)}.",
            "See them with --dry-run; --on-conflict overwrite takes those of "
            f"{plan.source.spelling}, skip leaves them.",
        )
