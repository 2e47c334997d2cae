"""Input that is too large, too deep, too much, or no file at all."""

from __future__ import annotations

import os
import socket

import pytest

from infsh_secrets.domain.errors import DeniedError, NotFoundError, UsageError
from infsh_secrets.manifest import source
from infsh_secrets.manifest.parse import parse, read
from infsh_secrets.syntax import nodes

MIB = 1024 * 1024


def refusal(text):
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(UsageError) as caught:
        parse(data, "inf.yml")
    return caught.value.message


def bomb(levels, width):
    lines = ["l0: &l0 [x]"]
    lines += [
        f"l{level}: &l{level} [{', '.join([f'*l{level - 1}'] * width)}]"
        for level in range(1, levels)
    ]
    return "\n".join(lines) + "\n"


def test_aliases_that_explode():
    assert "the file holds too much" in refusal(bomb(9, 10))
    assert refusal(bomb(9, 10)).startswith("inf.yml, line 6:")


def test_merges_that_explode():
    lines = ["m0: &m0 {a0: b}"]
    for level in range(1, 12):
        names = ", ".join([f"*m{level - 1}"] * 9)
        lines.append(f"m{level}: &m{level} {{a{level}: b, <<: [{names}]}}")
    assert "the file holds too much" in refusal("\n".join(lines))


def test_aliases_that_repeat_a_long_text():
    text = f"x: &x {'v' * 100_000}\nenv:\n" + "".join(f"  A{n}: *x\n" for n in range(100))
    assert refusal(text) == "inf.yml, line 43: the file holds too much."


def test_many_aliases():
    text = "x: &x a\ny:\n" + "  - *x\n" * nodes.MAX_ALIASES
    assert parse(text.encode(), "inf.yml").declarations == ()
    assert "more than 1000 aliases" in refusal(text + "  - *x\n")


def test_aliases_that_nest():
    lines = ["n0: &n0 [x]"] + [f"n{i}: &n{i} [*n{i - 1}]" for i in range(1, 60)]
    assert "nested more than 50 deep" in refusal("\n".join(lines))


