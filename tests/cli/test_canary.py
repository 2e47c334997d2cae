"""A random value is looked for in everything that commands write, whether they work or fail."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import subprocess
import sys
from urllib.parse import quote

import pytest

# What no command may do: start a program, or reach out to another machine.
WATCHER = """
import sys
seen = []
def hook(event, arguments):
    if event in ("subprocess.Popen", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn",
                 "os.spawn", "os.system", "pty.spawn", "socket.connect", "socket.getaddrinfo"):
        seen.append(event)
sys.addaudithook(hook)
from infsh_secrets.entry import run
status = run(sys.argv[1:])
print("seen", status, *seen, file=sys.stderr)
"""


@pytest.fixture
def canary():
    return f"{secrets.token_hex(8)}/{secrets.token_hex(8)}"  # no name could look like that


def forms(text):
    """The text as it is and as it might be hidden, each as bytes."""
    data = text.encode()
    found = [data, data[::-1], data.hex().encode(), data.hex().upper().encode()]
    found += [quote(text).encode(), json.dumps(text)[1:-1].encode()]
    for start in range(3):  # base64 looks different at each of three offsets
        whole = base64.b64encode(b"\0" * start + data)
        found.append(whole[4 if start else 0 : -4])
    return found


def assert_absent(text, data, where):
    assert not any(form in data for form in forms(text)), f"a made-up value shows in {where}"


def files(home):
    return [path for path in home.rglob("*") if path.is_file()]


def commands(value, description, home):
    """Command lines with what they read; each works or fails in its own way."""
    source = home / "source"
    many = [f"--debug -o {form}".split() for form in ("table", "json", "yaml", "names", "plain")]
    yield from (
        (["set", "K", value, "-d", description], b""),
        (["set", "K", "-d", description], f"{value}\n".encode()),
        (["set", f"A={value}", f"B={value}"], b""),
        (["set", "K", "--file", str(source)], b""),
        (["set", "K", value + "2", "-m", f"note={description}"], b""),
        (["set", "K", value], b""),
    )
    for debug in ([], ["--debug"], *many):
        yield from (
            (["set", "K", value, "--create", *debug], b""),
            (["set", value, *debug], b""),
            (["set", f"{value}={value}", *debug], b""),
            (["set", "K", value, value, *debug], b""),
            (["set", "K", value, "--file", str(source), *debug], b""),
            (["set", "K", f"--{value}", *debug], b""),
            (["set", "K", f"-s{value}", *debug], b""),
            (["set", "K", value + "\udcff", *debug], b""),
            (["set", "K", *debug], value.encode() + b"\0"),
            (["set", "K", *debug], value.encode() + b"\xff"),
            (["set", "K", *debug], value.encode() * 5000),
            (["set", "OPENAI_API_KEY", f"'{value}'", "--strict", *debug], b""),
            (["set", "K", value, "-e", "a,b", *debug], b""),
            (["set", "K", value, "--team", "typo", *debug], b""),
            (["set", "K", value, "--key-file", "/absent", *debug], b""),
            (["set", "K", value, "--expires", value, *debug], b""),
            (["set", "K", value, "--generate=" + value, *debug], b""),
            (["set", "K", value, "--key-fd", value, *debug], b""),
            (["set", "K", value, "--json=" + value, *debug], b""),
            (["get", "K", *debug], b""),
            (["get", "K", "--version", "1", *debug], b""),
            (["get", "ABSENT", *debug], b""),
            (["get", "ABSENT", "--plain", *debug], b""),
            (["get", "K", value, *debug], b""),
            (["list", *debug], b""),
            (["list", "--all-envs", "--sort", "updated", *debug], b""),
            (["import", *debug], f"K='{value}\n{value}\n{value}={value}\nB=1\n".encode()),
            (["import", "--skip-invalid", *debug], f"K={value}\n{value}={value}\n".encode()),
            (["import", "--dry-run", *debug], f"K='{value}' {value}\nA={value}\n".encode()),
            (["import", "--strict", *debug], f"OPENAI_API_KEY='\"{value}\"'\n".encode()),
            (["import", "--format", "json", *debug], f'{{"K": {value}}}'.encode()),
            (["import", "--format", "json", *debug], f'{{"K": {{"x": "{value}"}}}}'.encode()),
            (["import", "--format", "yaml", *debug], f"K: '{value}\n".encode()),
            (["export", "-O", str(home / "source"), *debug], b""),
            (["export", value, *debug], b""),
            (["export", "--format", "docker", "-O", "/absent/x", *debug], b""),
            (["delete", "A", *debug], b""),
            (["list", "--deleted", *debug], b""),
            (["restore", "A", *debug], b""),
            (["vault", "status", *debug], b""),
            (["vault", "verify", *debug], b""),
            (["team", "list", *debug], b""),
            (["check", "-f", str(home / "inf.yml"), *debug], b""),
            (["check", "-f", str(home / "inf.yml"), "--strict", *debug], b""),
            (["scan", str(source), *debug], b""),
            (["scan", "--binary", str(home / ".local"), *debug], b""),
            (["scan", "--sarif", str(source)], b""),
            (["get", "K", "--vault", str(source), *debug], b""),
            (["render", *debug[:1]], f"{value} {{{{ secrets.K }}}} {{{{ secrets.NO }}}}".encode()),
            (["render", *debug[:1]], f"{{{{ secrets.K | {value} }}}} {value}".encode()),
            (["render", *debug[:1]], f"{{{{ secrets['{value} }}}}".encode()),
            (["render", *debug[:1]], value.encode() + b"\xff"),
            (["resolve", "-", *debug[:1]], f"{value}: [$ 1 + secrets.K, 'x".encode()),
            (["resolve", "-", *debug[:1]], f"a: $ 1 + secrets.K + '{value}'".encode()),
            (["resolve", "-", *debug[:1]], f"a: $ {value}(secrets.K)".encode()),
            (["resolve", "-", *debug[:1]], f"a: $ [secrets.K + 1, '{value}'".encode()),
            (["resolve", "-", *debug[:1]], f"a: secret://{value}-\nb: *{value}".encode()),
            (["resolve", "-", *debug[:1]], f'{{"a": "{value}" 1}}'.encode()),
            (["resolve", "-", "--only", value + "-"], b"a: secret://K"),
            (["check", "-f", str(home / "task.yaml"), *debug], b""),
        )
    yield ["__complete", "get", ""], b""
    yield [f"K={value}"], b""


def test_no_command_shows_or_leaves_a_value(cli, own_home, canary):
    description = secrets.token_urlsafe(12)
    name = "N" + secrets.token_hex(8)
    (own_home / "source").write_text(canary)
    (own_home / "inf.yml").write_text("secrets: [{key: K}, {key: ABSENT}]\n")
    (own_home / "task.yaml").write_text(
        f"main:\n- a: $ {{secrets.K}} + '{canary}'\n  secret_name: '-{canary}'\n"
    )
    statuses = set()
    for argv, stdin in commands(canary, description, own_home):
        done = cli(*argv, stdin=stdin)
        statuses.add(done.status)
        where = f"what `{' '.join(argv[:2])}` writes".replace(canary, "…")
        assert_absent(canary, done.out + done.err.encode(), where)
        assert_absent(description, done.err.encode(), where)
    assert statuses >= {0, 2, 4, 5, 6, 8, 9}
    assert cli("set", name, canary).status == 0
    assert cli("get", "K", "--plain").out == canary.encode()
    assert cli("get", "K", "--reveal").data["value"] == canary
    assert cli("get", "K").data["description"] == description
    (own_home / "source").unlink()
    (own_home / "task.yaml").unlink()
    for path in files(own_home):
        for text in (canary, description, name):
            assert_absent(text, path.read_bytes(), path.name)


def test_a_damaged_vault_shows_nothing(cli, own_home, canary):
    cli("set", "K", canary, "-d", canary)
    (vault,) = own_home.glob(".local/share/infsh-secrets/vaults/*.vault")
    good = vault.read_bytes()
    for place in range(200, len(good), 1999):
        vault.write_bytes(good[:place] + bytes([good[place] ^ 0x55]) + good[place + 1 :])
        for argv in (["get", "K"], ["list"], ["set", "K", canary]):
            done = cli(*argv, "--debug", "-o", "names")
            assert_absent(canary, done.out + done.err.encode(), f"{argv[0]} after damage")


@pytest.mark.parametrize(
    "argv",
    [
        ["set", "K", "-d", "made up"],
        ["get", "K", "--plain"],
        ["get", "K"],
        ["list", "-o", "table"],
        ["delete", "K"],
        ["vault", "status"],
        ["team", "create", "acme"],
        ["check", "-f", "inf.yml"],
        ["scan", "."],
    ],
)
def test_no_command_starts_a_program_or_reaches_out(argv, canary, infsh, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inf.yml").write_text("secrets: [{key: K}]\n")
    infsh("secrets", "set", "K", stdin=canary.encode())
    arguments = ["-c", WATCHER, "secrets", *argv]
    done = infsh(*arguments, stdin=canary.encode(), program=sys.executable)
    assert done.stderr.decode().splitlines()[-1] == "seen 0"


@pytest.mark.skipif(not os.path.exists("/proc/self/environ"), reason="needs /proc")
def test_a_value_from_a_pipe_is_in_no_command_line_or_environment(program, canary, own_home):
    command = [program, "secrets", "set", "K"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdin.write(canary.encode())
        process.stdin.flush()
        for name in ("cmdline", "environ"):
            # The environment of a process that is protected is for root alone.
            with (
                contextlib.suppress(PermissionError),
                open(f"/proc/{process.pid}/{name}", "rb") as file,
            ):
                assert_absent(canary, file.read(), name)
        process.communicate()
    assert process.returncode == 0
