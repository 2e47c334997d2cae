"""Each system call on the vault's files fails or is the last: the old state is there, or the new.

One run of a command under strace tells its calls; then it is run again for each call and fault.
"""

import collections
import concurrent.futures
import glob
import io
import json
import os
import random
import shutil
import stat
import sys
from typing import NamedTuple

import pytest
import traced
from traced import base_fixture  # noqa: F401  # pytest finds it here

from infsh_secrets import entry
from infsh_secrets.domain import exit_codes

pytestmark = traced.needs_strace

KILL = "signal=KILL"
EIO = "error=EIO"
ENOSPC = "error=ENOSPC"
FAULTS = {
    "openat": (EIO, ENOSPC, KILL),
    "mkdir": (EIO, ENOSPC, KILL),
    "write": (EIO, ENOSPC, KILL),
    "pwrite64": (EIO, ENOSPC, KILL),
    "ftruncate": (EIO, KILL),
    "fsync": (EIO, ENOSPC, KILL),
    "fdatasync": (EIO, ENOSPC, KILL),
    "unlink": (EIO, KILL),
    "rename": (EIO, ENOSPC, KILL),
    "flock": (EIO, "error=ENOLCK", KILL),
    "fcntl": (EIO, "error=ENOLCK", KILL),
    "pread64": (EIO,),
}
STATUSES = {status for status, *_ in exit_codes.TABLE} - {exit_codes.ERROR}


class Fault(NamedTuple):
    """The n-th call of a name fails in this way; `place` is the file that it was counted on."""

    call: str
    number: int
    how: str
    place: str

    def __str__(self):
        return f"{self.call} {self.number} of {self.place}: {self.how}"


def faults_of(case):
    """Run the operation once under strace and return every fault that it can meet."""
    home = case.copy("count")
    log = os.path.join(case.folder, "count.log")
    done = case.run(home, strace=("-y", "-o", log, "-e", f"trace={','.join(FAULTS)}"))
    assert done.returncode == 0, done.stderr
    numbers = collections.Counter()
    found = []
    for call, arguments, _, _ in traced.calls(log):
        numbers[call] += 1
        place = place_of(arguments, home)
        if place:
            found += [Fault(call, numbers[call], how, place) for how in FAULTS[call]]
    return found, traced.observe(home)


def place_of(arguments, home):
    """Return the name of the file below `home` that a call is about, "" for any other."""
    first = arguments.split(", O_", maxsplit=1)[0]
    for text in (first.split('"')[1] if '"' in first[:200] else "", arguments.split(">")[0]):
        if f"{home}/" in text:
            return os.path.basename(text)
    return ""


class Run(NamedTuple):
    fault: Fault
    home: str
    status: int
    out: bytes
    err: str
    hit: bool


def run_fault(case, number, fault):
    home = case.copy(f"run{number}")
    log = os.path.join(case.folder, f"run{number}.log")
    inject = f"inject={fault.call}:{fault.how}:when={fault.number}"
    trace = ("-y", "-o", log, "-e", f"trace={fault.call}", "-e", inject)
    done = case.run(home, strace=trace)
    with open(log, encoding="utf-8", errors="surrogateescape") as file:
        lines = file.read().splitlines()
    os.unlink(log)
    if fault.how == KILL:
        hit = done.returncode < 0 and any(f"{home}/" in line for line in lines[-2:])
    else:
        hit = any("(INJECTED)" in line and f"{home}/" in line for line in lines)
    return Run(fault, home, done.returncode, done.stdout, done.stderr.decode(), hit)


class Judge:
    """Says what each run has left, and counts."""

    def __init__(self, case, after, retry):
        self.case = case
        self.after = after
        self.retry = retry
        self.counts = collections.Counter()
        self.wrong = []

    def judge(self, run):
        if not run.hit:
            self.counts["elsewhere"] += 1
            return
        try:
            self._judge(run)
        except Exception as error:  # noqa: BLE001  # all of them are shown together
            text = " ".join(str(error).split("\n")[:1])
            told = run.err.strip().splitlines()[-1:]
            self.wrong.append(f"{self.case.operation.name}, {run.fault}: {text} {told}")
        shutil.rmtree(run.home, ignore_errors=True)

    def _judge(self, run):
        killed = run.fault.how == KILL
        self.counts["cases"] += 1
        said = "" if killed or run.status == 0 else sentence(run)
        left = leftovers(run.home)
        state = traced.observe(run.home)
        new = state == self.after or self._is_new_with_less(state, run)
        assert new or self._is_old(state), "it is neither the old state nor the new one"
        assert new or run.status != 0, "an acknowledged change is lost"
        if "Nothing was written" in said:
            assert not new, "it says that nothing was written, and it was"
        if "itself was written" in said:
            assert new, "it says that the change was written, and it was not"
        self.counts["new" if new else "old"] += 1
        self.counts["acknowledged"] += run.status == 0
        if not killed and run.fault.call != "unlink":
            assert not left, f"it has left {left}"
        check_modes(run.home)
        again = ["set", "NEXT_KEY", "next"] if new else self.case.argv(run.home)
        if not new and self.case.operation.name == "key add":
            shutil.rmtree(os.path.join(run.home, "out"))  # a key without a slot is in the way
            shutil.copytree(os.path.join(self.case.home, "out"), os.path.join(run.home, "out"))
        assert self.retry(run.home, again, self.case.operation.stdin) == 0, "a retry fails"
        state = traced.observe(run.home)
        if not new:
            assert state == self.after, "a retry makes something else"
        vaults = os.listdir(os.path.join(run.home, "data", "vaults"))
        assert not [name for name in vaults if name == "personal.vault-journal"], "a journal stays"

    def _is_new_with_less(self, state, run):
        """What SQLite cannot read counts as damaged, which two commands are for; they say so."""
        if run.fault.call != "pread64":
            return False
        if self.case.operation.name == "restore":
            told = "could not be read, and does not go on" in run.err
            return told and state == self.after._replace(entries=state.entries)
        told = b'"audit_cut": true' in run.out
        return told and state == self.after._replace(copy=(state.copy[0], *self.after.copy[1:]))

    def _is_old(self, state):
        if not self.case.operation.first:
            return state == self.case.before
        # A vault that was made and is still empty is no loss: the retry fills it.
        return state is None or (state.live, state.deleted, state.openable) == ((), (), 1)


