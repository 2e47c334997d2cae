"""Commands run in process: `cli` gives status, output and error output of one."""

from __future__ import annotations

import io
import json
import re
import sys
from typing import NamedTuple

import pytest

from infsh_secrets import entry
from infsh_secrets.cli import prompts
from infsh_secrets.crypto import kdf
from infsh_secrets.domain.errors import AbortedError


class Done(NamedTuple):
    """A finished command."""

    status: int
    out: bytes
    err: str

    @property
    def text(self):
        return self.out.decode()

    @property
    def data(self):
        return json.loads(self.out)

    @property
    def error(self):
        """The error object; nothing may stand on standard output beside it."""
        assert self.out == b""
        (line,) = self.err.splitlines()
        error = json.loads(line)["error"]
        assert list(error) == ["code", "message", "hint", "exit"]
        assert error["exit"] == self.status
        assert error["message"].endswith(".")
        return error


@pytest.fixture
def cli(own_home, capfdbinary, monkeypatch):
    """Run `infsh secrets ...` in process; `root=True` leaves the word `secrets` out."""

    def run(*argv, stdin=b"", root=False):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        capfdbinary.readouterr()
        status = entry.run(list(argv) if root else ["secrets", *argv])
        out, err = capfdbinary.readouterr()
        return Done(status, out, err.decode())

    return run


@pytest.fixture
def refused(cli, own_home):
    """Run a command that must fail with this status and change nothing; returns the error."""

    def run(status, *argv, stdin=b"", root=False):
        before = snapshot(own_home)
        done = cli(*argv, stdin=stdin, root=root)
        assert done.status == status, done
        error = done.error
        assert error["hint"]
        assert snapshot(own_home) == before
        return error

    return run


def snapshot(folder):
    """Return every path below a folder with its content."""
    return {str(path): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


@pytest.fixture
def cheap(monkeypatch):
    """Passphrases that cost next to nothing."""
    monkeypatch.setattr(kdf, "ARGON2_FLOOR", (1, 8, 1))
    monkeypatch.setattr(kdf, "ARGON2_DEFAULT", (1, 32, 1))


class Person:
    """Somebody at a terminal: what is typed next, and the questions that were asked.

    An answer of None is the end of input; `last_group` is what the shown code ends with.
    """

    def __init__(self):
        self.answers = []
        self.questions = []

    def hidden(self, question, **_):
        self.questions.append(question)
        answer = self.answers.pop(0)
        if answer is None:
            raise AbortedError("Nothing was typed, nothing was changed.")
        return answer

    def shown(self, question):
        answer = self.hidden(question)
        if answer == "last_group":
            sys.stderr.flush()
            return self.code().rpartition("-")[2].lower()
        return answer

    def code(self):
        return re.findall(r"INFSHREC1(?:-[A-Z2-7]{5}){8}", self.said.getvalue())[-1]


@pytest.fixture
def person(cli, cheap, monkeypatch):
    """Put a person before the terminal; `person("typed", "lines")(argv)` runs a command."""
    one = Person()
    monkeypatch.setattr("infsh_secrets.cli.context.may_ask", lambda *_, **__: True)
    monkeypatch.setattr("infsh_secrets.files.streams.may_ask", lambda *_, **__: True)
    monkeypatch.setattr(prompts, "ask_hidden", one.hidden)
    monkeypatch.setattr(prompts, "_ask_shown", one.shown)

    def types(*answers):
        one.answers, one.questions = list(answers), []
        one.said = io.StringIO()
        monkeypatch.setattr(prompts, "say", one.said.write)

        def run(*argv):
            done = cli(*argv)
            assert one.answers == []
            return done

        return run

    types.one = one
    return types


@pytest.fixture
def remote():
    """A server of somebody else, by the name of its routes; `remote.url` is its address."""
    from fake_server import TOKEN, Inference, Server

    with Server(Inference(TOKEN)).running() as server:
        yield server


@pytest.fixture
def work(cli, remote, own_home):
    """The same server as the store `work` of the configuration, with a token kept for it."""
    from fake_server import TOKEN

    cli("store", "add", "work", remote.url)
    done = cli("login", "work", "--with-token", stdin=TOKEN.encode(), root=True)
    assert done.status == 0, done.err
    remote.seen.clear()
    return remote
