from __future__ import annotations

import base64
import os

import pytest

from infsh_secrets.scanning import files, scanner
from infsh_secrets.scanning.files import FileSearch

VALUE = b"made-up-7fQ2xLw9-value"


@pytest.fixture
def search(finder, name_form, monkeypatch, tmp_path):
    """Search files by their names; gives {name: (size, hits)}."""
    monkeypatch.chdir(tmp_path)

    def run(*names, named=(), binary=False):
        files = FileSearch(finder, name_form, binary=binary, named=set(named))
        found = {
            path: (size, hits and [tuple(hit)[1:] for hit in hits])
            for path, size, hits in files.search(names)
        }
        assert files.unread == []
        return found

    return run


@pytest.fixture
def searched(search):
    """Search one file."""
    return lambda name, **options: search(name, **options).get(name)


@pytest.mark.parametrize("before", [0, 1, 8192, 65_536, scanner.BLOCK - 9, 2 * scanner.BLOCK])
def test_files_of_every_size(searched, tmp_path, before):
    (tmp_path / "x").write_bytes(b"\n" * before + VALUE)
    assert searched("x") == (before + len(VALUE), [(before + 1, 1, "plain")])


def test_an_empty_file(searched, tmp_path):
    (tmp_path / "x").write_bytes(b"")
    assert searched("x") == (0, [])


def test_of_a_large_binary_little_is_read(searched, tmp_path, monkeypatch):
    with open(tmp_path / "x", "wb") as file:
        file.truncate(1 << 40)
    read = []
    real = os.read
    monkeypatch.setattr(files.os, "read", lambda *a: read.append(a[1]) or real(*a))
    assert searched("x") == (1 << 40, None)
    assert sum(read) <= 8192


def test_what_is_no_regular_file_is_not_opened(searched, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "real").write_bytes(VALUE)
    for name in ("pipe", ".", "link", "absent", "real/below"):
        assert searched(name) is None
    assert searched("link", named=["link"]) == (22, [(1, 1, "plain")])


def test_a_file_that_vanishes_or_becomes_a_link_before_it_is_opened(
    searched, tmp_path, monkeypatch
):
    (tmp_path / "x").write_bytes(VALUE)
    real = os.open

    def vanishing(path, flags):
        os.unlink(path)
        return real(path, flags)

    with monkeypatch.context() as patched:
        patched.setattr(files.os, "open", vanishing)
        assert searched("x") is None


def test_a_file_that_shrinks_or_grows_meanwhile(searched, tmp_path, monkeypatch):
    (tmp_path / "x").write_bytes(b"x" * 100_000)
    real = os.read

    def shrinking(descriptor, size):
        os.truncate(tmp_path / "x", 9000)
        return real(descriptor, size)

    monkeypatch.setattr(files.os, "read", shrinking)
    assert searched("x") == (100_000, [])
    monkeypatch.setattr(files.os, "read", real)
    with open(tmp_path / "x", "ab") as growing:
        growing.write(VALUE)
    assert searched("x")[1] == [(1, 9001, "plain")]


def test_files_that_the_system_makes_up_are_read_to_their_end(searched):
    assert searched("/proc/self/status") in ((0, []), None)


def test_small_files_that_are_searched_together(search, tmp_path):
    for number in range(600):
        (tmp_path / str(number)).write_bytes(b"x" * 1000)
    (tmp_path / "7").write_bytes(b"\n" + VALUE)
    (tmp_path / "9").write_bytes(b"\0" + VALUE)
    (tmp_path / "11").write_text(f"-{base64.b64encode(VALUE).decode()}", encoding="utf-16")
    (tmp_path / "500").write_bytes(VALUE[:9])
    (tmp_path / "501").write_bytes(VALUE[9:])
    found = search(*map(str, range(600)))
    assert len(found) == 600
    assert {name: hits for name, (_, hits) in found.items() if hits != []} == {
        "7": [(2, 1, "plain")],
        "9": None,
        "11": [(1, 2, "base64")],
    }
    with_binaries = search(*map(str, range(600)), binary=True)
    assert with_binaries["9"] == (23, [(1, 2, "plain")])


def test_a_small_file_in_utf_16_is_searched_by_itself(search, tmp_path):
    (tmp_path / "wide").write_text(f"-{base64.b64encode(VALUE).decode()}", encoding="utf-16")
    assert search("wide")["wide"][1] == [(1, 2, "base64")]
