from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys

import pytest

from infsh_secrets.domain.errors import InfshError, NotFoundError, UsageError
from infsh_secrets.manifest import cache
from infsh_secrets.manifest import parse as parser
from infsh_secrets.manifest.cache import decode, encode, load

TEXT = """credentials:
  - slug: hub
    description: The hub
    optional: yes
    secrets: [HUB_KEY]
secrets:
  - key: A_KEY
    description: größer
  - key: B_KEY
    optional: true
env:
  MODE: fast
  EMPTY:
"""
KEY = bytes(range(32))


@pytest.fixture
def state(tmp_path):
    return str(tmp_path / "state")


@pytest.fixture
def manifest(tmp_path):
    path = tmp_path / "inf.yml"
    path.write_text(TEXT, encoding="utf-8")
    return str(path)


@pytest.fixture
def parsed(monkeypatch):
    """A list that grows by a path with each manifest that is parsed."""
    paths = []
    real = parser.parse

    def parse(data, path):
        paths.append(path)
        return real(data, path)

    monkeypatch.setattr(parser, "parse", parse)
    return paths


def entries(state):
    folder = os.path.join(state, cache.FOLDER)
    return sorted(os.path.join(folder, name) for name in os.listdir(folder))


def test_parsed_once(state, manifest, parsed, facts):
    first = load(manifest, state)
    second = load(manifest, state)
    assert parsed == [manifest]
    assert facts(first) == facts(second) == facts(parser.read(manifest))
    assert first.path == second.path == manifest


def test_the_whole_corpus(state, corpus, facts, parsed):
    for path, said in corpus:
        assert facts(load(path, state)) == said
    before = len(parsed)
    for path, said in corpus:
        assert facts(load(path, state)) == said
    assert len(parsed) == before == len(corpus)


def test_the_path_is_the_one_given(state, manifest, tmp_path, monkeypatch, parsed):
    load(manifest, state)
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(manifest, other / "app.yaml")
    monkeypatch.chdir(other)
    assert load("app.yaml", state).path == str(other / "app.yaml")
    assert parsed == [manifest]


def test_a_change_is_seen(state, manifest, facts):
    load(manifest, state)
    with open(manifest, "a", encoding="utf-8") as file:
        file.write("  MORE: x\n")
    assert load(manifest, state).variables["MORE"] == "x"


def test_another_version_parses_anew(state, manifest, parsed, monkeypatch):
    load(manifest, state)
    monkeypatch.setattr(cache, "__version__", "9.9.9")
    load(manifest, state)
    monkeypatch.setattr(cache, "FORMAT", b"another")
    load(manifest, state)
    assert len(parsed) == 3


def test_entries_are_private(state, manifest):
    old = os.umask(0)
    try:
        load(manifest, state)
    finally:
        os.umask(old)
    (entry,) = entries(state)
    assert stat.S_IMODE(os.stat(entry).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(os.path.dirname(entry)).st_mode) == 0o700
    assert stat.S_IMODE(os.stat(state).st_mode) == 0o700


