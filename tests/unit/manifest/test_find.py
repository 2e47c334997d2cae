from __future__ import annotations

import os

import pytest

from infsh_secrets.domain.errors import DeniedError, UnavailableError, UsageError
from infsh_secrets.manifest import find as module
from infsh_secrets.manifest.find import NAMES, find


@pytest.fixture
def tree(tmp_path):
    """A project two levels below a home; returns (home, project, its deepest folder)."""
    project = tmp_path / "home" / "project"
    deep = project / "a" / "b"
    deep.mkdir(parents=True)
    return tmp_path / "home", project, deep


@pytest.fixture
def stranger(monkeypatch):
    """Be somebody to whom nothing in the test's folders belongs, from the path given on."""
    real_lstat, real_stat = os.lstat, os.stat

    def become(*foreign):
        def changed(function):
            def status(path, *arguments, **options):
                result = list(function(path, *arguments, **options))
                if os.fspath(path) in map(str, foreign):
                    result[4] = 4242
                return os.stat_result(result)

            return status

        monkeypatch.setattr(module.os, "lstat", changed(real_lstat))
        monkeypatch.setattr(module.os, "stat", changed(real_stat))

    return become


def test_here_and_in_each_parent(tree):
    home, project, deep = tree
    for folder in (home, project, deep):  # the nearest counts
        path = folder / "inf.yml"
        path.write_bytes(b"")
        assert find(str(deep), str(home)) == str(path)


def test_the_order_of_names(tree):
    home, project, _ = tree
    for name in reversed(NAMES):
        (project / name).write_bytes(b"")
        assert find(str(project), str(home)) == str(project / name)


def test_the_nearest_folder_comes_before_the_better_name(tree):
    home, project, deep = tree
    (project / "inf.yml").write_bytes(b"")
    (deep / "app.yml").write_bytes(b"")
    assert find(str(deep), str(home)) == str(deep / "app.yml")


@pytest.mark.parametrize("kind", ["folder", "file", "dangling link"])
def test_not_above_the_repository(tree, kind):
    home, project, deep = tree
    (home / "inf.yml").write_bytes(b"")
    git = project / ".git"
    if kind == "folder":
        git.mkdir()
    elif kind == "file":
        git.write_bytes(b"gitdir: elsewhere")
    else:
        git.symlink_to("nowhere")
    assert find(str(deep), str(home)) is None
    (project / "app.yml").write_bytes(b"")
    assert find(str(deep), str(home)) == str(project / "app.yml")


def test_not_above_home(tree):
    home, _, deep = tree
    (home.parent / "inf.yml").write_bytes(b"")
    assert find(str(deep), str(home)) is None
    assert find(str(home), str(home)) is None
    assert find(str(deep), str(home) + "/") is None


def test_home_by_another_path(tree, tmp_path):
    home, _, deep = tree
    (tmp_path / "inf.yml").write_bytes(b"")
    (tmp_path / "link").symlink_to(home)
    assert find(str(deep), str(tmp_path / "link")) is None


@pytest.mark.parametrize("home", ["", "/nowhere", "relative", "a\0b"])
def test_outside_of_home_up_to_the_root(tree, home):
    _, _, deep = tree
    (deep.parents[3] / "inf.yml").write_bytes(b"")
    assert find(str(deep), home) == str(deep.parents[3] / "inf.yml")


def test_none_up_to_the_root(monkeypatch):
    looked = []

    def nothing(folder):
        looked.append(folder)
        return None, "", False

    monkeypatch.setattr(module, "_look", nothing)
    assert find("/usr/bin", "") is None
    assert looked == ["/usr/bin", "/usr", "/"]


def test_a_relative_folder(tree, monkeypatch):
    home, project, _ = tree
    (project / "inf.yml").write_bytes(b"")
    monkeypatch.chdir(project)
    assert find("a", str(home)) == str(project / "inf.yml")


def test_a_folder_that_is_gone(tree):
    home, _, deep = tree
    assert find(str(deep / "gone"), str(home)) is None


