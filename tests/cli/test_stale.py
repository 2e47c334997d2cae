from __future__ import annotations

import pytest

from cli.expected import FIELDS
from infsh_secrets.services import ages, views
from infsh_secrets.stores.vault.store import now_ms

DAY = 24 * 3600 * 1000


@pytest.fixture
def later(monkeypatch):
    """Let the clock of what judges ages be so many days ahead."""

    def go(days):
        for module in (ages, views):
            monkeypatch.setattr(module, "now_ms", lambda: now_ms() + days * DAY)

    return go


def test_nothing_is_stale_at_first(cli):
    assert cli("stale").data == []
    cli("set", "K", "v", "-q")
    done = cli("stale")
    assert (done.status, done.data) == (0, [])
    assert cli("stale", "-o", "table").text == "Nothing needs rotating.\n"
    assert cli("stale", "-o", "names").text == ""


def test_each_reason_and_the_most_urgent_first(cli, later):
    cli("set", "FRESH", "v", "--expires", "30d", "-q")
    cli("set", "OLD_AND_EXPIRED", "v", "--expires", "50d", "-q")
    cli("set", "EXPIRES_SOON", "v", "--expires", "104d", "-q")
    cli("set", "OLD", "v", "--expires", "200d", "-q")
    later(17)
    assert [one["key"] for one in cli("stale").data] == ["FRESH"]
    later(100)
    cli("delete", "FRESH", "-q")
    done = cli("stale")
    assert done.status == 0
    assert [list(one) for one in done.data] == [[*FIELDS, "written_at", "reasons"]] * 3
    assert [(one["key"], one["reasons"]) for one in done.data] == [
        ("OLD_AND_EXPIRED", ["expired", "unchanged"]),
        ("EXPIRES_SOON", ["expiring", "unchanged"]),
        ("OLD", ["unchanged"]),
    ]
    assert cli("stale", "-o", "names").text == "OLD_AND_EXPIRED\nEXPIRES_SOON\nOLD\n"
    assert "last changed" in cli("stale", "-o", "plain").text
    assert "why" in cli("stale", "-o", "table").text
    later(13)
    assert cli("stale").data == []


def test_the_age_is_what_is_asked_for(cli, later):
    cli("set", "K", "v", "-q")
    later(31)
    assert cli("stale").data == []
    assert [one["key"] for one in cli("stale", "--than", "30d").data] == ["K"]


def test_new_words_make_no_value_younger(cli, later, monkeypatch):
    from infsh_secrets.stores.vault.store import VaultStore

    cli("set", "K", "v", "-q")
    defaults = dict(VaultStore.__init__.__kwdefaults__, clock=lambda: now_ms() + 89 * DAY)
    monkeypatch.setattr(VaultStore.__init__, "__kwdefaults__", defaults)
    cli("describe", "K", "-d", "New words", "-q")
    cli("set", "NEW", "v", "-q")
    later(91)
    (one,) = cli("stale").data
    assert (one["key"], one["reasons"]) == ("K", ["unchanged"])
    assert one["written_at"] == one["created_at"] < one["updated_at"]
    assert cli("list", "--stale", "90d", "-o", "names").text == "K\n"


def test_environments(cli, later):
    cli("set", "K", "v", "-q")
    cli("set", "K", "v", "-e", "staging", "-q")
    later(91)
    assert [one["environment"] for one in cli("stale").data] == ["default"]
    assert [one["environment"] for one in cli("stale", "--all-envs").data] == [
        "default",
        "staging",
    ]


@pytest.mark.parametrize("argv", [["--than", "soon"], ["--than", ""], ["EXTRA"], ["-o", "csv"]])
def test_refusals(refused, argv):
    refused(2, "stale", *argv)
