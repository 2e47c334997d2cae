"""Prints the figures of this machine: `python tests/bench [NAME]...`, all when none is named.

Everything is measured as whole processes of an ordinary install (made here, in a temporary virtual
environment, with byte code), interleaved, as medians; `x bare` is the ratio to `python -c pass` in
the same run, which holds where absolute times drift. Peers that are installed are measured in the
same run, others are named as absent. Nothing here fails by the clock.
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import signal
import sys
import tempfile
import time
from datetime import UTC, datetime

import goals
from installing import Install
from installing_peers import install_peers
from measuring import BUSY, RUNS, load, load_warning
from report import GOALS, Report

PARTS = {
    "start": "starting:start",
    "growth": "growing:growth",
    "keys": "growing:keys",
    "keyring": "keyrings:keyring",
    "transfer": "transfer:transfer",
    "bulk": "bulk_floors:bulk",
    "million": "million:million",
    "redaction": "redaction:redaction",
    "peers": "peering:peers",
    "scan": "scanning:scan",
    "serving": "serving:serving",
}
"""name -> module and function, which is called with the Bench."""

QUICK = ("start", "growth", "keyring", "transfer", "redaction")
QUICK_RUNS = 9


class Bench:
    """What every part gets: the install, where its figures go, and how long it may take."""

    def __init__(self, install, report, *, quick, runs, peers):
        self.install = install
        self.report = report
        self.quick = quick
        self.runs = runs
        self.peers = peers
        """The folder into which peers were installed, None when there is none."""


def main():
    """Measure what is wanted, or everything, and print what of the goals has been reached."""
    options = _options()
    # So that a stop ends servers and agents of others as well, and removes what was written.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if options.install:
        options.peers_in = options.install
        install_peers(options.install)
    report = Report()
    about = (
        f"{platform.python_implementation()} {platform.python_version()}, "
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    )
    print(about)
    before = load()  # later the suite itself is a part of it
    warning = load_warning(before)
    print(warning or "The machine has nothing else to do.")
    begun = time.monotonic()
    runs = options.runs or (QUICK_RUNS if options.quick else RUNS)
    wanted = options.part or (QUICK if options.quick else tuple(PARTS))
    with tempfile.TemporaryDirectory() as folder:
        install = Install(folder, committed=options.committed)
        bench = Bench(install, report, quick=options.quick, runs=runs, peers=options.peers_in)
        for name in wanted:
            module, _, function = PARTS[name].partition(":")
            getattr(importlib.import_module(module), function)(bench)
    asked = [goal for goal in goals.GOALS if _asked(options, report, goal)]
    reached = goals.rows(report, asked, busy=before >= BUSY)
    reasons = sorted({why for name, why in report.absent.items() if name not in report.figures})
    left = ", ".join(name for name in PARTS if name not in wanted)
    notes = [f"{goals.summary(reached)}.", *reasons, *([f"Left out: {left}."] if left else [])]
    report.table(GOALS, goals.HEAD, reached, notes, main=True)
    print(f"\n{time.monotonic() - begun:.0f} s; {warning or 'the machine had nothing else to do.'}")
    if options.markdown:
        with open(options.markdown, "w", encoding="utf-8") as file:
            file.write(report.markdown(_about(about, runs, warning)))


def _about(machine, runs, warning):
    """Return the lines that stand before tables in a document."""
    day = datetime.now(UTC).date()
    yield (
        f"`python tests/bench --markdown FILE` measured this ({machine}, {day}): whole processes "
        f"of an ordinary install, up to {runs} runs each in shuffled turns, medians. "
        "`x bare` is the ratio to `python -c pass` in the same turns, which holds where absolute "
        "times drift; beside it are the ratio of the least times and that of processor times. A "
        "floor is what a small program costs that does only what all of its kind must: get or run "
        "in one file with the same promises (`least.py`), load SQLite and AES-GCM, say hello "
        "through Typer, draw a table by rich, ask the keyring, make AES-GCM ready, copy bytes."
    )
    if warning:
        yield ""
        yield warning


def _asked(options, report, goal):
    """Return whether a goal is to be shown: where parts are named, only what they are about."""
    return not options.part or goal.figure in report.figures or goal.figure in report.absent


def _options():
    parser = argparse.ArgumentParser(prog="python tests/bench", description=__doc__)
    parser.add_argument("part", nargs="*", choices=[*PARTS, []], help="what to measure")
    parser.add_argument("--quick", action="store_true", help="fewer parts and runs, in two minutes")
    parser.add_argument("--runs", type=int, help=f"how often each is run; {RUNS}")
    parser.add_argument("--committed", action="store_true", help="measure what git has of it")
    parser.add_argument("--install", metavar="DIR", help="install peers into this folder first")
    parser.add_argument("--peers-in", metavar="DIR", help="where peers were installed")
    parser.add_argument("--markdown", metavar="FILE", help="write the main tables to it as well")
    return parser.parse_args()


if __name__ == "__main__":
    main()
