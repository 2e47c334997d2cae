"""The plan of a sync: what becomes of each name, and what a step has to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.domain.sync_results import CREATED, DESCRIBED, UPDATED
from infsh_secrets.services import secrets
from infsh_secrets.services.sides import both_hold
from infsh_secrets.stores.base import Write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infsh_secrets.domain.models import Secret, SecretInfo
    from infsh_secrets.services.sides import Side


class Request(NamedTuple):
    """What is to be synced, and how.

    `wanted` are names and globs, none means everything. `on_conflict` is overwrite, skip or fail;
    None overwrites where that loses nothing, and else asks.
    """

    wanted: tuple[str, ...] = ()
    on_conflict: str | None = None
    prune: bool = False
    dry_run: bool = False
    skip_invalid: bool = False


class Step(NamedTuple):
    """What becomes of one name: `secret` is what is sent, `before` what the target has of it."""

    action: str
    key: str
    secret: Secret | None = None
    info: SecretInfo | None = None
    before: SecretInfo | None = None
    reason: str = ""


class Facts(NamedTuple):
    """What is known of a secret besides its value, as `describe` takes it."""

    description: str | None
    metadata: dict[str, str] | None
    expires: int | None


class Plan(NamedTuple):
    """All steps, writes before deletions, and the question that somebody has to answer, or ""."""

    source: Side
    target: Side
    request: Request
    steps: list[Step]
    kept: tuple[str, ...] = ()
    question: str = ""

    def of(self, *actions: str) -> list[Step]:
        """Return the steps with one of these actions."""
        return [step for step in self.steps if step.action in actions]


def sends(step: Step, target: Side) -> bool:
    """Tell whether a value has to be sent for a step."""
    if step.action == DESCRIBED:
        return not target.holds("describe")
    return step.action in (CREATED, UPDATED)


def write_of(step: Step, source: Side, target: Side) -> Write:
    """Return the write of a step that sends a value, with all facts that both stores keep."""
    secret, info = step.secret, step.info
    if secret is None or info is None:
        raise ValueError("a step without a value")
    return Write(
        step.key,
        secret.value,
        description=info.description if both_hold(source, target, "descriptions") else None,
        metadata=dict(info.metadata) if both_hold(source, target, "metadata") else None,
        expires=(info.expires or 0) if both_hold(source, target, "expiry") else None,
        create=step.action == CREATED,
    )


def described(step: Step, plan: Plan) -> Facts:
    """Return what is to be known of a secret in the target afterwards; None leaves it as it is."""
    info, both = step.info, (plan.source, plan.target)
    if info is None:
        raise ValueError("a description of nothing")
    return Facts(
        info.description if both_hold(*both, "descriptions") else None,
        dict(info.metadata) if both_hold(*both, "metadata") else None,
        (info.expires or 0) if both_hold(*both, "expiry") else None,
    )


def surplus(info: SecretInfo | None, step: Step, plan: Plan) -> list[str]:
    """Return the metadata that a target has and the source, which keeps such, has not."""
    if info is None or step.info is None:
        return []
    if not both_hold(plan.source, plan.target, "metadata"):
        return []
    return sorted(info.metadata.keys() - step.info.metadata.keys())


def version_of(info: SecretInfo | None) -> int | None:
    """Return the version of a secret, None where its store counts none."""
    return (info.version or None) if info is not None else None


def note(plan: Plan, sent: Sequence[Secret]) -> None:
    """Record that values are about to leave the source; within one vault none leaves."""
    source = plan.source
    if source.workspace is not None and source.workspace is not plan.target.workspace and sent:
        secrets.note_use(source.workspace, sent)
