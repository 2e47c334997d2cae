"""Uses as entries of the audit chain: equal ones of an hour are one, large ones are several."""

from __future__ import annotations

from infsh_secrets.domain.use_results import RunFacts
from infsh_secrets.stores.vault import audit, runs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from infsh_secrets.stores.vault.audit import Entry, Subject
    from infsh_secrets.stores.vault.uselog import Mark, Use, Used

USED = "used"
MOST_ENDS = 8
"""Of how many exit statuses an entry tells; of more, it leaves out the ones that are longer ago."""
_HOUR_MS = 3_600_000
_RESERVED = 1
"""Room for the mark of a fold."""

Line = tuple[bytes, "Use | None"]
"""(id, what it says or None when it does not open)"""


def run_of(entry: Entry) -> RunFacts | None:
    """Return the run that an entry is about, None for any other entry."""
    found = {action: (name, number) for action, _, name, number in entry.subjects}
    if runs.RUN not in found:
        return None
    program, number = found[runs.RUN]
    ends = tuple(
        (int(name), often)
        for action, _, name, often in entry.subjects
        if action == runs.ENDED and name.isascii() and name.isdigit()
    )
    lasted = found[runs.LASTED][1] if runs.LASTED in found else None
    return RunFacts(program, found.get(runs.MANIFEST, ("", 0))[0], number, ends, lasted)


def entries(lines: Iterable[Line]) -> list[Entry]:
    """Return the entries that stand for lines of the use log, in the order of their times.

    Uses of the same secrets by the same program within the same hour become one entry, with the
    time of the latest: a job that reads a secret every minute must not fill the vault. The end of
    a run goes to the entry of its beginning if that is among the lines; other ends of equal runs
    within the same hour become one entry.
    """
    groups: dict[tuple[object, ...], _Group] = {}
    begun: dict[str, _Group] = {}
    for identity, use in lines:
        if use is None:
            continue
        began = next((text for action, text, _ in use.marks if action == runs.BEGAN), None)
        group = None if began is None else begun.get(began)
        if group is None:
            start = tuple(m for m in use.marks if m[0] in (runs.RUN, runs.MANIFEST))
            same = (use.user, use.program, use.time // _HOUR_MS, tuple(use.subjects), start)
            group = groups.setdefault(same, _Group(use, start))
        if began is None:
            begun[identity.hex()] = group
        group.add(use)
    found = [entry for group in groups.values() for entry in group.entries()]
    return sorted(found, key=lambda entry: entry.time)


class _Group:
    """Equal uses, and how those of them ended that are runs."""

    def __init__(self, first: Use, start: tuple[Mark, ...]) -> None:
        self._first = first
        self._start = start
        self._time = 0
        self._count = 0
        self._ends: dict[str, int] = {}
        self._lasted: list[Mark] = []

    def add(self, use: Use) -> None:
        """Take one more use, or the end of one; what is not told apart by secrets is an end."""
        if list(use.subjects) == list(self._first.subjects):
            self._time = max(self._time, use.time)
            self._count += 1
        for action, text, number in use.marks:
            if action == runs.ENDED:
                self._ends[text] = self._ends.pop(text, 0) + number
            elif action == runs.LASTED:
                self._lasted = [(action, text, number)]

    def entries(self) -> list[Entry]:
        """Return the entries for all of them."""
        first = self._first
        ends = [(runs.ENDED, status, often) for status, often in self._ends.items()]
        marks = [*self._start, *ends[-MOST_ENDS:], *self._lasted]
        subjects = as_subjects(first.subjects, marks)
        return _split(self._time, (first.user, first.program), self._count, subjects)


def as_subjects(subjects: Sequence[Used], marks: Sequence[Mark]) -> list[Subject]:
    """Return a use's secrets and marks as the subjects of an entry."""
    named = [(USED, *subject) for subject in subjects]
    return [*named, *((action, "", text, number) for action, text, number in marks)]


def of_transaction(now: int, actor: tuple[str, str], subjects: list[Subject]) -> list[Entry]:
    """Return the entries that a transaction writes of itself: one, more only for large uses."""
    if subjects[0][0] == USED:
        return _split(now, actor, 1, subjects)
    return [audit.Entry(now, *actor, len(subjects), subjects)]


def given_out(now: int, actor: tuple[str, str], used: Sequence[Used]) -> list[Entry]:
    """Return the entries of what one caller was given in one transaction, each use counted."""
    counts: dict[Used, int] = {}
    for subject in used:
        counts[subject] = counts.get(subject, 0) + 1
    alike: dict[int, list[Subject]] = {}
    for subject, count in counts.items():
        alike.setdefault(count, []).append((USED, *subject))
    return [entry for count, named in alike.items() for entry in _split(now, actor, count, named)]


def _split(time: int, actor: tuple[str, str], count: int, subjects: list[Subject]) -> list[Entry]:
    """Return the entries of equal uses, each with all the marks and as many secrets as it holds."""
    named = [subject for subject in subjects if subject[0] == USED]
    marks = [subject for subject in subjects if subject[0] != USED]
    room = audit.MOST_LISTED - _RESERVED - len(marks)
    return [
        audit.Entry(time, *actor, count, [*named[start : start + room], *marks])
        for start in range(0, max(1, len(named)), room)
    ]
