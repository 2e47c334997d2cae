"""The fast path and Typer say the same about every command line that the fast path takes."""

from __future__ import annotations

import io
import os
import sys
import tempfile
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infsh_secrets import entry, fastpath

KEYS = ["PLAIN_KEY", "STAGED_KEY", "MISSING_KEY", "bad-name", "1BAD", "EMPTY_KEY", "LINES_KEY"]
VALUES = {
    "-e": ["default", "staging", "staging,default", "Bad Env", ",", "nowhere"],
    "--env": ["staging", "default,staging"],
    "--team": ["personal", "nosuch", "Bad/Team"],
    "--vault": ["VAULT", "/nonexistent/x.vault", "HOME"],
    "--key-file": ["KEY", "/nonexistent/key", "VAULT"],
}


@pytest.fixture(scope="module")
def vault():
    """A home with a few secrets; yields the paths that stand for names in the argument lists.

    Time stands still: a secret that is shown tells when it was used before.
    """
    now = time.time_ns()
    with tempfile.TemporaryDirectory() as home, pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", home)
        patch.setattr(time, "time_ns", lambda: now)
        for name in list(os.environ):
            if name.startswith(("INFSH_", "XDG_", "DBUS_")):
                patch.delenv(name)
        for arguments in (
            ["PLAIN_KEY", "a-made-up-value"],
            ["STAGED_KEY", "b", "-e", "staging"],
            ["EMPTY_KEY", "", "--allow-empty"],
            ["LINES_KEY", "one\ntwo\n", "-d", "zwei \u2028 Zeilen\té", "-m", "a}, {=\x1b[0m"],
            ["GONE_KEY", "a-made-up-value", "--expires", "1s"],
            ["RED_KEY", "\x1b[31mred"],
        ):
            assert call(["secrets", "set", *arguments])[0] == 0
        assert call(["secrets", "delete", "GONE_KEY"])[0] == 0
        for name in ("PLAIN_KEY", "EMPTY_KEY", "LINES_KEY", "RED_KEY"):
            assert call(["secrets", "get", name, "--plain"])[0] == 0
        assert call(["secrets", "get", "STAGED_KEY", "--plain", "-e", "staging"])[0] == 0
        data = os.path.join(home, ".local/share/infsh-secrets")
        keys = os.path.join(data, "keys")
        yield {
            "VAULT": os.path.join(data, "vaults", "personal.vault"),
            "KEY": os.path.join(keys, os.listdir(keys)[0]),
            "HOME": home,
            "MANIFEST": manifest(home, "inf.yml", "secrets: [PLAIN_KEY]\nenv: {MODE: fast}\n"),
            "MORE": manifest(home, "more.yml", "secrets: [PLAIN_KEY, STAGED_KEY, LINES_KEY]\n"),
            "BROKEN": manifest(home, "broken.yml", "secrets:\n  -key: PLAIN_KEY\n"),
            "HOSTILE": manifest(home, "hostile.yml", "env: {LD_PRELOAD: x}\n"),
        }


def manifest(home, name, text):
    path = os.path.join(home, name)
    with open(path, "w") as file:
        file.write(text)
    return path


class Stream(io.TextIOWrapper):
    """A standard stream that is a terminal when a test says so."""

    terminal = False

    def isatty(self):
        return self.terminal


def call(argv):
    """Return (status, standard output, standard error) of a run in this process."""
    streams = [Stream(io.BytesIO(), encoding="utf-8", write_through=True) for _ in "oe"]
    kept = sys.stdout, sys.stderr, sys.stdin
    sys.stdout, sys.stderr = streams
    sys.stdin = io.TextIOWrapper(io.BytesIO())
    try:
        status = entry.run(argv)
    finally:
        sys.stdout, sys.stderr, sys.stdin = kept
    return (status, *(stream.buffer.getvalue() for stream in streams))


def both(argv):
    """Return what both ways make of a command line that the fast path takes."""
    fast = call(argv)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fastpath, "match", lambda _: None)
        return fast, call(argv)


