"""What `export` writes is what the real readers of each format get, whatever the values are."""

from __future__ import annotations

import base64
import contextlib
import json
import tempfile
import tomllib
from pathlib import Path

import pytest
import readers
import tomlkit
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.formats import dotenv, dotenv_reader, table
from infsh_secrets.formats.kubernetes import write as write_kubernetes

NASTY = [
    *("simple", "a b", "it's", 'say "hi"', "both ' and \"", "$HOME ${HOME} $(id) `id`", ""),
    *("back\\slash", "trail\\", "\\\\", "\\'", '\\"', "two\nlines", "crlf\r\nx", "\r", "tab\t"),
    *("#hash", " #x", " lead", "trail ", "!bang!", "é😀", "\x01\x1b[0m\x7f", "~/x", "*", "a=b"),
    *("=x", "a:=b", "==", "-n", "%41", "`bq`", "\\n", "\n", "a\n", "\n\n b", "x'\ny", "{}", "[a]"),
    *("\x0b\x0c\x85\u2028", "<<E", "&|;<>()", "a\\\nb", "'", '"', "''", "\ufeffx", "`'\"", "\\$x"),
    *("it's\\", "it's $5", "\u00a0x\u00a0", "x#y", "'quoted'", "${A:-b}", "no", "null", "~", "1e5"),
    *("x" * 4000, "'" * 300, "\\" * 301, "a'b\\c" * 50),
]
special = st.text("'\"`$\\!#={}()<>&|;*?~^%-:, \t\r\n\x0b\x85ab")
anything = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
values = st.lists(special | anything, min_size=20, max_size=60)


def named(texts):
    return [(f"K{number}", text) for number, text in enumerate(texts)]


def assert_read(pairs, found):
    wrong = [key for key, value in pairs if found.get(key) != value]
    assert not wrong, [dict(pairs)[key] for key in wrong]  # made up, all of them
    assert len(found) == len(pairs)


def in_a_folder(reader, text):
    with tempfile.TemporaryDirectory() as folder:
        return reader(text, Path(folder))


@given(values)
@example(NASTY)
@settings(deadline=None)
@pytest.mark.parametrize("form", table.READERS)
def test_what_is_written_is_read_back(form, texts):
    pairs = named(texts)
    parsed = table.reader(form)(table.writer(form)(pairs).text)
    assert parsed.problems == []
    assert [(key, value) for key, value, _ in parsed.entries] == pairs


@given(values)
@example(NASTY)
@settings(deadline=None)
def test_libraries_read_what_is_written(texts):
    pairs = named(texts)
    written = {form: table.writer(form)(pairs).text for form in table.READERS}
    assert_read(pairs, json.loads(written["json"]))
    assert_read(pairs, yaml.safe_load(written["yaml"]))
    assert_read(pairs, tomllib.loads(written["toml"]))
    assert_read(pairs, in_a_folder(readers.python_dotenv, written["dotenv"]))
    secret = yaml.safe_load(write_kubernetes(pairs, "made-up").text)
    assert (secret["kind"], secret["metadata"]["name"]) == ("Secret", "made-up")
    opened = {key: base64.b64decode(text).decode() for key, text in secret["data"].items()}
    assert_read(pairs, opened)
    assert_read(pairs, in_a_folder(readers.github_runner, table.writer("github")(pairs).text))


def portable(pairs):
    """Return the pairs of which `export` does not say that only python-dotenv reads them."""
    return [pair for pair in pairs if not any("python-dotenv and" in n for n in told(pair))]


def told(pair):
    return dotenv.write([pair]).notices


REAL = {
    "sh": ("shell", readers.evaluated_by("sh"), "sh", list),
    "dash": ("shell", readers.evaluated_by("dash"), "dash", list),
    "bash": ("shell", readers.evaluated_by("bash"), "bash", list),
    "zsh": ("shell", readers.evaluated_by("zsh"), "zsh", list),
    "fish": ("fish", readers.evaluated_by("fish"), "fish", list),
    "fish, of the common text": (
        "shell",
        readers.evaluated_by("fish"),
        "fish",
        lambda pairs: [(key, value) for key, value in pairs if "\n" not in value],
    ),
    "node --env-file": ("dotenv", readers.node, "node", portable),
    "bash, sourcing .env": ("dotenv", readers.sourced_by("bash"), "bash", portable),
    "dash, sourcing .env": ("dotenv", readers.sourced_by("dash"), "dash", portable),
    "zsh, sourcing .env": ("dotenv", readers.sourced_by("zsh"), "zsh", portable),
    "systemd": ("systemd", readers.systemd, None, list),
    "docker": (
        "docker",
        readers.docker,
        "docker",
        lambda pairs: [(k, v) for k, v in pairs if "\n" not in v and v[-1:] != "\r"],
    ),
    "the rules of docker": (
        "docker",
        readers.docker_rules,
        "sh",
        lambda pairs: [(k, v) for k, v in pairs if "\n" not in v and v[-1:] != "\r"],
    ),
}


