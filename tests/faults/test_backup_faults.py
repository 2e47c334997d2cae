"""kill -9 and a full disk during backup and restore: the vault is the old or the new one, whole."""

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time

import pytest

SLOW = pytest.mark.slow
SIZES = [0, pytest.param(1, marks=SLOW), 4, pytest.param(32, marks=SLOW), 64]
CHILD = "import sys; from infsh_secrets.entry import run; sys.exit(run(sys.argv[1:]))"


def infsh(home, *arguments, limit=None):
    def limited():
        if limit is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.Popen(
        [sys.executable, "-c", CHILD, "secrets", *arguments],
        # Python would keep the first part of what it compiles, which nobody could import then.
        env={
            **os.environ,
            "HOME": str(home),
            "PYTHONDONTWRITEBYTECODE": "" if limit is None else "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=limited,  # noqa: PLW1509  # no threads here
    )


def ask(home, *arguments, limit=None):
    process = infsh(home, *arguments, limit=limit)
    out, err = process.communicate()
    return process.returncode, out, err


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A home with a vault and an older backup of it; made once, and copied for each test."""
    home = tmp_path_factory.mktemp("prepared")
    pairs = [f"KEY_{n}={'v' * 2000}{n}" for n in range(20)]
    assert ask(home, "set", *pairs)[0] == 0
    assert ask(home, "set", "MARK", "old")[0] == 0
    assert ask(home, "vault", "backup", str(home / "copy"))[0] == 0
    assert ask(home, "set", "MARK", "new")[0] == 0
    return home


@pytest.fixture
def home(prepared, own_home):
    shutil.copytree(prepared, own_home, dirs_exist_ok=True)
    return own_home


def vault_of(home):
    return home / ".local/share/infsh-secrets/vaults/personal.vault"


def run_kills(home, command, seed, kills, check):
    draw = random.Random(seed)
    begun = time.monotonic()
    assert ask(home, *command)[0] == 0
    whole = time.monotonic() - begun
    done = 0
    for _ in range(kills):
        process = infsh(home, *command)
        time.sleep(draw.uniform(0.3, 1.05) * whole)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        done += check()
    return done


def check_restored(home, prepare):
    """Return whether the backup is in force; the vault must be whole either way."""
    status, out, err = ask(home, "get", "MARK", "--plain")
    assert status == 0, err
    assert out in (b"old", b"new")
    prepare("vault", "verify", "-q")
    for kept in vault_of(home).parent.glob("*.before-restore-*"):
        assert kept.stat().st_mode & 0o77 == 0
        kept.unlink()
    if out == b"old":
        prepare("set", "MARK", "new", "-q")
    return out == b"old"


def restore_kills(home, prepare, seed, kills):
    command = ("vault", "restore", str(home / "copy"))
    done = run_kills(home, command, seed, kills, lambda: check_restored(home, prepare))
    return f"{kills} kills, {done} restored, {kills - done} as before, all whole"


def test_kill_while_a_backup_is_restored(home, prepare, report):
    report("kill -9 of restore: " + restore_kills(home, prepare, 1, 4))


@pytest.mark.slow
def test_kill_while_a_backup_is_restored_long(home, prepare, report):
    report("kill -9 of restore, long: " + restore_kills(home, prepare, 2, 60))


def backup_kills(home, prepare, seed, kills):
    target = home / "target"

    def check():
        prepare("vault", "verify", "-q")
        if not target.exists():
            return False
        prepare("vault", "verify", "--vault", str(target), "--accept-rollback", "-q")
        target.unlink()
        return True

    command = ("vault", "backup", str(target), "--force")
    done = run_kills(home, command, seed, kills, check)
    for left in home.glob(".target.new-*"):
        assert left.stat().st_mode & 0o77 == 0
    return f"{kills} kills, {done} backups, all whole"


def test_kill_while_a_backup_is_made(home, prepare, report):
    report("kill -9 of backup: " + backup_kills(home, prepare, 3, 4))


@pytest.mark.slow
def test_kill_while_a_backup_is_made_long(home, prepare, report):
    report("kill -9 of backup, long: " + backup_kills(home, prepare, 4, 60))


@pytest.mark.parametrize("kib", SIZES)
def test_a_full_disk_leaves_no_backup_and_the_vault_as_it_was(home, kib):
    before = vault_of(home).read_bytes()
    status, out, err = ask(home, "vault", "backup", str(home / "target"), limit=kib * 1024)
    assert (status, out) == (7, b""), err
    assert sorted(path.name for path in home.iterdir()) == [".local", "copy"]
    assert vault_of(home).read_bytes() == before


@pytest.mark.parametrize("kib", SIZES)
def test_a_full_disk_leaves_the_vault_that_was_to_be_replaced(home, kib):
    before = vault_of(home).read_bytes()
    status, out, err = ask(home, "vault", "restore", str(home / "copy"), limit=kib * 1024)
    assert (status, out) == (7, b""), err
    assert vault_of(home).read_bytes() == before
    assert sorted(path.name for path in vault_of(home).parent.iterdir()) == [
        ".create.lock",
        "personal.vault",
    ]


def test_a_writer_that_waited_for_a_restore_writes_nowhere(home):
    """Whoever opened the replaced file before is told, and writes no value into the kept copy."""
    wait = (
        "import sys, os\n"
        "from infsh_secrets.config.settings import Options, Settings\n"
        "from infsh_secrets.services.workspace import Workspace\n"
        "from infsh_secrets.stores.base import Write\n"
        "from infsh_secrets.domain.models import SecretValue\n"
        "from infsh_secrets.domain.errors import UnavailableError\n"
        "store = Workspace(Settings(Options(), os.environ)).store()\n"
        "print('open', flush=True); sys.stdin.readline()\n"
        "try:\n"
        "    store.write('default', [Write('LOST', SecretValue(b'x'))])\n"
        "except UnavailableError as error:\n"
        "    print(error.message)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", wait], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "open\n"
    assert ask(home, "vault", "restore", str(home / "copy"))[0] == 0
    out, _ = process.communicate("\n")
    assert "was replaced while this program had it open" in out
