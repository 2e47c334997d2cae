"""Prints LeakBench: `python tests/leakbench`; the exit status is 1 if a row leaks.

One row is one way in which a program may show a secret that `infsh secrets run` gave it; each is
run through a pipe and in a terminal, with each secret in one write and in two with a pause between.
"""

from __future__ import annotations

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from leak_judge import BROKEN, CLEAN, LEAK
from leak_rows import ROWS
from leak_ways import WAYS, make_vault

MANNERS = {"whole": False, "split": True}
PEER_ROWS = 19
PEERS = {"dotenvx": 6, "varlock": 4, "psst": 4, "doppler": 0, "fnox 1.31": 0}
PEERS_MEASURED = "2026-11-22"


def main() -> int:
    """Run all rows, print the table and the scores."""
    with tempfile.TemporaryDirectory() as home, ThreadPoolExecutor(2) as pool:
        make_vault(home)
        results = list(pool.map(lambda row: _run(home, row), ROWS))
    columns = [f"{way}, {manner}" for way in WAYS for manner in MANNERS]
    print(" " * 28 + "".join(f"{column:17}" for column in columns).rstrip())
    for number, (row, verdicts) in enumerate(zip(ROWS, results, strict=True), 1):
        print(f"{number:2} {row.title:25}" + "".join(f"{v:17}" for v in verdicts).rstrip())
    print()
    for line in scores(results):
        print(line)
    return 1 if any(verdict != CLEAN for verdicts in results for verdict in verdicts) else 0


def _run(home: str, row) -> list[str]:
    return [run(home, row, split=split) for run in WAYS.values() for split in MANNERS.values()]


def scores(results: list[list[str]]) -> list[str]:
    """Return the lines with our score and that of others."""
    kept = [all(verdict == CLEAN for verdict in verdicts) for verdicts in results]
    every = [verdict for verdicts in results for verdict in verdicts]
    piped = [verdicts[0] == CLEAN for verdicts in results[:PEER_ROWS]]
    peers = ", ".join(f"{name} {score}" for name, score in PEERS.items())
    return [
        f"infsh secrets run: {sum(kept)} of {len(kept)} rows kept in all four ways; "
        f"{every.count(LEAK)} of {len(every)} runs leaked, {every.count(BROKEN)} were broken.",
        f"First {PEER_ROWS} rows through a pipe: infsh {sum(piped)}, {peers}",
        f"(the others as measured on these {PEER_ROWS} rows through a pipe on {PEERS_MEASURED}).",
    ]


if __name__ == "__main__":
    sys.exit(main())
