from __future__ import annotations

import hashlib
import hmac

import pytest

from infsh_secrets.unlock.server_key import hint, team_key, team_keys

KEY = bytes(range(32))


def test_the_key_of_a_team_is_a_mac_of_its_name():
    made = hmac.new(KEY, b"infsh-server/1 team\0acme", hashlib.sha256).digest()
    assert team_key(KEY, "acme") == made


@pytest.mark.parametrize(
    "path",
    [
        "/srv/teams/my-team.vault",
        "my-team.vault",
        "/srv/removed/my-team-20261122T130825Z-fc5c69.vault",
        "/srv/teams/my-team.vault.before-restore-20261122-131135",
    ],
)
def test_names_of_files_that_are_the_vault_of_a_team(path):
    assert team_key(KEY, "my-team") in team_keys(KEY, "/elsewhere/backup.vault", path)


def test_any_name_of_a_file(tmp_path):
    assert len(list(team_keys(KEY, "/x/\udcff.vault", "", "/"))) == 3


def test_the_hint_names_the_file_where_it_is(tmp_path):
    vault = str(tmp_path / "teams" / "acme.vault")
    assert hint(vault).endswith("--key-file FOLDER/server.key")
    (tmp_path / "server.key").touch()
    assert hint(vault).endswith(f"--key-file {tmp_path}/server.key")
