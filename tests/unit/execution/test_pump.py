from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from infsh_secrets.execution import pump
from infsh_secrets.execution.pump import Channel, Loop, Sink
from infsh_secrets.execution.redact import Redactor


@pytest.fixture
def clock(monkeypatch):
    now = SimpleNamespace(seconds=100.0)
    monkeypatch.setattr(pump, "time", SimpleNamespace(monotonic=lambda: now.seconds))
    return now


@pytest.fixture
def ends():
    """A pipe into a channel to a terminal, and one out of it."""
    out, sink = os.pipe()
    source, writing = os.pipe()
    redactor = Redactor([("SOME_KEY", b"made-up-7fQ2xLw9")])
    channel = Channel(Loop(), source, Sink(sink), redactor.stream(), terminal=True)
    yield channel, writing, out
    channel.close()
    for descriptor in (out, sink, writing):
        os.close(descriptor)


def test_who_types_soon_sees_a_letter_that_may_begin_a_value(clock, ends):
    channel, writing, out = ends
    channel.expect_echo()
    clock.seconds += 0.1
    os.write(writing, b"m")
    channel.drain(0)
    assert channel.idle_in() == pytest.approx(0.02)
    clock.seconds += 0.03
    channel.idle()
    assert os.read(out, 9) == b"m"


def test_what_a_program_prints_long_after_the_last_key_is_held_longer(clock, ends):
    channel, writing, _ = ends
    channel.expect_echo()
    clock.seconds += 0.6
    os.write(writing, b"m")
    channel.drain(0)
    assert channel.idle_in() == pytest.approx(0.5)