def sentence(run):
    """Return the one sentence that a command failed with."""
    assert run.status in STATUSES, f"it ends with {run.status}"
    assert "Traceback" not in run.err, "it shows a traceback"
    assert run.out == b"", "it fails and says something on standard output"
    error = json.loads(run.err.splitlines()[-1])["error"]
    assert error["exit"] == run.status
    assert error["message"].endswith(".")
    assert "Internal error" not in error["message"]
    return error["message"]


def leftovers(home):
    """Return the temporary files that are left."""
    data, state = os.path.join(home, "data"), os.path.join(home, "state")
    found = glob.glob(f"{data}/vaults/.new-*") + glob.glob(f"{state}/anchors/*.new")
    found += glob.glob(f"{home}/out/.*.new-*")
    return sorted(os.path.basename(name) for name in found)


def check_modes(home):
    for folder, _, files in os.walk(home):
        for name in files:
            mode = os.stat(os.path.join(folder, name)).st_mode
            assert not stat.S_IMODE(mode) & 0o077, f"{name} is open to others"


@pytest.fixture
def retry(monkeypatch, capfdbinary):
    """Run a command in process, without faults, and return its exit status."""

    def run(home, argv, stdin):
        with monkeypatch.context() as patch:
            for name, value in traced.environment(home).items():
                patch.setenv(name, value)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
            status = entry.run(["secrets", *argv])
        capfdbinary.readouterr()
        return status

    return run


@pytest.fixture
def run_all(tmp_path, traced_base, retry):
    """Run faults of an operation that `choose` picks; return the counts and how many there are."""
    return lambda operation, choose: run_chosen(tmp_path, traced_base, operation, choose, retry)


def run_chosen(tmp_path, base, operation, choose, retry):
    case = traced.Case(operation, str(tmp_path / operation.name.replace(" ", "-")), base)
    found, after = faults_of(case)
    judge = Judge(case, after, retry)
    chosen = choose(found)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for run in pool.map(lambda pair: run_fault(case, *pair), enumerate(chosen)):
            judge.judge(run)
    assert not judge.wrong, "\n".join([f"{len(judge.wrong)} of {len(chosen)}", *judge.wrong])
    assert judge.counts["elsewhere"] <= len(chosen) // 10, "the calls are not the same each time"
    return judge.counts, len(found)


def told(counts, total):
    return (
        f"{counts['cases']} of {total} faults, 0 lost, 0 corrupt: {counts['old']} times the old "
        f"state, {counts['new']} times the new, {counts['acknowledged']} of them acknowledged"
    )


def sampled(seed, share):
    def choose(found):
        count = share if isinstance(share, int) else round(len(found) * share)
        return random.Random(seed).sample(found, min(count, len(found)))

    return choose


def test_faults(run_all, report):
    sums = collections.Counter()
    total = 0
    for operation in traced.OPERATIONS:
        if operation.name not in traced.SHORT:
            continue
        counts, number = run_all(operation, sampled(1, 2))
        sums += counts
        total += number
    report(f"EIO, ENOSPC and kill at a system call: {told(sums, total)}")


def test_faults_that_once_did_harm(run_all):
    """A lock that is refused; a vault that was not known to be on the disk, and its key gone."""

    def choose(found):
        places = {("flock", ".create.lock"), ("fsync", "vaults")}
        return [fault for fault in found if (fault.call, fault.place) in places]

    counts, _ = run_all(traced.OPERATIONS[0], choose)
    assert counts["cases"] >= 6


def test_a_restore_that_cannot_read_the_record_of_the_vault_says_so(run_all):
    def choose(found):
        reads = [fault for fault in found if fault.call == "pread64"]
        return [fault for fault in reads if fault.place == "personal.vault"][-12::4]

    operation = next(o for o in traced.OPERATIONS if o.name == "restore")
    counts, _ = run_all(operation, choose)
    assert counts["cases"] == 3


@pytest.mark.slow
@pytest.mark.parametrize("operation", traced.OPERATIONS, ids=traced.NAMES)
def test_faults_long(run_all, operation, report):
    share = 1 / 3 if operation.name in traced.SHORT else 1 / 10
    counts, total = run_all(operation, sampled(2, share))
    report(f"EIO, ENOSPC and kill, {operation.name}: {told(counts, total)}")


@pytest.mark.full
@pytest.mark.parametrize("operation", traced.OPERATIONS, ids=traced.NAMES)
def test_faults_full(run_all, operation, report):
    counts, total = run_all(operation, list)
    report(f"EIO, ENOSPC and kill, {operation.name}, all: {told(counts, total)}")
