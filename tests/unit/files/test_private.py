from __future__ import annotations

import errno
import fcntl
import grp
import os
import pwd
import resource
import stat
import subprocess
import sys
from types import SimpleNamespace

import pytest

from infsh_secrets.domain.errors import DeniedError, NotFoundError, UnavailableError
from infsh_secrets.files import private
from infsh_secrets.files.private import (
    ExclusiveLock,
    check_private_file,
    close_to_others,
    create_private_file,
    ensure_private_folder,
    os_error,
    read_private_file,
)

DATA = b"made-up content\n"
OTHER_USER = 12345


def mode_of(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "private"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def file(folder):
    path = str(folder / "file")
    create_private_file(path, DATA, "key file")
    return path


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request):
    before = os.umask(request.param)
    yield
    os.umask(before)


def refused(path, says, kind=DeniedError):
    for use in (check_private_file, lambda *known: read_private_file(*known, 100)):
        with pytest.raises(kind, match=says) as caught:
            use(path, "key file")
        assert "key file" in caught.value.message
        assert DATA.decode().strip() not in caught.value.message


# -- creating ------------------------------------------------------------------------------------


def test_modes_do_not_depend_on_the_umask(folder, umask):
    path = str(folder / "made" / "by" / "us")
    ensure_private_folder(path)
    create_private_file(path + "/file", DATA, "key file")
    with ExclusiveLock(path + "/lock"):
        pass
    for name, mode in (("", 0o700), ("/..", 0o700), ("/../..", 0o700), ("/file", 0o600)):
        assert mode_of(path + name) == mode
    assert mode_of(path + "/lock") == 0o600
    assert read_private_file(path + "/file", "key file", 100) == DATA


def test_folders_that_were_made_are_on_the_disk(folder, monkeypatch):
    synced = []
    real = os.fsync

    def fsync(descriptor):
        synced.append(os.fstat(descriptor).st_ino)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    ensure_private_folder(str(folder / "made" / "by"))
    ensure_private_folder(str(folder / "made" / "by"))
    assert synced == [folder.stat().st_ino, (folder / "made").stat().st_ino]


def test_a_parent_that_may_not_be_read_is_none_to_wait_for(folder, monkeypatch):
    def refuse(*_):
        raise DeniedError("No.")

    monkeypatch.setattr(private, "sync_folder", refuse)
    ensure_private_folder(str(folder / "made"))
    assert mode_of(folder / "made") == 0o700


def test_a_file_is_private_from_its_first_byte(folder, monkeypatch):
    path = str(folder / "file")
    seen = []
    real = os.write

    def write(descriptor, data):
        seen.append(mode_of(path))
        return real(descriptor, data)

    monkeypatch.setattr(os, "write", write)
    before = os.umask(0)
    create_private_file(path, DATA, "key file")
    os.umask(before)
    assert seen == [0o600]


def test_a_file_is_on_the_disk_before_its_folder_entry(folder, monkeypatch):
    synced = []
    real = os.fsync

    def fsync(descriptor):
        synced.append(stat.S_IFMT(os.fstat(descriptor).st_mode))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    create_private_file(str(folder / "file"), DATA, "key file")
    assert synced == [stat.S_IFREG, stat.S_IFDIR]


def test_short_writes_are_continued(folder, monkeypatch):
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, data[:3]))
    path = str(folder / "file")
    create_private_file(path, DATA, "key file")
    assert read_private_file(path, "key file", 100) == DATA


def test_what_exists_is_never_replaced(folder, file):
    os.symlink("nowhere", folder / "dangling")
    os.mkdir(folder / "folder")
    for path in (file, str(folder / "dangling"), str(folder / "folder")):
        with pytest.raises(DeniedError):
            create_private_file(path, b"other", "key file")
    assert read_private_file(file, "key file", 100) == DATA
    assert os.path.islink(folder / "dangling")
    assert not (folder / "nowhere").exists()


def test_a_folder_that_does_not_exist_is_said(folder):
    with pytest.raises(NotFoundError):
        create_private_file(str(folder / "absent" / "file"), DATA, "key file")


@pytest.mark.parametrize("call", ["write", "fsync"])
@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (OSError(errno.ENOSPC, "made up"), UnavailableError),
        (OSError(errno.EDQUOT, "made up"), UnavailableError),
        (OSError(errno.EIO, "made up"), UnavailableError),
        (KeyboardInterrupt(), KeyboardInterrupt),
        (MemoryError(), MemoryError),
    ],
    ids=["ENOSPC", "EDQUOT", "EIO", "interrupt", "memory"],
)
def test_a_failure_leaves_nothing_behind(folder, monkeypatch, call, failure, kind):
    def fail(*_):
        raise failure

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(kind):
        create_private_file(str(folder / "file"), DATA, "key file")
    assert os.listdir(folder) == []


