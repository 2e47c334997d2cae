"""Typer is imported without what it does not need here, and nobody sees a difference."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from infsh_secrets.cli.typer_import import _UNUSED, StandIn, import_typer

PROGRAM = """
import json, sys
from infsh_secrets.cli.typer_import import StandIn, import_typer
before = set(sys.modules)
import_typer()
left = sorted(n for n, m in sys.modules.items() if isinstance(m, StandIn))
new = sorted(set(sys.modules) - before)
import inspect, subprocess, typer.main
real = subprocess.run([sys.executable, "-c", ""]).returncode
same = typer.main.subprocess.run is subprocess.run
text = inspect.getsource(import_typer).splitlines()[0]
print(json.dumps([left, new, real, same, text]))
"""


def test_typer_comes_alone_and_works():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, check=True, text=True
    )
    left, new, status, same, text = json.loads(done.stdout)
    assert left == []
    assert "typer.main" in new
    assert {"subprocess", "textwrap", "bz2", "locale"}.isdisjoint(new)
    assert (status, same) == (0, True)
    assert text == "def import_typer() -> None:"


@pytest.fixture
def absent(monkeypatch):
    """A module that has not been imported yet."""
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    return "colorsys"


def test_a_stand_in_becomes_the_module(absent, monkeypatch):
    stand_in = StandIn(absent)
    monkeypatch.setitem(sys.modules, absent, stand_in)
    assert stand_in.rgb_to_hsv(0, 0, 1)[2] == 1
    assert sys.modules[absent] is not stand_in
    assert stand_in.rgb_to_hsv is sys.modules[absent].rgb_to_hsv
    with pytest.raises(AttributeError):
        _ = stand_in.absent


def test_a_process_that_has_typer_is_left_alone():
    import typer  # noqa: F401  # what this is about

    before = dict(sys.modules)
    import_typer()
    assert sys.modules == before
    assert not any(isinstance(sys.modules.get(name), StandIn) for name in _UNUSED)
