"""What importing and exporting 100,000 secrets costs as whole processes."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time

from measuring import VALUE

COUNT = 100_000
FOR_THE_PEER = 10_000
"""Of python-dotenv, whose time grows faster than the file: it takes minutes for 100,000."""

FORMS = ("dotenv", "json", "yaml", "shell", "docker")


def transfer(install):
    """Print seconds of wall and processor time, and secrets a second, of import and export."""
    home = os.path.join(install.folder, "transfer")
    os.mkdir(home)
    environment = install.environment(home)
    source = os.path.join(home, "keys.env")
    with open(source, "w") as file:
        file.writelines(f"SERVICE_KEY_{i}={VALUE}\n" for i in range(COUNT))
    infsh = [install.infsh, "secrets"]
    print(f"\nimport and export of {COUNT} secrets, whole processes")
    measured("import, a new vault", [*infsh, "import", source, "-q"], environment)
    measured("import --dry-run", [*infsh, "import", source, "-q", "--dry-run"], environment)
    measured("import, all unchanged", [*infsh, "import", source, "-q"], environment)
    for form in FORMS:
        target = os.path.join(home, f"out.{form}")
        command = [*infsh, "export", "--format", form, "-O", target, "-q"]
        measured(f"export as {form}", command, environment)
    short = os.path.join(home, "short.env")
    with open(source) as file, open(short, "w") as part:
        part.writelines(line for line, _ in zip(file, range(FOR_THE_PEER), strict=False))
    program = "import dotenv, sys; dotenv.dotenv_values(sys.argv[1])"
    peer = [sys.executable, "-c", program, short]
    if subprocess.run([sys.executable, "-c", "import dotenv"], check=False).returncode == 0:
        measured(f"python-dotenv reads {FOR_THE_PEER}", peer, None, FOR_THE_PEER)
    else:
        print("  not here: python-dotenv")
    shutil.rmtree(home)


def measured(name, command, environment, count=COUNT):
    """Run a command once and print what it cost."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    subprocess.run(
        command, env=environment, check=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wall = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"  {name:26} {wall:6.2f} s  {count / wall:8,.0f} a second"
        f"  {busy:6.2f} s of a processor  {count / busy:8,.0f} a second"
    )
