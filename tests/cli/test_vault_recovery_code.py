from __future__ import annotations

import os

import pytest


@pytest.fixture
def paper(person, own_home):
    """A vault with a recovery code and without its own key; returns the code."""
    person()("set", "A", "kept-value")
    done = person("last_group")("vault", "recovery-code")
    assert done.status == 0
    code = person.one.code()
    assert code not in done.text + done.err
    os.rename(own_home / ".local/share/infsh-secrets/keys", own_home / "elsewhere")
    return code


def test_it_opens_when_it_is_typed(person, paper):
    for typed in (paper, paper.lower(), paper.removeprefix("INFSHREC1-").replace("-", " ")):
        assert person(typed)("get", "A", "--plain").out == b"kept-value"
    assert person.one.questions[0].startswith("Recovery code of the vault ")
    assert person(paper)("vault", "status").data["opened_by"] == "the recovery code"


def test_it_opens_where_a_key_is_named(cli, paper, own_home, monkeypatch):
    path = own_home / "code"
    path.write_text(paper.lower())
    path.chmod(0o600)
    assert cli("get", "A", "--plain", "--key-file", str(path)).out == b"kept-value"
    with open(path) as file:
        assert cli("get", "A", "--plain", "--key-fd", str(file.fileno())).out == b"kept-value"
    monkeypatch.setenv("INFSH_VAULT_KEY", paper)
    assert cli("get", "A", "--plain").out == b"kept-value"
    monkeypatch.setenv("INFSH_VAULT_KEY", paper[:-1] + ("3" if paper[-1] == "2" else "2"))
    error = cli("get", "A", "--plain", "-o", "json").error
    assert error["exit"] == 2
    done = cli("get", "A")
    assert done.status == 5
    assert "INFSH_VAULT_KEY holds no vault key: its checksum" in done.err
    assert paper[10:20] not in done.err


def test_wrong_codes(person, paper):
    swapped = paper.split("-")
    swapped[2], swapped[3] = swapped[3], swapped[2]
    done = person("-".join(swapped))("get", "A")
    assert done.status == 5
    assert "groups exchanged" in done.err
    foreign = "INFSHREC1-AAAQE-AYEAU-DAOCA-JBIFQ-YDIOB-4IBCE-QTZPH-A557S"
    done = person(foreign)("get", "A")
    assert done.status == 5
    assert "does not open with the recovery code" in done.err


def test_beside_a_passphrase_either_may_be_typed(person, paper):
    words = "made-up words to keep"
    assert person(paper, words, words)("vault", "key", "add", "--passphrase").status == 0
    for typed in (paper, words):
        assert person(typed)("get", "A", "--plain").out == b"kept-value"
    assert person.one.questions[0].startswith("Passphrase or recovery code of the vault ")
    assert person("neither")("get", "A").status == 5


def test_a_new_one_replaces_the_old_one(person, paper):
    done = person(paper, "last_group")("vault", "recovery-code", "-o", "table")
    assert "The one that you had opens it no more." in done.text
    new = person.one.code()
    assert new != paper
    assert person(paper)("get", "A").status == 5
    assert person(new)("get", "A", "--plain").out == b"kept-value"
    kinds = [key["kind"] for key in person()("vault", "key", "list").data]
    assert sorted(kinds) == ["raw", "recovery"]


@pytest.mark.parametrize("answers", [("AAAAA",) * 3, ("", None), (None,)], ids=range(3))
def test_a_code_that_is_not_taken_down_replaces_nothing(person, paper, answers):
    assert person(paper, *answers)("vault", "recovery-code").status == 3
    assert person(paper)("get", "A", "--plain").out == b"kept-value"


def test_without_a_terminal_there_is_none(cli, refused):
    cli("set", "A", "1")
    assert "on a terminal" in refused(2, "vault", "recovery-code")["message"]


def test_it_cannot_be_the_first_key(refused, monkeypatch):
    code = "INFSHREC1-AAAQE-AYEAU-DAOCA-JBIFQ-YDIOB-4IBCE-QTZPH-A557S"
    monkeypatch.setenv("INFSH_VAULT_KEY", code)
    assert "cannot be the first key" in refused(2, "set", "A", "1")["message"]
