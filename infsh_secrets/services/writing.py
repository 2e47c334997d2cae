"""`set` as a use case: checks of names, values and facts around one write."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.domain import wellknown
from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.models import check_description, check_metadata, check_value, parse_pair
from infsh_secrets.domain.results import Change, Changes, Place
from infsh_secrets.domain.times import parse_moment
from infsh_secrets.services import secrets
from infsh_secrets.stores.base import Write
from infsh_secrets.stores.vault.store import now_ms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infsh_secrets.services.workspace import Workspace


class Facts(NamedTuple):
    """What is said about a secret besides its value; None leaves it as it is.

    A pair of metadata is written `name=value`, or given as (name, value).
    """

    description: str | None = None
    metadata: tuple[str | tuple[str, str], ...] = ()
    expires: str | None = None

    @property
    def given(self) -> bool:
        """Whether anything is said."""
        return self.description is not None or bool(self.metadata) or self.expires is not None


class Request(NamedTuple):
    """How secrets are to be written; `first_description` is for new ones."""

    facts: Facts
    create: bool = False
    strict: bool = False
    allow_empty: bool = False
    first_description: str = ""


def prepare(workspace: Workspace, keys: Sequence[str], request: Request) -> None:
    """Raise everything that can be known to be wrong before a value is read or asked for."""
    if len(keys) > 1 and request.facts.given:
        raise UsageError(
            "A description, metadata or expiry goes with one secret, and several are named.",
            "Set them one by one.",
        )
    parse_facts(request.facts, now_ms())
    secrets.prepare_write(workspace, keys)


def write(workspace: Workspace, pairs: Sequence[tuple[str, bytes]], request: Request) -> Changes:
    """Store the values and return what became of each; warnings become notices."""
    description, metadata, expires = parse_facts(request.facts, now_ms())
    writes = []
    warnings = []
    for key, data in pairs:
        value = check_value(data, allow_empty=request.allow_empty)
        warnings += wellknown.name_warnings(key)
        warnings += wellknown.value_warnings(key, value.reveal())
        writes.append(
            Write(
                key,
                value,
                description=description,
                metadata=metadata,
                expires=expires,
                create=request.create,
                first_description=request.first_description or wellknown.default_description(key),
            )
        )
    if warnings and request.strict:
        raise UsageError(
            " ".join(warnings), "Nothing was stored. Without --strict this is a warning."
        )
    outcomes = secrets.write(workspace, writes)
    workspace.notices += [f"Warning: {warning}" for warning in warnings]
    workspace.notices += missing_halves(workspace, [key for key, _ in pairs])
    store = workspace.store()
    return Changes(
        Place(store.name, store.team),
        [Change(outcome.action, outcome.info) for outcome in outcomes],
        single=len(outcomes) == 1,
    )


def parse_facts(facts: Facts, now: int) -> tuple[str | None, dict[str, str] | None, int | None]:
    """Return (description, metadata, expiry) as a store takes them; UsageError if one is wrong."""
    description = facts.description
    if description is not None:
        check_description(description)
    return description, _parse_metadata(facts.metadata), _parse_expiry(facts.expires, now)


def _parse_metadata(pairs: tuple[str | tuple[str, str], ...]) -> dict[str, str] | None:
    if not pairs:
        return None
    parsed = [parse_pair(pair) if isinstance(pair, str) else pair for pair in pairs]
    return check_metadata(dict(parsed))


def _parse_expiry(text: str | None, now: int) -> int | None:
    if text is None:
        return None
    if text == "never":
        return 0
    moment = parse_moment(text, now)
    if moment <= now:
        raise UsageError("The expiry lies in the past.", "Name a time to come, as in 90d.")
    return moment


def missing_halves(workspace: Workspace, keys: list[str]) -> list[str]:
    """Return what to say of keys that are half of a pair whose other half is not stored."""
    if not set(keys).intersection(wellknown.AWS_PAIR):
        return []
    names = set(secrets.names(workspace))
    halves = {key: wellknown.missing_half(key, names) for key in keys}
    return [
        f"{key} is half of a pair: {other} is not stored yet."
        for key, other in halves.items()
        if other
    ]
