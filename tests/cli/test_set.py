from __future__ import annotations

import os
import re

import pytest

from cli.expected import FIELDS, HIDDEN


def test_the_answer_is_what_is_known_of_the_secret(cli):
    done = cli("set", "SERVICE_KEY", "made-up", "-d", "For tests", "-m", "owner=me", "-m", "b=c=d")
    assert done.status == 0
    data = done.data
    assert list(data) == ["action", *FIELDS]
    assert data["action"] == "created"
    assert data["description"] == "For tests"
    assert data["metadata"] == {"owner": "me", "b": "c=d"}
    assert data["environment"] == "default"
    assert data["team"] == "personal"
    assert data["store"] == "vault"
    assert data["version"] == 1
    assert re.fullmatch(r"[0-9a-f]{16}", data["fingerprint"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", data["created_at"])
    assert [data[name] for name in ("expires_at", "last_used_at", "deleted_at")] == [None] * 3


def test_several_secrets_are_an_array_in_the_order_given(cli):
    data = cli("set", "Z=1", "A=2").data
    assert [(secret["action"], secret["key"]) for secret in data] == [
        ("created", "Z"),
        ("created", "A"),
    ]


def test_each_thing_that_can_happen_has_its_word(cli):
    def action(*argv):
        return cli("set", "K", *argv).data["action"]

    words = [
        action("v"),
        action("w"),
        action("w"),
        action("w", "-d", "x"),
        action("w", "-m", "a=b"),
    ]
    assert words == ["created", "updated", "unchanged", "described", "described"]
    cli("delete", "K")
    assert cli("set", "K", "w", "--create").data["version"] == 3


@pytest.mark.parametrize(
    ("argv", "stdin", "value"),
    [
        (["K", "argument"], b"not this", b"argument"),
        (["K", "-"], b"stdin", b"stdin"),
        (["K"], b"stdin\n", b"stdin"),
        (["K"], b"stdin\r\n", b"stdin\r"),
        (["K", "--no-strip"], b"stdin\n", b"stdin\n"),
        (["K"], b"two\nlines\n\n", b"two\nlines\n"),
        (["K", "-d", "-"], b"stdin", b"stdin"),
        (["K=a=b=c"], b"", b"a=b=c"),
        (["K=-"], b"not this", b"-"),
        (["K", "A=B"], b"", b"A=B"),
        (["K", "--", "-value"], b"", b"-value"),
        (["K", "--", "--json"], b"", b"--json"),
        (["K", "--", "--generate"], b"", b"--generate"),
        (["K", "é€😀"], b"", "é€😀".encode()),
        (["K", ""], b"", None),
        (["K", "", "--allow-empty"], b"", b""),
        (["K", "--allow-empty"], b"\n", b""),
        (["K", " blanks "], b"", b" blanks "),
    ],
)
def test_the_value_is_exactly_what_was_given(cli, argv, stdin, value):
    done = cli("set", *argv, stdin=stdin)
    if value is None:
        assert done.status == 2
    else:
        assert done.status == 0
        assert cli("get", "K", "--plain").out == value


def test_a_file_is_stored_byte_by_byte(cli, own_home):
    path = own_home / "value"
    path.write_bytes(b"\r\n x\xc3\xa4\n\n")
    assert cli("set", "K", "--file", str(path)).status == 0
    assert cli("get", "K", "--plain").out == path.read_bytes()


@pytest.mark.parametrize("source", ["argument", "stdin", "file"])
def test_64_kib_is_the_most(cli, refused, own_home, source):
    def set_(size, call):
        path = own_home / "value"
        path.write_text("x" * size)
        words = {
            "argument": (["set", "K", "x" * size], b""),
            "stdin": (["set", "K"], b"x" * size + b"\n"),
            "file": (["set", "K", "--file", str(path)], b""),
        }
        argv, stdin = words[source]
        return call(*argv, stdin=stdin)

    error = set_(65537, lambda *a, **k: refused(2, *a, **k))
    assert "65536 are allowed" in error["message"]
    assert set_(65536, cli).status == 0
    assert len(cli("get", "K", "--plain").out) == 65536


@pytest.mark.parametrize("ending", [b"", b"\n", b"\n\n", b"x\n"])
def test_input_beyond_the_limit_is_never_cut_to_fit(cli, refused, ending):
    data = b"x" * 65536 + ending
    if ending in (b"", b"\n"):
        assert cli("set", "K", stdin=data).status == 0
    else:
        refused(2, "set", "K", stdin=data)
    refused(2, "set", "L", stdin=data + b"more")


@pytest.mark.parametrize(
    ("argv", "stdin", "said"),
    [
        (["K", ""], b"", "empty"),
        (["K"], b"", "empty"),
        (["K"], b"\n", "empty"),
        (["K", "-"], b"", "empty"),
        (["K="], b"", "empty"),
        (["K"], b"a\0b", "NUL"),
        (["K"], b"\xff\xfe" + HIDDEN.encode(), "not UTF-8"),
        (["K", os.fsdecode(b"\xff" + HIDDEN.encode())], b"", "not UTF-8"),
        (["K", "v", "-d", os.fsdecode(b"\xff")], b"", "description is not UTF-8"),
        (["K", "v", "-m", os.fsdecode(b"a=\xff")], b"", "metadata is not UTF-8"),
        (["K", "v", "-d", "x" * 4097], b"", "longer than 4096"),
        (["K", "v", "-m", "a=" + "x" * 1025], b"", "longer than 1024"),
        (["K", "v", "-m", "pair"], b"", "name=value"),
        (["K", "v", "-m", "=x"], b"", "name=value"),
        (["K", "v", *[f"-mn{n}=v" for n in range(65)]], b"", "64 metadata pairs"),
        (["K", HIDDEN, "--file", "x"], b"", "given twice"),
        (["K", "-", "--file", "x"], b"", "given twice"),
        (["K", HIDDEN, "--generate"], b"", "given twice"),
        (["K=" + HIDDEN, "--generate"], b"", "given twice"),
        (["K", "--file", "x", "--generate=uuid"], b"", "given twice"),
        (["K", "--generate=hex:15"], b"", "random value"),
        (["K", "--generate=hex:4097"], b"", "random value"),
        (["K", "--generate=" + HIDDEN], b"", "random value"),
        (["K", "--generate=hex:²0"], b"", "random value"),
        (["K", "--file", "/absent"], b"", "/absent cannot be read: No such file"),
        (["K", "--file", "/"], b"", "cannot be read: Is a directory"),
        (["K", "--file", ""], b"", "cannot be read"),
        (["K", HIDDEN, "more"], b"", "3 words"),
        (["A=1", "B"], b"", "some are not"),
        (["A=1", "B", HIDDEN], b"", "some are not"),
        (["A=" + HIDDEN, "A=2"], b"", "named twice"),
        (["A=1", "B=2", "-d", "both"], b"", "one secret"),
        (["A=1", "=2"], b"", "it is empty"),
        (["", "v"], b"", "it is empty"),
        (["sk-" + HIDDEN], b"", "position 3"),
        (["1K", "v"], b"", "begins with a digit"),
        (["K K", "v"], b"", "position 2"),
        (["Ä", "v"], b"", "position 1"),
        (["K\n", "v"], b"", "position 2"),
        (["x" * 256, "v"], b"", "256 characters"),
        (["K", "v", "--expires", "soon"], b"", "not a date"),
        (["K", "v", "--expires", "2001-01-01"], b"", "in the past"),
        (["K", "v", "--expires", "0d"], b"", "in the past"),
        (["K", "v", "-e", "Staging"], b"", "not a name for an environment"),
        (["K", "v", "-e", "a,b"], b"", "one environment"),
        (["K", "v", "--team", "../x"], b"", "not a name for a team"),
        (["K", "v", "-o", "xml"], b"", "no output form"),
        (["K", "-" + HIDDEN], b"", "a value"),
        (["K", "--" + HIDDEN], b"", "a value"),
        (["K", "--" + HIDDEN + "=x"], b"", "a value"),
        (["K", "-z" + HIDDEN], b"", "a value"),
        (["K", "-d" + HIDDEN], b"", "empty"),
        (["K", "--key-fd", HIDDEN], b"", "cannot be understood"),
        (["K", "--json=" + HIDDEN], b"", "does not take a value"),
        ([], b"", "Missing argument"),
    ],
)
def test_bad_input_is_refused_in_one_sentence_and_changes_nothing(refused, argv, stdin, said):
    error = refused(2, "set", *argv, stdin=stdin)
    assert said in error["message"]
    assert HIDDEN not in str(error)
    assert error["code"] == "usage"


@pytest.mark.parametrize(
    ("argv", "status", "said"),
    [
        (["K", "v", "--team", "typo"], 4, "team create typo"),
        (["K", "v", "-s", HIDDEN], 4, "vault"),
        (["K", "-s" + HIDDEN], 4, "vault"),
        (["K", "v", "--key-file", "/absent"], 5, "key file"),
        (["K", "v", "--key-fd", "99"], 5, "--key-fd 3 3<"),
    ],
)
def test_a_place_that_does_not_exist_is_named_with_the_next_step(refused, argv, status, said):
    error = refused(status, "set", *argv)
    assert said in error["hint"]
    assert HIDDEN not in str(error)


def test_create_keeps_what_is_there(cli, refused):
    cli("set", "K", "first")
    error = refused(9, "set", "K", "second", "--create")
    assert error["code"] == "conflict"
    assert "--create" in error["hint"]
    refused(9, "set", "NEW=1", "K=2", "--create")


def test_expiry_is_set_and_taken_away(cli):
    date = cli("set", "K", "v", "--expires", "2999-12-31").data["expires_at"]
    assert date == "2999-12-31T00:00:00Z"
    assert cli("set", "K", "v", "--expires", "999999y").data["expires_at"].startswith("9999-")
    assert cli("set", "K", "v", "--expires", "never").data["expires_at"] is None


def test_facts_that_are_not_given_stay_as_they_are(cli):
    cli("set", "K", "v", "-d", "first", "-m", "a=1")
    data = cli("set", "K", "w", "-m", "b=2").data
    assert data["description"] == "first"
    assert data["metadata"] == {"a": "1", "b": "2"}
    assert cli("set", "K", "w", "-d", "").data["description"] is None


def test_quiet_says_nothing_and_stores(cli):
    done = cli("set", "TOKEN", "changeme\n", "-q")
    assert (done.status, done.out, done.err) == (0, b"", "")
    assert cli("get", "TOKEN", "--plain").out == b"changeme\n"


def test_warnings_go_to_standard_error_without_the_value(cli):
    done = cli("set", "OPENAI_API_KEY", f" '{HIDDEN}' ")
    assert done.status == 0
    assert "begins or ends with blanks" in done.err
    assert HIDDEN not in done.err + done.text
    error = cli("set", "OPENAI_API_KEY", HIDDEN, "--strict").error
    assert "Without --strict" in error["hint"]


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("table", r"K: created  •{8}  [0-9a-f]{16}\n"),
        ("plain", r"K: created  •{8}  [0-9a-f]{16}\n"),
        ("names", r"K\n"),
        ("yaml", r"action: created\nkey: K\n(?s:.*)deleted_at: null\n"),
    ],
)
def test_output_forms(cli, form, shown):
    assert re.fullmatch(shown, cli("set", "K", "v", "-o", form).text)


def test_a_locked_vault_is_noticed_before_a_value_is_read(cli, own_home, infsh):
    cli("set", "K", "v")
    for key in own_home.glob(".local/share/infsh-secrets/keys/*"):
        key.unlink()
    reader, writer = os.pipe()  # nobody ever writes: to read would be to hang
    with open(reader) as never:
        done = infsh("secrets", "set", "K", source=never, timeout=20)
    os.close(writer)
    assert done.returncode == 5