def test_a_folder_that_does_not_sync_leaves_nothing_behind(folder, monkeypatch):
    real = os.fsync

    def fsync(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EIO, "made up")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(UnavailableError):
        create_private_file(str(folder / "file"), DATA, "key file")
    assert os.listdir(folder) == []


def test_the_first_failure_is_the_one_that_is_told(folder, monkeypatch):
    def fail(*_):
        raise OSError(errno.ENOSPC, "made up")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", fail)
        patch.setattr(os, "unlink", lambda _: (_ for _ in ()).throw(OSError(errno.EIO, "x")))
        with pytest.raises(UnavailableError, match="No space left"):
            create_private_file(str(folder / "file"), DATA, "key file")


def test_a_size_limit_leaves_nothing_behind(folder, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # else the first part of it is kept
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(UnavailableError) as caught:
            create_private_file(str(folder / "file"), bytes(5000), "key file")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "Free some space" in caught.value.hint
    assert os.listdir(folder) == []


# -- folders -------------------------------------------------------------------------------------


def test_a_folder_that_exists_keeps_its_mode(folder):
    (folder / "open").mkdir()
    os.chmod(folder / "open", 0o755)
    ensure_private_folder(str(folder / "open"))
    ensure_private_folder(str(folder / "open" / "inner"))
    assert mode_of(folder / "open") == 0o755
    assert mode_of(folder / "open" / "inner") == 0o700


def test_a_file_in_the_way_of_a_folder_is_refused(folder, file):
    os.symlink("nowhere", folder / "dangling")
    for path in (file, file + "/inner", str(folder / "dangling")):
        with pytest.raises(DeniedError):
            ensure_private_folder(path)


def test_a_folder_made_by_another_at_the_same_time_is_taken(folder, monkeypatch):
    real = os.mkdir

    def mkdir(path, mode):
        real(path, mode)
        raise FileExistsError(errno.EEXIST, "made up")

    monkeypatch.setattr(os, "mkdir", mkdir)
    ensure_private_folder(str(folder / "a" / "b"))
    assert (folder / "a" / "b").is_dir()


def test_a_relative_folder_is_made_where_one_is(folder, monkeypatch):
    monkeypatch.chdir(folder)
    ensure_private_folder("a/b")
    create_private_file("a/file", DATA, "key file")
    create_private_file("file", DATA, "key file")
    assert mode_of(folder / "a" / "b") == 0o700
    assert read_private_file("file", "key file", 100) == DATA


# -- checking and reading ------------------------------------------------------------------------


def test_a_private_file_passes(file):
    assert check_private_file(file, "key file").st_size == len(DATA)
    os.chmod(file, 0o400)
    assert read_private_file(file, "key file", 100) == DATA


def test_an_absent_file_is_not_found(folder, file):
    refused(str(folder / "absent"), "There is no key file", NotFoundError)
    refused(file + "/inner", "There is no key file", NotFoundError)


def test_a_path_that_the_system_refuses_is_denied(folder):
    refused(str(folder / ("n" * 300)), "File name too long")


def test_a_folder_that_cannot_be_synced_is_said(folder):
    with pytest.raises(NotFoundError):
        private.sync_folder(str(folder / "absent"))


def test_a_symbolic_link_is_refused(folder, file):
    os.symlink(file, folder / "link")
    os.symlink("nowhere", folder / "dangling")
    refused(str(folder / "link"), "is a symbolic link")
    refused(str(folder / "dangling"), "is a symbolic link")


def test_a_second_link_is_refused(folder, file):
    os.link(file, folder / "second")
    refused(file, "has 2 hard links")


def test_what_is_no_file_is_refused(folder):
    os.mkfifo(folder / "pipe", 0o600)
    refused(str(folder / "pipe"), "is not a regular file")
    refused(str(folder), "is a folder")
    refused(os.devnull, "is not a regular file")


@pytest.mark.parametrize("bit", [0o040, 0o020, 0o010, 0o004, 0o002, 0o001], ids=oct)
def test_every_bit_for_others_is_refused(file, bit):
    os.chmod(file, 0o600 | bit)
    refused(file, f"mode {0o600 | bit:03o}")
    with pytest.raises(DeniedError) as caught:
        check_private_file(file, "key file")
    assert caught.value.hint == f"Close it with: chmod 600 {file}"


@pytest.mark.parametrize("mode", [0o640, 0o644, 0o666, 0o777, 0o444], ids=oct)
def test_a_sealed_file_is_closed_to_others(file, mode):
    os.chmod(file, mode)
    check_private_file(file, "vault", sealed=True)
    assert close_to_others(file, "vault") == f"{mode:03o}"
    assert mode_of(file) == mode & 0o700
    assert close_to_others(file, "vault") == ""


@pytest.mark.parametrize(
    "failure", [OSError(errno.EROFS, "read-only"), None], ids=["ro", "no modes"]
)
def test_a_sealed_file_that_stays_open_to_others_must_not_be_theirs_to_write(
    file, monkeypatch, failure
):
    def chmod(*_):
        if failure:
            raise failure

    os.chmod(file, 0o644)
    with monkeypatch.context() as patch:
        patch.setattr(os, "chmod", chmod)
        assert close_to_others(file, "vault") == ""
    os.chmod(file, 0o664)
    monkeypatch.setattr(os, "chmod", chmod)
    with pytest.raises(DeniedError, match=r"Other users may write.*mode 664") as caught:
        close_to_others(file, "vault")
    assert "Copy it" in caught.value.hint


def test_a_sealed_file_of_another_user_or_that_is_gone_is_left_alone(file, monkeypatch):
    os.chmod(file, 0o644)
    monkeypatch.setattr(os, "geteuid", lambda: OTHER_USER)
    assert close_to_others(file, "vault") == ""
    assert mode_of(file) == 0o644
    assert close_to_others(file + "-gone", "vault") == ""


@pytest.fixture
def given_away(monkeypatch):
    """Return a function that makes a path another user's, as far as the code can tell."""

    def give(path, known):
        if os.geteuid() == 0:
            os.chown(path, OTHER_USER, -1)
        else:
            mine = os.geteuid()
            real = getattr(os, known)

            def status(name, **rest):
                found = list(real(name, **rest))
                found[stat.ST_UID] = OTHER_USER if str(name) == str(path) else mine
                return os.stat_result(found)

            monkeypatch.setattr(os, known, status)

    return give


def test_the_file_of_another_user_is_refused(file, given_away):
    given_away(file, "lstat")
    refused(file, "belongs to another user")


def test_a_folder_of_another_user_is_refused(folder, file, given_away):
    given_away(folder, "stat")
    refused(file, "the folder of the key file, belongs to another user")


@pytest.fixture
def group(monkeypatch):
    """Return a function that says who we and the group of our folders are."""

    def say(name="ann", members=(), ours=True):
        gid = os.getegid()
        user = SimpleNamespace(pw_name="ann", pw_gid=gid if ours else gid + 1)
        found = SimpleNamespace(gr_name=name, gr_gid=gid, gr_mem=list(members))
        monkeypatch.setattr(pwd, "getpwuid", lambda _: user)
        monkeypatch.setattr(grp, "getgrgid", lambda _: found)

    return say


@pytest.mark.parametrize("mode", [0o770, 0o720, 0o702, 0o777, 0o1777], ids=oct)
def test_a_folder_that_others_may_write_is_refused(folder, file, mode, group):
    os.chmod(folder, mode)
    group(members=["bob"])
    refused(file, "Other users may write to")


@pytest.mark.parametrize(
    "known", [{"name": "staff"}, {"members": ["ann", "bob"]}, {"ours": False}], ids=str
)
def test_a_folder_that_a_group_of_several_may_write_is_refused(folder, file, group, known):
    os.chmod(folder, 0o775)
    group(**known)
    refused(file, "Other users may write to")


@pytest.mark.parametrize("members", [(), ("ann",)])
def test_a_folder_that_nobody_but_our_own_group_may_write_passes(folder, file, group, members):
    os.chmod(folder, 0o775)
    group(members=members)
    check_private_file(file, "key file")
    os.chmod(folder, 0o777)
    refused(file, "Other users may write to")


def test_a_group_without_a_name_is_not_ours(folder, file, group, monkeypatch):
    def nobody(_):
        raise KeyError

    os.chmod(folder, 0o775)
    group()
    monkeypatch.setattr(grp, "getgrgid", nobody)
    refused(file, "Other users may write to")


@pytest.mark.parametrize("mode", [0o700, 0o755, 0o500], ids=oct)
def test_a_folder_that_others_may_only_read_passes(folder, file, mode):
    os.chmod(folder, mode)
    assert read_private_file(file, "key file", 100) == DATA
    os.chmod(folder, 0o700)


def test_a_file_as_long_as_the_limit_is_read_and_a_longer_one_is_not(file):
    assert read_private_file(file, "key file", len(DATA)) == DATA
    with pytest.raises(DeniedError, match="larger than 15 bytes"):
        read_private_file(file, "key file", len(DATA) - 1)


@pytest.mark.parametrize("kind", ["file", "link", "pipe", "absent"])
def test_a_file_exchanged_after_the_check_is_not_read(folder, file, monkeypatch, kind):
    create_private_file(str(folder / "other"), b"other", "key file")
    real = private.check_private_file

    def check_then_exchange(path, what):
        status = real(path, what)
        os.rename(path, path + ".old")
        if kind == "file":
            os.rename(folder / "other", path)
        elif kind == "link":
            os.symlink(folder / "other", path)
        elif kind == "pipe":
            os.mkfifo(path, 0o600)
        return status

    monkeypatch.setattr(private, "check_private_file", check_then_exchange)
    with pytest.raises((DeniedError, NotFoundError)):
        read_private_file(file, "key file", 100)


def test_a_strange_path_is_shown_escaped(folder):
    with pytest.raises(NotFoundError) as caught:
        check_private_file(str(folder / "a\x1b[31m\n\udcff"), "key file")
    assert caught.value.message.endswith("a\\x1b[31m\\n\\udcff.")


def test_nothing_stays_open(folder, file, monkeypatch):
    before = os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else []
    read_private_file(file, "key file", 100)
    with pytest.raises(DeniedError):
        read_private_file(file, "key file", 1)
    with pytest.raises(DeniedError):
        create_private_file(file, DATA, "key file")
    with ExclusiveLock(str(folder / "lock")):
        pass
    after = os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else []
    assert len(after) == len(before)


# -- locking -------------------------------------------------------------------------------------

TRY_LOCK = """
import fcntl, os, sys
try:
    fcntl.flock(os.open(sys.argv[1], os.O_RDWR), fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    print("held")
else:
    print("free")
"""


def try_lock(path):
    command = [sys.executable, "-S", "-c", TRY_LOCK, path]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_a_lock_excludes_other_processes_until_it_is_left(folder):
    path = str(folder / "lock")
    with ExclusiveLock(path):
        assert try_lock(path) == "held"
    assert try_lock(path) == "free"
    with pytest.raises(RuntimeError), ExclusiveLock(path):
        raise RuntimeError
    assert try_lock(path) == "free"


class LateError(Exception):
    """What a signal handler raises."""


def test_a_lock_is_let_go_when_a_signal_comes_while_it_is_left(folder):
    path = str(folder / "lock")

    def interrupt(frame, event, _):
        if frame.f_code is ExclusiveLock.__exit__.__code__:
            sys.settrace(None)
            raise LateError(event)

    def use():
        with ExclusiveLock(path):
            sys.settrace(interrupt)

    before = sys.gettrace()
    try:
        with pytest.raises(LateError, match="call") as caught:
            use()
    finally:
        sys.settrace(before)
    assert try_lock(path) == "held"
    with pytest.warns(ResourceWarning):  # Python closes the file
        del caught
    assert try_lock(path) == "free"


def test_a_lock_file_is_no_link_and_has_a_folder(folder):
    os.symlink(folder / "target", folder / "link")
    with pytest.raises(DeniedError), ExclusiveLock(str(folder / "link")):
        pass
    assert not (folder / "target").exists()
    with pytest.raises(NotFoundError), ExclusiveLock(str(folder / "absent" / "lock")):
        pass


def test_a_lock_that_the_system_refuses_leaves_nothing_open(folder, monkeypatch):
    opened = []
    real = os.open

    def refuse(*_):
        raise OSError(errno.ENOLCK, "none left")

    def note(*known, **more):
        opened.append(real(*known, **more))
        return opened[-1]

    monkeypatch.setattr(fcntl, "flock", refuse)
    monkeypatch.setattr(os, "open", note)
    with pytest.raises(UnavailableError, match="lock file"), ExclusiveLock(str(folder / "lock")):
        pass
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(opened[0])


# -- errors of the system ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, UnavailableError),
        (errno.EDQUOT, UnavailableError),
        (errno.EFBIG, UnavailableError),
        (errno.EIO, UnavailableError),
        (errno.EMFILE, UnavailableError),
        (errno.EACCES, DeniedError),
        (errno.EPERM, DeniedError),
        (errno.EROFS, DeniedError),
        (errno.ELOOP, DeniedError),
        (errno.EEXIST, DeniedError),
        (errno.ENOTDIR, DeniedError),
        (errno.EISDIR, DeniedError),
        (errno.ENAMETOOLONG, DeniedError),
        (errno.ENOENT, NotFoundError),
    ],
    ids=lambda value: errno.errorcode.get(value, "") if isinstance(value, int) else value.__name__,
)
def test_each_error_of_the_system_has_one_of_ours(number, kind):
    error = os_error(OSError(number, "made up", "/elsewhere"), "key file", "/a\nb")
    assert type(error) is kind
    assert error.message == f"The key file /a\\nb cannot be used: {os.strerror(number)}."
    assert error.hint


def test_an_error_without_a_number_is_named_by_its_type():
    error = os_error(TimeoutError(), "key file", "/a")
    assert error.message == "The key file /a cannot be used: TimeoutError."
