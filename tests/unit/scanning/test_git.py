from __future__ import annotations

import os

import pytest

from infsh_secrets.domain.errors import DeniedError, InfshError, UsageError
from infsh_secrets.scanning.git import Git, failure
from infsh_secrets.scanning.objects import Contents, history


def asked(folder):
    return Git(str(folder), inherited=False)


def staged(folder):
    return [blob.path for blob in asked(folder).staged()]


def read(folder, blobs):
    with Contents(asked(folder)) as contents:
        return [(blob.path, b"".join(blocks)) for blob, _, blocks in contents.read(blobs)]


def put(git, path, text):
    file = git.folder / path
    file.parent.mkdir(exist_ok=True, parents=True)
    file.write_text(text)
    git("add", path)


def commit(git, message="message"):
    git("commit", "-q", "--allow-empty", "-m", message)
    return git("rev-parse", "HEAD").strip().encode()


def test_staged_before_the_first_commit(git):
    put(git, "a/b", "1")
    assert staged(git.folder) == [b"a/b"]
    assert staged(git.folder / "a") == [b"a/b"]
    assert read(git.folder, asked(git.folder).staged()) == [(b"a/b", b"1")]


def test_staged_is_what_differs_from_the_latest_commit(git):
    for name in ("same", "changed", "renamed", "deleted"):
        put(git, name, f"{name}\n" * 9)
    commit(git)
    put(git, "changed", "staged")
    (git.folder / "changed").write_text("not staged")
    (git.folder / "untracked").write_text("untracked")
    git("mv", "renamed", "new\nname")
    git("rm", "-q", "deleted")
    assert read(git.folder, asked(git.folder).staged()) == [
        (b"changed", b"staged"),
        (b"new\nname", b"renamed\n" * 9),
    ]
    git("update-index", "--chmod=+x", "same")
    assert b"same" in staged(git.folder)
    git("reset", "-q", "--hard")
    (git.folder / "same").unlink()
    (git.folder / "same").symlink_to("elsewhere")
    git("add", "same")
    assert read(git.folder, asked(git.folder).staged()) == [(b"same", b"elsewhere")]


def test_a_link_is_staged_with_what_it_points_to_and_a_submodule_is_not(git):
    commit(git)
    (git.folder / "link").symlink_to("to-somewhere")
    git("add", "link")
    git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
    assert read(git.folder, asked(git.folder).staged()) == [(b"link", b"to-somewhere")]


def test_the_index_that_git_gives_to_a_hook(git, monkeypatch):
    commit(git)
    put(git, "in-the-index", "x")
    other = str(git.folder / ".git/other-index")
    git("read-tree", "HEAD", env={"GIT_INDEX_FILE": other})
    monkeypatch.setenv("GIT_INDEX_FILE", other)
    assert Git(str(git.folder), inherited=True).staged() == []
    assert len(Git(str(git.folder), inherited=False).staged()) == 1


def test_history_has_every_object_once_with_the_first_commit_that_has_it(git):
    put(git, "dir/one", "one")
    first = commit(git, "first\n\nbody")
    put(git, "two", "two")
    git("mv", "dir/one", "moved")
    second = commit(git, "second")
    git("rm", "-q", "two")
    third = commit(git, "third")
    found, missing = history(asked(git.folder))
    assert missing == 0
    assert [(blob.path, blob.commit) for blob in found] == [
        (b"(commit message)", first),
        (b"dir/one", first),
        (b"(commit message)", second),
        (b"two", second),
        (b"(commit message)", third),
    ]
    texts = dict(read(git.folder, found[1:4]))
    assert (texts[b"dir/one"], texts[b"two"]) == (b"one", b"two")
    assert texts[b"(commit message)"].endswith(b"\n\nsecond\n")


def test_history_of_all_branches_stashes_and_tags(git):
    put(git, "a", "a")
    commit(git)
    git("checkout", "-q", "-b", "side")
    put(git, "on-the-side", "s")
    commit(git)
    git("tag", "-a", "v1", "-m", "words of the tag")
    git("checkout", "-q", "main")
    git("branch", "-q", "-D", "side")
    put(git, "a", "stashed")
    git("stash", "-q")
    found, _ = history(asked(git.folder))
    texts = read(git.folder, found)
    assert (b"on-the-side", b"s") in texts
    assert b"words of the tag" in dict(texts)[b"(tag v1)"]
    assert (b"a", b"stashed") in texts


@pytest.mark.parametrize("size", [0, 1, 70_000, 3_000_001])
def test_contents_of_every_size_come_whole(git, size):
    data = os.urandom(size)
    for name in ("one", "two"):
        (git.folder / name).write_bytes(data + name[:1].encode())
        git("add", name)
    blobs = asked(git.folder).staged()
    assert [data for _, data in read(git.folder, blobs)] == [data + b"o", data + b"t"]
    with Contents(asked(git.folder)) as contents:  # what nobody reads is passed over
        assert [size for _, size, _ in contents.read(blobs)] == [size + 1] * 2


