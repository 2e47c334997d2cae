from __future__ import annotations

import json
import os
import threading

import pytest

from cli.expected import HIDDEN

DOTENV = f"# keys\nA=one\nexport B='two words'\n\nC=\"{HIDDEN}\"\n"


@pytest.fixture
def env_file(own_home):
    path = own_home / ".env"
    path.write_text(DOTENV)
    return str(path)


def stored(cli):
    """What is stored now, by name."""
    return json.loads(cli("export", "--format", "json").out or "{}")


def actions(done):
    return {entry["key"]: entry["action"] for entry in done.data["entries"]}


def test_a_file_becomes_secrets(cli, env_file):
    done = cli("import", env_file)
    assert done.status == 0
    assert list(done.data) == [
        *("dry_run", "environment", "team", "store"),
        *("created", "updated", "described", "unchanged", "skipped", "refused", "entries"),
    ]
    assert done.data["created"] == 3
    assert done.data["entries"][2] == {
        "action": "created",
        "key": "C",
        "version": 1,
        "where": f"{env_file}, line 5",
        "reason": None,
    }
    assert stored(cli) == {"A": "one", "B": "two words", "C": HIDDEN}
    assert cli("audit", "list").data[0]["action"] == "created"


def test_what_happened_is_told_in_words(cli, env_file):
    cli("set", "A", "one")
    cli("set", "B", "other")
    done = cli("import", env_file, "-o", "plain")
    assert done.text == (
        "A: unchanged\nB: updated to version 2\nC: created\n"
        "3 entries: 1 created, 1 updated, 1 unchanged.\n"
    )
    assert cli("import", env_file, "-o", "names").text == "A\nB\nC\n"
    assert cli("import", env_file, "-q").out == b""
    assert cli("import", env_file, "-e", "staging", "-o", "plain").text.endswith(
        "3 entries in staging: 3 created.\n"
    )


def test_of_very_many_the_sum_is_told(cli):
    text = "".join(f"KEY_{i}=v\n" for i in range(60)) + "BAD-NAME=v\n"
    done = cli("import", "--skip-invalid", "-o", "plain", stdin=text.encode())
    first, last = done.text.splitlines()
    assert first.startswith("standard input, line 61: refused, this is not a name")
    assert last == "61 entries: 60 created, 1 refused."


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".env", "A=1\n"),
        (".env.local", "A=1\n"),
        ("prod.env", "A=1\n"),
        ("keys.json", '{"A": 1}'),
        ("keys.yaml", "A: 1\n"),
        ("keys.yml", "A: 1\n"),
        ("KEYS.JSON", '{"A": 1}'),
    ],
)
def test_the_name_tells_the_format(cli, own_home, name, text):
    path = own_home / name
    path.write_text(text)
    assert cli("import", str(path)).status == 0
    assert stored(cli) == {"A": "1"}


def test_the_format_can_be_named(cli, refused, own_home):
    path = own_home / "keys.txt"
    path.write_text('{"A": "1"}')
    assert "does not tell the format" in refused(2, "import", str(path))["message"]
    assert "no format of that name" in refused(2, "import", str(path), "--format", "xml")["message"]
    assert cli("import", str(path), "--format", "json").status == 0


@pytest.mark.parametrize("argv", [[], ["-"], ["-", "--format", "dotenv"]])
def test_standard_input_is_dotenv_unless_something_else_is_said(cli, argv):
    assert cli("import", *argv, stdin=b"A=1\n").data["created"] == 1
    assert cli("import", "-", "--format", "json", stdin=b'{"B": "2"}').data["created"] == 1
    assert stored(cli) == {"A": "1", "B": "2"}


def test_nothing_is_no_error(cli):
    done = cli("import", "-o", "plain", stdin=b"# only this\n")
    assert (done.status, done.text) == (0, "There is nothing to import.\n")


def test_a_trial_run_changes_nothing_and_shows_no_value(cli, own_home, env_file):
    cli("set", "A", "another")
    before = (own_home / ".local/share/infsh-secrets/vaults/personal.vault").read_bytes()
    done = cli("import", env_file, "--dry-run", "-o", "plain")
    assert done.status == 0
    assert done.text == (
        "A: updated to version 2\nB: created\nC: created\n"
        "Nothing was changed; it would be 3 entries: 2 created, 1 updated.\n"
    )
    assert (own_home / ".local/share/infsh-secrets/vaults/personal.vault").read_bytes() == before
    assert HIDDEN not in done.text + done.err


