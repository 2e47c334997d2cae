from __future__ import annotations

import sqlite3

import pytest


@pytest.fixture
def vault(cli, own_home):
    for value in ("one", "two", "three"):
        cli("set", "K", value)
    (path,) = own_home.glob(".local/share/infsh-secrets/vaults/*.vault")
    return path


def test_a_whole_record_says_how_many_entries(cli, vault):
    assert cli("audit", "verify").data == {"path": str(vault), "entries": 3}
    assert cli("audit", "verify", "-o", "table").text == (
        f"The record of {vault} is whole: 3 entries, each verified.\n"
    )


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit WHERE seq = 1",
        "DELETE FROM audit WHERE seq = 3",
        "UPDATE audit SET mac = zeroblob(32) WHERE seq = 2",
        "UPDATE audit SET entry = zeroblob(200) WHERE seq = 2",
        "INSERT INTO audit VALUES (4, zeroblob(200), zeroblob(32))",
        "UPDATE audit SET seq = seq + 10",
    ],
)
def test_whatever_is_changed_in_it_is_found(cli, vault, statement):
    base = sqlite3.connect(vault)
    base.execute(statement)
    base.commit()
    base.close()
    error = cli("audit", "verify").error
    assert (error["code"], error["exit"]) == ("integrity", 8)


def test_without_a_vault(refused):
    refused(4, "audit", "verify")
