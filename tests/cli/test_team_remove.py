from __future__ import annotations

import os


def test_a_team_goes_with_its_tokens_and_its_vault_is_put_aside(cli, refused, tmp_path):
    folder = str(tmp_path / "srv")
    for team in ("acme", "other"):
        cli("team", "create", team, "--data", folder)
    cli("token", "create", "--team", "acme", "--data", folder)
    refused(2, "team", "remove", "acme", "--data", folder)  # nobody can be asked
    done = cli("team", "remove", "acme", "--data", folder, "-y")
    assert (done.data["name"], done.data["tokens"]) == ("acme", 1)
    assert os.path.isfile(done.data["path"])
    assert [team["name"] for team in cli("team", "list", "--data", folder).data] == ["other"]
    assert cli("token", "list", "--data", folder).data == []
    refused(4, "team", "remove", "acme", "--data", folder, "-y")
    assert cli("team", "create", "acme", "--data", folder).status == 0


def test_a_team_of_a_server_is_made_once(cli, refused, tmp_path):
    folder = str(tmp_path / "srv")
    done = cli("team", "create", "acme", "--data", folder)
    assert done.data == {"name": "acme", "path": f"{folder}/teams/acme.vault"}
    assert "Made the server key" in done.err
    refused(9, "team", "create", "acme", "--data", folder)
    refused(2, "team", "create", "Not One", "--data", folder)
    refused(4, "team", "list", "--data", str(tmp_path / "nothing"))
