from __future__ import annotations

import pytest

from infsh_secrets.files import folders

MOUNTS = """\
/dev/root / ext4 rw 0 0
server:/export /mnt/team nfs4 rw 0 0
//server/share /mnt/with\\040blank cifs rw 0 0
remote: /mnt/team/local fuse.sshfs rw 0 0
/dev/sdb1 /mnt/team/disk ext4 rw 0 0
odd line
"""


@pytest.fixture
def mounts(tmp_path, monkeypatch):
    file = tmp_path / "mounts"
    file.write_text(MOUNTS)
    monkeypatch.setattr(folders, "_MOUNTS", str(file))
    monkeypatch.setattr(folders.os.path, "realpath", lambda path: path)


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("/home/me/x.vault", None),
        ("/mnt/teammate/x.vault", None),
        ("/mnt/team/x.vault", "a network file system (nfs4)"),
        ("/mnt/with blank/x.vault", "a network file system (cifs)"),
        ("/mnt/team/local/x.vault", "a network file system (fuse.sshfs)"),
        ("/mnt/team/disk/x.vault", None),
        ("/home/me/Dropbox/x.vault", "a synchronised folder (Dropbox)"),
        ("/home/me/OneDrive - Company/x.vault", "a synchronised folder (OneDrive - Company)"),
    ],
)
def test_what_is_wrong_with_a_place(mounts, path, wrong):
    assert folders.shared_folder(path) == wrong


def test_a_system_that_lists_no_mounts(monkeypatch):
    monkeypatch.setattr(folders, "_MOUNTS", "/nonexistent")
    assert folders.shared_folder("/home/me/x.vault") is None


def test_the_first_vault_in_such_a_place_draws_a_warning(infsh, own_home):
    folder = own_home / "Dropbox"
    done = infsh("secrets", "set", "K", "a-made-up-value", "--vault", str(folder / "x.vault"))
    assert done.returncode == 0
    assert b"synchronised folder" in done.stderr
    assert b"synchronised folder" not in infsh("secrets", "set", "L", "made-up-too").stderr