def test_bare_repositories_have_a_history_and_nothing_staged(git, tmp_path):
    put(git, "a", "a")
    commit(git)
    git("clone", "-q", "--bare", str(git.folder), str(tmp_path / "bare.git"))
    found, _ = history(asked(tmp_path / "bare.git"))
    assert [blob.path for blob in found] == [b"(commit message)", b"a"]
    with pytest.raises(UsageError, match="no work tree"):
        asked(tmp_path / "bare.git").staged()


def test_a_shallow_clone_says_so(git, tmp_path):
    for text in "ab":
        put(git, "a", text)
        commit(git)
    git("clone", "-q", "--depth", "1", f"file://{git.folder}", str(tmp_path / "shallow"))
    assert not asked(git.folder).is_shallow()
    assert asked(tmp_path / "shallow").is_shallow()
    found, missing = history(asked(tmp_path / "shallow"))
    assert (len(found), missing) == (2, 0)


def test_objects_that_are_not_here_are_counted_and_not_fetched(git, tmp_path):
    put(git, "a", "text")
    put(git, "b", "other")
    commit(git)
    name = git("rev-parse", ":a").strip()
    (git.folder / ".git/objects" / name[:2] / name[2:]).unlink()
    git("config", "core.repositoryFormatVersion", "1")
    git("config", "extensions.partialClone", "origin")
    git("config", "remote.origin.promisor", "true")
    git("config", "remote.origin.url", f"ext::touch {tmp_path}/ran")
    git("config", "protocol.ext.allow", "always")
    found, missing = history(asked(git.folder))
    assert missing == 1
    assert [blob.path for blob in found] == [b"(commit message)", b"b"]
    blobs = asked(git.folder).staged()
    assert blobs == []
    git("rm", "-q", "--cached", "b")
    with Contents(asked(git.folder)) as contents, pytest.raises(InfshError, match="is missing"):
        list(contents.read([found[1]._replace(name=name.encode())]))
    assert not (tmp_path / "ran").exists()


def test_nothing_of_a_repository_is_run(git, tmp_path):
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\ncat\n")
    trap.chmod(0o755)
    put(git, "a.txt", "text")
    (git.folder / ".gitattributes").write_text("* filter=trap diff=trap textconv=trap\n")
    for name in ("pre-commit", "post-index-change", "fsmonitor-watchman", "reference-transaction"):
        (git.folder / ".git/hooks" / name).symlink_to(trap)
    commit(git)
    (tmp_path / "ran").unlink(missing_ok=True)
    for key in (
        *("core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "core.askPass"),
        *("diff.external", "diff.trap.command", "diff.trap.textconv", "filter.trap.clean"),
        *("filter.trap.smudge", "filter.trap.process", "core.alternateRefsCommand"),
    ):
        git("config", key, str(trap))
    (git.folder / "a.txt").write_text("other text")
    os.utime(git.folder / "a.txt", (1, 1))
    asked(git.folder).listing()
    asked(git.folder).ignores_folder()
    asked(git.folder).staged()
    asked(git.folder).is_shallow()
    read(git.folder, history(asked(git.folder))[0])
    assert not (tmp_path / "ran").exists()


def test_the_vaults_keys_do_not_reach_git(git, monkeypatch):
    monkeypatch.setenv("INFSH_VAULT_KEY", "made-up")
    git("config", "alias.show-environment", "!env")
    assert b"INFSH_" not in asked(git.folder).ask("show-environment")


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (b"fatal: not a git repository (or any of the parent directories): .git\n", UsageError),
        (b"fatal: detected dubious ownership in repository at '/x'\nTo add", DeniedError),
        (b"fatal: bad \x1b[2J object\n", InfshError),
        (b"", InfshError),
    ],
)
def test_what_git_says_becomes_a_sentence(said, kind):
    error = failure(said, "/some\nwhere")
    assert type(error) is kind
    assert error.message.isprintable()
    assert error.message.endswith(".")
    assert error.hint


def test_outside_a_repository(tmp_path):
    with pytest.raises(UsageError, match="not in a git repository"):
        asked(tmp_path).staged()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs another user's folder")
def test_a_repository_of_another_user_is_refused_with_the_way_out(git):
    commit(git)
    for path in (git.folder, git.folder / ".git"):
        os.chown(path, 12345, 12345)
    for ask in (asked(git.folder).staged, asked(git.folder).is_shallow, asked(git.folder).listing):
        with pytest.raises(DeniedError) as raised:
            ask()
        assert raised.value.hint.endswith(f"safe.directory {git.folder}")
