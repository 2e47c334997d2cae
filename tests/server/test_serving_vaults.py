"""The vault of a team, as the administrator of the server opens it beside the running server."""

from __future__ import annotations

import json
import os

import pytest

from infsh_secrets import entry


@pytest.fixture
def vault(served):
    return os.path.join(served.folder, "teams", "acme.vault")


@pytest.fixture
def administer(served, vault, capfd):
    """Run a command on the vault with the server's key; returns (status, its JSON)."""

    key = os.path.join(served.folder, "server.key")

    def run(*argv, path=vault):
        capfd.readouterr()
        status = entry.run(["secrets", *argv, "--vault", path, "--key-file", key])
        said = capfd.readouterr()
        return status, json.loads(said.out or said.err.splitlines()[-1])

    return run


def put(client, key, value="v"):
    return client.put(f"/v1/secrets/{key}", json={"value": value}).status_code


def statuses(client, *keys):
    return [client.get(f"/secrets/{key}").status_code for key in keys]


def test_he_reads_the_record_and_restores(served, administer):
    client = served.client()
    put(client, "first")
    client.get("/secrets/reveal/first")
    client.delete("/secrets/first")
    status, record = administer("audit", "list")
    assert status == 0
    done = [(one["action"], one["key"], one["program"]) for one in record if one["key"]]
    program = "infsh secrets serve"
    assert done == [(action, "first", program) for action in ("created", "used", "deleted")]
    assert administer("restore", "first")[0] == 0
    assert statuses(client, "first") == [200]


def test_a_new_vault_key_and_a_backup_take_effect_at_once(served, administer, tmp_path):
    client = served.client()
    assert put(client, "first") == 200
    backup = str(tmp_path / "backup.vault")
    assert administer("vault", "backup", backup)[0] == 0
    assert administer("vault", "rotate")[0] == 0
    assert client.get("/secrets/reveal/first").json()["data"]["value"] == "v"
    assert put(client, "second") == 200
    assert administer("vault", "restore", backup)[0] == 0
    assert statuses(client, "first", "second") == [200, 404]
    assert client.get("/secrets/reveal/first").status_code == 200
    assert put(client, "third") == 200
    assert [one["key"] for one in administer("list")[1]] == ["first", "third"]


def test_a_team_that_was_removed_still_opens(served, administer):
    put(served.client(), "first")
    with served.data() as data:
        path, _ = data.remove_team("acme")
    status, secrets = administer("list", path=path)
    assert (status, [one["key"] for one in secrets]) == (0, ["first"])


def test_the_key_of_the_server_stays(served, administer, tmp_path):
    put(served.client(), "first")
    _, (key,) = administer("vault", "key", "list")
    assert key["kept_in"] == "server"
    administer("vault", "key", "add", "--key-file-out", str(tmp_path / "other.key"))
    status, refused = administer("vault", "key", "remove", key["id"])
    assert (status, refused["error"]["code"]) == (9, "conflict")
    assert statuses(served.client(), "first") == [200]


def test_without_the_key_it_is_told_where_it_is(served, vault, capfd, tmp_path):
    put(served.client(), "first")
    assert entry.run(["secrets", "list", "--vault", vault]) == 5
    error = json.loads(capfd.readouterr().err)["error"]
    key = os.path.join(served.folder, "server.key")
    assert error["hint"] == (
        f"It is that of a server's team. Give the server's key with --key-file {key}"
    )
    other = tmp_path / "other.key"
    other.write_text("INFSHKEY1-" + "A" * 10)
    other.chmod(0o600)
    assert entry.run(["secrets", "list", "--vault", vault, "--key-file", str(other)]) == 5
