"""Vaults, keys and folders that are not safe or not writable: exit 10, and nothing is touched."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest

NOBODY = 65534
ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.fixture
def stored(cli, own_home):
    cli("set", "K", "v")
    return own_home / ".local/share/infsh-secrets"


def denied(refused, said):
    for argv in (["get", "K", "--plain"], ["list"], ["set", "K", "w"], ["vault", "status"]):
        error = refused(10, *argv)
        assert error["code"] == "denied"
        assert said in error["message"]


FAULTS = ("links", "symlink", "folder", "fifo", "parent", "owner", "parent's owner")


@pytest.mark.parametrize(
    ("what", "fault"),
    [
        *(("vault", fault) for fault in FAULTS),
        *(("key file", fault) for fault in (*FAULTS, "mode")),  # a vault's mode is mended
    ],
)
def test_what_others_could_have_touched_is_not_used(stored, refused, what, fault):
    path = next(stored.glob("vaults/*.vault" if what == "vault" else "keys/*.key"))
    if "owner" in fault and not ROOT:
        pytest.skip("only root can give a file away")
    elsewhere = stored / "elsewhere"
    if fault == "mode":
        path.chmod(0o640)
    elif fault == "links":
        os.link(path, elsewhere)
    elif fault == "symlink":
        path.rename(elsewhere)
        path.symlink_to(elsewhere)
    elif fault == "folder":
        path.unlink()
        path.mkdir(mode=0o700)
    elif fault == "fifo":
        path.unlink()
        os.mkfifo(path, 0o600)
    elif fault == "parent":
        path.parent.chmod(0o777)
    elif fault == "owner":
        os.chown(path, NOBODY, NOBODY)
    else:
        os.chown(path.parent, NOBODY, NOBODY)
    expected = {
        "mode": "mode 640",
        "links": "2 hard links",
        "symlink": "symbolic link",
        "folder": "is a folder",
        "fifo": "not a regular file",
        "parent": "Other users may write",
        "owner": "belongs to another user",
        "parent's owner": "belongs to another user",
    }
    denied(refused, expected[fault])


def test_a_named_key_file_must_be_private(cli, stored, own_home, refused):
    copy = own_home / "copy.key"
    shutil.copyfile(next(stored.glob("keys/*.key")), copy)
    copy.chmod(0o644)
    assert "chmod 600" in refused(10, "get", "K", "--plain", "--key-file", str(copy))["hint"]
    copy.chmod(0o600)
    assert cli("get", "K", "--plain", "--key-file", str(copy)).out == b"v"
    copy.write_bytes(b"\xff not a key")
    refused(5, "get", "K", "--plain", "--key-file", str(copy))
    copy.write_bytes(b"x" * 5000)
    refused(10, "get", "K", "--plain", "--key-file", str(copy))


def read_only(folder, *commands, program):
    """Run commands where a folder is mounted read-only; skip where that cannot be done."""
    mount = f"mount --bind '{folder}' '{folder}' && mount -o remount,ro,bind '{folder}'"
    if subprocess.run(
        ["unshare", "-m", "sh", "-c", mount], capture_output=True, check=False
    ).returncode:
        pytest.skip("this system lets us mount nothing")
    return [
        subprocess.run(
            ["unshare", "-m", "sh", "-c", f'{mount} && exec "$0" "$@"', program, *command],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=60,
            check=False,
        )
        for command in commands
    ]


@pytest.mark.skipif(not shutil.which("unshare"), reason="needs unshare")
def test_a_read_only_medium_can_be_read(stored, program):
    (vault,) = stored.glob("vaults/*.vault")
    vault.chmod(0o644)
    get, listing, write, delete = read_only(
        stored,
        ["secrets", "get", "K", "--plain"],
        ["secrets", "list", "-o", "names"],
        ["secrets", "set", "K", "other"],
        ["secrets", "delete", "K"],
        program=program,
    )
    assert (get.returncode, get.stdout) == (0, b"v")
    assert (listing.returncode, listing.stdout, listing.stderr) == (0, b"K\n", b"")
    for done in (write, delete):
        assert (done.returncode, done.stdout) == (10, b"")
        error = json.loads(done.stderr)["error"]
        assert error["code"] == "denied"
        assert "read-only" in error["message"]


@pytest.mark.skipif(not shutil.which("unshare"), reason="needs unshare")
def test_a_first_secret_needs_a_place(own_home, program):
    (done,) = read_only(own_home, ["secrets", "set", "K", "v"], program=program)
    assert (done.returncode, done.stdout) == (10, b"")
    error = json.loads(done.stderr)["error"]
    assert "Read-only file system" in error["message"]
    assert error["hint"]
    assert list(own_home.iterdir()) == []


def test_a_file_where_a_folder_should_be(cli, refused, own_home, monkeypatch):
    (own_home / "file").write_text("x")
    monkeypatch.setenv("INFSH_DATA_DIR", str(own_home / "file"))
    refused(10, "set", "K", "v")
    refused(10, "set", "K", "v", "--vault", str(own_home / "file/below/k.vault"))
    done = cli("set", "K", "v", "--vault", str(own_home / ("x" * 300)))
    assert (done.status, done.error["code"]) == (10, "denied")


def test_a_data_folder_may_be_relative(cli, own_home, monkeypatch):
    monkeypatch.chdir(own_home)
    monkeypatch.setenv("INFSH_DATA_DIR", "data")
    assert cli("set", "K", "v").status == 0
    assert (own_home / "data/vaults/personal.vault").exists()
    assert cli("get", "K", "--plain").out == b"v"
