"""`get -c` and `set --generate -c`, with a clipboard that is a file."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time

import pytest

from infsh_secrets.clipboard import clearing

VALUE = "made-up-ü-value-5Rt9\nsecond line"
PROGRAM = """\
#!/bin/sh
echo "$*" >> "$CLIP.calls"
case "$*" in
*-o*) cat "$CLIP" ;;
*) cat > "$CLIP.new"; [ -z "$OTHER" ] || echo other > "$CLIP.new"; mv "$CLIP.new" "$CLIP" ;;
esac
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def wait_for(condition):
    """Wait until something is so; what is in no minute is not."""
    for _ in range(1200):
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come to that in a minute")


class Board:
    def __init__(self, path):
        self.path = path

    @property
    def held(self):
        return self.path.read_bytes() if self.path.exists() else None

    @property
    def calls(self):
        log = self.path.with_name(f"{self.path.name}.calls")
        return log.read_text().splitlines() if log.exists() else []

    def cleaners(self):
        """The processes that are to clear this clipboard."""
        found = []
        for name in os.listdir("/proc"):
            try:
                with open(f"/proc/{name}/cmdline", "rb") as line:
                    ours = b"infsh_secrets.clipboard.clearing" in line.read()
                with open(f"/proc/{name}/environ", "rb") as environ:
                    if ours and f"CLIP={self.path}".encode() in environ.read():
                        found.append(int(name))
            except (OSError, ValueError):
                continue
        return found


@pytest.fixture
def board(tmp_path, monkeypatch):
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "xclip"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("DISPLAY", ":7")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("CLIP", str(tmp_path / "clip"))
    monkeypatch.setattr(clearing, "CLEAR_AFTER_SECONDS", 0.1)
    made = Board(tmp_path / "clip")
    yield made
    wait_for(lambda: not made.cleaners())


@pytest.fixture
def stored(cli):
    assert cli("set", "SOME_KEY", VALUE).status == 0


def used(cli):
    cli("set", "FOLDS_THE_LOG", "x")
    return [(one["key"], one["version"]) for one in cli("audit").data if one["action"] == "used"]


def test_a_value_is_copied_and_cleared(cli, board, stored):
    done = cli("get", "SOME_KEY", "-c")
    assert done.status == 0
    assert done.data["key"] == "SOME_KEY"
    assert VALUE.encode() not in done.out
    assert done.err == "The value of SOME_KEY is on the clipboard for 0.1 seconds.\n"
    wait_for(lambda: board.held == b"")
    assert [call.endswith("-o") for call in board.calls] == [False, True, False]
    assert used(cli) == [("SOME_KEY", 1)]


def test_until_then_it_is_there_and_nowhere_else(cli, board, stored, monkeypatch):
    monkeypatch.setattr(clearing, "CLEAR_AFTER_SECONDS", 600)
    cli("get", "SOME_KEY", "--copy", "-q")
    (cleaner,) = board.cleaners()
    try:
        assert board.held == VALUE.encode()
        assert os.getsid(cleaner) != os.getsid(0)
        for what in ("cmdline", "environ"):
            with open(f"/proc/{cleaner}/{what}", "rb") as file:
                assert b"made-up" not in file.read()
        assert not any("made-up" in call for call in board.calls)
        with open(f"/proc/{cleaner}/status") as file:
            parent = next(line for line in file if line.startswith("PPid")).split()[1]
        assert int(parent) != os.getpid()
    finally:
        os.kill(cleaner, signal.SIGKILL)


def test_the_process_never_had_the_value(cli, board, stored, monkeypatch):
    sent = []
    real = clearing._tell

    def tell(cleaner, what):
        sent.append(what)
        return real(cleaner, what)

    monkeypatch.setattr(clearing, "_tell", tell)
    cli("get", "SOME_KEY", "-c")
    (told,) = sent
    assert len(told) == 64
    assert b"made-up" not in told


def test_what_somebody_else_copied_stays(cli, board, stored, monkeypatch):
    monkeypatch.setenv("OTHER", "copies at once")
    cli("get", "SOME_KEY", "-c")
    wait_for(lambda: not board.cleaners())
    assert board.held == b"other\n"
    assert board.calls[-1].endswith("-o")


def test_an_earlier_version(cli, board, stored):
    cli("set", "SOME_KEY", "made-up-newer")
    cli("get", "SOME_KEY", "-c", "--version", "1")
    assert used(cli) == [("SOME_KEY", 1)]


def test_a_generated_value(cli, board, own_home, monkeypatch):
    monkeypatch.setattr(clearing, "CLEAR_AFTER_SECONDS", 600)
    done = cli("set", "NEW_KEY", "--generate", "-c")
    for cleaner in board.cleaners():
        os.kill(cleaner, signal.SIGKILL)
    assert (done.status, done.data["action"]) == (0, "created")
    assert done.err.endswith("The value of NEW_KEY is on the clipboard for 600 seconds.\n")
    assert board.held == cli("get", "NEW_KEY", "--plain").out
    assert board.held not in done.out


def test_without_a_clipboard(cli, stored, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"):
        monkeypatch.delenv(name, raising=False)
    for argv in (["get", "SOME_KEY", "-c"], ["set", "NEW_KEY", "--generate=uuid", "-c"]):
        done = cli(*argv)
        assert (done.status, done.error["message"]) == (7, "There is no clipboard here.")
        assert "--plain" in done.error["hint"]
    assert cli("get", "NEW_KEY").status == 4
    assert used(cli) == []


def test_without_a_program_for_the_clipboard(cli, stored, board, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    done = cli("get", "SOME_KEY", "-c")
    assert done.status == 7
    assert "Install wl-clipboard" in done.error["hint"]


def test_a_program_that_fails(cli, board, stored):
    program = shutil.which("xclip")
    with open(program, "w") as file:
        file.write("#!/bin/sh\ncat > /dev/null; exit 1\n")
    done = cli("get", "SOME_KEY", "-c")
    assert (done.status, done.error["message"]) == (
        7,
        "The clipboard cannot be used: xclip failed.",
    )
    done = cli("set", "NEW_KEY", "--generate", "-c")
    assert done.error["message"].startswith("The secret is stored, but not copied: ")
    assert cli("get", "NEW_KEY").status == 0


def test_without_a_process_that_clears_nothing_stays(cli, board, stored, monkeypatch):
    monkeypatch.setattr(clearing, "_tell", lambda *_: False)
    done = cli("get", "SOME_KEY", "-c")
    assert done.status == 7
    assert "so nothing was copied" in done.error["message"]
    assert board.held == b""


@pytest.mark.parametrize(
    ("argv", "word"),
    [
        (["get", "SOME_KEY", "-c", "--plain"], "-c copies"),
        (["get", "SOME_KEY", "-c", "--reveal"], "-c copies"),
        (["get", "SOME_KEY", "-c", "-n"], "-n goes with --plain"),
        (["set", "SOME_KEY", "value", "-c"], "-c goes with --generate"),
        (["set", "A=1", "B=2", "-c"], "-c goes with --generate"),
    ],
)
def test_options_that_contradict(refused, board, argv, word):
    assert word in refused(2, *argv)["message"]


def test_an_empty_value(cli, board, own_home):
    cli("set", "EMPTY", "", "--allow-empty")
    done = cli("get", "EMPTY", "-c")
    assert (done.status, board.held) == (2, None)
    assert used(cli) == []
