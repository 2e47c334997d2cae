from __future__ import annotations


def test_tokens_of_all_teams_and_of_one(cli, tmp_path):
    folder = str(tmp_path / "srv")
    for team in ("one", "two"):
        cli("team", "create", team, "--data", folder)
    empty = cli("token", "list", "--data", folder)
    assert empty.data == []
    assert "No tokens." in cli("token", "list", "--data", folder, "-o", "table").text
    for team in ("one", "two"):
        cli("token", "create", f"for {team}", "--team", team, "--data", folder)
    listed = cli("token", "list", "--data", folder).data
    assert [(one["name"], one["team"], one["state"]) for one in listed] == [
        ("for one", "one", "valid"),
        ("for two", "two", "valid"),
    ]
    assert [
        one["team"] for one in cli("token", "list", "--team", "two", "--data", folder).data
    ] == ["two"]
    told = cli("token", "list", "--data", folder, "-o", "table").text
    assert "in 90 days" in told or "in 89 days" in told  # a second later
    ids = cli("token", "list", "--data", folder, "-o", "names").text.split()
    assert ids == [one["id"] for one in listed]


def test_without_a_server(refused, tmp_path):
    refused(4, "token", "list", "--data", str(tmp_path / "nothing"))
    refused(4, "token", "list")
