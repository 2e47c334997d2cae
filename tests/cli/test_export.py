from __future__ import annotations

import json
import os
import stat

import pytest

from cli.expected import HIDDEN


@pytest.fixture
def three(cli):
    cli("set", f"A={HIDDEN}", "AWS_B=it's", "C=two words")
    return {"A": HIDDEN, "AWS_B": "it's", "C": "two words"}


def test_all_secrets_go_to_standard_output_as_dotenv(cli, three):
    done = cli("export")
    assert done.text == f"A={HIDDEN}\nAWS_B=\"it's\"\nC='two words'\n"
    assert done.err == ""


@pytest.mark.parametrize(
    ("argv", "keys"),
    [
        (["C", "A"], ["A", "C"]),
        (["AWS_*"], ["AWS_B"]),
        (["A*", "C"], ["A", "AWS_B", "C"]),
        (["?"], ["A", "C"]),
        (["A", "A"], ["A"]),
    ],
)
def test_names_and_patterns_choose(cli, three, argv, keys):
    assert list(cli("export", *argv, "--format", "json").data) == keys


@pytest.mark.parametrize("argv", [["ABSENT"], ["A", "ABSENT"], ["X*"], ["A", "X*"]])
def test_what_fits_nothing_is_an_error(refused, three, argv):
    assert "There is no secret" in refused(4, "export", *argv)["message"]


def test_an_empty_vault_has_nothing_to_export(cli, refused):
    assert "no secret to export" in refused(4, "export")["message"]
    cli("set", "A", "1")
    cli("delete", "A")
    refused(4, "export")
    refused(4, "export", "A")


def test_a_chain_gives_of_each_name_the_first(cli):
    cli("set", "A=default", "B=default")
    cli("set", "A=staging", "-e", "staging")
    assert cli("export", "-e", "staging,default", "--format", "json").data == {
        "A": "staging",
        "B": "default",
    }
    assert cli("export", "*", "-e", "default,staging", "--format", "json").data["A"] == "default"


def test_older_versions_are_no_part_of_it(cli):
    for value in ("one", "two", "three"):
        cli("set", "A", value)
    cli("set", "B", "x")
    assert cli("export", "--format", "json").data == {"A": "three", "B": "x"}


def test_more_rows_than_are_read_at_once(cli, monkeypatch):
    from infsh_secrets.stores.vault import selection

    monkeypatch.setattr(selection, "_PAGE", 25)
    expected = {f"K{i}": f"v{i}" for i in range(60)}
    for turn in range(3):
        pairs = [f"{key}={value}-{turn}" for key, value in expected.items()]
        cli("set", *pairs)
    assert cli("export", "--format", "json").data == {k: f"{v}-2" for k, v in expected.items()}


def test_every_export_is_on_record(cli, three):
    cli("export", "A", "C")
    cli("set", "OTHER", "x")
    used = [event["key"] for event in cli("audit", "list").data if event["action"] == "used"]
    assert sorted(used) == ["A", "C"]
    assert cli("get", "A").data["last_used_at"] is not None
    assert cli("get", "AWS_B").data["last_used_at"] is None


def test_nothing_is_given_out_that_cannot_be_recorded(cli, three, own_home, monkeypatch):
    monkeypatch.setattr(
        "infsh_secrets.services.secrets.append", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt)
    )
    done = cli("export", "-O", str(own_home / "x.env"))
    assert done.status == 130
    assert not (own_home / "x.env").exists()


def test_what_cannot_be_held_is_neither_written_nor_recorded(cli, refused, own_home):
    cli("set", "A=1", "B=two\nlines")
    out = own_home / "x.list"
    for argv in (["-O", str(out)], []):
        error = refused(2, "export", "--format", "docker", *argv)
        assert "value of B cannot be written as docker: it has line breaks" in error["message"]
    cli("set", "OTHER", "x")
    assert "used" not in [event["action"] for event in cli("audit", "list").data]


def test_a_file_is_private_and_new(cli, refused, three, own_home):
    out = own_home / "out.env"
    os.umask(0)
    done = cli("export", "-O", str(out))
    os.umask(0o22)
    assert done.data == {
        "path": str(out),
        "format": "dotenv",
        "team": "personal",
        "store": "vault",
        "count": 3,
        "keys": ["A", "AWS_B", "C"],
    }
    assert HIDDEN not in done.text
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert out.read_bytes() == cli("export").out
    assert "--force" in refused(9, "export", "-O", str(out))["hint"]


def test_force_replaces_a_file_and_its_mode(cli, three, own_home):
    out = own_home / "out.env"
    out.write_text("before")
    out.chmod(0o644)
    other = own_home / "other"
    os.link(out, other)
    assert cli("export", "-O", str(out), "--force", "-o", "plain").text == (
        f"Wrote 3 secrets to {out} as dotenv.\n"
    )
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert other.read_text() == "before"
    assert not list(own_home.glob(".out.env.*"))


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_no_link_is_followed(refused, three, own_home, force):
    target = own_home / "target"
    target.write_text("before")
    link = own_home / "link.env"
    link.symlink_to(target)
    assert "symbolic link" in refused(10, "export", "-O", str(link), *force)["message"]
    dangling = own_home / "dangling.env"
    dangling.symlink_to(own_home / "absent")
    refused(10, "export", "-O", str(dangling), *force)


