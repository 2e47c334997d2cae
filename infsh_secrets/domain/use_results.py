"""What is known of the uses of secrets."""

from __future__ import annotations

from infsh_secrets.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from infsh_secrets.domain.results import Place


class RunFacts(Record):
    """The runs of a program that had secrets, as one entry of the record tells of them.

    `number` is the same for runs of a program with the same manifest and secrets. `ends` are (exit
    status, how often), the latest last; `lasted` milliseconds of the latest to end.
    """

    program: str
    manifest: str
    number: int
    ends: tuple[tuple[int, int], ...] = ()
    lasted: int | None = None


class UseRow(Record):
    """How one program has used a secret with one manifest in one environment.

    `run`: it was started by `run`, else it asked for the value itself. `used_as` is an older name
    under which it did so, else "". `user`, `version` and `last_used` are of the latest use,
    `exit_status` of the latest run that ended. `declared`: the manifest declares the secret now;
    None where that is not known.
    """

    key: str
    used_as: str
    environment: str
    program: str
    manifest: str
    run: bool
    last_used: int
    times: int
    user: str
    version: int
    exit_status: int | None = None
    declared: bool | None = None


class UseList(Record):
    """Who uses secrets, the newest use first."""

    place: Place
    rows: list[UseRow]


class KnownUses(Record):
    """What is known of a secret that is deleted: its last use, and manifests that declare it."""

    last_used: int
    program: str
    declared_by: tuple[str, ...]