@pytest.mark.parametrize("unit", ["[", "{a: ", "- ", "? ", "[{a: ", "&a [", "!!seq ["])
@pytest.mark.parametrize("count", [60, 2_000, 200_000])
def test_deep(unit, count):
    assert "nested more than 50 deep" in refusal(unit * min(count, MIB // len(unit)))


def test_as_deep_as_allowed():
    text = "a: " + "[" * (nodes.MAX_DEPTH - 1) + "]" * (nodes.MAX_DEPTH - 1)
    assert parse(text.encode(), "inf.yml").declarations == ()
    assert "nested more than" in refusal(text.replace("[]", "[[]]"))


@pytest.mark.parametrize(
    "unit",
    [
        "&a ",
        "'",
        '"',
        "a: ",
        ": ",
        "!a ",
        "*a ",
        "{",
        "%TAG !a! b\n",
        "%",
        "---\n",
        "a,",
        "\\",
        "|",
    ],
)
def test_a_mebibyte_of_anything_is_refused(unit):
    assert refusal((unit * MIB)[:MIB]).startswith("inf.yml, line ")


@pytest.mark.parametrize("unit", ["a", "\n", "#\n", " ", "a\n ", "- a\n", "[a,"])
def test_a_mebibyte_of_anything_ends(unit):
    with pytest.raises(UsageError):
        parse(b"x: " + (unit * MIB)[: MIB - 3].encode() + b"\n]", "inf.yml")


def test_directives_are_counted():
    # The library compares each with every other.
    text = "".join(f"%TAG !{n:x}! a\n" for n in range(50_000)) + "--- a\n"
    assert refusal(text) == "inf.yml, line 11: too many lines that begin with %."


def test_many_entries():
    many = "secrets:\n" + "".join(f"- K{n}\n" for n in range(20_000))
    assert len(parse(many.encode(), "inf.yml").declarations) == 20_000
    assert "the file holds too much" in refusal("a:\n" + "- b\n" * nodes.MAX_NODES)


@pytest.mark.parametrize("code", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_other_encodings(code):
    text = "secrets: [A_KEY]\n".encode(code)
    assert refusal(text) == "inf.yml, line 1: the text is UTF-16 or UTF-32."


def test_half_a_character(monkeypatch):
    import yaml

    text = 'secrets:\n- key: A\n  description: "\\uD800"\n'
    assert refusal(text).startswith("inf.yml, line 3: ")
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert refusal(text) == "inf.yml, line 3: `description:` contains half a character."


def test_a_path_that_steers_the_terminal_is_escaped():
    with pytest.raises(UsageError, match=r"^a\\x1b\[31m, line 1: "):
        parse(b"secrets: x", "a\x1b[31m")


def test_nothing_there(tmp_path):
    path = str(tmp_path / "inf.yml")
    with pytest.raises(NotFoundError) as caught:
        read(path)
    assert caught.value.message == f"There is no manifest at {path}."
    assert caught.value.hint


def test_a_path_through_a_file(tmp_path):
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(DeniedError, match="cannot be used"):
        read(str(tmp_path / "a" / "inf.yml"))


def test_nul_in_the_path():
    with pytest.raises(UsageError, match="cannot be the path"):
        read("a\0b")


def test_a_folder(tmp_path):
    with pytest.raises(UsageError, match=r"The manifest .* is a folder\."):
        read(str(tmp_path))


@pytest.mark.parametrize("writer", [False, True])
def test_a_pipe(tmp_path, writer):
    path = str(tmp_path / "inf.yml")
    os.mkfifo(path)
    descriptor = os.open(path, os.O_RDWR) if writer else -1
    try:
        with pytest.raises(UsageError, match="is a pipe"):
            read(path)
    finally:
        if writer:
            os.close(descriptor)


def test_a_device():
    with pytest.raises(UsageError, match="is not a regular file"):
        read("/dev/zero")


def test_a_socket(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("inf.yml")
        with pytest.raises(Exception, match=r"The manifest inf\.yml cannot be used"):
            read("inf.yml")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable(tmp_path):
    path = tmp_path / "inf.yml"
    path.write_bytes(b"secrets: []")
    path.chmod(0)
    with pytest.raises(DeniedError):
        read(str(path))


def test_not_permitted(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "no")

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", refuse)
        with pytest.raises(DeniedError, match="cannot be used: Permission denied"):
            read(str(tmp_path / "inf.yml"))


def test_the_size_that_is_allowed(tmp_path):
    path = tmp_path / "inf.yml"
    path.write_bytes(b"secrets: [A_KEY]\n#".ljust(source.MOST_BYTES, b"x"))
    assert [one.key for one in read(str(path)).declarations] == ["A_KEY"]
    path.write_bytes(b"secrets: [A_KEY]\n#".ljust(source.MOST_BYTES + 1, b"x"))
    with pytest.raises(UsageError, match="larger than 1024 KiB"):
        read(str(path))


def test_ten_megabytes_are_not_read(tmp_path):
    path = tmp_path / "inf.yml"
    with open(path, "wb") as file:
        file.truncate(10_000_000)
    with pytest.raises(UsageError, match="larger than 1024 KiB"):
        read(str(path))


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="Linux alone has it")
def test_a_file_that_says_it_is_empty():
    assert source.read_bytes("/proc/self/status").startswith(b"Name:")


def test_a_file_that_grows(tmp_path, monkeypatch):
    path = tmp_path / "inf.yml"
    path.write_bytes(b"#")
    real = os.read

    def read_and_grow(descriptor, size):
        with open(path, "ab") as file:
            file.write(b"x" * 100_000)
        return real(descriptor, size)

    monkeypatch.setattr(source.os, "read", read_and_grow)
    with pytest.raises(UsageError, match="larger than 1024 KiB"):
        read(str(path))


def test_a_link_is_followed(tmp_path):
    (tmp_path / "real.yml").write_bytes(b"secrets: [A_KEY]")
    (tmp_path / "inf.yml").symlink_to("real.yml")
    manifest = read(str(tmp_path / "inf.yml"))
    assert manifest.path == str(tmp_path / "inf.yml")