def test_no_state_folder_is_no_cache(manifest, parsed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = sorted(os.listdir(tmp_path))
    load(manifest, "")
    load(manifest, "")
    assert len(parsed) == 2
    assert sorted(os.listdir(tmp_path)) == before


def test_what_is_wrong_is_never_kept(state, tmp_path):
    path = tmp_path / "inf.yml"
    path.write_bytes(b"secrets: x\n")
    for _ in range(2):
        with pytest.raises(UsageError, match="line 1"):
            load(str(path), state)
    assert not os.path.exists(state)
    with pytest.raises(NotFoundError):
        load(str(tmp_path / "nothing.yml"), state)


def test_no_altered_entry_is_believed(manifest):
    whole = encode(parser.read(manifest), KEY)
    decode(whole, KEY, manifest)
    for at in range(len(whole)):
        for flip in (1, 0x80, 0xFF):
            altered = bytearray(whole)
            altered[at] ^= flip
            with pytest.raises(ValueError, match="not an entry"):
                decode(bytes(altered), KEY, manifest)
    for size in range(len(whole)):
        with pytest.raises(ValueError, match="not an entry"):
            decode(whole[:size], KEY, manifest)
    for more in (b"\0", b"x" * 40):
        with pytest.raises(ValueError, match="not an entry"):
            decode(whole + more, KEY, manifest)


def test_an_altered_body_with_a_right_checksum_is_an_error_or_a_manifest(manifest):
    whole = encode(parser.read(manifest), KEY)
    body = whole[32:]
    for size in range(len(body)):
        cut = body[:size]
        with pytest.raises(ValueError):  # noqa: PT011 - of any kind
            decode(cache.sha256(KEY + cut).digest() + cut, KEY, manifest)
    longer = body + b"\0"
    with pytest.raises(ValueError, match="too long"):
        decode(cache.sha256(KEY + longer).digest() + longer, KEY, manifest)


def test_a_damaged_entry_is_parsed_and_written_anew(state, manifest, parsed, facts):
    said = facts(load(manifest, state))
    (entry,) = entries(state)
    with open(entry, "rb") as file:
        whole = file.read()
    for damaged in (b"", whole[:-1], whole[:20], b"\xff" + whole[1:], b"x" * 300_000):
        with open(entry, "wb") as file:
            file.write(damaged)
        before = len(parsed)
        assert facts(load(manifest, state)) == said
        assert len(parsed) == before + 1
        with open(entry, "rb") as file:
            assert file.read() == whole


def test_the_entry_of_another_manifest_is_not_believed(state, manifest, tmp_path, facts):
    load(manifest, state)
    (entry,) = entries(state)
    other = tmp_path / "app.yml"
    other.write_bytes(b"secrets: [OTHER_KEY]\n")
    load(str(other), state)
    (second,) = set(entries(state)) - {entry}
    shutil.copy(entry, second)
    assert [one.key for one in load(str(other), state).declarations] == ["OTHER_KEY"]


def make_open(entry):
    os.chmod(entry, 0o644)


def make_link(entry):
    os.rename(entry, entry[:-1] + "~")
    os.symlink(entry[:-1] + "~", entry)


def make_folder(entry):
    os.unlink(entry)
    os.mkdir(entry)


def make_pipe(entry):
    os.unlink(entry)
    os.mkfifo(entry)


def make_open_folder(entry):
    os.chmod(os.path.dirname(entry), 0o777)


@pytest.mark.parametrize("make", [make_open, make_link, make_folder, make_pipe, make_open_folder])
def test_an_entry_that_is_not_private_is_not_read(state, manifest, parsed, facts, make):
    said = facts(load(manifest, state))
    (entry,) = entries(state)
    make(entry)
    assert facts(load(manifest, state)) == said
    assert len(parsed) == 2


def test_nothing_is_written_where_others_may_look(state, manifest):
    os.makedirs(os.path.join(state, cache.FOLDER), mode=0o755)
    os.chmod(os.path.join(state, cache.FOLDER), 0o755)
    load(manifest, state)
    assert entries(state) == []


@pytest.mark.parametrize("place", ["file", "link", "full", "read-only"])
def test_a_cache_that_cannot_be_written_fails_nothing(
    state, manifest, facts, place, monkeypatch, tmp_path
):
    if place == "file":
        with open(state, "wb"):
            pass
    elif place == "link":
        os.mkdir(state, 0o700)
        os.mkdir(tmp_path / "elsewhere", 0o700)
        os.symlink(tmp_path / "elsewhere", os.path.join(state, cache.FOLDER))
    else:
        error = OSError(28 if place == "full" else 30, place)

        def fail(*_):
            raise error

        monkeypatch.setattr(cache.os, "write" if place == "full" else "mkdir", fail)
    assert facts(load(manifest, state))["secrets"][0][0] == "HUB_KEY"
    if place == "full":
        assert entries(state) == []
    if place == "link":
        assert os.listdir(tmp_path / "elsewhere") == []


def test_an_interruption_leaves_nothing(state, manifest, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(cache.os, "write", interrupt)
    with pytest.raises(KeyboardInterrupt):
        load(manifest, state)
    assert entries(state) == []


def test_old_entries_go(state, manifest):
    load(manifest, state)
    (mine,) = entries(state)
    folder = os.path.dirname(mine)
    strange = os.path.join(folder, "notes")
    names = [os.path.join(folder, f"{n:064x}") for n in range(cache.MOST_ENTRIES)]
    for age, name in enumerate([strange, *names]):
        with open(name, "wb"):
            pass
        os.utime(name, (age, age))
    with open(manifest, "a", encoding="utf-8") as file:
        file.write("\n")
    load(manifest, state)
    left = entries(state)
    assert strange in left
    assert mine in left  # among the newest
    assert len(left) == 151
    assert names[0] not in left
    assert names[-1] in left


def test_a_manifest_that_says_too_much_is_not_kept(state, tmp_path):
    path = tmp_path / "inf.yml"
    path.write_bytes(b"env:\n  A: " + b"x" * cache.MOST_BYTES + b"\n")
    assert len(load(str(path), state).variables["A"]) == cache.MOST_BYTES
    assert not os.path.exists(state)


def test_processes_at_once(state, tmp_path):
    script = (
        "import sys\nfrom infsh_secrets.manifest.cache import load\n"
        "for n in range(40):\n"
        "    for name in sys.argv[2:]:\n"
        "        assert load(name, sys.argv[1]).declarations[0].key == 'K' + name[-5]\n"
    )
    names = []
    for digit in "123":
        path = tmp_path / f"{digit}.yml"
        path.write_text(f"secrets: [K{digit}]\n")
        names.append(str(path))
    running = [subprocess.Popen([sys.executable, "-c", script, state, *names]) for _ in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    assert len(entries(state)) == 3


START = """
import sys
from infsh_secrets.crypto import binding  # what a run has loaded anyhow
from infsh_secrets.domain import errors, names, sanitize
from infsh_secrets.files import private
before = set(sys.modules)
from infsh_secrets.manifest.cache import load
from infsh_secrets.manifest.find import find
load(find(sys.argv[1], ""), sys.argv[2])
print(*sorted(set(sys.modules) - before))
"""


def test_a_hit_imports_nothing_but_us(state, manifest):
    load(manifest, state)
    done = subprocess.run(
        [sys.executable, "-I", "-c", START, os.path.dirname(manifest), state],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    ours = ("", ".cache", ".find", ".model", ".source")
    assert done.stdout.split() == [f"infsh_secrets.manifest{name}" for name in ours]


def test_errors_of_reading_pass(state, tmp_path):
    with pytest.raises(InfshError, match="is a folder"):
        load(str(tmp_path), state)
