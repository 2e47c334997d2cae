"""A disk that is full or a commit that fails: nothing is lost, and the message tells the truth."""

import contextlib
import os
import resource
import shutil
import subprocess
import sys

import pytest
import support

from infsh_secrets.domain.errors import InfshError, UnavailableError
from infsh_secrets.domain.exit_codes import UNAVAILABLE
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import Write
from infsh_secrets.stores.vault.tables import VaultFile
from infsh_secrets.stores.vault.verify import verify

KIB = 1024


class Limited:
    """A limit on the size of files, so that writing beyond it fails as on a full disk.

    Python would keep the first part of what it compiles, and no later process could import that.
    """

    def __init__(self, size):
        self.size = size

    def __enter__(self):
        self.keeps_none = sys.dont_write_bytecode
        sys.dont_write_bytecode = True
        self.before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.size, self.before[1]))

    def __exit__(self, *exception):
        resource.setrlimit(resource.RLIMIT_FSIZE, self.before)
        sys.dont_write_bytecode = self.keeps_none


@pytest.fixture
def path(tmp_path):
    path = os.path.join(tmp_path, "vault", "d.vault")
    support.new_vault(path)
    with support.open_store(path) as store:
        for number in range(4):
            store.write("default", [Write(f"KEY_{number}", value(number))])
    return path


def value(number):
    return SecretValue(f"{number}-".encode() + b"v" * 6000)


def stored(store):
    """Return which of the numbered values are there; every one must be whole."""
    numbers = set()
    for info in store.listing():
        number = int(info.key.split("_")[1])
        right = store.get("default", info.key).value.reveal_bytes() == value(number).reveal_bytes()
        assert right, f"{info.key} has another value"
        numbers.add(number)
    verify(store)
    return numbers


def fill(store, first, count):
    """Write until it fails; return the numbers that were acknowledged and the error."""
    done = set()
    for number in range(first, first + count):
        try:
            store.write("default", [Write(f"KEY_{number}", value(number))])
        except InfshError as error:
            return done, error
        done.add(number)
    return done, None


UNKNOWN = "It is not known whether the change was written."


def check_full(error):
    assert type(error) is UnavailableError
    assert error.exit_status == UNAVAILABLE
    assert error.message.endswith(("Nothing was written.", UNKNOWN))
    assert error.hint.endswith((".", "infsh secrets list"))


def run_limit(path, limit, size):
    """Write under a limit; return the error that it gave, if any."""
    with support.open_store(path) as store:
        before = stored(store)
        with Limited(limit):
            done, error = fill(store, 100, 3)
            if error is not None:
                check_full(error)
            # A limit within the file also forbids to undo what the commit did: SQLite's journal
            # stays until it can be. No disk does that because it is full.
            stuck = error is not None and error.message.endswith(UNKNOWN)
            assert not stuck or limit < size
            if not stuck:
                assert stored(store) == before | done, "under the limit, in the same store"
                with support.open_store(path) as other:
                    assert stored(other) == before | done, "under the limit, in another store"
        if stuck:
            with pytest.raises(UnavailableError, match="closed"):
                store.listing()
            store.file.reopen()
        again, second = fill(store, 200, 1)
        assert second is None, "the same store works again"
        assert stored(store) == before | done | again
    assert os.listdir(os.path.dirname(path)) == [os.path.basename(path)]
    return error


def run_limits(path, limits):
    with open(path, "rb") as file:
        data = file.read()
    met = stuck = 0
    for limit in limits:
        support.put_file(path, data)
        error = run_limit(path, limit, len(data))
        met += error is not None
        stuck += error is not None and error.message.endswith(UNKNOWN)
    assert met
    return (
        f"{len(limits)} limits, {met} met, 0 lost, reads and later writes work; "
        f"{stuck} within the file, where only the lifted limit let SQLite undo the commit"
    )


def test_file_size_limits(path, report):
    size = os.path.getsize(path)
    limits = [0, 512, 4096, 20_000, size - 9000, size - 1, size, size + 4096, size + 40_000]
    report("disk full by file size: " + run_limits(path, limits))


