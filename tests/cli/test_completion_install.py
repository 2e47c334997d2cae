"""Completion put in its place: what is written where, kept, refused and taken away."""

from __future__ import annotations

import os

import pytest

from infsh_secrets.cli.completion_scripts import SCRIPTS, script
from infsh_secrets.services import shell_places

WHERE = {
    "bash": (
        ".local/share/bash-completion/completions/infsh",
        ".local/share/bash-completion/completions/infsh-secrets",
        ".bashrc",
    ),
    "zsh": (".local/share/zsh/site-functions/_infsh", ".zshrc"),
    "fish": (".config/fish/completions/infsh.fish", ".config/fish/completions/infsh-secrets.fish"),
    "powershell": (
        ".config/powershell/infsh-completion.ps1",
        ".config/powershell/Microsoft.PowerShell_profile.ps1",
    ),
}
SHELL = pytest.mark.parametrize("shell", SCRIPTS)


@pytest.fixture(autouse=True)
def plain_machine(monkeypatch, tmp_path):
    """Neither bash-completion nor a PowerShell, whatever is installed here."""
    monkeypatch.setattr(shell_places, "_LIBRARIES", (str(tmp_path / "library"),))
    monkeypatch.setattr(shell_places, "_OF_ALL_USERS", ())
    monkeypatch.setattr(shell_places, "_asked_profile", lambda _: "")
    monkeypatch.delenv("FPATH", raising=False)
    monkeypatch.delenv("ZDOTDIR", raising=False)
    monkeypatch.delenv("BASH_COMPLETION_USER_DIR", raising=False)


@pytest.fixture
def install(cli):
    def run(*words):
        done = cli("completion", "install", *words, root=True)
        assert done.status == 0, done
        return {os.path.basename(one["path"]): one["action"] for one in done.data["files"]}

    return run


@pytest.fixture
def uninstall(cli):
    def run(shell):
        done = cli("completion", "uninstall", shell, root=True)
        assert done.status == 0, done
        return {os.path.basename(one["path"]): one["action"] for one in done.data["files"]}

    return run


def files(home):
    return {str(p.relative_to(home)): p.read_bytes() for p in home.rglob("*") if p.is_file()}


@SHELL
def test_it_comes_and_goes(install, uninstall, own_home, shell):
    assert set(install(shell).values()) == {"created"}
    made = files(own_home)
    assert sorted(made) == sorted(WHERE[shell])
    assert made[WHERE[shell][0]].decode() == script(shell)
    assert set(install(shell).values()) == {"unchanged"}
    assert files(own_home) == made
    assert set(uninstall(shell).values()) == {"removed"}
    assert files(own_home) == {}
    assert uninstall(shell) == {}


@SHELL
@pytest.mark.parametrize("content", ["", "one", "one\n", "one\n\ntwo"])
def test_a_start_up_file_keeps_every_byte_and_its_mode(
    install, uninstall, own_home, shell, content
):
    if shell == "fish":
        return
    start = own_home / WHERE[shell][-1]
    start.parent.mkdir(parents=True, exist_ok=True)
    start.write_text(content)
    start.chmod(0o600)
    assert install(shell)[start.name] == "updated"
    assert start.read_text().startswith(content)
    assert start.stat().st_mode & 0o777 == 0o600
    assert uninstall(shell)[start.name] == "updated"
    assert start.read_text() == content


@SHELL
def test_dotfiles_that_are_links_stay_links(install, uninstall, own_home, tmp_path, shell):
    if shell == "fish":
        return
    start = own_home / WHERE[shell][-1]
    start.parent.mkdir(parents=True, exist_ok=True)
    real = tmp_path / "kept-in-git"
    real.write_text("mine\n")
    start.symlink_to(real)
    install(shell)
    assert start.is_symlink()
    assert "infsh" in real.read_text()
    uninstall(shell)
    assert start.is_symlink()
    assert real.read_text() == "mine\n"


@SHELL
def test_a_file_of_somebody_else_is_kept(install, uninstall, refused, own_home, shell):
    path = own_home / WHERE[shell][0]
    path.parent.mkdir(parents=True)
    path.write_text("# somebody else's\n")
    error = refused(9, "completion", "install", shell, root=True)
    assert "--force" in error["hint"]
    assert uninstall(shell) == {path.name: "kept"}
    assert path.read_text() == "# somebody else's\n"
    assert install(shell, "--force")[path.name] == "updated"
    assert path.read_text() == script(shell)


@SHELL
def test_an_older_script_of_ours_is_brought_up_to_date(install, own_home, shell):
    install(shell)
    path = own_home / WHERE[shell][0]
    path.write_text("".join(script(shell).splitlines(keepends=True)[:3]))
    assert install(shell)[path.name] == "updated"
    assert path.read_text() == script(shell)


