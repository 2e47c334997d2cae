"""The steps of a sync into a store that has no transactions: one by one, each read back.

Nothing is deleted before everything else is written and verified, and a store that gives back
another value than it was sent gets nothing more. What was done before a failure stays done; the
same command again does the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.crypto.binding import compare_digest
from infsh_secrets.domain.errors import (
    CheckFailedError,
    ConflictError,
    DeniedError,
    InfshError,
    NotFoundError,
    StoppedError,
    UsageError,
)
from infsh_secrets.domain.sync_results import DELETED, DESCRIBED, FAILED, NOT_DONE, Synced
from infsh_secrets.formats.model import some
from infsh_secrets.services.sync_plan import described, note, surplus, version_of, write_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from infsh_secrets.domain.models import Secret
    from infsh_secrets.services.sync_plan import Plan, Step
    from infsh_secrets.stores.base import SecretStore

    Progress = Callable[[int, int], None]

_OF_ONE_SECRET = (UsageError, ConflictError, NotFoundError)
_MOST_NAMED = 20
_AGAIN = "The same command again does the rest."


class OneByOne:
    """Steps that each stand alone; `error` is what stopped them."""

    def __init__(
        self, plan: Plan, store: SecretStore, progress: Progress, notices: list[str]
    ) -> None:
        self.error: InfshError | None = None
        self.notices = notices
        self._plan = plan
        self._store = store
        self._environment = plan.target.environment
        self._progress = progress
        self._reads_back = plan.target.reveals

    def run(self, todo: list[Step]) -> list[Synced]:
        """Return what became of each; writes come before deletions."""
        done: list[Synced] = []
        for number, step in enumerate(todo):
            self._progress(number, len(todo))
            if step.action == DELETED and any(one.action == FAILED for one in done):
                self.error = self.error or _some_failed(done)
            done.append(self._not_done(step) if self.error else self._try(step))
        if not self._reads_back and any(step.secret for step in todo):
            self.notices.append(
                f"{self._plan.target.spelling} gives no values back, so what it has stored could "
                "not be verified."
            )
        if self.error is None and any(one.action == FAILED for one in done):
            self.error = _some_failed(done)
        done = self._verified_deletions(done)
        self.error = _told(self.error, self._plan, done)
        return done

    @staticmethod
    def _not_done(step: Step) -> Synced:
        return Synced(NOT_DONE, step.key, reason=f"to be {step.action}")

    def _try(self, step: Step) -> Synced:
        try:
            if step.action == DELETED:
                self._store.delete(self._environment, [step.key], ignore_missing=True)
                return Synced(DELETED, step.key)
            if step.secret is None:
                return self._describe(step)
            return self._write(step, step.secret)
        except _OF_ONE_SECRET as error:
            return Synced(FAILED, step.key, reason=error.message)
        except InfshError as error:
            self.error = error
            return Synced(FAILED, step.key, reason=error.message)
        except KeyboardInterrupt:
            self.error = StoppedError("Interrupted.")
            reason = "interrupted; it is not known whether it was done"
            return Synced(FAILED, step.key, reason=reason)

    def _write(self, step: Step, secret: Secret) -> Synced:
        note(self._plan, [secret])
        write = write_of(step, self._plan.source, self._plan.target)
        (outcome,) = self._store.write(self._environment, [write])
        unset = surplus(outcome.info, step, self._plan)
        if unset:
            self._store.describe(self._environment, step.key, unset=unset)
        return Synced(
            step.action, step.key, version_of(outcome.info), verified=self._read_back(step, secret)
        )

    def _describe(self, step: Step) -> Synced:
        unset = surplus(step.before, step, self._plan)
        facts = described(step, self._plan)._asdict()
        outcome = self._store.describe(self._environment, step.key, unset=unset, **facts)
        return Synced(DESCRIBED, step.key, version_of(outcome.info))

    def _read_back(self, step: Step, sent: Secret) -> bool | None:
        """Return True when the store gives back what it was sent, None when it gives nothing."""
        if not self._reads_back:
            return None
        try:
            kept = self._store.get(self._environment, step.key)
        except DeniedError:
            self._reads_back = False
            return None
        except NotFoundError:
            raise _liar(self._plan, step, "does not have it") from None
        if not compare_digest(kept.value.reveal_bytes(), sent.value.reveal_bytes()):
            raise _liar(self._plan, step, "gives back another value")
        return True

    def _verified_deletions(self, done: list[Synced]) -> list[Synced]:
        """Return what was done, after looking whether what was deleted is gone."""
        deleted = {one.key for one in done if one.action == DELETED}
        if not deleted:
            return done
        try:
            there = deleted.intersection(
                info.key for info in self._store.listing(self._environment)
            )
        except InfshError as error:
            self.error = self.error or error
            return done
        if there:
            self.error = self.error or CheckFailedError(
                f"{self._plan.target.spelling} still has what it was to delete: "
                f"{some(sorted(there), _MOST_NAMED)}.",
                _AGAIN,
            )
        return [
            Synced(FAILED, one.key, reason="it is still there") if one.key in there else one
            for one in done
        ]


def _liar(plan: Plan, step: Step, what: str) -> CheckFailedError:
    return CheckFailedError(
        f"{plan.target.spelling} was sent {step.key} and {what}.",
        f"Compare the two with: infsh secrets diff {plan.source.spelling} {plan.target.spelling}",
    )


def _some_failed(done: Sequence[Synced]) -> InfshError:
    failed = [one.key for one in done if one.action == FAILED]
    return InfshError(f"It failed for {some(failed, _MOST_NAMED)}.", _AGAIN)


def _told(error: InfshError | None, plan: Plan, done: Sequence[Synced]) -> InfshError | None:
    """Return the error that stopped a sync, with how far it got."""
    if error is None:
        return None
    got = sum(one.action not in (FAILED, NOT_DONE) for one in done)
    left = sum(one.action == NOT_DONE for one in done)
    far = f"{got} of {len(done)} changes of {plan.target.spelling} were made"
    rest = f", {left} were not begun" if left else ""
    return type(error)(f"{error.message} {far}{rest}.", error.hint or _AGAIN)
