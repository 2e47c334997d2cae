from __future__ import annotations

import pytest


def test_before_the_first_secret(cli, own_home):
    done = cli("vault", "status")
    assert done.status == 0
    assert done.data["exists"] is False
    assert done.data["path"] == f"{own_home}/.local/share/infsh-secrets/vaults/personal.vault"
    assert "the first `set` makes it" in cli("vault", "status", "-o", "table").text
    assert list(own_home.iterdir()) == []


def test_what_is_in_it_and_what_opened_it(cli):
    cli("set", "A=1", "B=2")
    cli("set", "A", "v", "-e", "staging")
    cli("delete", "B")
    data = cli("vault", "status").data
    assert list(data) == [
        "path",
        "team",
        "exists",
        "format",
        "vault_id",
        "opened_by",
        "slots",
        "secrets",
        "deleted",
        "environments",
        "bytes",
    ]
    assert (data["secrets"], data["deleted"]) == (2, 1)
    assert data["environments"] == {"default": 1, "staging": 1}
    assert data["opened_by"].startswith("the key file ")
    assert [slot["kind"] for slot in data["slots"]] == ["raw"]


@pytest.mark.parametrize(("argv", "status"), [(["--team", "typo"], 4), (["extra"], 2)])
def test_refusals(refused, argv, status):
    refused(status, "vault", "status", *argv)


def test_a_group_alone_shows_its_help(cli):
    assert "status" in cli("vault").text
    assert cli("vault", "nonsense").error["code"] == "usage"


@pytest.mark.parametrize("form", ["table", "plain", "yaml", "names"])
def test_output_forms(cli, form):
    cli("set", "K", "v")
    assert "personal.vault" in cli("vault", "status", "-o", form).text
