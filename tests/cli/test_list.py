from __future__ import annotations

import pytest

from cli.expected import FIELDS


@pytest.fixture
def stored(cli):
    cli("set", "BETA_KEY", "value-of-beta", "-m", "owner=ops", "-d", "Second\n[bold]\x1b[31m")
    cli("set", "ALPHA_KEY", "value-of-alpha", "-m", "owner=dev", "--expires", "2999-01-01")
    cli("set", "ALPHA_KEY", "value-of-staging", "-e", "staging")
    cli("set", "GONE_KEY", "value-of-gone")
    cli("delete", "GONE_KEY")
    return cli


def names(done):
    assert done.status == 0
    return [(info["key"], info["environment"]) for info in done.data]


def test_a_list_is_an_array_of_records(stored):
    done = stored("list")
    assert [list(info) for info in done.data] == [FIELDS, FIELDS]
    assert names(done) == [("ALPHA_KEY", "default"), ("BETA_KEY", "default")]
    assert done.err == ""
    assert b"value-of" not in done.out


@pytest.mark.parametrize(
    ("argv", "keys"),
    [
        (["A*"], ["ALPHA_KEY"]),
        (["a*"], []),
        (["A*", "*BETA*"], ["ALPHA_KEY", "BETA_KEY"]),
        (["-m", "owner=ops"], ["BETA_KEY"]),
        (["-m", "owner=ops", "-m", "owner=dev"], []),
        (["--expired"], []),
        (["--stale", "1h"], []),
        (["--deleted"], ["GONE_KEY"]),
        (["-r"], ["BETA_KEY", "ALPHA_KEY"]),
        (["--sort", "updated"], ["BETA_KEY", "ALPHA_KEY"]),
        (["--sort", "used"], ["ALPHA_KEY", "BETA_KEY"]),
        (["-e", "staging"], ["ALPHA_KEY"]),
        (["-e", "staging,default"], ["ALPHA_KEY", "BETA_KEY"]),
        (["--all-envs"], ["ALPHA_KEY", "ALPHA_KEY", "BETA_KEY"]),
    ],
)
def test_filters(stored, argv, keys):
    if argv == ["--sort", "updated"]:
        stored("set", "ALPHA_KEY", "newer")
    assert [key for key, _ in names(stored("list", *argv))] == keys


def test_a_chain_shows_of_each_name_what_get_would(stored):
    assert names(stored("list", "-e", "staging,default")) == [
        ("ALPHA_KEY", "staging"),
        ("BETA_KEY", "default"),
    ]


@pytest.mark.parametrize("form", ["table", "plain", "names", "json", "yaml"])
def test_no_form_shows_a_value_or_acts_on_a_terminal(stored, form):
    done = stored("list", "--all-envs", "-o", form)
    assert b"value-of" not in done.out
    assert b"\x1b" not in done.out
    assert done.text.count("ALPHA_KEY") == 2


def test_an_empty_list_says_what_to_do(cli):
    assert cli("list").out == b"[]\n"
    assert cli("list", "-o", "table").text == "No secrets. Store one with: infsh secrets set KEY\n"
    assert cli("list", "-o", "names").out == b""
    assert cli("list", "--deleted", "-o", "table").text == "No deleted secrets.\n"
    assert cli("list", "X_*", "-o", "table").text == "No secrets fit.\n"
    assert cli("list", "--deleted", "-m", "a=b", "-o", "table").text == "No deleted secrets fit.\n"
    assert cli("ls", "-o", "yaml").text == "[]\n"


@pytest.mark.parametrize(
    ("argv", "status"),
    [
        (["--sort", "size"], 2),
        (["--stale", "soon"], 2),
        (["--stale", "-1d"], 2),
        (["-m", "owner"], 2),
        (["--no-such"], 2),
        (["-e", ""], 2),
        (["-e", "a,,b"], 2),
        (["-s", "other"], 4),
        (["--vault", "/absent/vault"], 4),
        (["--team", "typo"], 4),
    ],
)
def test_bad_filters_are_refused(stored, refused, argv, status):
    refused(status, "list", *argv)


def test_listing_makes_no_vault(cli, own_home):
    cli("list")
    assert list(own_home.iterdir()) == []
