"""Feeds made-up inputs to what reads from outside: `python tests/fuzz [TARGET…] [-runs N]`.

Each target is a function that raises when a promise is broken: an exception that is none of ours,
a value that passes the redactor, a message that opens though it was changed. libFuzzer makes the
inputs, guided by which lines of the package they reach. The exit status is 1 if a target broke;
the input that broke it is kept in the folder that `-keep` names. `-seed` gives the same run again.
"""

from __future__ import annotations

import argparse
import sys

from fuzz_runs import run
from fuzz_targets import TARGETS

RUNS = 200_000


def main() -> int:
    """Run the targets one after the other and print what became of each."""
    parser = argparse.ArgumentParser("python tests/fuzz", allow_abbrev=False)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("-runs", type=int, default=RUNS)
    parser.add_argument("-seed", type=int, default=1)
    parser.add_argument("-keep", default=".")
    asked = parser.parse_args()
    unknown = sorted(set(asked.targets) - TARGETS.keys())
    if unknown:
        parser.error(f"no such target: {', '.join(unknown)}")
    broken = 0
    for name in asked.targets or TARGETS:
        ran = run(name, TARGETS[name], asked.runs, asked.seed, asked.keep)
        broken += bool(ran.problem)
        if ran.problem:
            print(f"{name:12} BROKEN\n{ran.problem}", flush=True)
        else:
            print(f"{name:12} {ran.inputs:8} inputs in {ran.seconds:5} s, 0 uncaught", flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
