from __future__ import annotations

import os
import stat

import pytest

from infsh_secrets.domain.errors import InfshError, UsageError
from infsh_secrets.files import scratch
from infsh_secrets.files.scratch import ScratchFile

SECRET = b"made-up-canary"


@pytest.fixture
def memory(monkeypatch, tmp_path):
    """A folder that passes for one in memory."""
    monkeypatch.setattr(scratch, "file_system", lambda path: {str(tmp_path): "tmpfs"}.get(path, ""))
    return {"XDG_RUNTIME_DIR": str(tmp_path)}


def test_it_is_private_and_gone_afterwards(memory, tmp_path):
    with ScratchFile(SECRET, "SOME_KEY", memory) as file:
        assert file.in_memory
        assert stat.S_IMODE(os.stat(file.path).st_mode) == 0o600
        assert stat.S_IMODE(os.stat(os.path.dirname(file.path)).st_mode) == 0o700
        assert os.path.basename(file.path) == "SOME_KEY"
        assert file.read(100) == SECRET
        assert file.read(4) == SECRET[:4]
    assert list(tmp_path.iterdir()) == []
    file.remove()


def test_what_an_editor_leaves_beside_it_is_gone_too(memory, tmp_path):
    outside = tmp_path / "outside"
    outside.write_bytes(b"kept")
    with ScratchFile(SECRET, "K", memory) as file:
        folder = os.path.dirname(file.path)
        for name in (".K.swp", "K~"):
            with open(os.path.join(folder, name), "wb") as beside:
                beside.write(SECRET)
        os.mkdir(os.path.join(folder, "undo"))
        with open(os.path.join(folder, "undo", "1"), "wb") as beside:
            beside.write(SECRET)
        os.symlink(outside, os.path.join(folder, "link"))
        os.mkfifo(os.path.join(folder, "pipe"))
    assert list(tmp_path.iterdir()) == [outside]
    assert outside.read_bytes() == b"kept"


def test_it_is_overwritten_before_it_is_removed(memory, monkeypatch):
    seen = []

    def look(path):
        with open(path, "rb") as file:
            seen.append(file.read())

    with monkeypatch.context() as patch, ScratchFile(SECRET, "K", memory):
        patch.setattr(scratch.os, "unlink", look)
    assert seen == [bytes(len(SECRET))]


def test_without_memory_it_lies_among_temporary_files(monkeypatch, tmp_path):
    monkeypatch.setattr(scratch, "file_system", lambda _: "ext4")
    monkeypatch.setattr(scratch.tempfile, "gettempdir", lambda: str(tmp_path))
    with ScratchFile(SECRET, "K" * 255, {}) as file:
        assert not file.in_memory
        assert file.path.startswith(str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_errors_leave_nothing(memory, tmp_path, monkeypatch):
    def full(*_):
        raise UsageError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(scratch, "create_private_file", full)
        with pytest.raises(UsageError), ScratchFile(SECRET, "K", memory):
            pass
    assert list(tmp_path.iterdir()) == []

    def refuse(path, _mode):
        raise PermissionError(13, "refused", path)

    with monkeypatch.context() as patch:
        patch.setattr(scratch.os, "mkdir", refuse)
        with pytest.raises(InfshError), ScratchFile(SECRET, "K", memory):
            pass


@pytest.mark.parametrize("what", ["gone", "folder", "link"])
def test_what_is_no_file_any_more_is_not_read(memory, what):
    with ScratchFile(SECRET, "K", memory) as file:
        os.unlink(file.path)
        if what == "folder":
            os.mkdir(file.path)
        if what == "link":
            os.symlink("/etc/passwd", file.path)
        with pytest.raises(UsageError):
            file.read(10)
