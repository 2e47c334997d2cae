from __future__ import annotations

import os

import pytest

from infsh_secrets.domain.errors import DeniedError, InfshError
from infsh_secrets.files.own_files import read_own_file, replace_own_file


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o444])
def test_mode_and_links_stay(tmp_path, mode):
    target = tmp_path / "dotfiles" / "bashrc"
    target.parent.mkdir()
    target.write_bytes(b"old")
    target.chmod(mode)
    link = tmp_path / ".bashrc"
    link.symlink_to("dotfiles/bashrc")
    assert read_own_file(str(link), "file") == b"old"
    replace_own_file(str(link), b"new", "file")
    assert os.readlink(link) == "dotfiles/bashrc"
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o7777 == mode
    assert [p.name for p in target.parent.iterdir()] == ["bashrc"]


def test_a_new_file_and_its_folders(tmp_path):
    path = tmp_path / "a" / "b" / "c"
    assert read_own_file(str(path), "file") is None
    replace_own_file(str(path), b"new", "file")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o644 & ~_umask()
    replace_own_file(str(path), None, "file")
    assert not path.exists()


def _umask():
    umask = os.umask(0)
    os.umask(umask)
    return umask


def test_a_link_that_leads_nowhere_yet(tmp_path):
    link = tmp_path / ".zshrc"
    link.symlink_to(tmp_path / "dotfiles" / "zshrc")
    assert read_own_file(str(link), "file") is None
    replace_own_file(str(link), b"new", "file")
    assert link.is_symlink()
    assert link.read_bytes() == b"new"
    replace_own_file(str(link), None, "file")
    assert link.is_symlink()
    assert not link.exists()


@pytest.mark.parametrize("data", [b"\xff\xfea\0", b"\xfe\xff\0a", b"a\0b"])
def test_what_is_no_text_is_refused(tmp_path, data):
    path = tmp_path / "profile.ps1"
    path.write_bytes(data)
    with pytest.raises(DeniedError, match="UTF-8"):
        read_own_file(str(path), "file")


def test_what_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for name in ("", "pipe"):
        with pytest.raises(DeniedError):
            read_own_file(str(tmp_path / name), "file")
    (tmp_path / "file").touch()
    with pytest.raises(InfshError):
        read_own_file(str(tmp_path / "file" / "below"), "file")


def test_nothing_is_left_of_what_failed(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def full(*_):
        raise OSError(28, "no space")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InfshError):
        replace_own_file(str(path), b"new", "file")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
