"""What commands cost as a vault grows, and with each kind of key."""

from __future__ import annotations

import os

from installing import VALUE, vault_path
from measuring import Command, measure, once

SMALL, MIDDLE, LARGE, HUGE = 10, 1_000, 100_000, 1_000_000


def growth(bench):
    """Print what get, run and list cost as the vault grows, and what it takes on disk."""
    install, report = bench.install, bench.report
    counts = (SMALL, MIDDLE, LARGE) if bench.quick else (SMALL, MIDDLE, LARGE, HUGE)
    homes = {count: install.seeded(count) for count in counts}
    report.missing([f"get of {HUGE}"], "A million secrets: not in the quick run.")

    def infsh(count, *arguments, **options):
        return Command([install.infsh, "secrets", *arguments], homes[count], **options)

    thousand = install.declared(MIDDLE)
    get = ("get", "KEY_7", "--plain")
    gets = {f"get --plain, of {count:,}": infsh(count, *get) for count in counts}
    times = measure(
        {
            **gets,
            "run -- true, 1,000 of 1,000": infsh(MIDDLE, "run", "-f", thousand, "--", "true"),
            "list, piped, of 1,000": infsh(MIDDLE, "list"),
            "list, piped, of 100,000": infsh(LARGE, "list"),
            "list -o names, of 100,000": infsh(LARGE, "list", "-o", "names"),
            "complete names of 1,000": Command(
                [install.infsh, "__complete", "secrets", "get", ""], homes[MIDDLE]
            ),
        },
        runs=bench.runs,
    )
    report.times(f"Growth, {bench.runs} runs or fewer", times)
    few = times[f"get --plain, of {SMALL}"]
    for count in counts[1:]:
        report.ratio(f"get of {count}", times[f"get --plain, of {count:,}"], few)
    many = times["list, piped, of 100,000"]
    report.figure("list of 100000", many.median, many.low, many.cpu)
    sizes = {count: os.path.getsize(vault_path(homes[count])) / count for count in counts}
    report.figure("bytes", sizes[LARGE])
    report.table(
        "Bytes on disk a secret, one version, a value of 40 bytes",
        ["", "bytes a secret"],
        [[f"{count:,} secrets", f"{size:,.0f}"] for count, size in sizes.items()],
    )


def keys(bench):
    """Print what opening with each kind of key costs, and giving a large vault a new key."""
    install = bench.install
    count = 10_000
    environment = install.seeded(count)
    secrets = [install.infsh, "secrets"]
    phrase = os.path.join(environment["HOME"], "phrase")
    with open(os.open(phrase, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("made-up words to remember")
    worded = {
        **environment,
        "INFSH_VAULT_PASSPHRASE_FILE": phrase,
        "INFSH_DATA_DIR": os.path.join(environment["HOME"], "worded"),
    }
    once(Command([*secrets, "set", "KEY_7", VALUE, "-q"], worded))
    get = [*secrets, "get", "KEY_7", "--plain"]
    commands = {
        "get --plain, opened by a raw key": Command(get, environment),
        "get --plain, opened by a passphrase": Command(get, worded),
        f"vault rotate of {count:,}": Command([*secrets, "vault", "rotate", "-q"], environment),
        f"vault verify of {count:,}": Command([*secrets, "vault", "verify"], environment),
    }
    bench.report.times("Keys", measure(commands, runs=5))
