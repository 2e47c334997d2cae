from __future__ import annotations

import pytest
import yaml


@pytest.fixture
def stored(cli):
    cli("set", "A=1", "B=2", "-q")
    cli("set", "A=1", "-e", "staging", "-q")
    cli("set", "A=1", "-e", "old", "-q")
    cli("delete", "A", "-e", "old", "-q")
    return cli


def names(done):
    return [row["name"] for row in done.data]


def test_each_environment_with_its_secrets_and_its_last_change(stored):
    done = stored("environments")
    assert [list(row) for row in done.data] == [["name", "secrets", "changed_at", "current"]] * 3
    assert [(row["name"], row["secrets"], row["current"]) for row in done.data] == [
        ("default", 2, True),
        ("old", 0, False),
        ("staging", 1, False),
    ]
    updated = {row["environment"]: row["updated_at"] for row in stored("list", "--all-envs").data}
    (gone,) = stored("list", "--deleted", "--all-envs").data
    changed = {row["name"]: row["changed_at"] for row in done.data}
    assert changed == {**updated, "old": gone["deleted_at"]}
    assert done.err == ""


def test_it_has_another_name(stored):
    assert stored("envs").data == stored("environments").data


def test_every_form(stored):
    table = stored("environments", "-o", "table").text.splitlines()
    assert table[0].split() == ["environment", "secrets", "last", "changed"]
    assert table[2].split() == ["default", "2", "just", "now", "in", "use"]
    assert stored("environments", "-o", "plain").text == (
        "default\t2\tjust now\tin use\nold\t0\tjust now\t\nstaging\t1\tjust now\t\n"
    )
    assert stored("environments", "-o", "names").text == "default\nold\nstaging\n"
    as_yaml = yaml.safe_load(stored("environments", "-o", "yaml").text)
    assert as_yaml == stored("environments").data


def test_those_that_are_in_use(stored, monkeypatch):
    monkeypatch.setenv("INFSH_ENV", "staging")
    assert [row["current"] for row in stored("envs").data] == [False, False, True]
    done = stored("envs", "-e", "staging,default")
    assert [row["current"] for row in done.data] == [True, False, True]


def test_of_another_team(stored):
    stored("team", "create", "acme")
    assert stored("environments", "--team", "acme").data == []
    stored("set", "A=1", "-e", "theirs", "--team", "acme")
    assert names(stored("environments", "--team", "acme")) == ["theirs"]


def test_nothing_at_first(cli, own_home):
    assert cli("environments").data == []
    assert cli("environments", "-o", "names").text == ""
    for form in ("table", "plain"):
        text = cli("environments", "-o", form).text
        assert text == "No secrets in any environment. Store one with: infsh secrets set KEY\n"
    assert not list(own_home.iterdir())


def test_what_is_purged_is_gone(stored):
    stored("delete", "A", "-e", "old", "--purge", "-y")
    assert names(stored("environments")) == ["default", "staging"]


def test_a_store_without_environments_says_so(refused, work):
    error = refused(10, "environments", "-s", "work")
    assert error["message"] == "The store work has no environments."
    assert error["hint"] == "The local vault does: -s vault"
    assert work.seen == []


def test_refusals(refused, tmp_path):
    refused(2, "environments", "extra")
    refused(4, "environments", "--vault", str(tmp_path / "absent.vault"))
    refused(4, "environments", "--team", "absent")
