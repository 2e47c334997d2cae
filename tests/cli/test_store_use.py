from __future__ import annotations


def test_commands_use_it_from_then_on(cli, work, monkeypatch):
    assert cli("store", "use", "work").data == {"name": "work", "action": "in use"}
    assert cli("set", "A", "made-up").data["store"] == "work"
    assert cli("get", "A", "-s", "vault").error["exit"] == 4
    monkeypatch.setenv("INFSH_STORE", "vault")
    assert cli("list").data == []
    monkeypatch.delenv("INFSH_STORE")
    cli("store", "use", "vault")
    assert cli("list").data == []


def test_an_address_of_a_named_store_means_that_store(cli, work):
    assert cli("store", "use", work.url).data["name"] == "work"
    assert cli("list", "-s", work.url + "/").status == 0


def test_refusals(refused):
    assert refused(4, "store", "use", "nowhere")["hint"].startswith("There are: vault, inference")
    refused(2, "store", "use", "http://example.com")