def test_a_trial_run_makes_no_vault(cli, own_home, env_file):
    assert cli("import", env_file, "--dry-run").data["created"] == 3
    assert not (own_home / ".local").exists()


def test_a_trial_run_ends_as_the_import_would(cli, env_file):
    assert cli("import", "--dry-run", stdin=b"A-B=1\nC=2\n").status == 2
    assert cli("import", "--dry-run", "--skip-invalid", stdin=b"A-B=1\nC=2\n").status == 0
    cli("set", "A", "another")
    assert cli("import", env_file, "--dry-run", "--on-conflict", "fail").status == 9
    cli("set", "A", "one")
    assert cli("import", env_file, "--dry-run", "--on-conflict", "fail").status == 0


@pytest.mark.parametrize("dry_run", [[], ["--dry-run"]])
def test_skip_keeps_what_is_stored(cli, env_file, dry_run):
    cli("set", "A", "another")
    cli("set", "B", "two words")
    before = stored(cli)
    done = cli("import", env_file, "--on-conflict", "skip", "-m", "from=file", *dry_run)
    assert done.status == 0
    assert actions(done) == {"A": "skipped", "B": "unchanged", "C": "created"}
    assert [entry["version"] for entry in done.data["entries"]] == [1, 1, 1]
    assert stored(cli) == (before if dry_run else {**before, "C": HIDDEN})
    assert cli("get", "B").data["metadata"] == {}


def test_fail_stores_nothing_where_another_value_is(cli, refused, env_file):
    cli("set", "B", "another")
    error = refused(9, "import", env_file, "--on-conflict", "fail")
    assert "already, so nothing was: B." in error["message"]
    cli("set", "B", "two words")
    done = cli("import", env_file, "--on-conflict", "fail")
    assert actions(done) == {"A": "created", "B": "unchanged", "C": "created"}


def test_overwriting_keeps_the_old_value_as_a_version(cli, env_file):
    cli("set", "A", "another")
    assert actions(cli("import", env_file))["A"] == "updated"
    assert cli("get", "A", "--version", "1", "--plain").out == b"another"


def test_facts_go_with_each(cli, env_file):
    cli("import", env_file, "-m", "from=file", "-m", "by=me")
    assert cli("get", "C").data["metadata"] == {"from": "file", "by": "me"}
    assert actions(cli("import", env_file, "-m", "by=you"))["C"] == "described"


INVALID = {
    "a name with a dash": (b"A=1\nB-C=hunter2\n", "line 2: this is not a name for a secret"),
    "a NUL": (b"A=1\n" + b"#" * 9000 + b"\nB=x\0y\n", "line 3 (B): the value contains a NUL byte"),
    "not UTF-8": (b"A=1\nB=hunter2\xff\n", "line 2 (B): it is not UTF-8 text"),
    "too large": (b"A=1\nB=" + b"x" * 65537, "line 2 (B): the value has too many bytes"),
    "a quote": (b"A=1\nB='hunter2\nC=3", "line 2 (B): the quote is never closed"),
    "no name": (b"A=1\n=hunter2", "line 2: there is no name"),
    "no value": (b"A=1\nhunter2\n", "line 2: there is no = after the name"),
}


@pytest.mark.parametrize("name", INVALID)
def test_what_cannot_be_stored_stops_everything(cli, refused, name):
    data, said = INVALID[name]
    error = refused(2, "import", stdin=data)
    assert "One entry cannot be stored, so nothing was: standard input, " + said in error["message"]
    assert "hunter2" not in error["message"]
    assert "--skip-invalid" in error["hint"]
    done = cli("import", "--skip-invalid", stdin=data)
    assert done.status == 0
    assert done.data["refused"] == 1
    assert "hunter2" not in done.text
    assert "A" in stored(cli)
    assert "B" not in stored(cli)