def option(name):
    values = st.sampled_from(VALUES[name])
    apart = values.map(lambda value: [name, value])
    if not name.startswith("--"):
        return apart
    return apart | values.map(lambda value: [f"{name}={value}"])


LONG = [
    *("--plain", "--reveal", "--copy", "--version", "--raw", "--store", "--team", "--env"),
    *("--vault", "--key-file", "--key-fd", "--accept-rollback", "--offline", "--no-input"),
    *("--output", "--json", "--quiet", "--no-color", "--debug", "--help", "--deleted", "--sort"),
    *("--reverse", "--all-envs", "--meta", "--file", "--only", "--all", "--pristine", "--exec"),
    *("--shell", "--no-masking", "--files", "--preserve-env", "--allow-env", "--nonsense"),
]
"""Options of the commands, which come whole, cut short, and with a value that may not be there."""
SHORT = "eqnorcfsmhxdy-="


@st.composite
def odd(draw):
    """Return one word, or an option and what may be its value, as nobody sane would write them."""
    if draw(st.booleans()):
        return ["-" + draw(st.text(SHORT, max_size=4)) + draw(st.sampled_from(["", "staging"]))]
    name = draw(st.sampled_from(LONG))
    name = name[: draw(st.integers(2, len(name)))] if draw(st.booleans()) else name
    after = draw(st.sampled_from(["", "=", "=staging", "=-e", "= ", "=a=b"]))
    value = draw(st.sampled_from([[], [""], ["staging"], ["-e"], ["--"], ["\N{KEY}"], ["1"]]))
    return [name + after, *value]


WORDS = st.one_of(
    odd(),
    st.sampled_from(KEYS).map(lambda key: [key]),
    st.sampled_from([["--plain"], ["-n"], ["-q"], ["--quiet"], ["--reveal"], ["--"], ["-nq"]]),
    st.sampled_from(["json", "names", "plain", "yaml", "table", "xml"]).flatmap(
        lambda form: st.sampled_from([["-o", form], [f"--output={form}"]])
    ),
    st.sampled_from([["--no-color"], ["--json"], ["-ojson"], ["--raw"], ["-c"]]),
    st.sampled_from(
        [["--plai"], ["-e"], ["--env="], ["-estaging"], ["--json"], ["--version", "1"]]
    ),
    *(option(name) for name in VALUES),
)
LINES = st.lists(WORDS, max_size=5).map(lambda parts: [word for part in parts for word in part])
LIKELY = (
    LINES.map(lambda line: [*line, "PLAIN_KEY", "--plain"])
    | LINES.map(lambda line: [*line, "LINES_KEY"])
    | LINES
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(line=LIKELY)
def test_the_fast_path_and_typer_agree(vault, line):
    argv = ["secrets", "get", *(replaced(word, vault) for word in line)]
    if fastpath.match(argv) is None:
        return
    fast, slow = both(argv)
    assert fast == slow


RUN_WORDS = st.one_of(
    odd(),
    *(option(name) for name in VALUES),
    st.sampled_from(
        ["MANIFEST", "MORE", "BROKEN", "HOSTILE", "HOME", "/nonexistent/inf.yml"]
    ).flatmap(lambda path: st.sampled_from([["-f", path], [f"--file={path}"], ["--file", path]])),
    st.sampled_from([*KEYS, "PLAIN_KEY,LINES_KEY", "PLAIN_KEY,", "*", "LD_PRELOAD"]).flatmap(
        lambda names: st.sampled_from([["--only", names], [f"--only={names}"]])
    ),
    st.sampled_from([["-q"], ["--quiet"], ["-qe", "staging"], ["--only="], ["-f"]]),
    st.sampled_from([["--all"], ["--pristine"], ["--exec"], ["-c"], ["--shell"], ["--no-masking"]]),
    st.sampled_from([["--json"], ["--debug"], ["-h"], ["-"], ["--nonsense"], [""]]),
)
COMMANDS = st.sampled_from(
    [
        *(["--", "true", "--", "-q"], ["prog", "--only", "X", "--json"], ["--"], []),
        *(["--", "set", "--generate", "--help"], ["--", "nosuch"], ["--", ""]),
        *(["exec", "-e", "x"], ["--", "-c", "x"], ["sh", "-c", "x", "--preserve-env"]),
    ]
)


@pytest.fixture(scope="module")
def started():
    """What would have been started, instead of starting it."""
    seen = []

    def run_child(argv, environ, redactor):
        seen.append((list(argv), dict(environ), redactor and list(redactor.unprotected)))
        return len(seen) % 2 + 40

    def replace_process(argv, environ):
        raise SystemExit(run_child(argv, environ, None))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("infsh_secrets.execution.child.replace_process", replace_process)
        patch.setattr("infsh_secrets.execution.child.run_child", run_child)
        yield seen


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    parts=st.lists(RUN_WORDS, max_size=3),
    command=COMMANDS,
    name=st.sampled_from(["run", "exec"]),
    actions=st.booleans(),
)
def test_both_ways_start_the_same(vault, started, parts, command, name, actions):
    words = [replaced(word, vault) for part in parts for word in part]
    argv = ["secrets", name, *words, *command]
    if fastpath.match(argv) is None:
        return
    started.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(vault["HOME"])
        patch.setenv("STAGED_KEY", "of the shell")
        patch.setenv("GITHUB_ACTIONS", "true" if actions else "")
        fast, slow = both(argv)
    assert fast[1:] == slow[1:]
    if started:
        assert started[0] == started[1]
        assert (fast[0], slow[0], len(started)) == (41, 40, 2)
    else:
        assert fast[0] == slow[0] == 125