@pytest.mark.parametrize("name", REAL)
@given(values)
@example(NASTY)
@settings(max_examples=4, deadline=None, derandomize=True)
def test_real_readers_read_what_is_written(name, texts):
    form, reader, program, kept = REAL[name]
    here = readers.systemd_library() if program is None else readers.is_here(program)
    if not here:
        pytest.skip(f"{program or name} is not installed")
    pairs = kept(named(texts))
    assert_read(pairs, in_a_folder(reader, table.writer(form)(pairs).text))


def test_most_values_are_written_so_that_every_reader_reads_them():
    kept = portable(named(NASTY))
    assert len(kept) > 0.8 * len(NASTY)
    assert {"it's", 'say "hi"', "two\nlines", "$HOME ${HOME} $(id) `id`", " lead"} <= {
        value for _, value in kept
    }


@pytest.mark.parametrize(
    ("form", "key", "value", "reason"),
    [
        ("docker", "K", "two\nlines", "line breaks"),
        ("docker", "K", "x\r", "carriage return"),
        ("docker", "K", "x" * 65536, "64 KiB"),
        ("docker", "K", "é" * 32767, "64 KiB"),
        ("github", "NODE_OPTIONS", "x", "runner"),
        ("github", "GITHUB_TOKEN", "x", "runner"),
        ("fish", "PWD", "x", "fish"),
    ],
)
def test_what_a_format_cannot_hold_is_an_error_with_key_and_reason(form, key, value, reason):
    with pytest.raises(UsageError) as caught:
        table.writer(form)([("A", "1"), (key, value)])
    assert f"value of {key} " in caught.value.message
    assert reason in caught.value.message
    assert "Nothing was written" in caught.value.message


@pytest.mark.skipif(not readers.is_here("docker"), reason="docker is not installed")
def test_the_longest_line_that_docker_reads_is_written():
    pairs = [("K", "x" * (64 * 1024 - 4))]
    assert_read(pairs, in_a_folder(readers.docker, table.writer("docker")(pairs).text))
    with pytest.raises(UsageError):
        table.writer("docker")([("K", "x" * (64 * 1024 - 3))])


def test_no_value_can_end_what_github_reads():
    once, again = (table.writer("github")([("K", "END\nK=1")]).text for _ in range(2))
    assert once != again
    end = once.splitlines()[0].partition("<<")[2]
    assert len(end) > 32


@given(st.lists(special.map(lambda text: text.replace("\r", "")), max_size=20), st.data())
@settings(deadline=None)
def test_toml_is_read_with_the_line_of_each_name_however_it_is_written(texts, data):
    lines, expected, choose = [], [], data.draw(st.randoms())
    for key, text in named(texts):
        ways = [lambda t=text, m=many: tomlkit.string(t, multiline=m) for many in (False, True)]
        if "'" not in text:
            ways.append(lambda t=text: tomlkit.string(t, literal="\n" not in t))
        lines.append(choose.choice(["# it's [\n", "\n", ""]))
        expected.append((key, text, "".join(lines).count("\n") + 1))
        with contextlib.suppress(tomlkit.exceptions.InvalidStringError):
            written = choose.choice(ways)().as_string()
            lines.append(f"{choose.choice([key, repr(key)])} = {written} # '[\n")
            continue
        lines.append(f"{key} = {tomlkit.string(text).as_string()}\n")
    text = "".join(lines)
    assert tomllib.loads(text) == {key: value for key, value, _ in expected}
    assert table.reader("toml")(text).entries == expected


@given(st.text(st.characters(exclude_categories=["Cs"])))
@settings(deadline=None)
def test_any_text_is_read_without_an_exception(text):
    parsed = dotenv_reader.parse(text)
    assert all(problem.reason for problem in parsed.problems)
    for form in ("json", "yaml", "toml"):
        with contextlib.suppress(UsageError):
            table.reader(form)(text)
