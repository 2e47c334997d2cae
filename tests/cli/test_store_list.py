from __future__ import annotations


def test_the_local_vault_and_the_platform_need_no_configuration(cli):
    assert cli("store", "list").data == [
        {"name": "vault", "url": None, "kind": "vault", "team": None, "current": True},
        {
            "name": "inference",
            "url": "https://api.inference.sh",
            "kind": "inference",
            "team": None,
            "current": False,
        },
    ]
    assert cli("store", "list", "-o", "names").text == "vault\ninference\n"


def test_nothing_is_asked_of_them(cli, work):
    cli("store", "use", "work")
    rows = cli("store", "list").data
    assert [row["name"] for row in rows if row["current"]] == ["work"]
    assert work.seen == []


def test_an_address_in_use_is_among_them(cli, monkeypatch):
    monkeypatch.setenv("INFSH_STORE", "https://other.example/x")
    row = cli("store", "list").data[-1]
    assert (row["name"], row["current"]) == ("https://other.example/x", True)


def test_the_platforms_address_by_a_variable(cli, monkeypatch):
    monkeypatch.setenv("INFERENCE_API_BASE_URL", "http://localhost:1")
    assert cli("store", "list").data[1]["url"] == "http://localhost:1"
    monkeypatch.setenv("INFSH_API_URL", "http://localhost:2")
    assert cli("store", "list").data[1]["url"] == "http://localhost:2"