def test_all_refused_lines_are_told(refused):
    text = "".join(f"A-{i}=hunter2\n" for i in range(25))
    error = refused(2, "import", stdin=text.encode())
    assert "25 entries cannot be stored" in error["message"]
    assert "line 20: " in error["message"]
    assert error["message"].endswith("; and 5 more.")


def test_empty_values_can_be_stored(cli):
    assert cli("import", "--allow-empty", stdin=b"A=\nB=''\n").data["created"] == 2
    assert stored(cli) == {"A": "", "B": ""}


def test_empty_values_are_left_out_and_told(cli):
    cli("set", "C", "kept")
    done = cli("import", stdin=b"A=1\nB=\n\nC=''\n")
    assert done.status == 0
    assert [(one["action"], one["key"]) for one in done.data["entries"]] == [
        ("created", "A"),
        ("refused", "B"),
        ("refused", "C"),
    ]
    assert done.data["entries"][2]["where"] == "standard input, line 4"
    assert done.data["entries"][2]["reason"] == "the value is empty"
    assert "2 empty values are left out; --allow-empty stores them." in done.err
    assert stored(cli) == {"A": "1", "C": "kept"}


def test_empty_values_are_no_failure_of_a_trial_run(cli):
    assert cli("import", "--dry-run", stdin=b"A=1\nB=\n").status == 0
    assert cli("import", "--dry-run", "--strict", stdin=b"A=1\nB=\n").status == 2
    assert cli("import", "--dry-run", stdin=b"A=1\nB=\nC-D=x\n").status == 2


def test_empty_values_are_refused_where_everything_has_to_be_right(cli, refused):
    error = refused(2, "import", "--strict", stdin=b"A=1\nB=\n")
    assert "standard input, line 2 (B): the value is empty." in error["message"]
    assert cli("list", "-o", "names").text == ""


def test_of_a_repeated_name_an_empty_value_counts_too(cli):
    done = cli("import", stdin=b"A=1\nB=\nA=\nB=2\n")
    assert "A stands there 2 times (standard input, line 1, standard input, line 3)" in done.err
    assert stored(cli) == {"B": "2"}


def test_values_that_look_wrong_are_told_or_refused(cli, refused):
    data = b"OPENAI_API_KEY=changeme\nB=fine\n"
    done = cli("import", stdin=data)
    assert "OPENAI_API_KEY looks like a placeholder" in done.err
    error = refused(2, "import", "--strict", stdin=data)
    assert "line 1 (OPENAI_API_KEY): the value of OPENAI_API_KEY looks like" in error["message"]
    assert cli("import", "--strict", "--skip-invalid", stdin=data).data["refused"] == 1


def test_half_of_a_pair_is_told(cli):
    assert (
        "AWS_SECRET_ACCESS_KEY is not stored yet"
        in cli("import", stdin=b"AWS_ACCESS_KEY_ID=AKIAMADEUP\n").err
    )


def test_the_last_of_a_repeated_name_counts_and_is_told(cli, own_home, env_file):
    other = own_home / "other.env"
    other.write_text("A=1\nA=2\n")
    done = cli("import", env_file, str(other))
    assert "A stands there 3 times" in done.err
    assert f"{env_file}, line 2, {other}, line 1, {other}, line 2" in done.err
    assert stored(cli)["A"] == "2"


def test_a_repeated_name_in_json_is_refused(refused):
    error = refused(2, "import", "-", "--format", "json", stdin=b'{"A": "1", "A": "2"}')
    assert "entry 2 (A): the name stands there twice" in error["message"]


def test_variables_of_the_environment(cli, monkeypatch, refused):
    monkeypatch.setenv("MADE_UP_ONE", "1")
    monkeypatch.setenv("MADE_UP_TWO", "2")
    monkeypatch.setenv("MADE_LD_PRELOAD", "3")
    done = cli("import", "--from-env", "MADE_UP_*", "--from-env", "HOME")
    assert actions(done) == {"MADE_UP_ONE": "created", "MADE_UP_TWO": "created", "HOME": "created"}
    assert done.data["entries"][0]["where"] == "the environment"
    assert "No variable" in refused(4, "import", "--from-env", "ABSENT_*")["message"]
    assert refused(4, "import", "--from-env", "ABSENT")["hint"].startswith("Export it")


