from __future__ import annotations

import pytest

from cli.expected import HIDDEN


@pytest.fixture
def two(cli):
    cli("set", "SAME=one", f"OTHER={HIDDEN}", "-q")
    cli("set", "NEW", "n", "-d", "About", "-m", "a=b", "--expires", "90d", "-q")
    cli("set", "SAME=one", "OTHER=two", "OLD=x", "-e", "staging", "-q")


def test_new_and_changed_secrets(cli, two):
    done = cli("sync", "--from", "vault", "--to", "@staging")
    assert (done.status, done.err) == (0, "")
    assert HIDDEN not in done.text
    assert done.data["complete"] is True
    assert done.data["to"]["environment"] == "staging"
    assert done.data["kept"] == ["OLD"]
    assert [(one["key"], one["action"], one["version"]) for one in done.data["secrets"]] == [
        ("NEW", "created", 1),
        ("OTHER", "updated", 2),
        ("SAME", "unchanged", 1),
    ]
    assert cli("get", "OTHER", "-e", "staging", "--plain").text == HIDDEN
    new = cli("get", "NEW", "-e", "staging").data
    old = cli("get", "NEW").data
    for fact in ("description", "metadata", "expires_at"):
        assert new[fact] == old[fact]
    assert cli("rollback", "OTHER", "-e", "staging").status == 0
    assert cli("get", "OTHER", "-e", "staging", "--plain").text == "two"


def test_in_words_and_names(cli, two):
    done = cli("sync", "--from", "vault", "--to", "@staging", "--dry-run", "-o", "plain")
    assert done.text == (
        "NEW: created\nOTHER: updated to version 2\n"
        "Nothing was changed; it would be 3 secrets from vault to vault@staging: "
        "1 created, 1 updated, 1 unchanged.\n"
        "Only in vault@staging, and left there: 1. See them with `diff`; --prune deletes them.\n"
    )
    assert cli("get", "NEW", "-e", "staging").status == 4
    done = cli("sync", "--from", "vault", "--to", "@staging", "-o", "names")
    assert done.text == "NEW\nOTHER\n"
    assert cli("sync", "--from", "vault", "--to", "@staging", "-q").text == ""


def test_prune_asks_and_names_the_undo(cli, refused, two):
    error = refused(2, "sync", "--from", "vault", "--to", "@staging", "--prune")
    assert error["hint"] == "Add -y."
    done = cli("sync", "--from", "vault", "--to", "@staging", "--prune", "--dry-run")
    assert "It would be asked: Delete 1 (OLD) in vault@staging?" in done.err
    done = cli("sync", "--from", "vault", "--to", "@staging", "--prune", "-y", "-o", "plain")
    assert done.text.endswith("Undo the deletion with: infsh secrets restore OLD -e staging\n")
    assert cli("diff", "vault", "@staging").status == 0
    assert cli("restore", "OLD", "-e", "staging").status == 0


def test_many_deletions_have_no_line_that_nobody_can_read(cli):
    cli("set", "KEPT=1", "-q")
    cli("set", *(f"OLD_{number}=x" for number in range(30)), "-e", "staging", "-q")
    done = cli("sync", "--from", "vault", "--to", "@staging", "--prune", "-y")
    assert done.data["undo"] is None
    assert "list --deleted" in done.err


def test_conflicts(cli, refused, two):
    sync = ["sync", "--from", "vault", "--to", "@staging", "--on-conflict"]
    assert "OTHER" in refused(9, *sync, "fail")["message"]
    assert cli(*sync, "fail", "--dry-run").status == 9
    done = cli(*sync, "skip")
    assert (done.status, done.data["skipped"], done.data["created"]) == (0, 1, 1)
    assert cli("get", "OTHER", "-e", "staging", "--plain").text == "two"
    refused(2, *sync, "newer")


def test_into_a_vault_that_is_not_there_yet(cli, two, own_home):
    path = own_home / "new.vault"
    done = cli("sync", "--from", "vault", "--to", str(path), "--dry-run")
    assert (done.status, done.data["created"]) == (0, 3)
    assert not path.exists()
    done = cli("sync", "--from", "vault", "--to", str(path))
    assert done.data["created"] == 3
    assert "Made the vault" in done.err
    assert cli("diff", "vault", str(path)).status == 0


def test_every_value_that_leaves_is_a_use(cli, two, own_home):
    path = own_home / "new.vault"
    cli("sync", "--from", "vault@staging", "--to", "vault@copy", "-q")
    assert cli("get", "OLD", "-e", "staging").data["last_used_at"] is None
    cli("sync", "--from", "vault", "--to", str(path), "S*", "-q")
    assert cli("get", "SAME").data["last_used_at"] is not None
    assert cli("get", "NEW").data["last_used_at"] is None
    cli("sync", "--from", str(path), "--to", "vault@back", "-q")
    used = [e["key"] for e in cli("audit", "list", "--vault", str(path)).data][-1]
    assert used == "SAME"


