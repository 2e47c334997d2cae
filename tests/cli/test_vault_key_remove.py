from __future__ import annotations

import glob
import os
import shutil

import pytest


@pytest.fixture
def two(cli, own_home):
    """A vault with two keys; returns their ids, the own key's first."""
    cli("set", "A", "kept-value")
    first = cli("vault", "key", "list").data[0]["id"]
    second = cli("vault", "key", "add", "--key-file-out", f"{own_home}/second").data["id"]
    return first, second


def own_keys(home):
    return glob.glob(f"{home}/.local/share/infsh-secrets/keys/*.key")


def test_a_removed_key_opens_nothing_and_its_file_goes(cli, two, own_home):
    done = cli("vault", "key", "remove", two[0][:12])
    assert done.data == {
        "action": "key_removed",
        "path": f"{own_home}/.local/share/infsh-secrets/vaults/personal.vault",
        "id": two[0],
        "kind": "raw",
    }
    assert own_keys(own_home) == []
    assert cli("get", "A", "--plain").status == 5
    assert cli("get", "A", "--plain", "--key-file", f"{own_home}/second").out == b"kept-value"
    assert cli("vault", "verify", "--key-file", f"{own_home}/second").data["audit_entries"] == 3


def test_it_says_that_only_rotation_shuts_out(cli, two):
    assert "infsh secrets vault rotate" in cli("vault", "key", "remove", two[1], "-o", "table").text


def test_a_named_key_file_is_not_touched(cli, two, own_home):
    assert cli("vault", "key", "remove", two[1].upper()).status == 0
    assert os.path.exists(f"{own_home}/second")
    assert cli("get", "A", "--plain").out == b"kept-value"
    assert cli("get", "A", "--plain", "--key-file", f"{own_home}/second").status == 5


def test_the_last_key_stays(cli, refused, two):
    cli("vault", "key", "remove", two[1])
    error = refused(9, "vault", "key", "remove", two[0])
    assert error["message"] == "This is the last key that opens the vault."


def test_a_key_file_that_another_vault_needs_stays(cli, two, own_home):
    folder = f"{own_home}/.local/share/infsh-secrets/vaults"
    shutil.copy2(f"{folder}/personal.vault", f"{folder}/copy.vault")
    done = cli("vault", "key", "remove", two[0], "-o", "table")
    assert "stays: another vault may need it" in done.text
    older = cli("get", "A", "--plain", "--vault", f"{folder}/copy.vault", "--accept-rollback")
    assert older.out == b"kept-value"


def test_a_vault_that_cannot_be_read_may_need_it_too(cli, two, own_home):
    folder = f"{own_home}/.local/share/infsh-secrets/vaults"
    with open(f"{folder}/broken.vault", "w") as file:
        file.write("no vault")
    assert "stays" in cli("vault", "key", "remove", two[0], "-o", "table").text
    assert len(own_keys(own_home)) == 1


def test_ids(refused, two):
    refused(4, "vault", "key", "remove", "zz")
    refused(4, "vault", "key", "remove", "")
    refused(2, "vault", "key", "remove")


def test_an_id_that_begins_several(cli, refused, two, own_home):
    for number in range(14):
        cli("vault", "key", "add", "--key-file-out", f"{own_home}/{number}")
    ids = [key["id"] for key in cli("vault", "key", "list").data]
    shared = next((i[0] for i in ids if sum(j[0] == i[0] for j in ids) > 1), None)
    if shared is not None:  # but for one in a billion
        assert "Several keys" in refused(2, "vault", "key", "remove", shared)["message"]
