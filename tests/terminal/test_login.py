"""A token typed at a terminal: it is not shown, and Ctrl-C leaves nothing."""

from __future__ import annotations

import pytest
from fake_server import TOKEN, Inference, Server


@pytest.fixture
def remote():
    with Server(Inference(TOKEN)).running() as server:
        yield server


def started(terminal, url):
    script = 'trap : INT; infsh login "$1"; echo "status $?"'
    made = terminal("sh", "-c", script, "sh", url)
    made.wait("(not shown):")
    return made


def test_a_typed_token_is_kept_and_never_shown(terminal, remote, infsh):
    made = started(terminal, remote.url)
    made.line(TOKEN)
    made.wait("status")
    assert made.end() == 0
    assert "status 0" in made.text
    assert TOKEN not in made.raw.decode()
    assert infsh("secrets", "list", "-s", remote.url).stdout == b"[]\n"


def test_interrupted(terminal, remote, infsh):
    made = started(terminal, remote.url)
    made.child.sendintr()
    made.wait("status")
    assert made.end() == 0
    assert "status 130" in made.text
    assert remote.seen == []
    assert infsh("secrets", "list", "-s", remote.url).returncode == 5
