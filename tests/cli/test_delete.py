from __future__ import annotations

import pytest

from cli.expected import FIELDS
from cli.runs import run


@pytest.mark.parametrize("word", ["delete", "rm", "remove", "unset"])
def test_the_answer_is_the_record_and_the_undo(cli, word):
    cli("set", "K", "v")
    done = cli(word, "K")
    assert done.status == 0
    assert list(done.data) == ["action", *FIELDS, "declared_by", "last_used_by"]
    assert (done.data["declared_by"], done.data["last_used_by"]) == ([], None)
    assert done.data["action"] == "deleted"
    assert done.data["deleted_at"]
    assert done.err == "Undo with: infsh secrets restore K\n"


def test_several_are_one_transaction(cli, refused):
    cli("set", "A=1", "B=2", "-q")
    refused(4, "delete", "A", "ABSENT", "B")
    done = cli("delete", "B", "ABSENT", "A", "B", "--ignore-missing")
    assert [secret["key"] for secret in done.data] == ["B", "A"]
    assert "restore B A" in done.err


def test_missing_ones_may_be_ignored(cli):
    assert cli("delete", "K", "--ignore-missing").out == b"[]\n"
    assert cli("delete", "K", "--ignore-missing", "-o", "table").text == "Nothing to do.\n"
    cli("set", "K", "v")
    cli("delete", "K", "-y", "-q")
    assert cli("delete", "K", "--ignore-missing").out == b"[]\n"


def test_the_undo_is_said_once(cli):
    cli("set", "K", "v", "-e", "staging")
    done = cli("delete", "K", "-e", "staging", "-o", "table")
    assert done.text == ("K in staging: deleted\nUndo with: infsh secrets restore K -e staging\n")
    assert done.err == ""


@pytest.mark.parametrize(
    ("argv", "status"),
    [
        (["ABSENT"], 4),
        (["K", "-e", "other"], 4),
        (["K", "-e", "a,b"], 2),
        (["sk-not-a-name"], 2),
        ([], 2),
        ([""], 2),
        (["K", "--team", "typo"], 4),
        (["K", "-s", "other"], 4),
    ],
)
def test_what_cannot_be_deleted_is_left(cli, refused, argv, status):
    cli("set", "K", "v")
    refused(status, "delete", *argv)


def test_an_undo_in_another_team_or_vault_names_it(cli, own_home):
    cli("team", "create", "acme")
    cli("set", "K", "v", "--team", "acme")
    assert cli("delete", "K", "--team", "acme").err == (
        "Undo with: infsh secrets restore K --team acme\n"
    )
    path = f"{own_home}/my vault"
    cli("set", "K", "v", "--vault", path)
    assert cli("delete", "K", "--vault", path).err == (
        f"Undo with: infsh secrets restore K --vault '{path}'\n"
    )


@pytest.fixture
def answering(monkeypatch):
    """Let questions be asked and be answered from standard input."""
    monkeypatch.setattr("infsh_secrets.cli.context.may_ask", lambda *_, **__: True)


def test_a_purge_leaves_nothing_of_live_and_deleted_secrets(cli, refused):
    cli("set", "A=1", "B=2", "-q")
    cli("set", "A", "another made-up value", "-q")
    cli("delete", "B", "-q")
    done = cli("delete", "A", "B", "--purge", "--yes")
    assert done.status == 0
    assert [(one["action"], one["key"]) for one in done.data] == [("purged", "A"), ("purged", "B")]
    assert "Backups and snapshots" in done.err
    assert "Undo" not in done.err
    refused(4, "restore", "B")
    refused(4, "history", "A")
    assert cli("vault", "verify").data["versions"] == 0
    assert cli("set", "A", "x").data["version"] == 1


def test_a_purge_asks_and_takes_a_no(cli, answering):
    cli("set", "K", "v", "-q")
    for answer in (b"n\n", b"\n", b"", b"perhaps\n"):
        done = cli("delete", "K", "--purge", "-o", "table", stdin=answer)
        assert (done.status, done.out) == (3, b"")
        assert done.err.startswith("Remove K and all its versions for good? [y/N] ")
    assert cli("get", "K", "--plain").out == b"v"
    assert cli("delete", "K", "--purge", "-o", "table", stdin=b"y\n").text == "K: purged\n"


def test_a_purge_where_nobody_can_be_asked_names_the_option(cli, refused):
    cli("set", "K", "v", "-q")
    for argv in (["--purge"], ["--purge", "--no-input"]):
        assert "-y" in refused(2, "delete", "K", *argv)["hint"]


def test_an_absent_secret_is_not_asked_about(cli, refused):
    cli("set", "K", "v", "-q")
    refused(4, "delete", "K", "ABSENT", "--purge")
    refused(4, "delete", "K", "ABSENT", "--purge", "-y")
    refused(2, "delete", "not-a-name", "--purge", "-y")
    assert cli("delete", "ABSENT", "--purge", "--ignore-missing").out == b"[]\n"
    assert cli("delete", "ABSENT", "K", "--purge", "--ignore-missing", "-y", "-q").status == 0
    assert cli("list").data == []
    refused(4, "delete", "K", "--purge", "-y")


def test_a_store_that_cannot_restore_asks(cli, refused, answering, monkeypatch):
    from infsh_secrets.stores.base import Capabilities
    from infsh_secrets.stores.vault.store import VaultStore

    bare = Capabilities(reveal=True, versions=False, restore=False, environments=True)
    cli("set", "A=1", "B=2", "-q")
    monkeypatch.setattr(VaultStore, "capabilities", bare)
    done = cli("delete", "A", "-o", "table", stdin=b"no\n")
    assert (done.status, done.out) == (3, b"")
    assert cli("delete", "A", stdin=b"yes\n").status == 0
    monkeypatch.setattr("infsh_secrets.cli.context.may_ask", lambda *_, **__: False)
    assert "-y" in refused(2, "delete", "B")["hint"]
    assert cli("delete", "B", "-y").status == 0


