"""What importing and exporting 100,000 secrets costs as whole processes."""

from __future__ import annotations

import os
import shutil

from installing import VALUE
from measuring import Command, Times, once

COUNT = 100_000
FORMS = ("dotenv", "json", "yaml", "shell", "docker")
QUICK_FORMS = FORMS[:1]


def transfer(bench):
    """Print seconds of wall and processor time, and secrets a second, of import and export."""
    install = bench.install
    folder = os.path.join(install.folder, "transfer")
    os.mkdir(folder)
    source = os.path.join(folder, "keys.env")
    with open(source, "w") as file:
        file.writelines(f"SERVICE_KEY_{i}={VALUE}\n" for i in range(COUNT))
    secrets = [install.infsh, "secrets"]
    imported = [*secrets, "import", source, "-q"]
    turns = 1 if bench.quick else 3
    homes = [install.home(f"transfer{turn}") for turn in range(turns)]
    taken = {"import, a new vault": Times([once(Command(imported, home)) for home in homes])}
    bench.report.rate("import", COUNT, taken["import, a new vault"])
    rest = {
        "import --dry-run": [*imported, "--dry-run"],
        "import, all unchanged": imported,
        **{
            f"export as {form}": [
                *(*secrets, "export", "--format", form, "-q"),
                *("-O", os.path.join(folder, f"out.{form}"), "--force"),
            ]
            for form in (QUICK_FORMS if bench.quick else FORMS)
        },
    }
    for name, argv in rest.items():
        taken[name] = Times([once(Command(argv, homes[0])) for _ in range(turns)])
    bench.report.table(
        f"Import and export of {COUNT:,} secrets",
        ["", "median", "processor", "a second", "by processor"],
        [
            [
                name,
                f"{one.median:.2f} s",
                f"{one.cpu:.2f} s",
                f"{COUNT / one.median:,.0f}",
                f"{COUNT / one.cpu:,.0f}",
            ]
            for name, one in taken.items()
        ],
    )
    shutil.rmtree(folder)
