from __future__ import annotations

import os
import stat
import time

import pytest

from infsh_secrets.services import doctor, surroundings
from infsh_secrets.unlock import os_keyring

FIELDS = ["check", "status", "message", "fix"]


def found(done, status=0):
    """Return {check: (status, message, fix)}; every line that is not ok names a fix."""
    assert done.status == status, done
    assert [list(line) for line in done.data] == [FIELDS] * len(done.data)
    assert all(line["fix"] for line in done.data if line["status"] != "ok"), done.data
    failed = any(line["status"] == "failed" for line in done.data)
    assert failed == (status == 6)
    return {line["check"]: (line["status"], line["message"], line["fix"]) for line in done.data}


@pytest.fixture
def stored(cli, monkeypatch):
    monkeypatch.setenv("SHELL", "/bin/bash")
    cli("set", "K", "canary-of-doctor")
    return cli


@pytest.fixture
def vault(stored, own_home):
    (path,) = own_home.glob(".local/share/infsh-secrets/vaults/*.vault")
    return path


def everything(home):
    return {
        str(path): (
            path.stat().st_mode,
            path.stat().st_mtime_ns,
            path.is_file() and path.read_bytes(),
        )
        for path in home.rglob("*")
    }


def test_a_set_up_that_works(stored, own_home):
    stored("get", "K", "--plain")
    before = everything(own_home)
    done = stored("doctor", "--json")
    lines = found(done)
    assert everything(own_home) == before
    assert done.err == ""
    assert list(lines) == [
        *("Python", "SQLite", "cryptography", "typer"),
        *("config folder", "data folder", "state folder", "key files", "vault", "place"),
        *("key", "content", "clock", "anchor", "use log", "keyring", "memory", "completion"),
    ]
    assert "key file" in lines["key"][1]
    assert lines["content"][1].startswith("1 secret,")
    assert lines["use log"][1].startswith("1 use ")
    assert lines["completion"][0] == "warning"
    assert b"canary" not in done.out


def test_without_a_vault_nothing_fails_and_none_is_made(cli, own_home):
    lines = found(cli("doctor"))
    assert "the first `set` makes it" in lines["vault"][1]
    assert "key" not in lines
    assert list(own_home.iterdir()) == []


@pytest.mark.parametrize("form", ["table", "plain", "names", "yaml"])
def test_people_read_it_too(stored, form):
    done = stored("doctor", "-o", form)
    assert done.status == 0
    if form in ("table", "plain"):
        (line,) = [line for line in done.text.splitlines() if line.startswith("warning")]
        assert "completion" in line
    assert stored("doctor", "-q").status == 0


def test_a_locked_vault_fails(stored, own_home):
    (key,) = own_home.glob(".local/share/infsh-secrets/keys/*.key")
    key.unlink()
    lines = found(stored("doctor"), 6)
    assert lines["vault"][0] == "ok"
    assert lines["key"][0] == "failed"
    assert "--key-file" in lines["key"][2]


def test_a_vault_that_only_a_person_opens_is_a_warning(cli, cheap, own_home, monkeypatch):
    words = own_home / "words"
    words.write_text("a made-up passphrase of many words\n")
    words.chmod(0o600)
    monkeypatch.setenv("INFSH_VAULT_PASSPHRASE_FILE", str(words))
    cli("set", "K", "v")
    assert found(cli("doctor"))["key"][0] == "ok"
    words.chmod(0o644)
    lines = found(cli("doctor"), 6)
    assert "chmod 600" in lines["key file"][2]
    monkeypatch.delenv("INFSH_VAULT_PASSPHRASE_FILE")
    assert found(cli("doctor"))["key"][0] == "warning"
    monkeypatch.setattr(surroundings, "free_memory", lambda: 1024)
    assert found(cli("doctor"), 6)["memory"][0] == "failed"


@pytest.mark.parametrize("place", [0, 4096, 8192, 5 * 4096])
def test_a_damaged_vault_fails(stored, vault, place):
    data = bytearray(vault.read_bytes())
    data[place : place + 4096] = bytes(4096)
    vault.write_bytes(data)
    lines = found(stored("doctor"), 6)
    assert "failed" in {lines[check][0] for check in ("vault", "key", "content") if check in lines}


