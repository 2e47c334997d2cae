"""The steps of a sync into a vault: one transaction, so that all of them happen or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.domain.errors import ConflictError
from infsh_secrets.domain.sync_results import DELETED, UPDATED, Synced
from infsh_secrets.services.sync_plan import described, note, surplus, version_of, write_of
from infsh_secrets.stores.vault import bulk

if TYPE_CHECKING:
    from collections.abc import Callable

    from infsh_secrets.domain.models import SecretInfo
    from infsh_secrets.services.sync_plan import Plan, Step
    from infsh_secrets.stores.vault.store import VaultStore
    from infsh_secrets.stores.vault.transaction import Transaction

    Progress = Callable[[int, int], None]


def run(plan: Plan, store: VaultStore, todo: list[Step], progress: Progress) -> list[Synced]:
    """Do the steps and return what became of each; after any error nothing was changed.

    Raises ConflictError where somebody has changed a secret since the plan was made.
    """
    note(plan, [step.secret for step in todo if step.secret is not None])
    store.progress = progress
    done = []
    with store.begin() as transaction:
        if bulk.is_much(len(todo)):
            transaction.expect_much()
        for number, step in enumerate(todo):
            progress(number, 2 * len(todo))
            info = _do(transaction, plan, step)
            before = step.before
            updated = step.action == UPDATED
            if before is not None and info.version != before.version + updated:
                raise _meanwhile(plan, step)
            done.append(Synced(step.action, step.key, version_of(info)))
    return done


def _do(transaction: Transaction, plan: Plan, step: Step) -> SecretInfo:
    environment = plan.target.environment
    try:
        if step.action == DELETED:
            info = transaction.delete(environment, step.key, ignore_missing=True)
            if info is None:
                raise _meanwhile(plan, step)
            return info
        if step.secret is not None:
            info = transaction.put(environment, write_of(step, plan.source, plan.target)).info
            return _without(transaction, plan, step, info)
        return _described(transaction, plan, step)
    except ConflictError:
        raise _meanwhile(plan, step) from None


def _without(transaction: Transaction, plan: Plan, step: Step, info: SecretInfo) -> SecretInfo:
    """Take away the metadata that the source does not have."""
    unset = surplus(info, step, plan)
    if not unset:
        return info
    return transaction.describe(
        info.environment, info.key, description=None, metadata=None, unset=unset, expires=None
    ).info


def _described(transaction: Transaction, plan: Plan, step: Step) -> SecretInfo:
    unset = surplus(step.before, step, plan)
    facts = described(step, plan)._asdict()
    return transaction.describe(plan.target.environment, step.key, unset=unset, **facts).info


def _meanwhile(plan: Plan, step: Step) -> ConflictError:
    return ConflictError(
        f"Somebody has just changed {step.key} in {plan.target.spelling}; nothing was changed.",
        "Run the same command again.",
    )
