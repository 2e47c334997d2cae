"""How fast text passes through `redact` and `run`, beside `cat`."""

from __future__ import annotations

import os
import random
import string

from measuring import Command, measure

MEGABYTES = 100
QUICK_MEGABYTES = 40
COUNTS = (3, 20, 100)
WORDS = "the model loaded weights from disk epoch loss accuracy step token cache".split()  # noqa: SIM905


def log(path, megabytes):
    """Write a log of made-up lines that holds no secret."""
    rng = random.Random(7)
    lines = [
        f"2026-11-22T{rng.randrange(24):02}:{rng.randrange(60):02}:{rng.randrange(60):02}Z "
        f"[{rng.choice(('info', 'warn'))}] {' '.join(rng.choices(WORDS, k=12))} "
        f"id={rng.getrandbits(128):032x} {''.join(rng.choices(string.ascii_letters, k=12))}\n"
        for _ in range(20_000)
    ]
    block = "".join(lines).encode()
    with open(path, "wb") as file:
        while file.tell() < megabytes * 1_000_000:
            file.write(block)
        file.truncate(megabytes * 1_000_000)


def redaction(bench):
    """Print megabytes a second."""
    install, report = bench.install, bench.report
    megabytes = QUICK_MEGABYTES if bench.quick else MEGABYTES
    path = os.path.join(install.folder, "log")
    log(path, megabytes)
    commands = {
        "cat, file": _line(f"cat < {path} > /dev/null"),
        "cat, pipes": _line(f"cat {path} | cat | cat > /dev/null"),
    }
    for count in COUNTS:
        home = install.seeded(count, "")
        redact = f"{install.infsh} secrets redact"
        commands |= {
            f"redact, {count} secrets, file": _line(f"{redact} < {path} > /dev/null", home),
            f"redact, {count} secrets, pipes": _line(
                f"cat {path} | {redact} | cat > /dev/null", home
            ),
            f"run -- cat, {count} secrets, pipes": _line(
                f"{install.infsh} secrets run --all -- cat {path} | cat > /dev/null", home
            ),
        }
    times = measure(commands, runs=3 if bench.quick else 7)
    for count in COUNTS:
        for way in ("file", "pipes"):
            one = times[f"redact, {count} secrets, {way}"]
            report.rate(f"redact {count} {way}", megabytes, one)
    for way in ("file", "pipes"):
        report.rate(f"cat {way}", megabytes, times[f"cat, {way}"])
    report.table(
        f"Redaction of {megabytes} MB that hold no secret, whole commands, all forms",
        ["", "median", "least", "processor", "MB/s", "by least"],
        [
            [
                name,
                *(f"{seconds * 1000:,.0f} ms" for seconds in (one.median, one.low, one.cpu)),
                f"{megabytes / one.median:,.0f}",
                f"{megabytes / one.low:,.0f}",
            ]
            for name, one in times.items()
        ],
    )


def _line(line, environment=None):
    return Command(["sh", "-c", line], environment)