@pytest.mark.parametrize(
    ("path", "force", "status", "said"),
    [
        ("/dev/full", False, 10, "not a regular file"),
        ("/dev/null", True, 10, "not a regular file"),
        ("/", True, 10, "is a folder"),
        ("/proc/x.env", False, (4, 10), ""),
        ("/absent/folder/x.env", False, 4, "/absent/folder/x.env cannot be used: No such file"),
        ("x" * 300, False, 10, "too long"),
        ("a\0b", False, 10, "cannot be the path"),
    ],
)
def test_targets_that_cannot_be_written(refused, cli, three, path, force, status, said):
    done = cli("export", "-O", path, *(["--force"] if force else []))
    assert done.status in (status if isinstance(status, tuple) else (status,)), done.err
    assert said in done.error["message"]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("x.json", "json"),
        ("x.yml", "yaml"),
        ("x.sh", "shell"),
        ("x.fish", "fish"),
        (".env.local", "dotenv"),
        ("x", "dotenv"),
    ],
)
def test_the_name_tells_the_format(cli, three, own_home, name, form):
    out = own_home / name
    assert cli("export", "-O", str(out)).data["format"] == form
    assert out.read_bytes() == cli("export", "--format", form).out


def test_a_full_disk_leaves_nothing(cli, three, own_home, monkeypatch):
    from infsh_secrets.files import private

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(private.os, "fsync", full)
    done = cli("export", "-O", str(own_home / "x.env"))
    assert done.status == 7
    assert "No space left" in done.error["message"]
    assert not list(own_home.glob("*x.env*"))


def test_a_file_system_without_links(cli, three, own_home, monkeypatch):
    from infsh_secrets.files import placing

    def no_links(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(placing.os, "link", no_links)
    assert cli("export", "-O", str(own_home / "x.env")).status == 0
    assert list(own_home.glob("*x.env*")) == [own_home / "x.env"]


def test_who_comes_in_between_keeps_the_place(cli, three, own_home, monkeypatch):
    from infsh_secrets.files import placing

    out = own_home / "x.env"
    real = placing.create_private_file

    def slow(path, data, what, called):
        real(path, data, what, called)
        out.write_text("faster")

    monkeypatch.setattr(placing, "create_private_file", slow)
    assert cli("export", "-O", str(out)).status == 9
    assert out.read_text() == "faster"
    assert list(own_home.glob("*x.env*")) == [out]


def test_credentials_are_a_folder_of_exact_files(cli, refused, own_home):
    cli("set", "A=one\ntwo\n", "B=2")
    out = own_home / "credentials"
    assert "folder" in refused(2, "export", "--format", "systemd-credentials")["message"]
    assert cli("export", "--format", "systemd-credentials", "-O", str(out)).status == 0
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {
        "A": b"one\ntwo\n",
        "B": b"2",
    }
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o600}
    for force in ([], ["--force"]):
        refused(9, "export", "--format", "systemd-credentials", "-O", str(out), *force)
    assert not list(own_home.glob(".credentials.*"))


def test_a_secret_of_kubernetes_has_a_name(cli, refused, three):
    for argv in (["--format", "kubernetes"], ["--name", "x"]):
        refused(2, "export", *argv)
    for name in ("", "Upper", "a_b", "-a", "a" * 254):
        refused(2, "export", "--format", "kubernetes", "--name", name)
    assert (
        'name: "my-app.v1"' in cli("export", "--format", "kubernetes", "--name", "my-app.v1").text
    )
    cli("set", *(f"BIG_{i}={'x' * 65536}" for i in range(17)))
    error = refused(2, "export", "--format", "kubernetes", "--name", "x")
    assert "at most 1 MiB" in error["message"]


def test_a_step_of_github(cli, refused, three, own_home, monkeypatch):
    assert "no step of GitHub" in refused(2, "export", "--format", "github")["message"]
    file = own_home / "github_env"
    file.write_text("BEFORE=1\n")
    monkeypatch.setenv("GITHUB_ENV", str(file))
    done = cli("export", "A", "--format", "github")
    assert done.out == f"::add-mask::{HIDDEN}\n".encode()
    first, key, value, end = file.read_text().splitlines()
    assert (first, key.partition("<<")[0], value) == ("BEFORE=1", "A", HIDDEN)
    assert key.endswith(end)
    out = own_home / "another"
    assert cli("export", "A", "--format", "github", "-O", str(out)).out.startswith(b"::add-mask::")
    assert HIDDEN in out.read_text()


def test_the_file_of_github_is_no_link(cli, three, own_home, monkeypatch):
    target = own_home / "target"
    target.write_text("")
    (own_home / "link").symlink_to(target)
    monkeypatch.setenv("GITHUB_ENV", str(own_home / "link"))
    assert cli("export", "--format", "github").status == 10
    assert target.read_text() == ""


def test_unknown_formats(refused, three):
    assert "systemd-credentials" in refused(2, "export", "--format", "xml")["message"]


def test_what_only_python_dotenv_reads_is_told(cli):
    cli("set", "A=it's $5", "B=x", "C=${A}")
    done = cli("export")
    assert "may not: A." in done.err
    assert "interpolate=False: C." in done.err
    assert cli("export", "-q").err == ""


def test_json_is_what_import_reads(cli, three, own_home):
    out = own_home / "x.json"
    cli("export", "-O", str(out))
    assert json.loads(out.read_text()) == three
    done = cli("import", str(out), "-e", "other")
    assert done.data["created"] == 3
    assert cli("export", "-e", "other", "--format", "json").data == three