def test_modes_are_checked_and_the_fix_named(stored, vault, own_home):
    vault.chmod(0o644)
    status, _, fix = found(stored("doctor"))["vault"]
    assert status == "warning"
    assert "chmod 600" in fix
    assert vault.stat().st_mode & 0o777 == 0o644
    (key,) = own_home.glob(".local/share/infsh-secrets/keys/*.key")
    key.chmod(0o640)
    assert "chmod 600" in found(stored("doctor"), 6)["key file"][2]
    key.chmod(0o600)
    data = own_home / ".local/share/infsh-secrets"
    data.chmod(0o755)
    assert found(stored("doctor"))["data folder"][0] == "warning"
    data.chmod(0o777)
    assert "chmod go-w" in found(stored("doctor"), 6)["data folder"][2]
    data.chmod(0o700)
    stored("get", "K", "--plain")
    (log,) = own_home.glob(".local/state/infsh-secrets/*.uses")
    log.chmod(0o644)
    assert "chmod 600" in found(stored("doctor"), 6)["use log"][2]


def test_folders_that_are_none(stored, own_home, monkeypatch):
    file = own_home / "file"
    file.write_text("no folder")
    monkeypatch.setenv("INFSH_STATE_DIR", str(file))
    assert found(stored("doctor"), 6)["state folder"][0] == "failed"
    monkeypatch.setenv("INFSH_STATE_DIR", str(file / "below"))
    assert found(stored("doctor"), 6)["state folder"][0] == "failed"


def test_a_clock_that_is_behind(stored, monkeypatch):
    monkeypatch.setattr(doctor, "now_ms", lambda: time.time_ns() // 1_000_000 - 3_600_000)
    lines = found(stored("doctor"), 6)
    assert lines["clock"][2].startswith("Set the clock")


def test_an_older_copy_of_the_vault(stored, vault):
    old = vault.read_bytes()
    stored("set", "K", "another-value")
    vault.write_bytes(old)
    assert "vault trust" in found(stored("doctor"), 6)["anchor"][2]


@pytest.mark.parametrize(
    ("shell", "name", "line"),
    [
        ("bash", ".bashrc", 'eval "$(infsh completion bash)"'),
        ("zsh", ".zshrc", 'eval "$(infsh completion zsh)"'),
        ("fish", ".config/fish/completions/infsh.fish", "anything"),
    ],
)
def test_completion_of_the_shell(cli, own_home, monkeypatch, shell, name, line):
    monkeypatch.setenv("SHELL", f"/usr/bin/{shell}")
    lines = found(cli("doctor"))
    assert lines["completion"][0] == "warning"
    assert "infsh completion" in lines["completion"][2]
    path = own_home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"# infsh completion\n{line}\n")
    assert found(cli("doctor"))["completion"][0] == "ok"
    if shell != "fish":
        path.write_text("# infsh completion\n")
        assert found(cli("doctor"))["completion"][0] == "warning"
    monkeypatch.setenv("SHELL", "/bin/unknown")
    assert found(cli("doctor"))["completion"][0] == "ok"


def test_zsh_elsewhere(cli, own_home, monkeypatch):
    monkeypatch.setenv("SHELL", "/bin/zsh")
    monkeypatch.setenv("ZDOTDIR", str(own_home / "z"))
    (own_home / "z").mkdir()
    (own_home / "z" / ".zshrc").write_text('eval "$(infsh completion zsh)"\n')
    assert found(cli("doctor"))["completion"][0] == "ok"


def test_keyrings(stored, monkeypatch):
    class Answers:
        pass

    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    status, text, _ = found(stored("doctor"))["keyring"]
    assert (status, "keyring.backends.null.Keyring" in text) == ("ok", True)
    monkeypatch.setattr(os_keyring, "find", lambda _: Answers())
    assert "answers" in found(stored("doctor"))["keyring"][1]
    assert surroundings.keyring({}, needed=True).status == "ok"
    monkeypatch.setattr(os_keyring, "find", lambda _: None)
    needed = surroundings.keyring({}, needed=True)
    assert (needed.status, bool(needed.fix)) == ("failed", True)
    assert "Secret Service" in os_keyring.why_none({"DBUS_SESSION_BUS_ADDRESS": "unix:x"})


