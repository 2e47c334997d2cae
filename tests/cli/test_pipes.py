"""Pipes that a parent process has set up not to wait: nothing of a value or an answer is lost."""

from __future__ import annotations

import os
import subprocess
import time

import pytest

BIG = "x" * 65536


@pytest.fixture
def pipe():
    ends = os.pipe()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            continue


def test_a_value_that_comes_late_and_in_parts_is_stored_whole(pipe, infsh, program):
    reader, writer = pipe
    os.set_blocking(reader, False)
    command = [program, "secrets", "set", "SLOW_KEY", "-q"]
    with subprocess.Popen(command, stdin=reader) as process:
        for part in (b"", b"first ", b"second"):
            time.sleep(0.3)
            os.write(writer, part)
        os.close(writer)
        assert process.wait(60) == 0
    assert infsh("secrets", "get", "SLOW_KEY", "--plain").stdout == b"first second"


def test_an_answer_larger_than_the_pipe_is_written_whole(pipe, infsh, program):
    reader, writer = pipe
    infsh("secrets", "set", "BIG_KEY", stdin=BIG.encode())
    os.set_blocking(writer, False)
    command = [program, "secrets", "get", "BIG_KEY", "--reveal", "--json"]
    with subprocess.Popen(command, stdout=writer) as process:
        os.close(writer)
        time.sleep(0.5)
        with open(reader, "rb", closefd=False) as file:
            answer = file.read()
        assert process.wait(60) == 0
    assert BIG.encode() in answer
    assert answer.endswith(b"}\n")