LIST_WORDS = st.one_of(
    odd(),
    *(option(name) for name in VALUES),
    st.sampled_from(["json", "names", "plain", "yaml", "table", "xml", "NAMES"]).flatmap(
        lambda form: st.sampled_from([["-o", form], ["--output", form], [f"--output={form}"]])
    ),
    st.sampled_from(["PLAIN_*", "*", "?TAGED_KEY", "[", "plain_key", "é*", "list"]).map(
        lambda pattern: [pattern]
    ),
    st.sampled_from([["-q"], ["--quiet"], ["--json"], ["--no-color"], ["-r"], ["--reverse"]]),
    st.sampled_from([["--all-envs"], ["--deleted"], ["--sort", "used"], ["--expired"], ["-rq"]]),
    st.sampled_from(
        [["--json=1"], ["-ojson"], ["--output"], ["--"], ["-"], [""], ["-h"], ["--no"]]
    ),
)


@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    parts=st.lists(LIST_WORDS, max_size=5),
    name=st.sampled_from(["list", "ls"]),
    form=st.sampled_from(["", "names", "table", "nonsense"]),
    locale=st.sampled_from(["C", "C.UTF-8"]),
)
def test_both_ways_list_the_same(vault, parts, name, form, locale):
    argv = ["secrets", name, *(replaced(word, vault) for part in parts for word in part)]
    if fastpath.match(argv) is None:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INFSH_OUTPUT", form)
        patch.setenv("LC_ALL", locale)
        fast, slow = both(argv)
    assert fast == slow


@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize(
    "line",
    [
        ["list"],
        ["list", "-o", "json"],
        ["list", "-e", "nowhere"],
        ["ls", "--deleted", "--no-color"],
        ["get", "LINES_KEY"],
        ["get", "LINES_KEY", "--reveal"],
        ["get", "RED_KEY", "--reveal"],
        ["get", "RED_KEY", "--plain"],
        ["get", "RED_KEY", "--json", "--reveal"],
        ["get", "PLAIN_KEY", "--plain"],
    ],
)
def test_both_ways_show_the_same_on_a_terminal(vault, monkeypatch, terminal, line):
    monkeypatch.setattr(Stream, "terminal", terminal)
    argv = ["secrets", *line]
    assert fastpath.match(argv) is not None
    fast, slow = both(argv)
    assert fast == slow


def test_both_ways_know_the_version(vault):
    fast, slow = both(["--version"])
    assert fast == slow
    assert fast[0] == 0


def replaced(word, vault):
    name, equals, value = word.partition("=")
    if equals:
        return f"{name}={vault.get(value, value)}"
    return vault.get(word, word)