def test_reads_that_must_be_recorded(cli, two, own_home):
    (own_home / ".config/infsh-secrets").mkdir(parents=True)
    (own_home / ".config/infsh-secrets/config.toml").write_text('[audit]\nreads = "required"\n')
    cli("sync", "--from", "vault", "--to", str(own_home / "new.vault"), "SAME", "-q")
    events = cli("audit", "list").data
    assert (events[-1]["action"], events[-1]["key"]) == ("used", "SAME")


@pytest.mark.parametrize(
    ("argv", "status"),
    [
        (["--from", "vault"], 2),
        (["--from", "vault", "--to", "vault"], 2),
        (["--from", "vault", "--to", "@default"], 2),
        (["--from", "vault", "--to", "nowhere"], 4),
        (["--from", "vault", "--to", "team:nobody"], 4),
        (["--from", "absent.vault", "--to", "vault"], 4),
        (["--from", "vault", "--to", "@staging", "OLD"], 4),
        (["--from", "vault", "--to", "@staging", "no-name"], 2),
        (["--from", "vault@empty", "--to", "@staging", "--prune", "-y"], 2),
    ],
)
def test_what_cannot_be_synced(refused, two, argv, status):
    refused(status, "sync", *argv)


def test_a_person_is_asked(cli, two, monkeypatch):
    asked = []

    def confirm(question, *, may_ask, option):
        asked.append((question, may_ask, option))

    monkeypatch.setattr("infsh_secrets.cli.prompts.confirm", confirm)
    cli("sync", "--from", "vault", "--to", "@staging", "--prune")
    assert asked == [
        (
            "Delete 1 (OLD) in vault@staging? They can be restored for 30 days.",
            False,
            "-y",
        )
    ]


@pytest.fixture
def agents(cli):
    """A server of Julep, which gives no values back, as the store `agents`."""
    from fake_server import Julep, Server

    key = "made_up_julep_key"
    with Server(Julep(key)).running() as server:
        cli("store", "add", "agents", server.url, "--kind", "julep", "-q")
        assert cli("login", "agents", "--with-token", stdin=key.encode(), root=True).status == 0
        yield server


def test_julep_takes_values_and_gives_none(cli, two, agents):
    cli("set", "_X=1", "-q")
    done = cli("sync", "--from", "vault", "--to", "agents")
    assert (done.status, done.error["code"]) == (2, "usage")
    assert "_X: julep takes no name that does not begin with a letter" in done.error["message"]
    assert not agents.answer.secrets
    done = cli("sync", "--from", "vault", "--to", "agents", "--skip-invalid")
    assert done.status == 0, done.err
    assert (done.data["created"], done.data["refused"]) == (3, 1)
    assert {one["verified"] for one in done.data["secrets"]} == {None}
    assert "could not be verified" in done.err
    assert HIDDEN not in done.text + done.err
    done = cli("diff", "vault", "agents")
    assert (done.status, done.data["unknown"], done.data["only_in_a"]) == (6, 3, 1)
    assert "only names compare" in done.err
    assert cli("diff", "vault", "agents", "--names-only", "[!_]*").status == 0
    assert cli("sync", "--from", "agents", "--to", "vault").status == 10


def test_what_cannot_be_compared_is_not_overwritten_unasked(cli, two, agents):
    cli("sync", "--from", "vault", "--to", "agents", "-q")
    written = len(agents.seen)
    done = cli("sync", "--from", "vault", "--to", "agents")
    assert done.status == 2
    assert not [one for one in agents.seen[written:] if one.method in ("PUT", "POST")]
    done = cli("sync", "--from", "vault", "--to", "agents", "--on-conflict", "skip")
    assert (done.status, done.data["skipped"]) == (0, 3)
    assert cli("sync", "--from", "vault", "--to", "agents", "-y").data["updated"] == 3


def test_a_connection_that_breaks_in_the_middle(cli, two, work):
    """What was done before is told on standard output, what stopped it on standard error."""
    put = []

    def breaking(handler, seen):
        if seen.method == "POST" and seen.path == "/secrets":
            put.append(seen)
            if len(put) == 2:
                handler.connection.close()
                return None
        return True

    work.faults += [breaking] * 50
    done = cli("sync", "--from", "vault", "--to", "work")
    assert done.status == 7
    assert [one["action"] for one in done.data["secrets"]] == ["created", "failed", "not_done"]
    assert done.data["complete"] is False
    assert "1 of 3 changes of work were made, 1 were not begun" in done.err
    assert HIDDEN not in done.text + done.err
    work.faults.clear()
    done = cli("sync", "--from", "vault", "--to", "work", "--on-conflict", "overwrite")
    assert done.status == 0
    assert cli("diff", "vault", "work", "-q").status == 0