def test_a_wildcard_takes_nothing_that_every_session_has(cli, monkeypatch):
    for name in list(os.environ):
        if name not in ("HOME", "PATH", "PYTEST_CURRENT_TEST", "TERM"):
            monkeypatch.delenv(name)
    own = {"INFSH_OUTPUT": "json", "LD_LIBRARY_PATH": "/x", "XDG_SEAT": "0", "MADE_UP": "1"}
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    done = cli("import", "--from-env", "*", "--dry-run")
    assert {key for key in actions(done) if not key.startswith("PYTEST")} == {"MADE_UP"}
    assert cli("import", "--from-env", "XDG_*").status == 4


def test_files_and_environment_together(cli, monkeypatch, env_file):
    monkeypatch.setenv("MADE_UP", "1")
    assert cli("import", env_file, "--from-env", "MADE_UP").data["created"] == 4


@pytest.mark.parametrize(
    ("argv", "status", "said"),
    [
        (["ABSENT.env"], 4, "There is no file"),
        (["."], 2, "does not tell the format"),
        ([".", "--format", "json"], 2, "is a folder"),
        (["--from-env", "HOME", "--format", "json"], 2, "--format goes with files"),
        (["-", "--on-conflict", "ask"], 2, "overwrite, skip, fail"),
        (["-", "-m", "pair"], 2, "name=value"),
        (["-", "-e", "a,b"], 2, "environment"),
        (["a\0b.env"], 2, "cannot be the path"),
    ],
)
def test_requests_that_make_no_sense(refused, argv, status, said):
    assert said in refused(status, "import", *argv, stdin=b"A=1\n")["message"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x7fELF\0\0\0", "is not text"),
        ("A=1\n".encode("utf-16"), "is UTF-16"),
    ],
)
def test_what_is_no_text_is_refused(refused, data, said):
    assert said in refused(2, "import", stdin=data)["message"]


def test_a_byte_order_mark_is_no_part_of_a_name(cli):
    cli("import", stdin=b"\xef\xbb\xbfA=1\r\nB=2\r\n")
    assert stored(cli) == {"A": "1", "B": "2"}


def test_links_and_pipes_are_read(cli, own_home, env_file):
    link = own_home / "link.env"
    link.symlink_to(env_file)
    assert cli("import", str(link)).data["created"] == 3
    pipe = own_home / "pipe.env"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=("D=4\n",))
    writer.start()
    assert cli("import", str(pipe)).data["created"] == 1
    writer.join()


def test_a_file_that_cannot_be_opened(refused, own_home):
    link = own_home / "loop.env"
    link.symlink_to(link)
    assert "cannot be used" in refused(10, "import", str(link))["message"]


def test_more_than_the_limit_is_refused(refused, own_home, monkeypatch):
    from infsh_secrets.services import import_sources

    monkeypatch.setattr(import_sources, "MOST_BYTES", 1024 * 1024)
    path = own_home / ".env"
    path.write_bytes(b"#" * 1024 * 1024 + b"\n")
    assert "larger than 1 MiB" in refused(2, "import", str(path))["message"]
    assert "larger than 1 MiB" in refused(2, "import", stdin=path.read_bytes())["message"]


def test_a_value_in_the_place_of_a_name_is_not_told(refused):
    error = refused(2, "import", stdin=b"A=1\nsk-hunter2hunter2\nsk-hunter2=\n")
    assert "hunter2" not in error["message"] + error["hint"]


def test_in_a_race_what_another_stores_is_kept(cli, env_file, monkeypatch):
    from infsh_secrets.services import secrets

    cli("set", "OTHER", "x")
    real = secrets.write
    calls = []

    def write(workspace, writes, progress=None):
        if not calls:
            calls.append(1)
            from infsh_secrets.domain.models import SecretValue
            from infsh_secrets.stores.base import Write

            real(workspace, [Write("A", SecretValue(b"faster"))])
        return real(workspace, writes, progress)

    monkeypatch.setattr(secrets, "write", write)
    done = cli("import", env_file, "--on-conflict", "skip")
    assert actions(done) == {"A": "skipped", "B": "created", "C": "created"}
    assert stored(cli)["A"] == "faster"