@pytest.mark.slow
def test_file_size_limits_long(path, report):
    size = os.path.getsize(path)
    limits = list(range(0, size + 40 * KIB, KIB))
    report("disk full at every KiB: " + run_limits(path, limits))


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 256 KiB."""
    folder = os.path.join(tmp_path, "disk")
    os.mkdir(folder, 0o700)
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    command = [mount, "-t", "tmpfs", "-o", "size=256k,mode=0700", "tmpfs", folder]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def fill_up(path):
    with contextlib.suppress(OSError), open(path, "wb", buffering=0) as ballast:
        while ballast.write(bytes(512)):
            pass


def test_full_file_system(small_disk, report):
    path = os.path.join(small_disk, "vault", "d.vault")
    support.new_vault(path)
    with support.open_store(path) as store:
        done, error = fill(store, 0, 100)
        check_full(error)
        assert stored(store) == done
        # Even with not a byte left.
        fill_up(os.path.join(small_disk, "ballast"))
        assert stored(store) == done
        more, error = fill(store, 100, 1)
        check_full(error)
        with support.open_store(path) as other:
            assert stored(other) == done | more
        os.unlink(os.path.join(small_disk, "ballast"))
    report(f"full file system: {len(done)} secrets before it was full, 0 lost, reads work")


def test_create_on_a_full_disk_leaves_nothing(tmp_path):
    path = os.path.join(tmp_path, "v", "c.vault")
    for limit in (0, 100, 4096, 8192, 16384):
        with Limited(limit), pytest.raises(UnavailableError):
            support.new_vault(path)
        assert os.listdir(os.path.dirname(path)) == []
    support.new_vault(path)


# -- a commit that fails ---------------------------------------------------------------------------


class FailingCommit:
    """Makes the next commit fail before or after it is done, and may do more in between."""

    def __init__(self, monkeypatch, *, after, then=lambda: None):
        genuine = VaultFile.commit

        def commit(file):
            monkeypatch.setattr(VaultFile, "commit", genuine)
            if after:
                genuine(file)
                then()
            raise UnavailableError("The disk reports an error.", "Check the disk.")

        monkeypatch.setattr(VaultFile, "commit", commit)


def failed_write(store):
    with pytest.raises(UnavailableError) as caught:
        store.write("default", [Write("KEY_50", value(50))])
    return caught.value


def another_writes(path, number):
    with support.open_store(path) as other:
        other.write("default", [Write(f"KEY_{number}", value(number))])


def test_failed_commit_that_did_not_happen(path, monkeypatch):
    with support.open_store(path) as store:
        FailingCommit(monkeypatch, after=False)
        assert failed_write(store).message == "The disk reports an error. Nothing was written."
        assert stored(store) == {0, 1, 2, 3}
        store.write("default", [Write("KEY_51", value(51))])
        assert stored(store) == {0, 1, 2, 3, 51}


def test_failed_commit_that_happened(path, monkeypatch):
    with support.open_store(path) as store:
        FailingCommit(monkeypatch, after=True)
        error = failed_write(store)
        assert error.message == "The disk reports an error. The change itself was written."
        assert stored(store) == {0, 1, 2, 3, 50}
        store.write("default", [Write("KEY_51", value(51))])
        assert stored(store) == {0, 1, 2, 3, 50, 51}


def test_failed_commit_that_happened_and_another_writer_was_faster(path, monkeypatch):
    with support.open_store(path) as store:
        FailingCommit(monkeypatch, after=True, then=lambda: another_writes(path, 60))
        error = failed_write(store)
        assert error.message == "The disk reports an error. The change itself was written."
        assert stored(store) == {0, 1, 2, 3, 50, 60}


def test_failed_commit_that_did_not_happen_and_another_writer_was_faster(path, monkeypatch):
    with support.open_store(path) as store:
        genuine = VaultFile.commit

        def commit(file):
            monkeypatch.setattr(VaultFile, "commit", genuine)
            file.rollback()
            another_writes(path, 60)
            another_writes(path, 61)
            raise UnavailableError("The disk reports an error.", "Check the disk.")

        monkeypatch.setattr(VaultFile, "commit", commit)
        assert failed_write(store).message == "The disk reports an error. Nothing was written."
        assert stored(store) == {0, 1, 2, 3, 60, 61}


def test_failed_commit_when_the_disk_stays_bad(path, monkeypatch):
    with support.open_store(path) as store:
        FailingCommit(monkeypatch, after=True, then=lambda: os.rename(path, path + ".away"))
        error = failed_write(store)
        assert error.message.endswith("It is not known whether the change was written.")
        with pytest.raises(UnavailableError) as caught:
            store.get("default", "KEY_0")
        assert "damaged" not in caught.value.message
        with pytest.raises(UnavailableError):
            store.write("default", [Write("KEY_51", value(51))])
        os.rename(path + ".away", path)
    with support.open_store(path) as store:
        assert stored(store) == {0, 1, 2, 3, 50}


def test_a_store_that_is_closed_says_so(path):
    store = support.open_store(path)
    store.close()
    store.close()
    for question in (
        lambda: store.get("default", "KEY_0"),
        store.listing,
        lambda: store.delete("default", ["KEY_0"]),
        lambda: verify(store),
    ):
        with pytest.raises(UnavailableError, match="closed"):
            question()


def test_an_interrupt_before_the_commit_leaves_no_transaction(path, monkeypatch):
    def commit(_file):
        raise KeyboardInterrupt

    with support.open_store(path) as store:
        with monkeypatch.context() as patch:
            patch.setattr(VaultFile, "commit", commit)
            with pytest.raises(KeyboardInterrupt):
                store.write("default", [Write("KEY_50", value(50))])
        assert stored(store) == {0, 1, 2, 3}
        another_writes(path, 60)
