from __future__ import annotations


def test_commands_work_in_it_from_then_on(cli):
    cli("team", "create", "acme")
    assert cli("team", "use", "acme").data == {"name": "acme", "action": "in use"}
    assert cli("set", "A", "made-up").data["team"] == "acme"
    assert cli("team", "use", "personal").status == 0
    assert cli("list").data == []


def test_refusals(refused):
    refused(4, "team", "use", "nobody")
    refused(2, "team", "use", "Not A Name")
