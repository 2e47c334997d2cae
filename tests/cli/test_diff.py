from __future__ import annotations

import pytest

from cli.expected import HIDDEN


@pytest.fixture
def two(cli):
    cli("set", "SAME=one", f"OTHER={HIDDEN}", "HERE=x", "-q")
    cli("set", "SAME=one", "OTHER=two", "THERE=x", "-e", "staging", "-q")


def test_one_entry_a_name(cli, two):
    done = cli("diff", "vault", "vault@staging")
    assert (done.status, done.err) == (6, "")
    assert HIDDEN not in done.text
    data = done.data
    assert data["a"] == {"store": "vault", "team": "personal", "environment": "default"}
    assert data["b"]["environment"] == "staging"
    assert data["equal"] is False
    assert [(one["key"], one["status"], one["differs_in"]) for one in data["secrets"]] == [
        ("HERE", "only_in_a", []),
        ("OTHER", "different", ["value"]),
        ("SAME", "same", []),
        ("THERE", "only_in_b", []),
    ]
    counts = {name: data[name] for name in ("only_in_a", "only_in_b", "different", "same")}
    assert set(counts.values()) == {1}
    assert cli("diff", "vault", "vault@staging", "-o", "yaml").text.startswith("a:\n  store: vault")


def test_as_table_as_lines_and_as_names(cli, two):
    table = cli("diff", "vault", "vault@staging", "-o", "table").text
    assert "only in vault@staging" in table
    assert table.endswith(
        "4 secrets: 1 only in vault, 1 only in vault@staging, 1 different, 1 the same.\n"
    )
    assert cli("diff", "vault", "vault@staging", "-o", "plain").text == (
        "HERE\tonly in vault\t-\nOTHER\tdifferent\tvalue\nSAME\tsame\t-\n"
        "THERE\tonly in vault@staging\t-\n"
    )
    assert cli("diff", "vault", "vault@staging", "-o", "names").text == "HERE\nOTHER\nTHERE\n"


def test_the_same_is_0(cli, two):
    done = cli("diff", "vault", "@staging", "SAME")
    assert (done.status, done.data["equal"]) == (0, True)
    assert cli("diff", "@staging", "vault", "S*").status == 0
    done = cli("diff", "vault", "@staging", "NONE*", "-o", "plain")
    assert done.text == "Neither vault nor vault@staging has any of these.\n"
    assert done.status == 0


def test_names_only(cli, two):
    assert cli("diff", "vault", "@staging", "OTHER", "--names-only").status == 0
    assert cli("diff", "vault", "@staging", "--names-only", "-o", "names").text == "HERE\nTHERE\n"


def test_another_team_and_another_file(cli, two, own_home):
    cli("team", "create", "acme")
    cli("set", "SAME=one", "--team", "acme", "-q")
    assert cli("diff", "vault", "team:acme", "SAME").status == 0
    path = own_home / "other.vault"
    cli("set", "SAME=two", "-e", "prod", "--vault", str(path), "-q")
    assert cli("diff", "vault", f"{path}@prod", "SAME").data["b"]["store"] == str(path)
    done = cli("diff", "vault@default", f"vault:{path}@prod", "SAME")
    assert (done.status, done.data["different"]) == (6, 1)


def test_the_environment_of_both_sides(cli, two):
    cli("team", "create", "acme")
    cli("set", "SAME=one", "--team", "acme", "-e", "staging", "-q")
    done = cli("diff", "vault", "team:acme", "SAME", "-e", "staging")
    assert done.status == 0
    assert done.data["a"]["environment"] == done.data["b"]["environment"] == "staging"


def test_a_comparison_is_no_use(cli, two):
    cli("team", "create", "acme")
    cli("set", "SAME=one", "--team", "acme", "-q")
    cli("diff", "vault", "team:acme")
    for team in ("personal", "acme"):
        assert {e["action"] for e in cli("audit", "list", "--team", team).data} == {"created"}


@pytest.mark.parametrize(
    ("argv", "status"),
    [
        (["vault"], 2),
        (["vault", "vault"], 2),
        (["vault", "@default"], 2),
        (["vault", ""], 2),
        (["vault:", "vault"], 2),
        (["vault", "vault@Staging"], 4),
        (["vault", "nowhere"], 4),
        (["vault", "team:nobody"], 4),
        (["vault", "team:No Team"], 2),
        (["vault", "absent.vault"], 4),
        (["vault", "@staging", "ABSENT"], 4),
        (["vault", "@staging", "not-a-name"], 2),
        (["vault", "team:nobody", "-e", "a,b"], 2),
    ],
)
def test_what_cannot_be_compared(refused, two, argv, status):
    refused(status, "diff", *argv)


def test_the_vault_in_force_by_another_spelling_is_the_same(cli, two, own_home):
    path = own_home / ".local/share/infsh-secrets/vaults/personal.vault"
    for spelling in ("team:personal", str(path), f"vault:{path}"):
        assert cli("diff", "vault", spelling).status == 2
        assert cli("diff", "vault@staging", f"{spelling}@default", "SAME").status == 0


def test_a_named_key_must_fit_the_vault_in_force_only(cli, two, own_home):
    (key,) = (own_home / ".local/share/infsh-secrets/keys").glob("*.key")
    cli("team", "create", "acme")
    cli("set", "SAME=one", "--team", "acme", "-q")
    assert cli("diff", "vault", "team:acme", "SAME", "--key-file", str(key)).status == 0
