"""The unit of the README: systemd takes it, finds it hardened, and runs it in a real boot."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest
from recipe_boot import boot, may_boot
from recipe_text import APP, GOT, MANIFEST, SHOWN, VALUE, recipe
from recipe_vault import follow_vault_recipe

ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
MOST_EXPOSED = 2.0  # systemd's own scale: 0 is safe, 10 is not

_SERVICE = """
import signal, subprocess, sys, time
def stop(*_):  # systemd tells every process of the service, and `run` passes it on once more
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("stopping", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
for path in ("/srv/app/inf.yml", "/etc/app/vault.key", "/usr/bin/env", "/home/x"):
    try:
        open(path, "a")
        print("could write", path)
    except OSError:
        pass
print("ready", flush=True)
while True:
    time.sleep(0.1)
"""


@pytest.fixture
def unit(tmp_path):
    path = tmp_path / "units/app.service"
    path.parent.mkdir()
    path.write_text(recipe("systemd"))
    return path


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_systemd_takes_the_unit_and_finds_it_hardened(unit):
    def analyze(*arguments):
        return subprocess.run(
            ["systemd-analyze", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )

    done = analyze("verify", "--man=no", str(unit))
    wrong = [line for line in done.stdout.splitlines() if str(unit) in line]
    assert wrong == []  # also of a directive that this version does not know
    judged = analyze("security", "--offline=yes", "--no-pager", str(unit))
    exposure = re.search(r"Overall exposure level for \S+ ([\d.]+)", judged.stdout.replace(":", ""))
    assert float(exposure[1]) <= MOST_EXPOSED, judged.stdout


@pytest.mark.slow
@pytest.mark.skipif(
    not (shutil.which("systemd-nspawn") and ROOT), reason="needs systemd-nspawn, and root"
)
def test_the_service_runs_under_systemd(unit, own_home, tmp_path, machine_folder):
    if not may_boot():
        pytest.skip("systemd-nspawn may start nothing here")
    project = tmp_path / "srv"
    project.mkdir()
    checkout = follow_vault_recipe(project, own_home, tmp_path / "tools")
    (project / "ci.vault").rename(project / "app.vault")
    (project / "app.vault").chmod(0o644)
    (project / "inf.yml").write_text(MANIFEST)
    (project / "app.py").write_text(APP + _SERVICE)
    keys = tmp_path / "etc"
    keys.mkdir(mode=0o700)
    shutil.copyfile(own_home / "ci.key", keys / "vault.key")
    (keys / "vault.key").chmod(0o600)
    binds = ((unit, "/etc/systemd/system/app.service"), (project, "/srv/app"), (keys, "/etc/app"))
    report = boot(tmp_path, machine_folder, binds)
    assert sorted(report.lines) == sorted(
        [
            GOT,
            *[line for line in report.lines if line.startswith(SHOWN)],
            "variables []",
            "ready",
            "stopping",
        ]
    )
    assert sum(line.startswith(SHOWN) for line in report.lines) == 2
    assert report.state["Result"] == "success"
    assert report.state["ExecMainStatus"] == "0"
    for text in (VALUE, checkout.key):
        assert text not in report.journal
        assert text not in report.console
