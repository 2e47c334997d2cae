from __future__ import annotations


def test_a_token_is_revoked_by_its_id_or_its_text(cli, refused, tmp_path):
    folder = str(tmp_path / "srv")
    cli("team", "create", "acme", "--data", folder)
    made = [cli("token", "create", "--team", "acme", "--data", folder).data for _ in range(2)]
    done = cli("token", "revoke", made[0]["id"], "--data", folder)
    assert (done.data["state"], done.data["id"]) == ("revoked", made[0]["id"])
    assert done.data["revoked_at"]
    text = cli("token", "revoke", made[1]["token"], "--data", folder, "-o", "table").text
    assert "opens nothing any more" in text
    assert made[1]["token"] not in text
    states = {one["state"] for one in cli("token", "list", "--data", folder).data}
    assert states == {"revoked"}
    again = cli("token", "revoke", made[0]["id"], "--data", folder)
    assert again.data["revoked_at"] == done.data["revoked_at"]
    error = refused(4, "token", "revoke", "not-one", "--data", folder)
    assert "not-one" not in error["message"]
