from __future__ import annotations

import pytest

from cli.expected import FIELDS, HIDDEN


@pytest.fixture
def stored(cli):
    cli("set", "K", "first-value")
    cli("set", "K", "second\tvalue é\n", "-d", "About it", "-m", "owner=me")
    return cli


def test_the_view_is_masked_and_says_how_to_see_the_value(stored):
    done = stored("get", "K")
    assert list(done.data) == FIELDS
    assert done.data["version"] == 2
    assert done.err == "This is the masked view; --plain prints the value.\n"
    assert b"second" not in done.out


@pytest.mark.parametrize("argv", [["-o", "json"], ["--json"], ["--reveal"], ["-q"], ["-o", "yaml"]])
def test_nothing_is_said_to_those_who_know(stored, argv):
    assert stored("get", "K", *argv).err == ""


def test_the_value_is_in_the_record_only_when_revealed(stored):
    data = stored("get", "K", "--reveal").data
    assert list(data) == [*FIELDS, "value"]
    assert data["value"] == "second\tvalue é\n"


@pytest.mark.parametrize(
    ("argv", "value"),
    [
        (["--plain"], "second\tvalue é\n"),
        (["--plain", "-n"], "second\tvalue é\n"),
        (["--plain", "--raw"], "second\tvalue é\n"),
        (["--plain", "--version", "1"], "first-value"),
        (["--plain", "--version=2", "-q"], "second\tvalue é\n"),
        (["--plain", "--no-input", "--no-color", "--debug"], "second\tvalue é\n"),
    ],
)
def test_plain_is_the_value_and_nothing_else(stored, argv, value):
    done = stored("get", "K", *argv)
    assert (done.status, done.text, done.err) == (0, value, "")


def test_an_earlier_version_is_not_given_the_mask_of_the_newest(stored):
    data = stored("get", "K", "--version", "1").data
    assert data["version"] == 1
    assert data["masked_value"] is None
    assert data["fingerprint"] is None
    assert stored("get", "K", "--version", "1", "--reveal").data["value"] == "first-value"


def test_people_read_a_column_of_facts(stored):
    lines = stored("get", "K", "-o", "table").text.splitlines()
    assert lines[0].split() == ["key", "K"]
    assert any(line.split() == ["owner", "me"] for line in lines)
    assert stored("get", "K", "-o", "names").text == "K\n"
    assert "second" not in stored("get", "K", "-o", "plain").text


def test_a_chain_finds_the_first(cli):
    cli("set", "K", "of-default")
    cli("set", "K", "of-staging", "-e", "staging")
    for chain, value in [("staging,default", b"of-staging"), ("default,staging", b"of-default")]:
        assert cli("get", "K", "--plain", "-e", chain).out == value
    assert cli("get", "K", "-e", "prod,default").data["environment"] == "default"
    assert cli("get", "K", "-e", "prod").error["code"] == "not_found"


@pytest.mark.parametrize(
    ("argv", "status", "said"),
    [
        (["ABSENT"], 4, "no secret named ABSENT"),
        (["ABSENT", "--plain"], 4, "no secret named ABSENT"),
        (["K", "--version", "9"], 4, "no version 9"),
        (["K", "--version", "0"], 2, "not in the range"),
        (["K", "--version", "x"], 2, "is not a whole number"),
        (["K", "-n"], 2, "-n goes with --plain"),
        (["K", "--plain", "--json"], 2, "--plain"),
        (["K", "--plain", "--reveal"], 2, "--plain"),
        (["sk-" + HIDDEN, "--plain"], 2, "position 3"),
        (["K", HIDDEN], 2, "more words"),
        (["K", HIDDEN, "--plain"], 2, "more words"),
        (["K", "-s", "nowhere"], 4, "no store"),
        (["K", "--plain", "--team", "nobody"], 4, "no team named nobody"),
        (["K", "--plain", "--vault", ""], 2, "--vault"),
        (["K", "--plain", "--vault", "/absent/vault"], 4, "no vault at /absent/vault"),
        ([], 2, "Missing argument"),
        (["K", "--plian"], 2, "No such option"),
    ],
)
def test_what_cannot_be_had_is_one_sentence(stored, refused, argv, status, said):
    error = refused(status, "get", *argv)
    assert said in error["message"]
    assert HIDDEN not in str(error)


def test_a_deleted_secret_names_the_way_back(stored):
    stored("delete", "K")
    error = stored("get", "K", "--plain").error
    assert (error["code"], error["hint"]) == (
        "not_found",
        "Bring it back with: infsh secrets restore K",
    )


def test_debug_shows_frames_and_nothing_else(stored):
    done = stored("get", "ABSENT", "--debug")
    assert done.status == 4
    assert "NotFoundError" in done.err
    assert "entry.py" in done.err


def test_reading_writes_nothing(stored, own_home):
    (vault,) = own_home.glob(".local/share/infsh-secrets/vaults/*.vault")
    before = vault.read_bytes(), vault.stat().st_mtime_ns
    stored("get", "K", "--plain")
    stored("get", "K")
    assert (vault.read_bytes(), vault.stat().st_mtime_ns) == before
