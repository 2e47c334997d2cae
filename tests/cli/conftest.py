"""Commands run in process: `cli` gives status, output and error output of one."""

from __future__ import annotations

import io
import json
import sys
from typing import NamedTuple

import pytest

from infsh_secrets import entry


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
