"""Stories about the whole program, one a file, run with /bin/sh in a home of their own.

The language, one line a statement; blank lines and lines that begin with # say nothing to it:

    env NAME=VALUE        for all commands that follow; $HOME is the temporary home
    $ COMMAND             run it with /bin/sh: no terminal, nothing on standard input
    < TEXT                ... but this line (repeatable)
    ? 4                   it ends with this status (0 when nothing is said)
    > TEXT                its standard output has this line, after those named before
    >~ REGEX              ... or a line in which this is found
    >= 'a\\n'              its whole standard output, as a Python literal
    >0                    its standard output is empty
    2> 2>~ 2>= 2>0        the same for standard error
    ! TEXT                this occurs in no output of the whole story
    file-absent PATH      there is no such file at this point; paths may hold $HOME and wildcards
    file-exists PATH
    file-mode PATH 600
    file-lacks PATH TEXT  no file that fits, or below the folder, has this text in it

The first line of a story that is a comment is its title. Every story begins in an empty home, in
which it may make files. `run_story` is what other tests use to run one that they have at hand.
"""

from __future__ import annotations

import ast
import glob
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SLOW = ("passphrase_changed",)  # a passphrase costs what it must; passphrase_file has one, too
STORIES = [
    pytest.param(path, id=path.stem, marks=[pytest.mark.slow] if path.stem in SLOW else [])
    for path in sorted(Path(__file__).parent.glob("*.txt"))
]
_LIMIT_SECONDS = 60


class StoryError(AssertionError):
    """A story did not go as it is told."""


class Run:
    """One finished command and how much of its output the story has named so far."""

    def __init__(self, line, command):
        self.line = line
        self.command = command
        self.stdin = ""
        self.expected_status = 0
        self.expectations = []
        self.status = None
        self.out = b""
        self.err = b""

    def execute(self, home, environ):
        done = subprocess.run(
            ["/bin/sh", "-c", self.command],
            input=self.stdin.encode(),
            capture_output=True,
            cwd=home,
            env=environ,
            timeout=_LIMIT_SECONDS,
            check=False,
        )
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr
        if self.status != self.expected_status:
            self.fail(f"ended with {self.status}, not with {self.expected_status}")
        for stream in ("out", "err"):
            self._check_stream(stream)

    def _check_stream(self, stream):
        data = getattr(self, stream)
        lines = data.decode(errors="backslashreplace").splitlines()
        place = 0
        for kind, text in [(k, t) for s, k, t in self.expectations if s == stream]:
            if kind == "=":
                expected = ast.literal_eval(text).encode()
                if data != expected:
                    self.fail(f"std{stream} is not {expected!r}")
                continue
            if kind == "0":
                if data:
                    self.fail(f"std{stream} is not empty")
                continue
            fits = [n for n in range(place, len(lines)) if _fits(kind, text, lines[n])]
            if not fits:
                self.fail(f"std{stream} lacks, after its line {place}: {text}")
            place = fits[0] + 1

    def fail(self, reason):
        out, err = (part.decode(errors="backslashreplace") for part in (self.out, self.err))
        raise StoryError(
            f"line {self.line}: $ {self.command}\n{reason}\n"
            f"status {self.status}\n--- stdout\n{out}--- stderr\n{err}"
        )


def _fits(kind, text, line):
    return re.search(text, line) is not None if kind == "~" else text == line


def run_story(text, home):
    """Run a story in the folder `home`; StoryError tells what went otherwise."""
    Story(text, home).run()


class Story:
    """A story in its home."""

    def __init__(self, text, home):
        self.home = str(home)
        self.environ = {**os.environ, "HOME": self.home}
        self.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]
        self.lines = list(enumerate(text.splitlines(), 1))
        self.forbidden = [line[2:] for _, line in self.lines if line.startswith("! ")]
        self.pending = None

    def run(self):
        for number, line in self.lines:
            try:
                self._statement(number, line.rstrip())
            except (ValueError, IndexError, SyntaxError, re.error) as error:
                raise StoryError(f"line {number} cannot be understood: {line}") from error
        self._finish()

    def _statement(self, number, line):
        word, _, rest = line.partition(" ")
        if not line or word == "#" or line.startswith("#") or word == "!":
            return
        if word == "$":
            self._finish()
            self.pending = Run(number, rest)
        elif word == "<":
            self.pending.stdin += rest + "\n"
        elif word == "?":
            self.pending.expected_status = int(rest)
        elif re.fullmatch(r"2?>[~=0]?", word):
            stream = "err" if word[0] == "2" else "out"
            self.pending.expectations.append((stream, word.lstrip("2")[1:], rest))
        else:
            self._finish()
            self._about_files(number, word, rest)

    def _finish(self):
        run, self.pending = self.pending, None
        if run is None:
            return
        run.execute(self.home, self.environ)
        for text in self.forbidden:
            if text.encode() in run.out + run.err:
                run.fail(f"this may not be seen anywhere: {text}")

    def _about_files(self, number, word, rest):
        if word == "env":
            name, _, value = rest.partition("=")
            self.environ[name] = value.replace("$HOME", self.home)
            return
        pattern, *details = rest.split(" ", 1)
        found = self._paths(pattern)
        checks = {
            "file-absent": lambda: not found,
            "file-exists": lambda: bool(found),
            "file-mode": lambda: found and all(_mode(path) == details[0] for path in found),
            "file-lacks": lambda: not _contains(found, details[0].encode()),
        }
        if word not in checks:
            raise ValueError(word)
        if not checks[word]():
            modes = ", ".join(f"{path} {_mode(path)}" for path in found)
            raise StoryError(f"line {number}: {word} {rest}\nthere are: {modes or 'none'}")

    def _paths(self, pattern):
        full = os.path.join(self.home, pattern.replace("$HOME", self.home))
        return sorted(glob.glob(full, include_hidden=True))


def _mode(path):
    return f"{os.lstat(path).st_mode & 0o7777:o}"


def _contains(paths, text):
    files = [Path(path) for path in paths]
    below = [file for path in files if path.is_dir() for file in path.rglob("*")]
    return any(file.is_file() and text in file.read_bytes() for file in files + below)


@pytest.mark.parametrize("path", STORIES)
def test_story(path, own_home):
    reason = None
    try:
        run_story(path.read_text(encoding="utf-8"), own_home)
    except StoryError as error:
        reason = str(error)
    if reason is not None:
        pytest.fail(f"{path.name}, {reason}", pytrace=False)


@pytest.mark.parametrize(
    "story",
    [
        "$ echo a\n> b",
        "$ echo a\n>0",
        "$ echo a\n>= 'a'",
        "$ echo a\n>~ ^b",
        "$ exit 3",
        "$ true\n? 1",
        "$ echo a; echo b\n> b\n> a",
        "$ echo hidden >&2\n! hidden",
        "$ echo a >&2\n2>0",
        "$ echo text >file\nfile-absent file",
        "$ echo text >file\nfile-lacks . text",
        "$ true\nfile-exists file",
        "$ umask 022; echo >file\nfile-mode file 600",
        "what is this",
    ],
)
def test_a_story_that_goes_otherwise_fails(story, own_home):
    with pytest.raises(StoryError):
        run_story(story, own_home)


def test_a_story_sees_its_input_and_its_settings(own_home):
    run_story("env A=$HOME/x\n$ cat; echo $A\n< one\n< two\n>~ ^one$\n> two", own_home)