@SHELL
def test_a_linked_script_is_not_taken_away(install, uninstall, own_home, tmp_path, shell):
    path = own_home / WHERE[shell][0]
    path.parent.mkdir(parents=True)
    real = tmp_path / "checkout"
    real.write_text(script(shell))
    path.symlink_to(real)
    assert install(shell)[path.name] == "unchanged"
    assert uninstall(shell)[path.name] == "kept"
    assert real.read_text() == script(shell)


@SHELL
@pytest.mark.parametrize("option", ["--dry-run", "--print"])
def test_a_dry_run_changes_nothing(cli, install, own_home, shell, option):
    done = cli("completion", "install", shell, option, root=True)
    assert done.data["dry_run"] is True
    assert {one["action"] for one in done.data["files"]} == {"created"}
    assert files(own_home) == {}
    install(shell)
    before = files(own_home)
    said = cli("completion", "uninstall", shell, option, "-o", "plain", root=True).text
    assert said.count("Would remove ") == len(before)
    assert said.endswith("Nothing was changed.\n")
    assert files(own_home) == before


def test_what_is_said(cli, own_home):
    said = cli("completion", "install", "bash", "-o", "plain", root=True).text.splitlines()
    assert said[0] == f"Created {own_home}/{WHERE['bash'][0]}."
    assert said[-1].startswith("Open a new bash, or read it here with: . ")
    said = cli("completion", "install", "bash", "-o", "plain", root=True).text.splitlines()
    assert said[-1] == "Everything is in its place."
    names = cli("completion", "install", "bash", "-o", "names", root=True).text.splitlines()
    assert names == [f"{own_home}/{path}" for path in WHERE["bash"]]
    assert cli("completion", "uninstall", "zsh", "-o", "plain", root=True).text == (
        "There is nothing of ours for zsh.\n"
    )


def test_where_bash_loads_completion_itself_its_file_stays(install, own_home, tmp_path):
    (tmp_path / "library").touch()
    bashrc = own_home / ".bashrc"
    bashrc.write_text("# . /usr/share/bash-completion/bash_completion\n")
    assert ".bashrc" in install("bash", "--dry-run")
    bashrc.write_text(". /usr/share/bash-completion/bash_completion\n")
    assert ".bashrc" not in install("bash")
    assert b"infsh" not in bashrc.read_bytes()


def test_a_line_of_the_persons_own_is_enough(install, own_home):
    (own_home / ".zshrc").write_text('eval "$(infsh completion zsh)"\n')
    assert install("zsh") == {"_infsh": "created"}
    (own_home / ".zshrc").write_text('# eval "$(infsh completion zsh)"\n')
    assert install("zsh")[".zshrc"] == "updated"


