from __future__ import annotations

import os

import pytest

from infsh_secrets.domain.errors import NotFoundError, UsageError
from infsh_secrets.scanning.walk import Walk


@pytest.fixture
def walked(monkeypatch):
    """Walk through what is named from a folder and return the files; `notices` are the latest."""

    def run(folder, *named, ignore=True):
        monkeypatch.chdir(folder)
        walk = Walk(ignore=ignore)
        walk.add(named or ["."])
        assert walk.unread == []
        run.notices = walk.notices
        return walk.files

    return run


@pytest.fixture
def tree(tmp_path):
    """Make files by their names; gives the folder."""

    def make(*names, at=tmp_path):
        for name in names:
            path = os.path.join(at, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file:
                file.write(name)
        return at

    return make


def test_all_files_below_the_working_folder(walked, tree):
    folder = tree("b", "a/x", ".env", ".git/config", "a/.git/x", "a/b/c")
    assert walked(folder, ignore=False) == [".env", "b", "a/x", "a/b/c"]


def test_paths_are_written_as_they_were_named(walked, tree):
    folder = tree("a/x", "b/y")
    assert walked(folder, "./a/", "b/y") == ["a/x", "b/y"]
    assert walked(folder, str(folder / "a")) == [str(folder / "a" / "x")]
    assert walked(folder / "a", "..") == ["../a/x", "../b/y"]


def test_a_file_that_is_named_twice_is_there_once(walked, tree):
    folder = tree("a/x", "b")
    assert walked(folder, "b", "./b", ".", "a", str(folder / "b")) == ["b", "a/x"]


def test_links_are_followed_only_where_they_are_named(walked, tree):
    folder = tree("real/x")
    (folder / "loop").symlink_to(folder)
    (folder / "real/up").symlink_to("..")
    (folder / "file").symlink_to("real/x")
    assert walked(folder, ignore=False) == ["real/x"]
    assert walked(folder, "loop/real", ignore=False) == ["loop/real/x"]
    assert walked(folder, "file") == ["file"]


def test_nothing_but_files_and_folders(walked, tree):
    folder = tree("x")
    os.mkfifo(folder / "pipe")
    assert walked(folder) == ["x"]
    with pytest.raises(UsageError, match="neither a file nor a folder"):
        walked(folder, "pipe")
    with pytest.raises(UsageError, match="neither a file nor a folder"):
        walked(folder, "/dev/null")


@pytest.mark.parametrize("path", ["absent", "x/y", "gone\n\x1b[2J"])
def test_an_absent_path_is_an_error(walked, tree, path):
    with pytest.raises(NotFoundError) as raised:
        walked(tree("x"), "x", path)
    assert raised.value.message.isprintable()


@pytest.mark.parametrize("path", ["", "a\0b"])
def test_what_can_be_no_path_is_an_error(walked, tree, path):
    with pytest.raises(UsageError):
        walked(tree("x"), path)


def test_what_git_ignores_is_left_out(walked, tree, git):
    folder = git.folder
    tree("kept", "a/kept", "ignored.log", "a/x.log", "tracked.log", "out/x", "-odd", at=folder)
    (folder / ".gitignore").write_text("*.log\nout/\n")
    (folder / "kept-link").symlink_to("kept")
    git("add", "-f", "tracked.log", "kept-link")
    assert walked(folder) == ["-odd", ".gitignore", "a/kept", "kept", "tracked.log"]
    assert walked(folder, "a") == ["a/kept"]
    assert walked(folder / "a") == ["kept"]
    assert "out/x" in walked(folder, ignore=False)


def test_what_is_named_is_searched_though_git_ignores_it(walked, tree, git):
    tree("kept", "out/x", "x.log", at=git.folder)
    (git.folder / ".gitignore").write_text("*.log\nout/\n")
    assert walked(git.folder, "out", "x.log") == ["out/x", "x.log"]


def test_a_file_that_is_no_more_is_listed_by_git_and_harms_nothing(walked, tree, git):
    tree("gone", at=git.folder)
    git("add", ".")
    (git.folder / "gone").unlink()
    assert walked(git.folder) == ["gone"]


def test_repositories_below_a_folder_have_rules_of_their_own(walked, tree, git, tmp_path):
    tree("x.log", "a.log", at=tmp_path)
    tree("x.log", "y", at=git.folder)
    (git.folder / ".gitignore").write_text("*.log\n")
    assert walked(tmp_path) == ["a.log", "x.log", "repository/.gitignore", "repository/y"]


def test_nested_repositories_submodules_and_work_trees(walked, tree, git, tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    git("init", "-q", at=inner)
    tree("i", "i.tmp", at=inner)
    (inner / ".gitignore").write_text("*.tmp\n")
    git("add", ".", at=inner)
    git("commit", "-q", "-m", "inner", at=inner)
    git("-c", "protocol.file.allow=always", "submodule", "-q", "add", str(inner), "sub")
    nested = git.folder / "nested"
    nested.mkdir()
    git("init", "-q", at=nested)
    tree("n", "nested/deep/d", at=nested)
    tree("s.tmp", at=git.folder / "sub")
    assert walked(git.folder) == [
        ".gitmodules",
        "nested/n",
        "nested/nested/deep/d",
        "sub/.gitignore",
        "sub/i",
    ]
    git("commit", "-q", "-m", "all")
    git("worktree", "add", "-q", str(tmp_path / "other"))
    tree("new", at=tmp_path / "other")
    assert walked(tmp_path / "other") == [".gitmodules", "new"]


def test_a_link_in_the_place_of_a_submodule_is_not_followed(walked, tree, git):
    tree("a", at=git.folder)
    git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
    (git.folder / "sub").symlink_to(".")
    assert walked(git.folder) == ["a"]


def test_names_of_any_bytes(walked, tree, git):
    names = [b"new\nline", b"\xff\xfe", b"\x1b[2J", b"tab\t", b'"q"']
    for folder in (git.folder, git.folder.parent / "plain"):
        folder.mkdir(exist_ok=True)
        for name in names:
            with open(os.path.join(os.fsencode(folder), name), "wb"):
                pass
        found = walked(folder)
        assert sorted(map(os.fsencode, found)) == sorted(names)


def test_where_git_refuses_nothing_is_left_out_and_it_is_said(walked, tree, git):
    tree("x", "x.log", at=git.folder)
    (git.folder / ".gitignore").write_text("*.log\n")
    (git.folder / ".git/HEAD").write_text("nonsense")
    assert walked(git.folder) == [".gitignore", "x", "x.log"]
    (notice,) = walked.notices
    assert notice.endswith("Files that git would ignore are searched, too.")


def test_without_git_nothing_is_left_out_and_it_is_said(walked, tree, git, monkeypatch):
    tree("x.log", at=git.folder)
    (git.folder / ".gitignore").write_text("*.log\n")
    monkeypatch.setenv("PATH", ".:")
    (git.folder / "git").write_text("#!/bin/sh\ntouch ran\n")
    (git.folder / "git").chmod(0o755)
    assert walked(git.folder) == [".gitignore", "git", "x.log"]
    assert walked.notices[0].startswith("There is no git on this machine.")


def test_a_folder_that_cannot_be_read_is_told(tree, monkeypatch):
    folder = tree("a/x", "b/y")
    real = os.scandir

    def scandir(path):
        if path == "a":
            raise PermissionError(13, "no")
        return real(path)

    monkeypatch.chdir(folder)
    monkeypatch.setattr(os, "scandir", scandir)
    walk = Walk(ignore=True)
    walk.add(["."])
    assert walk.files == ["b/y"]
    assert [tuple(one) for one in walk.unread] == [("a", "Permission denied")]
