"""What root hands to another user (systemd, Docker, Kubernetes) opens a vault, as root has left it.

Those files belong to root, or to root with an access list, and their mode is not the user's to
change. What anybody but root could have written is refused as ever.
"""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

USER = 10001
VALUE = b"made-up-7fQ2xLw9-value"

pytestmark = pytest.mark.skipif(
    not (hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("setpriv")),
    reason="only root can hand files over",
)


class Handed:
    """A vault and its key in a folder of root's, and a way to use them as another user."""

    def __init__(self, folder, program):
        self.folder = folder
        self.vault = folder / "app.vault"
        self.key = folder / "vault-key"
        self._program = program

    def get(self, key=None):
        return subprocess.run(
            [
                *("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"),
                # The interpreter may lie where only root looks; tested are owners and modes.
                *("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"),
                *(self._program, "secrets", "get", "K", "--plain"),
                *("--vault", str(self.vault), "--key-file", str(key or self.key)),
            ],
            env={"HOME": "/", "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            stdin=subprocess.DEVNULL,
            cwd="/",
            timeout=60,
            check=False,
        )


@pytest.fixture
def handed(prepare, own_home, program):
    folder = own_home / "handed"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    vault = str(folder / "app.vault")
    prepare("set", "K", "-", "--vault", vault, stdin=VALUE)
    (key,) = own_home.glob(".local/share/infsh-secrets/keys/*.key")
    shutil.move(key, folder / "vault-key")
    return Handed(folder, program)


@pytest.mark.parametrize("mode", [0o400, 0o440, 0o444, 0o644], ids=oct)
def test_what_only_root_can_write_is_used(handed, mode):
    handed.vault.chmod(mode)
    handed.key.chmod(mode)
    done = handed.get()
    assert (done.returncode, done.stdout) == (0, VALUE), done.stderr


def test_the_links_of_kubernetes_are_followed(handed):
    held = handed.folder / "..2026_11_22"
    held.mkdir()
    held.chmod(0o755)
    handed.vault.chmod(0o444)
    handed.key.rename(held / "vault-key")
    (held / "vault-key").chmod(0o440)
    (handed.folder / "..data").symlink_to("..2026_11_22")
    handed.key.symlink_to("..data/vault-key")
    assert handed.get().stdout == VALUE
    vault = handed.folder / "image" / "app.vault"
    vault.parent.mkdir()
    handed.vault = handed.vault.rename(vault)
    handed.folder.chmod(0o1777)  # as the folder of such a volume is
    assert handed.get().stdout == VALUE
    handed.folder.chmod(0o777)
    assert b"symbolic link" in handed.get().stderr
    handed.folder.chmod(0o1777)
    # Nothing is followed where somebody else could have made the link.
    os.lchown(handed.key, USER, USER)
    assert b"symbolic link" in handed.get().stderr


@pytest.mark.parametrize("what", ["vault", "key"])
@pytest.mark.parametrize("fault", ["group", "world", "folder", "folder's owner", "owner"])
def test_what_others_than_root_can_write_is_refused(handed, what, fault):
    handed.vault.chmod(0o444)
    handed.key.chmod(0o444)
    path = getattr(handed, what)
    if fault == "folder":
        handed.folder.chmod(0o1777)
    elif fault == "folder's owner":
        os.chown(handed.folder, USER + 1, -1)
    elif fault == "owner":
        os.chown(path, USER + 1, -1)
    else:
        path.chmod(0o664 if fault == "group" else 0o646)
    done = handed.get()
    assert (done.returncode, done.stdout) == (10, b"")
    assert VALUE not in done.stderr
