"""Output through pipes: every byte, in order, at any speed, and its ends."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import socket
import subprocess
import sys
import time

import pytest
from processes import PATIENCE, is_alive, until

from infsh_secrets.execution.pipes import is_same, prepare_meanwhile
from infsh_secrets.execution.pump import Loop
from infsh_secrets.execution.redact import Redactor

SECRET = "a-made-up-value-to-be-hidden"
MANY = "import os\nfor n in range(3000): os.write(1 + n % 2, b'%d\\n' % n)"


@pytest.mark.parametrize("ended", [True, False])
def test_a_program_that_says_nothing_for_a_while_leaves_time_to_prepare(ended):
    redactor = Redactor([("API_KEY", SECRET.encode())])
    ours, theirs = os.pipe()
    loop = Loop()
    heard = []
    loop.watch(ours, lambda: heard.append(os.read(ours, 1)))
    if ended:
        os.close(theirs)
    prepare_meanwhile(loop, redactor)
    assert heard == [b""] * ended
    assert redactor.prepare() is ended  # there is nothing left of it, or all
    os.close(ours)
    if not ended:
        os.close(theirs)


def test_streams_are_kept_apart(run):
    done = run("sh", "-c", "echo out; echo err >&2; exit 4")
    assert (done.stdout, done.stderr, done.returncode) == (b"out\n", b"err\n", 4)


def test_both_are_redacted(run):
    done = run("sh", "-c", f"echo {SECRET}; echo x{SECRET}x >&2")
    assert (done.stdout, done.stderr) == (b"[REDACTED:API_KEY]\n", b"x[REDACTED:API_KEY]x\n")
    assert run("echo", SECRET, bare=True).stdout == f"{SECRET}\n".encode()


def test_one_place_for_both_keeps_their_order(run, tmp_path):
    expected = b"".join(b"%d\n" % n for n in range(3000))
    done = run(sys.executable, "-c", MANY, stderr=subprocess.STDOUT, capture_output=False,
               stdout=subprocess.PIPE)  # fmt: skip
    assert done.stdout == expected
    with open(tmp_path / "file", "wb") as file:
        run(sys.executable, "-c", MANY, stdout=file, stderr=file, capture_output=False)
    assert (tmp_path / "file").read_bytes() == expected


def test_what_is_one_place(tmp_path):
    with open(tmp_path / "a", "wb") as a, open(tmp_path / "b", "wb") as b:
        copy = os.dup(a.fileno())
        again = os.open(tmp_path / "a", os.O_WRONLY)
        ends = [os.open(tmp_path / "a", os.O_WRONLY | os.O_APPEND) for _ in range(2)]
        ours, theirs = os.pipe()
        beside = os.dup(theirs)
        try:
            assert is_same(a.fileno(), copy)
            assert is_same(*ends)
            assert is_same(theirs, beside)
            assert not is_same(a.fileno(), again)
            assert not is_same(a.fileno(), b.fileno())
            assert not is_same(a.fileno(), ends[0])
            assert os.lseek(copy, 0, os.SEEK_CUR) == 0
        finally:
            for number in (copy, again, *ends, ours, theirs, beside):
                os.close(number)


def test_binary_passes_byte_for_byte(run, tmp_path):
    data = os.urandom(10_000_000)
    (tmp_path / "data").write_bytes(data)
    done = run("cat", str(tmp_path / "data"))
    assert hashlib.sha256(done.stdout).digest() == hashlib.sha256(data).digest()


def test_standard_input_is_inherited(run, tmp_path):
    assert run("cat", input=b"from a pipe").stdout == b"from a pipe"
    (tmp_path / "file").write_bytes(b"from a file")
    with open(tmp_path / "file", "rb") as file:
        assert run("sh", "-c", "test -f /dev/stdin && cat", stdin=file).stdout == b"from a file"


@pytest.mark.parametrize("bare", [False, True], ids=["masked", "bare"])
def test_what_our_caller_closed_is_closed(line, bare):
    import shlex

    seen = "b'%d%d' % tuple(os.path.exists(f'/proc/self/fd/{n}') for n in (0, 1))"
    show = f"import os; os.write(2, {seen})"
    text = shlex.join(line(sys.executable, "-c", show, bare=bare))
    done = subprocess.run(["sh", "-c", f"{text} <&- >&-"], capture_output=True, check=False)
    # Python opens what is missing of the first three only in its own process.
    assert (done.returncode, done.stderr) == (0, b"00")
    text = shlex.join(line("/bin/echo", "lost", bare=bare))
    with_us, without = (
        subprocess.run(["sh", "-c", f"{words} >&-"], capture_output=True, check=False)
        for words in (text, "/bin/echo lost")
    )
    assert (with_us.returncode, with_us.stderr) == (without.returncode, without.stderr)


def test_a_reader_that_has_enough_ends_the_command(line):
    made = subprocess.Popen(line("yes"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with made.stdout, made.stderr:
        assert made.stdout.read(2) == b"y\n"
        made.stdout.close()
        assert made.wait(PATIENCE) == 141
        assert made.stderr.read() == b""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_a_full_disk_is_said_in_one_sentence(run):
    with open("/dev/full", "wb") as full:
        done = run("yes", stdout=full, stderr=subprocess.PIPE, capture_output=False)
    assert done.returncode == 7
    assert done.stderr == (
        b"error: Standard output cannot be written: No space left on device. "
        b"Free some space or name another output.\n"
    )


@pytest.mark.parametrize("waits", [False, True], ids=["at-once", "waits"])
@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_a_slow_reader_gets_everything(begin, kind, waits):
    if kind == "pipe":
        ours, theirs = os.pipe()
    else:
        ours, theirs = (end.detach() for end in socket.socketpair())
    os.set_blocking(theirs, waits)
    made = begin("sh", "-c", "head -c 3000000 /dev/zero; exit 3", stdout=theirs)
    time.sleep(0.2)
    assert os.get_blocking(theirs) == waits
    os.close(theirs)
    with open(ours, "rb") as reader:
        assert len(reader.read()) == 3_000_000
    assert made.wait(PATIENCE) == 3


@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_signals_are_heard_while_a_reader_is_slow(begin, kind):
    if kind == "pipe":
        ours, theirs = os.pipe()
    else:
        ours, theirs = (end.detach() for end in socket.socketpair())
    made = begin("sh", "-c", "exec yes", stdout=theirs)
    os.close(theirs)
    assert os.read(ours, 2) == b"y\n"
    time.sleep(0.2)
    made.terminate()
    assert made.wait(PATIENCE) == 143
    os.close(ours)


def test_a_descriptor_that_others_share_keeps_its_mode(begin):
    ours, theirs = os.pipe()
    made = begin("sh", "-c", "head -c 1000000 /dev/zero", stdout=theirs)
    with open(ours, "rb") as reader:
        assert reader.read(1) == b"\0"
        assert os.get_blocking(theirs)
        os.close(theirs)
        assert len(reader.read()) == 999_999
    assert made.wait(PATIENCE) == 0


def test_a_slow_reader_costs_no_memory(begin):
    made = begin("sh", "-c", "yes")
    until(lambda: is_alive(made.pid))
    made.stdout.read(10_000_000)
    time.sleep(0.2)
    with open(f"/proc/{made.pid}/status") as file:
        peak = next(int(row.split()[1]) for row in file if row.startswith("VmHWM"))
    assert peak < 60_000  # KiB; Python itself needs 10,000
    made.terminate()
    assert made.wait(PATIENCE) == 143


def test_a_process_that_stays_does_not_keep_us(begin, tmp_path):
    gate = str(tmp_path / "gate")
    os.mkfifo(gate)
    script = f"(read x < {gate}; echo {SECRET}) & echo now; exit 3"
    made = begin("sh", "-c", script)
    assert made.wait(PATIENCE) == 3
    assert made.stdout.readline() == b"now\n"
    with open(gate, "w") as file:
        file.write("go\n")
    # Whoever waits for the end of the output waits for it, as without us; it is redacted still.
    assert made.stdout.read() == b"[REDACTED:API_KEY]\n"
    assert made.stderr.read() == b""


def test_the_copy_that_stays_holds_nothing_of_ours(begin, tmp_path):
    gate = str(tmp_path / "gate")
    os.mkfifo(gate)
    ours, theirs = os.pipe()
    made = begin("sh", "-c", f"(read x < {gate}) & exit 0", pass_fds=[theirs],
                 stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)  # fmt: skip
    os.close(theirs)
    assert made.wait(PATIENCE) == 0
    copies = until(lambda: [n for n in _group(made.pid) if "drive.py" in _words(n)])
    (copy,) = copies
    if os.access(f"/proc/{copy}/fd", os.R_OK):  # it is protected from all but root
        until(lambda: len(os.listdir(f"/proc/{copy}/fd")) <= 4)
    with open(gate, "w") as file:
        file.write("go\n")
    assert made.stdout.read() == b""
    until(lambda: not is_alive(copy))
    with open(ours, "rb") as reader:
        assert reader.read() == b""


def _group(number):
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                if os.getpgid(int(name)) == number:
                    found.append(int(name))
            except OSError:
                continue
    return found


def _words(number):
    try:
        with open(f"/proc/{number}/cmdline") as file:
            return file.read()
    except OSError:
        return ""


def test_pipes_are_large_where_they_can_be(run):
    size = getattr(fcntl, "F_GETPIPE_SZ", None)
    if size is None:
        pytest.skip("this system does not tell")
    show = f"import fcntl; print(fcntl.fcntl(1, {size}))"
    if int(run(sys.executable, "-c", show).stdout) < 1_000_000:
        pytest.skip("this user may have no large pipes")


def test_a_sink_that_may_not_be_opened_anew_gets_everything(monkeypatch):
    from infsh_secrets.execution import pump

    def refuse(*_words):
        raise OSError(errno.EACCES, "no")

    ours, theirs = os.pipe()
    with monkeypatch.context() as patch:
        patch.setattr(pump.os, "open", refuse)
        sink = pump.Sink(theirs)
    data = memoryview(bytes(1_000_000))
    written = 0
    while size := sink.write(data[written:]):
        written += size
    assert 4096 < written < len(data)
    assert len(os.read(ours, len(data))) == written
    assert sink.write(data) > 0
    for number in (ours, theirs):
        os.close(number)