@pytest.fixture
def manifest(own_home):
    path = own_home / "inf.yml"
    path.write_text("secrets:\n  - key: K\n")
    return path


def test_it_says_who_used_and_who_declares_the_secret(cli, manifest, own_home):
    cli("set", "K=v", "UNUSED=w", "-q")
    run("K", program="old", manifest=own_home / "gone.yml")
    run("K", program="python", manifest=manifest, status=3)
    last = cli("get", "K").data["last_used_at"]
    done = cli("delete", "K", "UNUSED")
    assert done.err.splitlines() == [
        f"K is declared by {manifest} and was last used just now by python.",
        "Undo with: infsh secrets restore K UNUSED",
    ]
    used, unused = done.data
    assert (used["declared_by"], used["last_used_by"]) == ([str(manifest)], "python")
    assert (unused["declared_by"], unused["last_used_by"]) == ([], None)
    assert (used["last_used_at"], unused["last_used_at"]) == (last, None)


def test_it_says_no_more_than_it_knows(cli, manifest, monkeypatch):
    cli("set", "K=v", "-q")
    cli("get", "K", "--plain")
    done = cli("delete", "K", "-o", "table")
    assert " declared " not in done.err
    assert done.err.startswith("K was last used just now by ")
    cli("restore", "K", "-q")
    for number in range(5):
        cli("set", "OTHER", f"made-up {number}", "-q")
    monkeypatch.setattr("infsh_secrets.services.uses.MOST_LOOKED_AT", 3)
    assert cli("delete", "K", "-o", "table").err == ""


def test_another_environments_uses_are_not_those_of_this_one(cli, manifest):
    cli("set", "K", "v", "-q")
    cli("set", "K", "w", "-e", "staging", "-q")
    run("K", manifest=manifest, environment="staging")
    assert "used" not in cli("delete", "K").err
    cli("restore", "K", "-q")
    cli("get", "K", "--plain")
    err = cli("delete", "K").err
    assert "was last used" in err
    assert "declared by" not in err
    assert "declared by" in cli("delete", "K", "-e", "staging").err


def test_what_is_odd_about_the_record_does_not_stop_it(cli, manifest, own_home):
    import sqlite3

    cli("set", "K", "v", "-q")
    run("K", manifest=manifest)
    cli("set", "OTHER", "w", "-q")
    cli("set", "OTHER", "x", "-q")
    (vault,) = own_home.glob(".local/share/infsh-secrets/vaults/*.vault")
    base = sqlite3.connect(vault)
    base.execute("UPDATE audit SET mac = zeroblob(32) WHERE seq = 2")
    base.commit()
    base.close()
    done = cli("delete", "K")
    assert done.status == 0
    assert (done.data["declared_by"], done.data["last_used_by"]) == ([], None)
    manifest.unlink()
    manifest.mkdir()
    assert cli("delete", "OTHER").status == 0


def test_of_many_some_are_told(cli, manifest):
    keys = [f"K{number}" for number in range(9)]
    cli("set", *(f"{key}=v" for key in keys), "-q")
    run(*keys)
    lines = cli("delete", *keys).err.splitlines()
    assert len(lines) == 7
    assert lines[5] == "So were 4 others."


def test_a_purge_asks_with_what_is_known(cli, manifest, answering):
    cli("set", "K", "v", "-q")
    run("K", manifest=manifest)
    known = f"K is declared by {manifest} and was last used just now by python.\n"
    done = cli("delete", "K", "--purge", "-o", "table", stdin=b"n\n")
    assert done.err.startswith(known + "Remove K and all its versions for good? [y/N] ")
    cli("delete", "K", "-q")
    done = cli("delete", "K", "--purge", stdin=b"y\n")
    assert done.err.count(known) == 1
    assert (done.data["declared_by"], done.data["last_used_by"]) == ([str(manifest)], "python")
    cli("set", "K", "v", "-q")
    run("K", manifest=manifest)
    assert cli("delete", "K", "--purge", "-y").err.startswith(known)


def test_what_could_steer_a_terminal_is_shown_only(cli, own_home, answering):
    odd = own_home / "app\x1b[31m"
    odd.mkdir()
    (odd / "inf.yml").write_text("secrets:\n  - key: K\n")
    cli("set", "K", "v", "-q")
    run("K", manifest=odd / "inf.yml")
    done = cli("delete", "K", "--purge", stdin=b"n\n")
    assert "\\x1b[31m" in done.err
    assert "\x1b" not in done.err


def test_a_passphrase_is_asked_for_once(cli, person):
    words = "long made-up words"
    assert person(words, words, "n")("vault", "init", "--passphrase").status == 0
    person("long made-up words")("set", "K", "v", "-q")
    for argv in (["K"], ["K", "--purge", "-y"]):
        assert person("wrong made-up words")("delete", *argv).status == 5
        assert len(person.one.questions) == 1
    assert person("long made-up words")("delete", "K").status == 0


@pytest.mark.parametrize("option", [[], ["--purge", "-y"]])
def test_a_name_that_is_no_text_is_no_name(cli, refused, option):
    cli("set", "K", "v", "-q")
    refused(2, "delete", "K\udcff", *option)
