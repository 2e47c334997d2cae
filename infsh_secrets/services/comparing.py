"""`diff` as a use case: two stores compared name by name, without showing anything.

Where both have fingerprints under one key, these are compared; else the values are, inside this
process, which is no use of a secret: nothing leaves it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.crypto.binding import compare_digest
from infsh_secrets.domain.errors import DeniedError, NotFoundError
from infsh_secrets.domain.names import check_key
from infsh_secrets.domain.sync_results import (
    DESCRIPTION,
    DIFFERENT,
    EXPIRY,
    IN_BOTH,
    METADATA,
    ONLY_IN_A,
    ONLY_IN_B,
    SAME,
    UNKNOWN,
    VALUE,
    Difference,
    DiffResult,
)
from infsh_secrets.services import sides
from infsh_secrets.stores.vault.store import VaultStore

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from infsh_secrets.domain.models import Secret, SecretInfo
    from infsh_secrets.services.sides import Side
    from infsh_secrets.services.workspace import Workspace

    Progress = Callable[[int, int], None]

_GLOB = frozenset("*?[")


class Pair(NamedTuple):
    """One name on both sides; None where a side does not have it. Neither has both."""

    a: SecretInfo | None
    b: SecretInfo | None
    difference: Difference


def compare(
    workspace: Workspace,
    a: Side,
    b: Side,
    wanted: Sequence[str],
    progress: Progress,
    *,
    names_only: bool = False,
) -> DiffResult:
    """Return what differs among the secrets that names or globs mean, all if there are none.

    Raises NotFoundError for a name that neither side has. What cannot be compared, because a store
    gives no values back, is UNKNOWN, and a notice says so.
    """
    fits = chosen(wanted)
    in_a, in_b = (_fitting(side.listing(), fits) for side in (a, b))
    for key in literal(wanted):
        if key not in in_a and key not in in_b:
            raise sides.absent(key, a, b)
    if names_only:
        pairs = _by_name(in_a, in_b)
    else:
        pairs = compared(workspace, a, b, (in_a, in_b), progress)
    return DiffResult(a.name, b.name, [pair.difference for pair in pairs])


def literal(wanted: Sequence[str]) -> list[str]:
    """Return those of the patterns that are names; UsageError for one that cannot be one."""
    return [check_key(one) for one in dict.fromkeys(wanted) if not _GLOB.intersection(one)]


def chosen(wanted: Sequence[str]) -> Callable[[str], bool] | None:
    """Return what tells whether a name is meant, None where all are."""
    if not wanted:
        return None
    from fnmatch import fnmatchcase

    names = frozenset(literal(wanted))
    globs = [one for one in wanted if one not in names]
    return lambda key: key in names or any(fnmatchcase(key, glob) for glob in globs)


def compared(
    workspace: Workspace,
    a: Side,
    b: Side,
    found: tuple[dict[str, SecretInfo], dict[str, SecretInfo]],
    progress: Progress,
    read: dict[str, Secret] | None = None,
) -> list[Pair]:
    """Return all names of both sides, sorted, with what differs.

    What had to be read of the first side for that is put into `read`.
    """
    in_a, in_b = found
    both = [key for key in sorted(in_a) if key in in_b]
    same = _same_values(workspace, (a, b), found, both, progress, {} if read is None else read)
    pairs = []
    for key in sorted(in_a.keys() | in_b.keys()):
        one, other = in_a.get(key), in_b.get(key)
        if one is None or other is None:
            difference = Difference(key, ONLY_IN_B if one is None else ONLY_IN_A)
        else:
            facts = _facts(one, other, a, b)
            difference = _judged(key, same.get(key), facts)
        pairs.append(Pair(one, other, difference))
    return pairs


def values(
    workspace: Workspace, side: Side, keys: Sequence[str], progress: Progress
) -> tuple[dict[str, Secret], list[str]]:
    """Return the secrets that a side has, and the names of those it does not give.

    Not to be given is no error: a token may be allowed to see names only. A notice says why, and
    the store is not asked again.
    """
    if side.workspace is not None:
        return side.secrets(keys), []
    got: dict[str, Secret] = {}
    store = side.store
    if store is None or not side.reveals:
        return got, list(keys)
    for number, key in enumerate(keys):
        progress(number, len(keys))
        try:
            got[key] = store.get(side.environment, key)
        except NotFoundError:
            continue  # it has just been deleted
        except DeniedError as error:
            workspace.notices.append(f"{side.spelling} gives no values: {error.message}")
            return got, list(keys[number:])
    return got, []


def _fitting(
    infos: dict[str, SecretInfo], fits: Callable[[str], bool] | None
) -> dict[str, SecretInfo]:
    return {key: info for key, info in infos.items() if fits is None or fits(key)}


def _by_name(in_a: dict[str, SecretInfo], in_b: dict[str, SecretInfo]) -> list[Pair]:
    pairs = []
    for key in sorted(in_a.keys() | in_b.keys()):
        one, other = in_a.get(key), in_b.get(key)
        status = IN_BOTH if one and other else ONLY_IN_A if one else ONLY_IN_B
        pairs.append(Pair(one, other, Difference(key, status)))
    return pairs


def _same_values(
    workspace: Workspace,
    pair: tuple[Side, Side],
    found: tuple[dict[str, SecretInfo], dict[str, SecretInfo]],
    both: Sequence[str],
    progress: Progress,
    read: dict[str, Secret],
) -> dict[str, bool]:
    """Return of each name whether the values are the same, as far as that can be known."""
    one, other = (side.store for side in pair)
    if isinstance(one, VaultStore) and isinstance(other, VaultStore):
        from infsh_secrets.stores.vault.marks import comparable

        if comparable(one, other):
            in_a, in_b = found
            return {key: in_a[key].fingerprint == in_b[key].fingerprint for key in both}
    mute = next((side for side in pair if not side.reveals), None)
    if mute is not None:
        if both:
            workspace.notices.append(f"{mute.spelling} gives no values back: only names compare.")
        return {}
    steps = _Halves(progress, len(both))
    left, _ = values(workspace, pair[0], both, steps)
    read.update(left)
    steps.second = True
    right, _ = values(workspace, pair[1], [key for key in both if key in left], steps)
    return {
        key: compare_digest(secret.value.reveal_bytes(), right[key].value.reveal_bytes())
        for key, secret in left.items()
        if key in right
    }


class _Halves:
    """Tells the progress of two things after each other, each of so many steps."""

    def __init__(self, progress: Progress, steps: int) -> None:
        self.second = False
        self._progress = progress
        self._steps = steps

    def __call__(self, done: int, _of: int) -> None:
        self._progress(done + self._steps * self.second, 2 * self._steps)


def _judged(key: str, same: bool | None, facts: tuple[str, ...]) -> Difference:
    differs_in = facts if same is not False else (VALUE, *facts)
    status = DIFFERENT if differs_in else SAME if same else UNKNOWN
    return Difference(key, status, differs_in, same is not None)


def _facts(one: SecretInfo, other: SecretInfo, a: Side, b: Side) -> tuple[str, ...]:
    """Return which of the facts that both stores keep are different."""
    differ = []
    if sides.both_hold(a, b, "descriptions") and one.description != other.description:
        differ.append(DESCRIPTION)
    if sides.both_hold(a, b, "metadata") and one.metadata != other.metadata:
        differ.append(METADATA)
    if sides.both_hold(a, b, "expiry") and one.expires != other.expires:
        differ.append(EXPIRY)
    return tuple(differ)
