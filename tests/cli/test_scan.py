from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

VALUE = "made-up-7fQ2xLw9-value"
ENCODED = base64.b64encode(VALUE.encode()).decode()
OTHER = "made-up-other-5Tz1"


@pytest.fixture
def work(tmp_path, monkeypatch):
    """A working folder."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def stored(cli, work):
    assert cli("set", "SOME_KEY", VALUE, "-q").status == 0


@pytest.fixture
def git(work, monkeypatch):
    """Run git in the working folder, which is a repository."""
    if shutil.which("git") is None:
        pytest.skip("needs git")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "A Person")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "person@example.com")

    def run(*arguments, check=True):
        return subprocess.run(
            ["git", *arguments], capture_output=True, text=True, check=check, timeout=120
        )

    run("init", "-q", "-b", "main")
    return run


@pytest.fixture
def found(cli, stored):
    """Scan and return the places as (place, key)."""

    def run(*options):
        done = cli("scan", "-o", "plain", *options)
        assert done.status in (0, 6)
        assert (done.status == 6) == bool(done.out)
        assert VALUE.encode() not in done.out
        assert ENCODED.encode() not in done.out
        return done.text.splitlines()

    return run


def test_a_value_in_a_file_is_found_raw_and_as_base64(found, work):
    (work / "a.py").write_text(f"# one\nkey = '{VALUE}'\n")
    (work / "b").write_text(f"Authorization: Basic {ENCODED}")
    assert found() == ["a.py:2:8 SOME_KEY", "b:1:22 SOME_KEY (base64)"]


def test_a_value_in_a_staged_change_is_found_raw_and_as_base64(found, git, work):
    (work / "a").write_text(VALUE)
    (work / "b").write_text(ENCODED)
    git("add", ".")
    for name in "ab":
        (work / name).write_text("clean")
    assert found("--staged") == ["a:1:1 SOME_KEY", "b:1:1 SOME_KEY (base64)"]
    git("add", ".")
    assert found("--staged") == []


def test_a_value_in_an_old_commit_is_found_raw_and_as_base64(found, git, work):
    (work / "a").write_text(f"\n {VALUE}")
    (work / "b").write_text(ENCODED)
    git("add", ".")
    git("commit", "-q", "-m", "old")
    old = git("rev-parse", "HEAD").stdout[:12]
    git("rm", "-q", "a", "b")
    git("commit", "-q", "--allow-empty", "-m", f"new\n\nhas {VALUE}")
    new = git("rev-parse", "HEAD").stdout[:12]
    assert found() == []
    assert found("--history") == [
        f"{old}:a:2:2 SOME_KEY",
        f"{old}:b:1:1 SOME_KEY (base64)",
        f"{new}:(commit message):3:5 SOME_KEY",
    ]


def test_as_json(cli, stored, work):
    (work / "a").write_text(f"{VALUE}\n{VALUE.upper()}")
    (work / "b").write_bytes(b"\0")
    done = cli("scan")
    assert done.status == 6
    assert done.data == {
        "what": "files",
        "complete": True,
        "findings": [
            {
                "key": "SOME_KEY",
                "environments": ["default"],
                "file": "a",
                "line": line,
                "column": 1,
                "form": form,
                "commit": None,
            }
            for line, form in ((1, "plain"), (2, "letter case"))
        ],
        "searched": {"secrets": 1, "texts": 1, "bytes": 45, "binaries_skipped": 1},
        "unread": [],
    }
    assert cli("scan", "-o", "yaml").text.startswith("what: files\ncomplete: true\nfindings:\n")
    assert cli("scan", "-o", "names").out == b"SOME_KEY\n"


def test_as_a_table(cli, stored, work):
    (work / "a").write_text(VALUE)
    assert cli("scan", "-o", "table").text == (
        "a:1:1 SOME_KEY\n\nFound 1 secret at 1 place in 1 file, 22 bytes.\n"
    )
    (work / "a").write_text("x" * 4100)
    done = cli("scan", "-o", "table")
    assert (done.status, done.text) == (0, "None of 1 secret was found in 1 file, 4 kB.\n")


def test_every_environment_unless_some_are_named(cli, found, work):
    cli("set", "SOME_KEY", OTHER, "-e", "staging", "-q")
    cli("set", "SOME_KEY", OTHER, "-e", "test", "-q")
    cli("set", "SAME_AS_THAT", OTHER, "-e", "test", "-q")
    (work / "a").write_text(f"{VALUE}\n{OTHER}")
    assert found() == ["a:1:1 SOME_KEY", "a:2:1 SOME_KEY", "a:2:1 SAME_AS_THAT"]
    assert found("-e", "staging") == ["a:2:1 SOME_KEY"]
    assert found("-e", "default") == ["a:1:1 SOME_KEY"]
    places = cli("scan").data["findings"]
    assert [one["environments"] for one in places] == [["default"], ["staging", "test"], ["test"]]


def test_only_the_named_secrets(cli, found, work):
    cli("set", "OTHER_KEY", OTHER, "-q")
    (work / "a").write_text(f"{VALUE}\n{OTHER}")
    assert found("--only", "OTHER_KEY") == ["a:2:1 OTHER_KEY"]
    assert len(found("--only", "OTHER_KEY,SOME_KEY")) == 2
    assert cli("scan", "--only", "ABSENT").error["code"] == "not_found"


def test_a_secret_within_another_is_both(cli, found, work):
    cli("set", "WITHIN", f"postgres://user:{VALUE}@host/name", "-q")
    (work / "a").write_text(f"url = postgres://user:{VALUE}@host/name")
    (work / "b").write_text(VALUE)
    assert found() == ["a:1:7 WITHIN", "a:1:23 SOME_KEY", "b:1:1 SOME_KEY"]


def test_paths_files_that_git_ignores_and_binaries(found, git, work):
    (work / "a").write_text(VALUE)
    (work / "b.log").write_text(VALUE)
    (work / "c").write_bytes(b"\0" + VALUE.encode())
    (work / ".gitignore").write_text("*.log\n")
    (work / ".git/config").write_text(f"# {VALUE}\n")
    assert found() == ["a:1:1 SOME_KEY"]
    assert found("--no-ignore") == ["a:1:1 SOME_KEY", "b.log:1:1 SOME_KEY"]
    assert found("b.log", "./b.log") == ["b.log:1:1 SOME_KEY"]
    assert found("--binary", ".", "a") == ["a:1:1 SOME_KEY", "c:1:2 SOME_KEY"]
    assert found("--staged", "--binary") == []


def test_lines_and_columns_of_odd_texts(found, work):
    (work / "crlf").write_bytes(f"a\r\nb {VALUE}\r\n".encode())
    (work / "minified").write_text(f"{'ä,' * 150_000}{VALUE}{'x' * 2_000_000}{VALUE}")
    (work / "wide").write_text(f"one\n {VALUE}", encoding="utf-16")
    (work / "z-many-lines").write_text("\n" * 3_000_000 + VALUE)
    assert found() == [
        "crlf:2:3 SOME_KEY",
        "minified:1:300001 SOME_KEY",
        "minified:1:2300023 SOME_KEY",
        "wide:2:2 SOME_KEY",
        "z-many-lines:3000001:1 SOME_KEY",
    ]


def test_names_that_would_steer_a_terminal(cli, found, work):
    for name in (b"new\nline", b"\x1b[2J", b"\xff"):
        with open(os.path.join(os.fsencode(str(work)), name), "w") as file:
            file.write(VALUE)
    assert found() == ["\\x1b[2J:1:1 SOME_KEY", "new\\nline:1:1 SOME_KEY", "\\udcff:1:1 SOME_KEY"]
    for form in ("json", "yaml"):
        assert b"\x1b" not in cli("scan", "-o", form).out
    files = [one["file"] for one in cli("scan").data["findings"]]
    assert sorted(map(os.fsencode, files)) == [b"\x1b[2J", b"new\nline", b"\xff"]


@pytest.fixture
def unreadable(work, monkeypatch):
    """Files of this user that nobody can open, whoever runs the tests: a and b."""
    real = os.open

    def refusing(path, *flags, **more):
        if path in ("a", "b"):
            raise PermissionError(13, "no")
        return real(path, *flags, **more)

    for name in "abc":
        (work / name).write_text("x")
    monkeypatch.setattr("infsh_secrets.scanning.files.os.open", refusing)


def test_what_cannot_be_read_makes_it_incomplete(cli, stored, work, unreadable):
    done = cli("scan")
    assert done.status == 1
    assert done.data["complete"] is False
    assert done.data["unread"][0] == {"file": "a", "reason": "Permission denied"}
    assert done.err.splitlines() == [
        "Could not be read: a: Permission denied.",
        "Could not be read: b: Permission denied.",
        "Not everything was searched.",
    ]
    assert "not everything was searched" in cli("scan", "-o", "table").text
    (work / "c").write_text(VALUE)
    assert cli("scan").status == 6


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (["absent"], 4),
        ([""], 2),
        (["--staged"], 2),
        (["--history"], 2),
        (["--install-hook"], 2),
        (["--staged", "--history"], 2),
        (["--staged", "--no-ignore"], 2),
        (["--install-hook", "--staged"], 2),
        (["--history", "absent"], 4),
        (["--history", ".", "."], 2),
        (["--sarif", "--json"], 2),
        (["--only", ""], 2),
        (["-e", "nowhere"], 4),
        (["--vault", "/nowhere/x.vault"], 4),
        (["--staged", "--vault", "/nowhere/x.vault"], 2),
    ],
)
def test_wrong_requests(refused, stored, options, status):
    refused(status, "scan", *options)


def test_without_a_vault_files_are_not_called_clean(refused, work):
    assert "no vault" in refused(4, "scan")["message"]


def test_without_a_vault_a_shared_hook_stops_nobody(cli, git):
    done = cli("scan", "--staged")
    assert (done.status, done.data["findings"]) == (0, [])
    assert done.err == "There is no vault here, so there is nothing to look for.\n"
    assert cli("scan", "--staged", "--vault", "/nowhere/x.vault").error["code"] == "not_found"
    assert cli("scan", "--staged", "--only", "SOME_KEY").error["code"] == "not_found"


def test_an_empty_vault(cli, git, stored):
    cli("delete", "SOME_KEY")
    assert cli("scan").error["code"] == "not_found"
    done = cli("scan", "--staged")
    assert (done.status, "no secrets" in done.err) == (0, True)


def test_a_locked_vault_stops_a_commit(cli, git, stored, own_home):
    (key,) = own_home.glob(".local/share/infsh-secrets/keys/*.key")
    key.unlink()
    assert cli("scan", "--staged").error["code"] == "locked"


def test_weak_values_are_named(cli, stored, work):
    cli("set", "PORT", "8080", "-q")
    (work / "a").write_text("8080")
    done = cli("scan")
    assert (done.status, done.data["searched"]["secrets"]) == (0, 1)
    assert done.err == "Warning: too short or too common to be looked for: PORT.\n"
    cli("delete", "SOME_KEY")
    assert cli("scan", "-q").status == 0


def test_a_shallow_clone_is_told(cli, git, stored, tmp_path):
    for message in "ab":
        git("commit", "-q", "--allow-empty", "-m", message)
    git("clone", "-q", "--depth", "1", f"file://{os.getcwd()}", str(tmp_path / "shallow"))
    done = cli("scan", "--history", str(tmp_path / "shallow"))
    assert done.status == 0
    assert "shallow" in done.err


def test_more_places_than_are_listed(cli, stored, work):
    (work / "a").write_text(f"{VALUE}\n" * 1001)
    done = cli("scan")
    assert len(done.data["findings"]) == 1000
    assert done.data["complete"] is False
    assert done.err == "In a are more places than the 1000 listed.\n"


def test_reading_for_a_scan_is_no_use(cli, stored, work):
    cli("scan")
    assert cli("get", "SOME_KEY").data["last_used_at"] is None


WATCHED = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_file(program, stored, work):
    with open(work / "big", "wb") as file:
        file.truncate(500_000_000)
    watched = [sys.executable, "-c", WATCHED, program, "secrets", "scan", "--binary"]
    done = subprocess.run(watched, cwd=work, capture_output=True, timeout=300, check=True)
    assert int(done.stdout.split()[-1]) < 150_000


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="looks at a process's open files")
def test_an_interruption_ends_it_at_once(program, stored, work):
    with open(work / "endless", "wb") as file:
        file.truncate(1 << 43)
    process = subprocess.Popen(
        [program, "secrets", "scan", "--binary"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    end = time.monotonic() + 60
    while str(work / "endless") not in opened_by(process.pid):
        assert time.monotonic() < end
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, b"")
    assert b"Traceback" not in err


def opened_by(pid):
    found = set()
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            found.add(os.readlink(f"/proc/{pid}/fd/{name}"))
        except FileNotFoundError:
            continue
    return found


def test_as_sarif(cli, git, stored, work):
    name = b"a \xff%.py"
    with open(os.path.join(os.fsencode(str(work)), name), "w") as file:
        file.write(f"\n {VALUE}")
    done = cli("scan", "--sarif")
    assert done.status == 6
    assert VALUE.encode() not in done.out
    (run,) = checked_sarif(done.data)
    (result,) = run["results"]
    location = result["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "a%20%FF%25.py"
    assert location["region"] == {"startLine": 2, "startColumn": 2}
    git("add", ".")
    git("commit", "-q", "-m", "one")
    (run,) = checked_sarif(cli("scan", "--sarif", "--history").data)
    assert len(run["results"][0]["properties"]["commit"]) == 40
    (work / "sub").mkdir()
    done = cli("scan", "--sarif", "sub")
    assert (done.status, checked_sarif(done.data)[0]["results"]) == (0, [])


def checked_sarif(log):
    """Hold a log against what SARIF 2.1.0 (section 3) requires of the parts we write."""
    assert log["version"] == "2.1.0"
    assert set(log) == {"$schema", "version", "runs"}
    for run in log["runs"]:
        driver = run["tool"]["driver"]
        assert driver["name"]
        assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
        ids = [rule["id"] for rule in driver["rules"]]
        assert len(set(ids)) == len(ids)
        for invocation in run["invocations"]:
            assert isinstance(invocation["executionSuccessful"], bool)
            for note in invocation["toolExecutionNotifications"]:
                assert note["message"]["text"]
        for result in run["results"]:
            assert result["message"]["text"]
            assert result["level"] in ("none", "note", "warning", "error")
            assert ids[result["ruleIndex"]] == result["ruleId"]
            for location in result["locations"]:
                place = location["physicalLocation"]
                assert " " not in place["artifactLocation"]["uri"]
                assert min(place["region"].values()) >= 1
    return log["runs"]


def test_what_could_not_be_read_is_in_sarif(cli, stored, unreadable):
    done = cli("scan", "--sarif")
    assert done.status == 1
    (run,) = checked_sarif(done.data)
    assert run["invocations"][0]["executionSuccessful"] is False
    assert len(run["invocations"][0]["toolExecutionNotifications"]) == 2


def test_the_hook_stops_a_commit(program, cli, git, stored, work):
    done = cli("scan", "--install-hook")
    assert done.data == {"action": "created", "path": str(work / ".git/hooks/pre-commit")}
    assert "is there already" in cli("scan", "--install-hook", "-o", "table").text
    (work / "a").write_text(VALUE)
    git("add", ".")
    stopped = git("commit", "-q", "-m", "one", check=False)
    assert stopped.returncode == 1
    assert "a:1:1 SOME_KEY" in stopped.stdout + stopped.stderr
    assert "--no-verify" in stopped.stderr
    (work / "a").write_text("clean")
    assert git("commit", "-q", "-a", "-m", "one", check=False).returncode == 0
    (work / "a").write_text(VALUE)
    assert git("commit", "-q", "-a", "-m", "two", check=False).returncode == 1
    assert git("commit", "-q", "-m", "two", "a", check=False).returncode == 1


def test_the_hook_of_somebody_without_a_vault_lets_commits_pass(git, cli, stored, work, own_home):
    cli("scan", "--install-hook")
    for path in own_home.glob(".local/share/infsh-secrets/vaults/*"):
        path.unlink()
    (work / "a").write_text("x")
    git("add", ".")
    passed = git("commit", "-q", "-m", "one", check=False)
    assert passed.returncode == 0
    assert "nothing to look for" in passed.stderr


def test_the_hook_of_somebody_else_stays(cli, git, stored, work):
    hook = work / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\n")
    error = cli("scan", "--install-hook").error
    assert error["code"] == "conflict"
    assert "infsh secrets scan --staged" in error["hint"]
    assert hook.read_text() == "#!/bin/sh\n"


ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def test_the_manifest_for_pre_commit_is_valid():
    clientlib = pytest.importorskip("pre_commit.clientlib")
    (hook,) = clientlib.load_manifest(os.path.join(ROOT, ".pre-commit-hooks.yaml"))
    assert hook["id"] == "infsh-secrets-scan"
    assert hook["language"] == "python"
    assert hook["pass_filenames"] is False


def test_pre_commit_runs_it(program, cli, git, stored, work, own_home):
    pytest.importorskip("pre_commit")
    with open(os.path.join(ROOT, ".pre-commit-hooks.yaml")) as file:
        entry = next(line for line in file if "entry:" in line).partition("entry: infsh ")[2]
    hook = {
        "id": "scan",
        "name": "scan",
        "language": "system",
        "entry": f"{program} {entry.strip()}",
        "pass_filenames": False,
        "always_run": True,
    }
    config = {"repos": [{"repo": "local", "hooks": [hook]}]}
    (work / ".pre-commit-config.yaml").write_text(json.dumps(config))
    (work / "a").write_text(VALUE)
    git("add", ".")
    line = [sys.executable, "-m", "pre_commit", "run"]
    environ = {**os.environ, "PRE_COMMIT_HOME": str(own_home / "pre-commit")}
    ran = subprocess.run(
        line, capture_output=True, text=True, check=False, env=environ, timeout=120
    )
    assert ran.returncode == 1
    assert "a:1:1 SOME_KEY" in ran.stdout
    assert VALUE not in ran.stdout
    (work / "a").write_text("clean")
    git("add", ".")
    ran = subprocess.run(
        line, capture_output=True, text=True, check=False, env=environ, timeout=120
    )
    assert ran.returncode == 0, ran.stdout