def test_a_keyring_that_does_not_answer(stored, monkeypatch):
    from infsh_secrets.domain.errors import UnavailableError

    def silent(_):
        raise UnavailableError("It does not answer.", "Unlock it.")

    monkeypatch.setattr(os_keyring, "find", silent)
    assert found(stored("doctor"))["keyring"][0] == "warning"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("0.19.2", "failed"),
        ("0.20", "ok"),
        ("0.28.7", "ok"),
        ("0.29.0", "warning"),
        ("x", "failed"),
    ],
)
def test_versions_outside_what_was_tested(text, status):
    finding = surroundings._within("typer", text, (0, 20), (0, 28))
    assert finding.status == status
    assert bool(finding.fix) == (status != "ok")


def test_an_old_sqlite(stored, monkeypatch):
    monkeypatch.setattr(surroundings, "library_version", lambda: "3.22.0")
    assert found(stored("doctor"), 6)["SQLite"][0] == "failed"


@pytest.mark.parametrize("free", [None, 100 * 1024 * 1024, 10**12])
def test_memory(stored, monkeypatch, free):
    monkeypatch.setattr(surroundings, "free_memory", lambda: free)
    status = "warning" if free == 100 * 1024 * 1024 else "ok"
    assert found(stored("doctor"))["memory"][0] == status


def test_memory_is_limited_by_the_process(monkeypatch):
    import resource

    assert surroundings.free_memory() > 0
    monkeypatch.setattr(resource, "getrlimit", lambda _: (12345, 12345))
    assert surroundings.free_memory() == 12345


def test_folders_that_cannot_be_written_to(stored, own_home, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, _: bool(os.stat(path).st_mode & stat.S_IWUSR))
    (own_home / ".local/share/infsh-secrets").chmod(0o500)
    monkeypatch.setenv("INFSH_STATE_DIR", str(own_home / "fixed/for/good"))
    (own_home / "fixed").mkdir(mode=0o500)
    lines = found(stored("doctor"))
    assert lines["data folder"][0] == lines["state folder"][0] == "warning"
    assert "INFSH_DATA_DIR" in lines["data folder"][2]
    assert f"{own_home}/fixed is" in lines["state folder"][1]
    assert lines["config folder"][0] == "ok"


def test_a_synchronised_folder_is_a_warning(stored, vault, own_home):
    folder = own_home / "Dropbox"
    folder.mkdir(mode=0o700)
    os.rename(vault, folder / "my.vault")
    lines = found(stored("doctor", "--vault", str(folder / "my.vault")))
    assert lines["place"][0] == "warning"


@pytest.mark.parametrize(
    "argv", [["--team", "typo"], ["--team", "BAD NAME"], ["-s", "other"], ["--vault", "/"]]
)
def test_settings_that_are_wrong_are_findings(stored, argv):
    lines = found(stored("doctor", *argv), 6)
    assert "failed" in {lines[check][0] for check in ("settings", "vault") if check in lines}


def test_a_wrong_configuration_file_is_a_finding(stored, own_home):
    folder = own_home / ".config/infsh-secrets"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text("nonsense = 1\n")
    assert "config.toml" in found(stored("doctor", "--json"), 6)["settings"][1]


def test_without_a_home(stored, own_home, monkeypatch):
    monkeypatch.setenv("INFSH_DATA_DIR", str(own_home / ".local/share/infsh-secrets"))
    monkeypatch.setenv("HOME", "relative")
    lines = found(stored("doctor"))
    assert lines["state folder"][0] == "warning"
    assert lines["config folder"][0] == "warning"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_what_the_hint_says_is_enough(cli, own_home, monkeypatch, shell):
    monkeypatch.setenv("SHELL", f"/bin/{shell}")
    hint = found(cli("doctor"))["completion"][2]
    assert hint == f"Set it up with: infsh completion install {shell}"
    assert cli(*hint.split()[5:], root=True).status == 0
    assert found(cli("doctor"))["completion"][0] == "ok"
