from __future__ import annotations

import pytest

OLD = "made-up words of old"
NEW = "made-up words of now"
CHANGE = ("vault", "key", "change-passphrase")


@pytest.fixture
def phrase_file(own_home, monkeypatch):
    path = own_home / "phrase"
    path.write_text(OLD)
    path.chmod(0o600)
    monkeypatch.setenv("INFSH_VAULT_PASSPHRASE_FILE", str(path))
    return path


def test_from_a_file(cli, cheap, phrase_file, own_home):
    cli("set", "A", "kept-value")
    new = own_home / "new"
    new.write_text(NEW + "\n")
    new.chmod(0o600)
    done = cli(*CHANGE, "--new-file", str(new))
    assert done.data["action"] == "passphrase_changed"
    assert cli("get", "A", "--plain").status == 5
    phrase_file.write_text(NEW)
    assert cli("get", "A", "--plain").out == b"kept-value"
    (key,) = cli("vault", "key", "list").data
    assert key["id"] == done.data["id"]


def test_by_typing(person, phrase_file, monkeypatch):
    person()("set", "A", "kept-value")
    assert person(NEW, NEW)(*CHANGE).status == 0
    monkeypatch.delenv("INFSH_VAULT_PASSPHRASE_FILE")
    assert person(OLD)("get", "A", "--plain").status == 5
    assert person(NEW)("get", "A", "--plain").out == b"kept-value"
    assert person(NEW, NEW, NEW)(*CHANGE).status == 9


def test_of_several_one_is_named(person, cli, phrase_file, own_home):
    person()("set", "A", "kept-value")
    phrase_file.write_text(OLD)
    (first,) = cli("vault", "key", "list").data
    other = own_home / "other"
    other.write_text("words besides")
    other.chmod(0o600)
    cli("vault", "key", "add", "--key-file-out", f"{own_home}/raw")
    key = f"--key-file={own_home}/raw"
    phrase_file.write_text("words besides")
    assert cli("vault", "key", "add", "--passphrase", key).status == 0
    assert cli(*CHANGE, key).status == 2
    assert person(NEW, NEW)(*CHANGE, first["id"][:6], key).status == 0
    raw = next(k["id"] for k in cli("vault", "key", "list", key).data if k["kind"] == "raw")
    assert cli(*CHANGE, raw, key).status == 4


def test_refusals(refused, cli, cheap):
    cli("set", "A", "1")
    assert "no such passphrase" in refused(4, *CHANGE)["message"]


def test_nothing_is_asked_without_a_terminal(refused, cli, cheap, phrase_file):
    cli("set", "A", "1")
    assert "--new-file" in refused(2, *CHANGE)["hint"]
