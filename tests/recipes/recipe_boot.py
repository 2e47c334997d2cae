"""A real systemd on this machine's own /usr, with a service and a Python that has this project."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile

_LIMIT_SECONDS = 120
_SCRIPT = """\
#!/usr/local/bin/python3
import sys
from infsh_secrets.entry import main
sys.exit(main())
"""
# Waits for the app to be ready or over, stops it, and keeps what systemd has to say.
_REPORT = """\
[Unit]
Wants=app.service
After=app.service
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=oneshot
TimeoutStartSec=60
ExecStart=/bin/sh -c 'while systemctl -q is-active app && \
! journalctl -u app -o cat | grep -q ^ready; do sleep 0.1; done; systemctl stop app; \
journalctl --sync; journalctl -o json > /out/journal; systemctl show app > /out/state'
"""


def install(machine, layer):
    """Unpack the wheels into a layer over /usr/local, as pip would."""
    library = next((machine / "root/usr/local/lib").glob("python3*"))
    site = layer / "lib" / library.name / "site-packages"
    site.mkdir(parents=True)
    for wheel in (machine / "wheels").iterdir():
        zipfile.ZipFile(wheel).extractall(site)
    (layer / "bin").mkdir()
    program = layer / "bin/infsh"
    program.write_text(_SCRIPT)
    program.chmod(0o755)
    for shared in (machine / "root/usr/lib").glob("libpython*"):
        shutil.copyfile(shared, layer / "lib" / shared.name)


_MACHINE = (
    *("systemd-nspawn", "--quiet", "--volatile=yes", "--directory=/"),
    *("--register=no", "--keep-unit", "--console=pipe"),
)


def may_boot():
    """Tell whether this machine lets us start another one in it."""
    done = subprocess.run(
        [*_MACHINE, "/usr/bin/true"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_LIMIT_SECONDS,
        check=False,
    )
    return not done.returncode


class Report:
    """What the machine says after the service: the journal whole, that of the app, its state."""

    def __init__(self, folder, console):
        self.console = console
        self.journal = (folder / "journal").read_text(errors="replace")
        entries = [json.loads(line) for line in self.journal.splitlines()]
        mine = [entry for entry in entries if entry.get("_SYSTEMD_UNIT") == "app.service"]
        self.lines = [entry["MESSAGE"] for entry in mine if entry.get("_TRANSPORT") == "stdout"]
        pairs = (line.partition("=") for line in (folder / "state").read_text().splitlines())
        self.state = {name: value for name, _, value in pairs}


def boot(work, machine, binds):
    """Boot, let the service run until it says `ready`, stop it; `binds` are (folder, place)."""
    out = work / "out"
    out.mkdir()
    install(machine, work / "layer")
    (work / "report.service").write_text(_REPORT)
    units = "/etc/systemd/system"
    line = [
        *(*_MACHINE, "--boot", f"--bind={out}:/out"),
        f"--overlay-ro={machine}/root/usr/local:{work}/layer:/usr/local",
        f"--bind-ro={work}/report.service:{units}/report.service",
        *(f"--bind-ro={folder}:{place}" for folder, place in binds),
        *("systemd.unit=report.service", "systemd.firstboot=off"),
        "systemd.setenv=LD_LIBRARY_PATH=/usr/local/lib",  # for an interpreter from elsewhere
    ]
    done = subprocess.run(
        line,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=_LIMIT_SECONDS,
        check=False,
    )
    assert (out / "state").exists(), done.stdout.decode(errors="replace")
    return Report(out, done.stdout.decode(errors="replace"))
