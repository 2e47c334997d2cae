from __future__ import annotations

import base64
import fcntl
import json
import os
import random
import select
import subprocess
import sys

import pytest

VALUE = "made-up-7fQ2xLw9-value"


@pytest.fixture
def stored(prepare):
    prepare("set", "SOME_KEY", VALUE)


def next_line(process):
    """The next line of its output; a failure where none comes for a minute."""
    ready, _, _ = select.select([process.stdout], [], [], 60)
    assert ready, "nothing comes"
    return process.stdout.readline()


def redacted(infsh, text, *options, **more):
    done = infsh("secrets", "redact", *options, stdin=text, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_value_becomes_a_mark(infsh, stored):
    assert redacted(infsh, f"a {VALUE} b\n".encode()) == b"a [REDACTED:SOME_KEY] b\n"


def test_encoded_values_become_marks(infsh, stored):
    encoded = base64.b64encode(f"user:{VALUE}".encode()) + b" " + VALUE.encode().hex().encode()
    out = redacted(infsh, b"Basic " + encoded)
    assert out.count(b"[REDACTED:SOME_KEY]") == 2
    assert VALUE.encode().hex().encode() not in out


def test_what_holds_no_secret_passes_byte_for_byte(infsh, stored):
    data = random.Random(3).randbytes(3_000_000)
    assert redacted(infsh, data) == data
    assert redacted(infsh, b"") == b""


def test_secrets_of_all_environments_are_looked_for_unless_some_are_named(infsh, prepare, stored):
    prepare("set", "SOME_KEY", "made-up-staging-8Kd2", "-e", "staging")
    text = f"{VALUE} made-up-staging-8Kd2".encode()
    assert redacted(infsh, text) == b"[REDACTED:SOME_KEY] [REDACTED:SOME_KEY]"
    named = redacted(infsh, text, "-e", "staging")
    assert named == f"{VALUE} [REDACTED:SOME_KEY]".encode()


def test_only_the_named_secrets(infsh, prepare, stored):
    prepare("set", "OTHER_KEY", "made-up-other-5Tz1")
    prepare("set", "THIRD_KEY", "made-up-third-2Wn6")
    text = f"{VALUE} made-up-other-5Tz1 made-up-third-2Wn6".encode()
    out = redacted(infsh, text, "--only", "OTHER_KEY,SOME_KEY")
    assert out == b"[REDACTED:SOME_KEY] [REDACTED:OTHER_KEY] made-up-third-2Wn6"
    assert redacted(infsh, text, "--only", "OTHER_KEY", "--only", "SOME_KEY") == out


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        (["--only", "ABSENT"], 4, "not_found"),
        (["--only", ""], 2, "usage"),
        (["--only", "SOME_KEY,"], 2, "usage"),
        (["--only", "no name"], 2, "usage"),
        (["-e", "nowhere"], 4, "not_found"),
        (["--vault", "/nowhere/x.vault"], 4, "not_found"),
    ],
)
def test_nothing_passes_where_nothing_can_be_found(infsh, stored, options, status, code):
    done = infsh("secrets", "redact", *options, stdin=VALUE.encode())
    assert (done.returncode, done.stdout) == (status, b"")
    assert json.loads(done.stderr)["error"]["code"] == code


def test_without_a_vault_nothing_passes(infsh):
    done = infsh("secrets", "redact", stdin=b"text")
    assert (done.returncode, done.stdout) == (4, b"")


def test_weak_values_are_named_on_standard_error(infsh, prepare, stored):
    prepare("set", "PORT", "8080")
    done = infsh("secrets", "redact", stdin=b"8080")
    assert done.stdout == b"8080"
    assert done.stderr == b"Warning: too short or too common to be masked: PORT.\n"
    assert infsh("secrets", "redact", "-q", stdin=b"8080").stderr == b""


def test_reading_for_redaction_is_no_use(infsh, stored):
    redacted(infsh, b"text")
    assert json.loads(infsh("secrets", "get", "SOME_KEY").stdout)["last_used_at"] is None


def test_a_line_appears_at_once(program, stored):
    process = subprocess.Popen(
        [program, "secrets", "redact"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    )
    process.stdin.write(f"one {VALUE}\n".encode())
    assert next_line(process) == b"one [REDACTED:SOME_KEY]\n"
    process.stdin.close()
    assert (process.stdout.read(), process.wait(60)) == (b"", 0)
    process.stdout.close()


def test_a_pipe_that_does_not_wait_is_read_to_its_end(program, stored):
    read, write = os.pipe()
    fcntl.fcntl(read, fcntl.F_SETFL, os.O_NONBLOCK)
    process = subprocess.Popen(
        [program, "secrets", "redact"], stdin=read, stdout=subprocess.PIPE, bufsize=0
    )
    os.close(read)
    for part in (b"first\n", b"second\n"):
        os.write(write, part)
        assert next_line(process) == part
    os.close(write)
    assert process.wait(60) == 0
    process.stdout.close()


def test_a_reader_that_has_enough_ends_it_quietly(program, stored):
    line = f"yes made-up | {program} secrets redact | head -1"
    done = subprocess.run(["bash", "-c", line], capture_output=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == (b"made-up\n", b"")


WATCHED = """
import resource, subprocess, sys
line = f"head -c 300000000 /dev/zero | {sys.argv[1]} secrets redact | wc -c"
subprocess.run(["bash", "-c", line], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_input(program, stored):
    watched = [sys.executable, "-c", WATCHED, program]
    done = subprocess.run(watched, capture_output=True, timeout=300, check=True)
    size, kibibytes = done.stdout.split()
    assert size == b"300000000"
    assert int(kibibytes) < 120_000


def test_an_input_that_cannot_be_read_is_one_sentence(infsh, stored):
    unreadable = os.open(os.devnull, os.O_WRONLY)
    try:
        done = infsh("secrets", "redact", source=unreadable)
    finally:
        os.close(unreadable)
    assert (done.returncode, done.stdout) == (7, b"")
    assert b"Standard input cannot be read" in done.stderr
