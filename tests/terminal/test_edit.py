"""The editor at a real terminal, and what is left of its file when it ends otherwise."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest


@pytest.fixture
def edit(terminal, infsh, prepare, own_home):
    prepare("set", "K", "old-value", "-q")
    infsh("secrets", "set", "LINES", "--file", "/dev/stdin", "-q", stdin=b"one\ntwo\n")

    def start(line, key="K"):
        editor = own_home / "my editor"
        editor.write_text(f'#!/bin/sh\necho "$2" >{own_home}/path\n{line}\n')
        editor.chmod(0o700)
        return terminal("infsh", "secrets", "edit", key, env={"VISUAL": f"'{editor}' --wait"})

    yield start
    path = Path((own_home / "path").read_text().strip())
    assert path.name in ("K", "LINES")
    end = time.monotonic() + 10  # a terminal that is closed does not wait for its program
    while path.parent.exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not path.parent.exists()


def test_a_value_is_changed(edit, infsh):
    seen = edit('test "$1" = --wait && tty && echo new-value >"$2"')
    assert seen.end() == 0
    assert "K: updated to version 2" in seen.text
    assert "/dev/" in seen.text
    assert "new-value" not in seen.text
    assert infsh("secrets", "get", "K", "--plain").stdout == b"new-value"


def test_the_file_is_private_and_in_memory(edit):
    seen = edit('stat -c "%a %n" "$2" "${2%/*}"')
    assert seen.end() == 0
    first, second = seen.rows[:2]
    assert first.startswith("600 /dev/shm/infsh-edit-")
    assert first.endswith("/K")
    assert second.startswith("700 /dev/shm/infsh-edit-")


def test_lines_keep_their_end(edit, infsh):
    assert edit('echo three >>"$2"', key="LINES").end() == 0
    assert infsh("secrets", "get", "LINES", "--plain").stdout == b"one\ntwo\nthree\n"


def test_ctrl_c(edit, infsh):
    seen = edit('echo half >"$2"; echo ready; sleep 30')
    seen.wait("ready")
    seen.settle()  # a shell that is just starting a program takes no notice
    seen.send("\x03")
    assert seen.end() == 130
    assert infsh("secrets", "get", "K", "--plain").stdout == b"old-value"


def test_an_editor_may_make_its_own_of_ctrl_c(edit, infsh):
    seen = edit("""trap 'echo caught' INT; echo ready; sleep 30; echo late >"$2" """)
    seen.wait("ready")
    seen.settle()  # a shell that is just starting a program takes no notice
    seen.send("\x03")
    assert seen.end() == 0
    assert "caught" in seen.text
    assert infsh("secrets", "get", "K", "--plain").stdout == b"late"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_ends_it_and_the_editor(edit, infsh, number, own_home):
    seen = edit(f'echo half >"$2"; echo $$ >{own_home}/pid; echo ready; exec sleep 30')
    seen.wait("ready")
    editor = int((own_home / "pid").read_text())
    os.kill(seen.child.pid, number)
    assert seen.end() == -number
    with pytest.raises(ProcessLookupError):
        os.kill(editor, 0)
    assert infsh("secrets", "get", "K", "--plain").stdout == b"old-value"


def test_a_terminal_that_is_closed(edit, infsh):
    seen = edit('echo half >"$2"; echo ready; sleep 30')
    seen.wait("ready")
    seen.child.close()
    assert infsh("secrets", "get", "K", "--plain").stdout == b"old-value"


def test_standard_output_elsewhere(terminal, prepare, own_home):
    prepare("set", "K", "old-value", "-q")
    script = "infsh secrets edit K >out"
    env = {"EDITOR": "sh -c 'echo to the terminal; echo new-value >$0'", "HOME": str(own_home)}
    seen = terminal("/bin/sh", "-c", f"cd {own_home}; {script}", env=env)
    assert seen.end() == 0
    assert "to the terminal" in seen.text
    assert '"action": "updated"' in (own_home / "out").read_text()
