"""Programs that use a terminal fully, under `run`."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

VALUE = "a-made-up-value-of-some-length"
RUN = ("infsh", "secrets", "run", "--only", "SOME_API_KEY", "--")

VIM = ("vim", "-u", "NONE", "-i", "NONE", "-n", "--cmd", "set shortmess=aoOtTF")


@pytest.fixture
def program(prepare, terminal):
    """Start a program under `run` in a terminal; skips where it is not installed."""
    prepare("set", "SOME_API_KEY", VALUE)

    def start(*argv, **options):
        if shutil.which(argv[0]) is None:
            pytest.skip(f"{argv[0]} is not installed")
        return terminal(*RUN, *argv, **options)

    return start


def test_vim_edits_a_file(program, tmp_path):
    file = tmp_path / "text"
    made = program(*VIM, str(file), env={"TERM": "vt100"})
    made.wait("~")
    made.settle()
    made.send("ione two\x1b")
    made.wait("one two")
    made.send(":wq\r")
    assert made.end() == 0
    assert file.read_text() == "one two\n"


def test_vim_shows_no_value_although_it_is_longer_than_a_line(program, prepare, tmp_path):
    value = "sk-" + "T0Ken4mNc8vXq2LrZ7wKp9sYd3hFb6JgRn5W" * 3
    prepare("set", "SOME_API_KEY", value)
    file = tmp_path / "text"
    file.write_text(f"key = {value}\n")
    made = program(*VIM, str(file), env={"TERM": "vt100"})
    made.wait("[REDACTED:SOME_API_KEY]")
    made.send(":q!\r")
    assert made.end() == 0
    pieces = [value[at : at + 12].encode() for at in range(len(value) - 11)]
    assert not [piece for piece in pieces if piece in made.raw]


def test_htop_starts_and_quits(program):
    made = program("htop", columns=100, lines=30)
    made.wait("F10")
    assert "CPU" in made.text
    made.send("q")
    assert made.end() == 0


def test_less_pages_and_searches(program, tmp_path):
    file = tmp_path / "text"
    file.write_text("".join(f"row {n}\n" for n in range(1000)))
    made = program("less", str(file))
    made.wait("row 38")
    made.send(" ")
    made.wait("row 77")
    made.send("/row 500\r")
    made.wait("row 500")
    made.send("q")
    assert made.end() == 0


def test_less_on_a_pipe(program, terminal, infsh):
    program("less", "--version").end()
    words = " ".join(RUN)
    made = terminal("sh", "-c", f"seq 1000 | {words} less; echo status $?")
    made.wait("39\n:")
    made.send("G")
    made.wait("1000")
    made.send("q")
    assert made.end() == 0
    assert made.text.endswith("status 0")


def test_a_prompt_with_line_editing(program):
    made = program(sys.executable, "-q", env={"PYTHON_BASIC_REPL": "1"})
    made.wait(">>>")
    made.line("6 * 7")
    made.wait("42\n>>>")
    made.send("\x1b[A")
    made.wait_for(lambda text: text.endswith(">>> 6 * 7"))
    made.send("0\r")
    made.wait("420")
    made.send("\x1b[A\x01(\x05) + 1\r")
    made.wait("421")
    made.send("\x03")
    made.wait("KeyboardInterrupt")
    made.send("\x04")
    assert made.end() == 0


def test_colours_are_there_as_without_us(program):
    made = program("ls", "--color=auto", "-d", "/")
    assert made.end() == 0
    assert b"\x1b[" in made.raw


def test_tmux_in_it(program, tmp_path):
    words = ("tmux", "-S", str(tmp_path / "socket"), "-f", "/dev/null")
    made = program(*words, "new", "sh")
    try:
        made.wait("[0] 0:")
        made.line("echo $((40 + 2))")
        made.wait("42")
        made.line("exit")
        assert made.end() == 0
    finally:
        subprocess.run([*words, "kill-server"], capture_output=True, check=False)
