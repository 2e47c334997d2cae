from __future__ import annotations

import os

import pytest

from infsh_secrets.domain.errors import ConflictError, DeniedError
from infsh_secrets.scanning.git import Git
from infsh_secrets.scanning.hook import install


def installed(folder, program="/somewhere/infsh"):
    return install(Git(str(folder), inherited=True), program)


def test_a_hook_is_written_once(git):
    hook = git.folder / ".git/hooks/pre-commit"
    assert installed(git.folder) == ("created", str(hook))
    assert hook.stat().st_mode & 0o700 == 0o700
    assert "program=/somewhere/infsh\n" in hook.read_text()
    before = hook.stat()
    assert installed(git.folder).action == "unchanged"
    assert hook.stat() == before
    assert installed(git.folder, "/it's else where/infsh").action == "updated"
    hook.chmod(0o600)
    assert installed(git.folder, "/it's else where/infsh").action == "updated"
    assert hook.stat().st_mode & 0o700 == 0o700
    assert os.listdir(hook.parent).count("pre-commit") == 1
    assert not [name for name in os.listdir(hook.parent) if name.endswith(".new")]


def test_a_hook_of_somebody_else_stays(git):
    hook = git.folder / ".git/hooks/pre-commit"
    for make in (lambda: hook.write_text("#!/bin/sh\n"), lambda: hook.symlink_to("absent")):
        hook.unlink(missing_ok=True)
        make()
        before = os.lstat(hook)
        with pytest.raises(ConflictError) as raised:
            installed(git.folder)
        assert "infsh secrets scan --staged" in raised.value.hint
        assert os.lstat(hook) == before


def test_the_folder_that_the_repository_has_for_hooks(git):
    git("config", "core.hooksPath", "shared/hooks")
    assert installed(git.folder).path == str(git.folder / "shared/hooks/pre-commit")
    assert (git.folder / "shared/hooks/pre-commit").exists()
    below = git.folder / "below"
    below.mkdir()
    assert os.path.samefile(installed(below).path, git.folder / "shared/hooks/pre-commit")


def test_work_trees_share_the_hooks(git, tmp_path):
    git("commit", "-q", "--allow-empty", "-m", "first")
    git("worktree", "add", "-q", str(tmp_path / "other"))
    assert installed(tmp_path / "other").path == str(git.folder / ".git/hooks/pre-commit")


def test_a_folder_that_cannot_be_made_is_a_sentence(git):
    (git.folder / "file").write_text("")
    git("config", "core.hooksPath", "file/hooks")
    with pytest.raises(DeniedError):
        installed(git.folder)


def test_the_hook_runs_the_program_and_stops_the_commit(git, tmp_path):
    program = tmp_path / "it's a program"
    installed(git.folder, str(program))
    hook = str(git.folder / ".git/hooks/pre-commit")
    program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/words\nexit $STATUS\n')
    program.chmod(0o755)
    for status in ("0", "6", "5"):
        code = os.spawnve(os.P_WAIT, hook, [hook], {**os.environ, "STATUS": status})
        assert code == (0 if status == "0" else 1)
        assert (tmp_path / "words").read_text() == "secrets scan --staged -o table\n"


def test_without_the_program_the_one_on_path_is_run_or_none(git, tmp_path):
    installed(git.folder, str(tmp_path / "gone"))
    hook = str(git.folder / ".git/hooks/pre-commit")
    assert os.spawnve(os.P_WAIT, hook, [hook], {"PATH": str(tmp_path)}) == 0
    (tmp_path / "infsh").write_text("#!/bin/sh\nexit 6\n")
    (tmp_path / "infsh").chmod(0o755)
    assert os.spawnve(os.P_WAIT, hook, [hook], {"PATH": str(tmp_path)}) == 1