@pytest.mark.parametrize("above", [False, True])
@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (os.mkdir, "is a folder"),
        (os.mkfifo, "is a pipe"),
        (lambda path: os.symlink("/dev/null", path), "is not a regular file"),
        (lambda path: os.symlink("/usr", path), "is a folder"),
        (lambda path: os.symlink("nowhere", path), "is a link to something that is not there"),
        (lambda path: os.symlink("inf.yml", path), "is a link to something that is not there"),
    ],
)
def test_what_is_no_file_is_named(tree, make, kind, above):
    home, project, deep = tree
    path = str(project / "inf.yml")
    make(path)
    (project / "inf.yaml").write_bytes(b"")  # not taken instead
    with pytest.raises(UsageError) as caught:
        find(str(deep if above else project), str(home))
    assert caught.value.message == f"The manifest {path} {kind}."
    assert "-f" in caught.value.hint


def test_a_link_to_a_file(tree):
    home, project, _ = tree
    (project / "other.yml").write_bytes(b"")
    (project / "inf.yml").symlink_to("other.yml")
    assert find(str(project), str(home)) == str(project / "inf.yml")


@pytest.mark.parametrize("above", [False, True])
def test_a_manifest_of_another_user_is_refused(tree, stranger, above):
    home, project, deep = tree
    path = project / "inf.yml"
    path.write_bytes(b"")
    stranger(path)
    with pytest.raises(DeniedError) as caught:
        find(str(deep if above else project), str(home))
    assert caught.value.message == f"The manifest {path} belongs to another user."
    assert caught.value.hint == f"If you trust it, name it: -f {path}"


def test_a_manifest_in_a_folder_of_another_user_is_refused(tree, stranger):
    home, project, deep = tree
    path = project / "inf.yml"
    path.write_bytes(b"")
    stranger(project)
    with pytest.raises(DeniedError, match="is in a folder of another user"):
        find(str(deep), str(home))


def test_of_a_pipe_of_another_user_only_the_owner_is_said(tree, stranger):
    home, project, _ = tree
    os.mkfifo(project / "inf.yml")
    stranger(project / "inf.yml")
    with pytest.raises(DeniedError):
        find(str(project), str(home))


def test_what_others_put_where_everybody_may_write_ends_the_search(tree, stranger):
    home, project, deep = tree
    (home / "inf.yml").write_bytes(b"")
    planted = project / "inf.yml"
    os.mkfifo(planted)
    project.chmod(0o1777)
    stranger(planted)
    assert find(str(deep), str(home)) is None
    with pytest.raises(DeniedError):  # whoever stands there is told
        find(str(project), str(home))


def test_ones_own_is_taken_where_everybody_may_write(tree):
    home, project, deep = tree
    (project / "inf.yml").write_bytes(b"")
    project.chmod(0o777)
    assert find(str(deep), str(home)) == str(project / "inf.yml")


def test_that_of_root_is_taken(tree, monkeypatch):
    home, project, deep = tree
    (project / "inf.yml").write_bytes(b"")
    monkeypatch.setattr(module.os, "geteuid", lambda: 4242)
    monkeypatch.setattr(module, "_ROOT", os.stat(project).st_uid)
    assert find(str(deep), str(home)) == str(project / "inf.yml")


@pytest.mark.parametrize("above", [False, True])
def test_a_folder_that_may_not_be_searched(tree, monkeypatch, above):
    home, project, deep = tree
    (home / "inf.yml").write_bytes(b"")
    real = os.lstat

    def lstat(path, **at):
        if os.path.dirname(path) == str(project):
            raise PermissionError(13, "no", path)
        return real(path, **at)

    monkeypatch.setattr(module.os, "lstat", lstat)
    if above:
        assert find(str(deep), str(home)) is None
    else:
        with pytest.raises(DeniedError, match="cannot be searched for a manifest"):
            find(str(project), str(home))


def test_a_disk_that_fails(tree, monkeypatch):
    home, project, _ = tree

    def lstat(path, **_):
        raise OSError(5, "broken", path)

    monkeypatch.setattr(module.os, "lstat", lstat)
    with pytest.raises(UnavailableError, match=f"The folder {project} cannot be used"):
        find(str(project), str(home))


def test_it_costs_few_system_calls(tree, monkeypatch):
    home, _, deep = tree
    calls = []
    for name in ("stat", "lstat"):
        real = getattr(os, name)

        def counted(path, real=real, **at):
            calls.append(path)
            return real(path, **at)

        monkeypatch.setattr(module.os, name, counted)
    assert find(str(deep), str(home)) is None
    assert len(calls) == 1 + 4 * (1 + len(NAMES) + 1)
