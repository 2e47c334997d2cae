"""Which program stands for the clipboard, and how it is spoken to."""

from __future__ import annotations

import base64
import os
import sys

import pytest

from infsh_secrets.clipboard import clearing, programs
from infsh_secrets.clipboard.programs import MACOS, WAYLAND, WINDOWS, XCLIP, XSEL, find
from infsh_secrets.domain.errors import UnavailableError

EVERY = ("wl-copy", "wl-paste", "xclip", "xsel", "pbcopy", "pbpaste", "clip.exe", "powershell.exe")


@pytest.fixture
def session(tmp_path, monkeypatch):
    """Return a session in which these programs are installed; each notes what it reads."""
    monkeypatch.setattr(sys, "platform", "linux")

    def make(*names, **environ):
        for name in names:
            path = tmp_path / name
            path.write_text(f'#!/bin/sh\necho "$*" > {tmp_path}/args\ncat > {tmp_path}/read\n')
            path.chmod(0o755)
        made = {"PATH": str(tmp_path), **environ}
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        return made

    return make


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, WAYLAND),
        ({"DISPLAY": ":0"}, XCLIP),
        ({"DISPLAY": ":0", "WSL_DISTRO_NAME": "Debian"}, XCLIP),
        ({"WSL_DISTRO_NAME": "Debian"}, WINDOWS),
    ],
)
def test_what_a_session_has(session, environ, expected):
    assert find(session(*EVERY, **environ)) == expected


def test_what_is_not_installed_is_passed_over(session):
    assert find(session("xsel", WAYLAND_DISPLAY="w", DISPLAY=":0")) == XSEL


@pytest.mark.parametrize(("platform", "expected"), [("darwin", MACOS), ("win32", WINDOWS)])
def test_other_systems(session, monkeypatch, platform, expected):
    environ = session(*EVERY)
    monkeypatch.setattr(sys, "platform", platform)
    if platform == "darwin":
        assert find(environ) == expected
    else:
        monkeypatch.setattr(programs.shutil, "which", lambda name, **_: name)
        assert find(environ) == expected


def test_a_session_without_one(session):
    with pytest.raises(UnavailableError, match="There is no clipboard here"):
        find(session(*EVERY))


@pytest.mark.parametrize(
    "board", [WAYLAND, XCLIP, XSEL, MACOS, WINDOWS], ids=lambda b: b.copying[0]
)
def test_a_value_passes_through_a_pipe_only(session, tmp_path, monkeypatch, board):
    session(*EVERY)
    monkeypatch.setenv("INFSH_VAULT_KEY", "never passed on")
    board.copy("made-up-ü".encode())
    assert (tmp_path / "read").read_bytes().decode(board.encoding) == "made-up-ü"
    assert "made-up" not in (tmp_path / "args").read_text()
    board.empty()
    assert (tmp_path / "read").read_bytes() == b""


def test_windows_gives_its_text_in_armour(session, tmp_path):
    session("powershell.exe")
    text = base64.b64encode("made-up-ü".encode()).decode()
    (tmp_path / "powershell.exe").write_text(f"#!/bin/sh\nprintf '{text}\\r\\n'\n")
    assert WINDOWS.paste() == "made-up-ü".encode()
    (tmp_path / "powershell.exe").write_text("#!/bin/sh\necho '!'\n")
    assert WINDOWS.paste() == b""


def test_an_empty_clipboard_is_no_error(session, tmp_path):
    session("xclip")
    (tmp_path / "xclip").write_text("#!/bin/sh\nexit 1\n")
    assert XCLIP.paste() == b""


def test_a_program_that_hangs(session, tmp_path, monkeypatch):
    session("xclip")
    (tmp_path / "xclip").write_text("#!/bin/sh\nexec sleep 600\n")
    monkeypatch.setattr(programs, "LIMIT_SECONDS", 0.2)
    with pytest.raises(UnavailableError, match="xclip failed"):
        XCLIP.copy(b"made-up")


@pytest.mark.parametrize("told", [b"", b"short", bytes(63), bytes(65)])
def test_the_process_ends_unless_it_is_told_what_to_clear(told):
    assert clearing.main(600.0, told) == 1
