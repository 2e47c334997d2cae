"""What is to be reached, and whether it has been."""

from __future__ import annotations

MET, MISSED, UNKNOWN = "met", "missed", "not measured"


class Goal:
    """One figure and its limit: what it must not exceed, or with `least` must reach."""

    def __init__(self, title, figure, limit, unit="x bare", *, least=False, floor=None):
        self.title = title
        self.figure = figure
        self.limit = limit
        self.unit = unit
        self.least = least
        self.floor = floor
        """The figure of the least that any program of this kind costs, if that is measured."""

    def verdict(self, value):
        """Return whether a figure, None for none, reaches the goal."""
        if value is None:
            return UNKNOWN
        return MET if (value >= self.limit if self.least else value <= self.limit) else MISSED


def _all_goals():
    get = "get K --plain, 100 secrets"
    yield Goal(get, "get", 2.6, floor="floor of get")
    yield from (
        Goal(
            f"{get}, beside {peer}",
            f"get / {peer}",
            limit,
            f"x {peer}",
            floor=f"floor of get / {peer}",
        )
        for peer, limit in (
            ("sops", 1.4),
            ("secretspec", 0.45),
            ("python-dotenv", 0.35),
            ("keyring", 0.25),
            ("dotenvx", 0.08),
        )
    )
    for count, limit in ((100_000, 1.15), (1_000_000, 1.5)):
        yield Goal(f"get of {count:,}", f"get of {count}", limit, "x that of 10")
    for peer, count, limit in (
        ("fnox", 10_000, 0.25),
        ("fnox", 100_000, 0.03),
        ("sops", 100_000, 0.03),
    ):
        figure = f"get of {count} / {peer}"
        title = f"get of {count:,}, beside {peer}"
        yield Goal(title, figure, limit, f"x {peer}", floor=f"floor of {figure}")
    yield Goal("run -- true, 10 declared, redaction on", "run", 2.8, floor="floor of run")
    thousand = "run -- true, 1,000 declared, beside fnox"
    yield Goal(thousand, "run of 1000 / fnox", 0.3, "x fnox", floor="floor of run of 1000")
    yield Goal("list, piped, 100 secrets", "list piped", 3.5, floor="floor of libraries")
    yield Goal("list, piped, 100,000 secrets", "list of 100000", 2, "s", floor="floor of list")
    yield Goal("list in a terminal, 100 secrets", "list terminal", 9, floor="floor of rich")
    yield Goal("set, 100 secrets", "set", 8, floor="floor of typer")
    yield Goal("get, the key in the OS keyring", "get by keyring", 8, floor="floor of keyring")
    yield Goal("any command through Typer", "typer", 7.5, floor="floor of typer")
    rate = "a second"
    yield Goal("import of 100,000", "import", 20_000, rate, least=True, floor="floor of import")
    for count, limit in ((3, 400), (20, 200), (100, 100)):
        for way in ("file", "pipes"):
            name = f"redact {count} {way}"
            title = f"redact, {count} secrets, " + ("a file" if way == "file" else "through pipes")
            yield Goal(title, name, limit, "MB/s", least=True, floor=f"cat {way}")
    yield Goal("unlock with a raw key, own work", "unlock", 1, "ms", floor="floor of unlock")
    yield Goal("bytes on disk a secret", "bytes", 900, "bytes")
    for name, limit in (("reads", 600), ("reveals", 300)):
        yield Goal(f"server, {name} a second", f"server {name}", limit, "a second", least=True)
    yield Goal("server, p99 of a read", "server p99", 50, "ms")


GOALS = tuple(_all_goals())

HEAD = ["", "goal", "measured", "by least", "by processor", "verdict", "floor"]
VERDICT = HEAD.index("verdict")
NOTHING = (None, None, None)


def rows(report, goals=GOALS, *, busy=False):
    """Return the rows of the table of goals.

    On a `busy` machine the verdict is by processor times, where there are such.
    """
    return [_row(goal, report, busy) for goal in goals]


def _row(goal, report, busy):
    value, *others = report.figures.get(goal.figure, NOTHING)
    judged = others[-1] if busy and others[-1] is not None else value
    floor = report.figures.get(goal.floor, NOTHING)[0]
    side = "at least" if goal.least else "at most"
    return [
        goal.title,
        f"{side} {shown(goal.limit)} {goal.unit}",
        *map(shown, (value, *others)),
        goal.verdict(judged),
        shown(floor),
    ]


def shown(value):
    """Return a figure with three places that count, or as a whole number; "-" for None."""
    if value is None:
        return "-"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def summary(table):
    """Return one sentence on a table of goals."""
    verdicts = [row[VERDICT] for row in table]
    met, missed = verdicts.count(MET), verdicts.count(MISSED)
    return f"{met} goals met, {missed} missed, {len(verdicts) - met - missed} not measured here"
