"""`run` on a terminal: the command has a real one, of the same size, and ours is left as it was."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import time

import pytest

VALUE = "a-made-up-value-of-some-length"
RUN = ("infsh", "secrets", "run", "--only", "SOME_API_KEY", "--")
MARK = "[REDACTED:SOME_API_KEY]"
PATIENCE = 30
COUNT = """
import os, signal, sys, time
seen = []
def note(number, frame):
    seen.append(number)
    # No print: the signal may come while one is still being written.
    os.write(1, signal.Signals(number).name.encode() + b"\\n")
for name in sys.argv[1].split(","):
    signal.signal(getattr(signal, name), note)
os.write(1, b"ready %d\\n" % os.getpid())
while not seen:
    time.sleep(0.01)
time.sleep(0.3)
print("seen", len(seen), flush=True)
sys.exit(7)
"""
SIZES = """
import os, signal, time
def show(*_):
    # No print: the signal may come while one is still being written.
    os.write(1, b"size %d %d\\n" % os.get_terminal_size())
signal.signal(signal.SIGWINCH, show)
show()
while True:
    time.sleep(0.01)
"""


@pytest.fixture(autouse=True)
def vault(prepare):
    prepare("set", "SOME_API_KEY", VALUE)


@pytest.fixture
def python(terminal):
    """Run Python code in a terminal through `run`."""

    def start(code, *arguments, **options):
        return terminal(*RUN, sys.executable, "-c", code, *arguments, **options)

    return start


@pytest.fixture
def shell(terminal):
    """Run a line of shell in a terminal, in which `run` stands for us; returns the terminal."""

    def start(script, **options):
        return terminal("sh", "-c", script.replace("run ", " ".join(RUN) + " "), **options)

    return start


def state(number):
    try:
        with open(f"/proc/{number}/stat") as file:
            return file.read().rpartition(")")[2].split()[0]
    except OSError:
        return "gone"


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.01)


def children(number):
    with open(f"/proc/{number}/task/{number}/children") as file:
        return [int(word) for word in file.read().split()]


def number_in(made):
    """Return the number of the command, once its line is whole: a signal would come into it."""
    ready = re.compile(rb"ready (\d+)\s")
    made.wait_for(lambda _: ready.search(made.raw))
    return int(ready.search(made.raw)[1])


def test_it_is_a_terminal_of_the_same_size(terminal):
    made = terminal(
        *RUN, "sh", "-c", "test -t 0 && test -t 1 && test -t 2 && stty size; exit 3",
        columns=77, lines=33,
    )  # fmt: skip
    assert made.end() == 3
    assert made.text == "33 77"


@pytest.mark.parametrize(("command", "status"), [("exit 0", 0), ("kill -TERM $$", 143)])
def test_the_status_is_that_of_the_command(terminal, command, status):
    assert terminal(*RUN, "sh", "-c", command).end() == status


def test_a_command_that_is_not_there(terminal):
    made = terminal(*RUN, "no-such-command")
    assert made.end() == 127
    assert "There is no command no-such-command." in made.text


def test_what_is_printed_is_redacted(terminal):
    made = terminal(*RUN, "sh", "-c", 'echo "<$SOME_API_KEY>"; echo "$SOME_API_KEY" >/dev/tty')
    assert made.end() == 0
    assert made.text == f"<{MARK}>\n{MARK}"
    assert VALUE.encode() not in made.raw


def test_pieces_of_a_value_are_redacted_as_well(python):
    code = (
        "import os, sys, time\n"
        "for c in os.environ['SOME_API_KEY']:\n"
        "    sys.stdout.write(c); sys.stdout.flush(); time.sleep(0.01)\n"
    )
    made = python(code)
    assert made.end() == 0
    assert made.text == MARK


def test_a_question_that_ends_like_a_value_begins_appears(terminal):
    made = terminal(*RUN, "sh", "-c", "printf 'Is this a'; read answer; echo $answer")
    made.wait("Is this a")
    made.line("yes")
    assert made.end() == 0
    assert made.text == "Is this ayes\nyes"


def test_a_new_size_is_passed_on(python):
    made = python(SIZES, columns=80, lines=24)
    made.wait("size 80 24")
    made.child.setwinsize(30, 91)
    made.wait("size 91 30")


def test_ctrl_c_reaches_the_command_once(python):
    made = python(COUNT, "SIGINT")
    number_in(made)
    made.send("\x03")
    assert made.end() == 7
    assert made.text.endswith("SIGINT\nseen 1")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT", "SIGUSR1", "SIGWINCH"])
def test_a_signal_to_us_reaches_the_command_once(python, name):
    made = python(COUNT, name)
    number_in(made)
    os.kill(made.child.pid, getattr(signal, name))
    assert made.end() == 7
    assert made.text.endswith(f"{name}\nseen 1")


def test_ctrl_c_is_heard_in_a_flood(terminal):
    made = terminal(*RUN, "yes", "many words of output that nobody can read")
    made.wait("many words")
    made.send("\x03")
    assert made.end() == 130


def test_ctrl_s_and_ctrl_q_stop_the_output_and_let_it_go_on(terminal):
    made = terminal(*RUN, "sh", "-c", "echo ready; while read x; do echo got $x; done")
    made.wait("ready")
    made.send("\x13")
    made.line("one")
    made.settle()
    assert "got" not in made.text
    made.send("\x11")
    made.wait("got one")
    made.send("\x04")
    assert made.end() == 0


def test_ctrl_z_does_nothing_where_no_shell_could_go_on(terminal):
    made = terminal(*RUN, "sh", "-c", "echo ready; exec cat")
    made.wait("ready")
    made.send("\x1a")
    made.settle()
    made.line("words")
    made.wait("words\nwords")
    made.send("\x04")
    assert made.end() == 0


def test_one_inside_the_other(python, terminal):
    made = terminal(*RUN, *RUN, sys.executable, "-c", COUNT, "SIGINT")
    number_in(made)
    made.child.setwinsize(30, 91)
    made.send("\x03")
    assert made.end() == 7
    assert made.text.endswith("SIGINT\nseen 1")


def test_a_terminal_that_controls_nobody(shell):
    if shutil.which("setsid") is None:
        pytest.skip("setsid is not installed")
    made = shell("setsid --fork --wait run sh -c 'test -t 1 && echo ready; read x; echo \"<$x>\"'")
    made.wait("ready")
    made.line("typed")
    assert made.end() == 0
    assert made.text.endswith("<typed>")


def test_ctrl_backslash_ends_it(terminal):
    made = terminal(*RUN, "sh", "-c", "ulimit -c 0; echo ready; exec sleep 100")
    made.wait("ready")
    made.send("\x1c")
    assert made.end() == 131


def test_ctrl_d_ends_the_input(terminal):
    made = terminal(*RUN, "sh", "-c", "echo ready; cat; echo over")
    made.wait("ready")
    made.line("some words")
    made.wait("some words\nsome words")
    made.send("\x04")
    assert made.end() == 0
    assert made.text == "ready\nsome words\nsome words\nover"


def test_a_hidden_question_stays_hidden(python):
    code = "import getpass; print(len(getpass.getpass('Word: ')))"
    made = python(code)
    made.wait("Word:")
    made.line("open sesame")
    assert made.end() == 0
    assert made.text == "Word:\n11"


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("true", 0),
        ("sh -c 'kill -KILL $$'", 137),
        ("sh -c 'stty raw -echo; kill -KILL $$'", 137),
        ("no-such-command", 127),
    ],
)
def test_our_terminal_is_left_as_it_was(shell, command, status):
    made = shell(
        f'before=$(stty -g); run {command}; echo $?; test "$(stty -g)" = $before && echo same'
    )
    assert made.end() == 0
    assert made.rows[: len(made.text.split("\n"))][-2:] == [str(status), "same"]


def test_bytes_are_those_that_come_without_us(terminal):
    script = r"printf 'one\ntwo\r\n\tthree\033[1mfour\033[0m\nno end'; seq 20000; printf '\001\377'"
    without = terminal("sh", "-c", script)
    assert without.end() == 0
    made = terminal(*RUN, "sh", "-c", script)
    assert made.end() == 0
    assert made.raw == without.raw


def test_much_that_is_pasted_arrives(terminal, tmp_path):
    file = tmp_path / "pasted"
    made = terminal(*RUN, "sh", "-c", f"stty -echo; echo ready; cat >{file}; echo over")
    made.wait("ready")
    text = "".join(f"{number:04} {'x' * 900}\r" for number in range(300))
    made.send(text)
    made.send("\x04")
    made.wait("over")
    assert file.read_text() == text.replace("\r", "\n")


def test_a_pipe_as_input_stays_a_pipe(shell):
    made = shell("printf 'some words\\nand more\\n' | run sh -c 'test -p /dev/stdin && cat'")
    assert made.end() == 0
    assert made.raw == b"some words\r\nand more\r\n"


def test_an_answer_from_the_terminal_beside_a_pipe(shell):
    made = shell('echo piped | run sh -c \'printf "Word: "; read x </dev/tty; cat; echo "<$x>"\'')
    made.wait("Word:")
    made.settle()
    made.line("typed")
    assert made.end() == 0
    assert made.text == "Word: typed\npiped\n<typed>"


def test_keys_are_left_to_another_command_of_the_pipeline(shell):
    made = shell("echo ready; cat | run grep --line-buffered -v never")
    made.wait("ready")
    made.settle()
    made.line("some words")
    made.wait("some words\nsome words")
    made.send("\x04")
    assert made.end() == 0
    assert b"\r\r\n" not in made.raw


def test_standard_error_elsewhere(shell, tmp_path):
    file = tmp_path / "errors"
    made = shell(
        f"run sh -c 'test -t 1 && ! test -t 2 && echo out; echo $SOME_API_KEY >&2' 2>{file}"
    )
    assert made.end() == 0
    assert made.text == "out"
    assert file.read_text() == f"{MARK}\n"


def test_standard_output_elsewhere(shell, tmp_path):
    file = tmp_path / "out"
    made = shell(
        "run sh -c 'test -t 2 && ! test -t 1 && stty size <&2 >&2; "
        f'echo "$SOME_API_KEY"; echo "$SOME_API_KEY" >&2\' >{file}', columns=70, lines=20,
    )  # fmt: skip
    assert made.end() == 0
    assert made.text == f"20 70\n{MARK}"
    assert b"\r\r\n" not in made.raw
    assert file.read_text() == f"{MARK}\n"


def test_a_process_that_stays_may_go_on_printing(shell, tmp_path):
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    made = shell(f"run sh -c '(read x <{gate}; echo late) & echo now'; echo over; read x")
    made.wait("now\nover")
    with open(gate, "w") as file:
        file.write("go\n")
    made.wait("now\nover\nlate")
    made.line("")
    assert made.end() == 0
    assert b"\r\r\n" not in made.raw


def test_our_sudden_death_takes_everything_along(python):
    made = python(COUNT, "SIGHUP")
    command = number_in(made)
    (monitor,) = children(made.child.pid)
    assert children(monitor) == [command]
    os.kill(made.child.pid, signal.SIGKILL)
    until(lambda: state(command) in ("gone", "Z") and state(monitor) in ("gone", "Z"))


def test_nothing_is_left_behind(terminal):
    made = terminal(*RUN, "sh", "-c", "echo ready $$; read x")
    command = number_in(made)
    (monitor,) = children(made.child.pid)
    made.line("")
    assert made.end() == 0
    assert (state(command), state(monitor)) == ("gone", "gone")


def test_a_terminal_that_is_closed_hangs_up(terminal, tmp_path):
    file = tmp_path / "seen"
    made = terminal(
        *RUN,
        "sh",
        "-c",
        f"trap 'echo hup >{file}; exit' HUP; echo ready $$; while :; do sleep 0.1; done",
    )
    command = number_in(made)
    made.child.close(force=False)
    until(lambda: state(command) in ("gone", "Z"))
    assert file.read_text() == "hup\n"


def test_without_redaction_it_is_our_terminal(infsh, terminal):
    words = [word for word in RUN if word != "--"]
    made = terminal(*words, "--no-masking", "--", "sh", "-c", 'tty; echo "$SOME_API_KEY"')
    assert made.end() == 0
    assert made.text.endswith(VALUE)


WITHOUT_SIGNALFD = """
import sys
from infsh_secrets.execution import signals
signals._signalfd = lambda: -1
from infsh_secrets.entry import main
main()
"""


def test_where_there_is_no_signalfd_handlers_do_it(terminal):
    words = [sys.executable, "-c", WITHOUT_SIGNALFD, *RUN[1:]]
    made = terminal(*words, sys.executable, "-c", COUNT, "SIGINT")
    number_in(made)
    made.send("\x03")
    assert made.end() == 7
    assert made.text.endswith("SIGINT\nseen 1")
    made = terminal(*words, sys.executable, "-c", COUNT, "SIGTERM")
    number_in(made)
    os.kill(made.child.pid, signal.SIGTERM)
    assert made.end() == 7
    assert made.text.endswith("SIGTERM\nseen 1")