@pytest.mark.parametrize(
    "line",
    [
        ["PLAIN_KEY", "--plain"],
        ["--plain", "PLAIN_KEY"],
        ["PLAIN_KEY", "--plain", "-n"],
        ["PLAIN_KEY", "--plain", "-e", "staging"],
        ["PLAIN_KEY", "--plain", "--env=staging,default", "-q"],
        ["PLAIN_KEY", "--plain", "--key-file", "k", "--vault", "v", "--team", "t"],
        ["PLAIN_KEY"],
        ["PLAIN_KEY", "--reveal", "-o", "table", "--no-color", "-q"],
        ["PLAIN_KEY", "--json", "-e", "staging"],
    ],
)
def test_the_plain_forms_take_the_fast_path(line):
    assert fastpath.match(["secrets", "get", *line]) is not None


@pytest.mark.parametrize(
    "line",
    [
        ["--", "true"],
        ["true"],
        ["-f", "f", "-e", "staging", "--team", "t", "--vault", "v", "--key-file", "k", "true"],
        ["--only", "A", "--only=B,C", "-q", "--", "true"],
        ["true", "--json", "--files"],
        ["--all", "--pristine", "--exec", "--no-masking", "true"],
        ["-c", "true"],
    ],
)
def test_the_plain_forms_of_run_take_the_fast_path(line):
    for name in ("run", "exec"):
        assert fastpath.match(["secrets", name, *line]) is not None


@pytest.mark.parametrize(
    "line",
    [
        [],
        ["-q"],
        ["-h"],
        ["--preserve-env", "true"],
        ["--files", "--", "true"],
        ["-fx", "true"],
        ["-qe", "staging", "true"],
        ["-f", "a", "-f", "b", "true"],
        ["-e", "", "true"],
        ["-", "true"],
        ["--json", "true"],
    ],
)
def test_the_rest_of_run_is_left_to_typer(line):
    assert fastpath.match(["secrets", "run", *line]) is None


@pytest.mark.parametrize(
    "line",
    [
        [],
        ["AWS_*", "X"],
        ["-o", "names", "-q"],
        ["--json", "--all-envs", "-r", "--deleted", "--no-color"],
        ["--output=plain", "-e", "staging", "--team", "t", "--vault", "v", "--key-file", "k"],
    ],
)
def test_the_plain_forms_of_list_take_the_fast_path(line):
    for name in ("list", "ls"):
        assert fastpath.match(["secrets", name, *line]) is not None


@pytest.mark.parametrize(
    "line",
    [
        ["-h"],
        [""],
        ["--"],
        ["-ojson"],
        ["-o", "json", "-o", "names"],
        ["-e"],
        ["-m", "a=b"],
        ["--stale", "90d"],
        ["--sort", "used"],
        ["-s", "inference"],
        ["--debug"],
        ["--no-input"],
    ],
)
def test_the_rest_of_list_is_left_to_typer(line):
    assert fastpath.match(["secrets", "list", *line]) is None


def test_only_the_version_alone_takes_the_fast_path():
    assert fastpath.match(["--version"]) is not None
    for argv in (["secrets", "--version"], ["--version", "secrets"], ["--version", "-h"], []):
        assert fastpath.match(argv) is None


@pytest.mark.parametrize(
    "line",
    [
        [],
        ["PLAIN_KEY", "-n"],
        ["PLAIN_KEY", "-c"],
        ["PLAIN_KEY", "--plain", "--json"],
        ["PLAIN_KEY", "--plain", "--reveal"],
        ["PLAIN_KEY", "--plain", "--version", "1"],
        ["PLAIN_KEY", "--plain", "-o", "json"],
        ["PLAIN_KEY", "OTHER", "--plain"],
        ["PLAIN_KEY", "--plain", "-e"],
        ["PLAIN_KEY", "--plain", "-e", "a", "-e", "b"],
        ["PLAIN_KEY", "--plain", "--", "X"],
        ["--plain", "-h"],
    ],
)
def test_everything_else_is_left_to_typer(line):
    assert fastpath.match(["secrets", "get", *line]) is None
