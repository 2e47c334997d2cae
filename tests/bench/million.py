"""What a million secrets cost: to import, to read, to verify; in time, memory and bytes."""

from __future__ import annotations

import os
import shutil
import subprocess
import time

from installing import VALUE, vault_path

COUNT = 1_000_000


def million(bench):
    """Print time, the highest memory and the rate of each task, and the size of the file."""
    install = bench.install
    home = install.home("million")
    source = os.path.join(home["HOME"], "keys.env")
    with open(source, "w") as file:
        file.writelines(f"SERVICE_KEY_{i}={VALUE}\n" for i in range(COUNT))
    out = os.path.join(home["HOME"], "out.env")
    tasks = {
        "import, one transaction": ["import", source, "-q"],
        "get --plain": ["get", f"SERVICE_KEY_{COUNT - 1}", "--plain"],
        "set": ["set", "ONE_MORE", VALUE, "-q"],
        "list -o names": ["list", "-o", "names"],
        "export": ["export", "-O", out, "-q"],
        "vault verify": ["vault", "verify"],
    }
    rows = [
        [name, *_measured([install.infsh, "secrets", *arguments], home)]
        for name, arguments in tasks.items()
    ]
    bench.report.table(
        f"A vault of {COUNT:,} secrets, "
        f"{os.path.getsize(vault_path(home)) / COUNT:,.0f} bytes a secret",
        ["", "wall", "processor", "a second of a processor", "memory"],
        rows,
    )
    shutil.rmtree(home["HOME"])


def _measured(argv, environment):
    begun = time.perf_counter()
    process = subprocess.Popen(
        argv, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, argv)
    busy = usage.ru_utime + usage.ru_stime
    memory = usage.ru_maxrss / 1024  # of KiB, on Linux
    return f"{wall:.2f} s", f"{busy:.2f} s", f"{COUNT / busy:,.0f}", f"{memory:,.0f} MiB"
