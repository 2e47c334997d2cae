"""What commands cost whose key lies in the OS keyring: GNOME's, on a bus of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess

from floors import KEYRING, program
from installing import VALUE
from measuring import Command, CommandFailedError, measure, once

BARE = "python -c pass"
PROGRAMS = ("dbus-daemon", "gnome-keyring-daemon")
START = 'printf "\\n" | gnome-keyring-daemon --unlock --components=secrets --foreground'


def keyring(bench):
    """Print what get costs with the key in the OS keyring, and after `vault unlock`."""
    install, report = bench.install, bench.report
    absent = [name for name in PROGRAMS if not shutil.which(name)]
    if absent:
        report.missing(["get by keyring"], f"OS keyring: no {' and '.join(absent)} here.")
        return
    environment = install.home("keyring-home")
    with session(install, environment) as inside:
        secrets = [install.infsh, "secrets"]
        try:
            once(Command([*secrets, "set", "KEY_7", VALUE, "-q"], inside))
        except CommandFailedError as error:
            report.missing(["get by keyring"], f"OS keyring: it does not start here ({error}).")
            return
        get = [*secrets, "get", "KEY_7", "--plain"]
        found = subprocess.run(
            ["find", environment["HOME"], "-name", "*.key"], stdout=subprocess.PIPE, check=True
        )
        if found.stdout:
            report.missing(["get by keyring"], "OS keyring: the key went into a file.")
            return
        times = measure(
            {
                BARE: Command([install.python, "-c", "pass"], inside),
                "get K --plain, key in the OS keyring": Command(get, inside),
                "floor: keyring imported and asked": Command(
                    program(install, "keyring", KEYRING), inside
                ),
            },
            runs=bench.runs,
        )
        once(Command([*secrets, "vault", "unlock", "-q"], inside))
        unlocked = {
            BARE: Command([install.python, "-c", "pass"], inside),
            "get K --plain, after vault unlock": Command(get, inside),
        }
        after = measure(unlocked, runs=bench.runs)
    report.times("Key in the OS keyring (GNOME's), one secret", times, BARE)
    report.times("The same while vault unlock lasts", after, BARE)
    bare = times[BARE]
    report.ratio("get by keyring", times["get K --plain, key in the OS keyring"], bare)
    report.ratio("floor of keyring", times["floor: keyring imported and asked"], bare)


@contextlib.contextmanager
def session(install, environment):
    """Yield the environment of a session with a bus and an open keyring, which end with it."""
    runtime = os.path.join(environment["HOME"], "run")
    os.mkdir(runtime, 0o700)
    inside = {**environment, "XDG_RUNTIME_DIR": runtime}
    del inside["PYTHON_KEYRING_BACKEND"]
    with contextlib.ExitStack() as stack:
        bus = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--print-address"],
            env=inside,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        stack.callback(_end, bus)
        inside["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
        daemon = subprocess.Popen(
            ["sh", "-c", START],
            env=inside,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        stack.callback(_end, daemon)
        wait = "import sys, time\nimport secretstorage\n" + WAIT
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run([install.python, "-c", wait], env=inside, check=False, timeout=60)
        yield inside


WAIT = """
end = time.monotonic() + 30
while time.monotonic() < end:
    try:
        bus = secretstorage.dbus_init()
        if not secretstorage.get_default_collection(bus).is_locked():
            sys.exit(0)
    except Exception:
        pass
    time.sleep(0.1)
sys.exit(1)
"""
"""Waits until the keyring has a collection that is open."""


def _end(process):
    with contextlib.suppress(ProcessLookupError):
        if os.getpgid(process.pid) == process.pid:
            os.killpg(process.pid, signal.SIGTERM)
        else:
            process.terminate()
    process.wait()
    if process.stdout:
        process.stdout.close()
