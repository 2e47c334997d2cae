"""What `check` has found as words: rows and sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.domain.times import age, rfc3339

if TYPE_CHECKING:
    from infsh_secrets.domain.check_results import CheckResult, Requirement

TITLES = ("key", "status", "from", "line", "description")
_OPTIONAL = "optional"
_CONNECT = "connect"
_TWO = 2


def row(one: Requirement, now: int) -> tuple[str, ...]:
    """Return the cells of one declared name; the source is what `run` would take it from."""
    status = _OPTIONAL if one.gap and not one.required else one.status
    source = "-"
    if one.updated is not None:
        version = f" v{one.version}" if one.version else ""
        source = f"{one.environment}{version}, {age(one.updated, now)}"
    return one.key, status, source, str(one.line), one.description


def plain_rows(result: CheckResult) -> list[tuple[str, ...]]:
    """Return every fact in a column of its own; connections and variables come last."""
    rows: list[tuple[str, ...]] = [
        (
            one.key,
            one.status,
            _need(required=one.required),
            one.environment or "-",
            str(one.version or "-"),
            rfc3339(one.updated) or "-",
            str(one.line),
            " ".join((*one.warnings, *one.notes)),
            one.description,
        )
        for one in result.requirements
    ]
    rows += [
        (
            one.slug,
            _CONNECT,
            _need(required=one.required),
            *"---",
            str(one.line),
            "Connect on the platform.",
            one.description,
        )
        for one in result.connections
    ]
    rows += [(name, "refused", "variable", *"----", "", "") for name in result.variables]
    return rows


def sentences(result: CheckResult) -> list[str]:
    """Return what is to be said below the table."""
    lines = []
    for one in result.requirements:
        lines += [f"Warning: {warning}" for warning in one.warnings]
        lines += [f"{one.key}: {note}" for note in one.notes]
    lines += [
        f"{name}: `run` refuses this variable of env: without --allow-env {name}."
        for name in result.variables
    ]
    if result.connections:
        named = [one.slug + ("" if one.required else " (optional)") for one in result.connections]
        lines.append(f"Connect on the platform: {', '.join(named)}")
    lines.append(_summary(result))
    return lines


def _summary(result: CheckResult) -> str:
    required = [one for one in result.requirements if one.required]
    wanting = sum(not result.usable(one) for one in required)
    if not wanting:
        text = _all_usable(len(required), len(result.requirements))
        return text if result.satisfied else f"{text} But `run` would refuse to start."
    verb = "is" if wanting == 1 else "are"
    text = f"{wanting} of {len(required)} required secrets {verb} not usable."
    return f"{text} Set one with: {result.command}" if result.command else text


def _all_usable(required: int, declared: int) -> str:
    if declared == 0:
        return "The manifest declares no secrets."
    if required == 0:
        return "No secret is required."
    if required == 1:
        return "The required secret is usable."
    if required == _TWO:
        return "Both required secrets are usable."
    return f"All {required} required secrets are usable."


def _need(*, required: bool) -> str:
    return "required" if required else _OPTIONAL