def test_folders_that_variables_name(install, uninstall, own_home, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("ZDOTDIR", str(tmp_path / "zsh"))
    for shell in SCRIPTS:
        install(shell)
    assert (tmp_path / "data/bash-completion/completions/infsh").exists()
    assert (tmp_path / "data/zsh/site-functions/_infsh").exists()
    assert (tmp_path / "zsh/.zshrc").exists()
    assert (tmp_path / "config/fish/completions/infsh.fish").exists()
    assert (tmp_path / "config/powershell/infsh-completion.ps1").exists()
    for shell in SCRIPTS:
        uninstall(shell)
    monkeypatch.setenv("BASH_COMPLETION_USER_DIR", str(tmp_path / "own"))
    install("bash")
    assert (tmp_path / "own/completions/infsh-secrets").exists()
    uninstall("bash")
    assert files(tmp_path) == {}
    assert files(own_home) == {}


def test_a_folder_of_fpath_needs_no_start_up_file(install, uninstall, own_home, monkeypatch):
    folder = own_home / ".zfunc"
    folder.mkdir()
    monkeypatch.setenv("FPATH", f"/usr/share/zsh/functions:{folder}")
    assert install("zsh") == {"_infsh": "created"}
    assert (folder / "_infsh").read_text() == script("zsh")
    assert uninstall("zsh") == {"_infsh": "removed"}
    assert files(own_home) == {}


def test_one_wrong_file_and_nothing_is_changed(refused, own_home):
    (own_home / ".bashrc").mkdir()
    refused(10, "completion", "install", "bash", root=True)
    assert files(own_home) == {}


def test_what_fails_late_is_undone(cli, own_home, monkeypatch):
    from infsh_secrets.domain.errors import DeniedError
    from infsh_secrets.services import completion_files

    replace = completion_files.replace_own_file

    def failing(path, data, what):
        if path.endswith(".bashrc"):
            raise DeniedError("This medium is read-only.")
        replace(path, data, what)

    monkeypatch.setattr(completion_files, "replace_own_file", failing)
    done = cli("completion", "install", "bash", root=True)
    assert done.status == 10
    assert 'eval "$(infsh completion bash)"' in done.error["hint"]
    assert files(own_home) == {}


def test_a_block_that_was_cut_is_left_alone(refused, own_home, install):
    install("bash")
    bashrc = own_home / ".bashrc"
    bashrc.write_text(bashrc.read_text().replace("<<<", ""))
    error = refused(9, "completion", "install", "bash", root=True)
    assert "has no end" in error["message"]
    refused(9, "completion", "uninstall", "bash", root=True)


@pytest.mark.parametrize(
    ("parent", "variable", "shell"),
    [
        ("fish", "/bin/bash", "fish"),
        ("-zsh", "", "zsh"),
        ("make", "/usr/bin/zsh", "zsh"),
        ("pwsh", "", "powershell"),
        ("powershell.exe", "", "powershell"),
        ("", "/usr/local/bin/fish", "fish"),
        ("/bin/bash", "", "bash"),
    ],
)
def test_the_shell_is_guessed(cli, own_home, monkeypatch, parent, variable, shell):
    monkeypatch.setattr(shell_places, "_parent", lambda: parent)
    monkeypatch.setenv("SHELL", variable)
    assert cli("completion", "install", root=True).data["shell"] == shell


def test_without_the_variable_the_shell_is_that_of_the_account(cli, own_home, monkeypatch):
    import pwd

    account = pwd.getpwuid(os.getuid())
    zsh = pwd.struct_passwd((*account[:6], "/usr/bin/zsh"))
    monkeypatch.setattr(pwd, "getpwuid", lambda _: zsh)
    monkeypatch.setattr(shell_places, "_parent", lambda: "python3")
    monkeypatch.delenv("SHELL", raising=False)
    assert cli("completion", "install", root=True).data["shell"] == "zsh"


@pytest.mark.parametrize("variable", ["", "/bin/sh", "/usr/bin/tcsh"])
def test_a_shell_that_cannot_be_guessed(refused, monkeypatch, variable):
    def unknown(_):
        raise KeyError

    monkeypatch.setattr("pwd.getpwuid", unknown)
    monkeypatch.setattr(shell_places, "_parent", lambda: "sh")
    monkeypatch.setenv("SHELL", variable)
    error = refused(2, "completion", "install", root=True)
    assert error["message"] == "It cannot be told which shell this is."
    assert "infsh completion install bash|zsh|fish|powershell" in error["hint"]


def test_wrong_words(refused):
    refused(2, "completion", "install", "tcsh", root=True)
    refused(2, "completion", "install", "zsh", "bash", root=True)
    refused(2, "completion", "remove", root=True)
    refused(2, "completion", "bash", "--force", root=True)
    refused(2, "completion", "bash", "zsh", root=True)
    refused(2, "completion", "bash", "--dry-run", root=True)


def test_without_a_home(refused, monkeypatch):
    monkeypatch.setenv("HOME", "not/absolute")
    refused(2, "completion", "install", "bash", root=True)


def test_a_path_that_a_shell_would_read_otherwise(install, own_home, monkeypatch, tmp_path):
    odd = tmp_path / 'it\'s "$(touch ran)" `x` \\ here'
    monkeypatch.setenv("XDG_DATA_HOME", str(odd))
    install("bash")
    import subprocess

    line = '. "$HOME/.bashrc"; complete -p infsh; complete -p infsh-secrets'
    done = subprocess.run(
        ["bash", "--norc", "-c", line], capture_output=True, cwd=tmp_path, check=True
    )
    assert done.stdout.count(b"_infsh_complete") == 2
    assert not (tmp_path / "ran").exists()


def test_powershell_says_where_its_profile_is(own_home, monkeypatch, tmp_path):
    monkeypatch.undo()
    profile = tmp_path / "OneDrive" / "profile.ps1"
    program = tmp_path / "pwsh"
    program.write_text(f"#!/bin/sh\necho '{profile}'\n")
    program.chmod(0o755)
    environ = {"HOME": str(own_home), "PATH": str(tmp_path)}
    assert shell_places.of("powershell", environ).start == str(profile)
    program.write_text("#!/bin/sh\nexit 1\n")
    usual = own_home / ".config/powershell/Microsoft.PowerShell_profile.ps1"
    assert shell_places.of("powershell", environ).start == str(usual)
