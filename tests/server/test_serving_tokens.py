"""Tokens, the server key, and the folder of a server."""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3

import pytest

from infsh_secrets.domain.errors import (
    ConflictError,
    DeniedError,
    LockedError,
    NotFoundError,
    UsageError,
)
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.server import tokens
from infsh_secrets.server.administration import Server
from infsh_secrets.server.data import open_server_data
from infsh_secrets.server.tokens import SCOPES
from infsh_secrets.stores.base import Write


@pytest.fixture
def data(tmp_path):
    with open_server_data(str(tmp_path / "srv"), None, make=True) as data:
        data.create_team("acme")
        yield data


def make(data, team="acme", role="admin", scopes=SCOPES, expires=0):
    return data.tokens.create(team, "test", role, tuple(scopes), expires, 1)


def files(folder):
    return [os.path.join(path, name) for path, _, names in os.walk(folder) for name in names]


def content_of(data, name):
    with open(os.path.join(data.folder, name), "rb") as file:
        return file.read()


def test_a_token_is_256_random_bits_and_looks_like_one(data):
    texts = {make(data)[1] for _ in range(50)}
    assert len(texts) == 50
    for text in texts:
        assert re.fullmatch(r"infsh_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}", text)
    assert 62**43 > 2**256


def test_no_file_has_what_opens_anything(data):
    token, text = make(data)
    with data.open_team(data.tokens.team("acme")) as store:
        store.write("default", [Write("NAMED_KEY", SecretValue(b"a-made-up-value"))])
    secret = text.split("_")[2].encode()
    key = content_of(data, "server.key").strip()
    hidden = [secret, hashlib.sha256(text.encode()).digest(), b"a-made-up-value", b"NAMED_KEY"]
    for path in files(data.folder):
        assert os.stat(path).st_mode & 0o777 == 0o600
        with open(path, "rb") as file:
            content = file.read()
        for what in hidden:
            assert what not in content, path
        assert path.endswith("server.key") or key not in content
    assert repr(data.key) == "ServerKey()"
    assert token.id.encode() in content_of(data, "tokens.db")


def test_only_the_whole_text_resolves(data):
    token, text = make(data)
    assert data.tokens.resolve(text) == token
    secret = text.split("_")[2]
    wrong = [
        text[:-1],
        text + "A",
        text.upper(),
        f"infsh_{token.id}_",
        f"infsh_{token.id}",
        f"infsh__{secret}",
        f"inf_{token.id}_{secret}",
        f"_{token.id}_{secret}",
        f"infsh_{token.id}_{secret}_",
        "",
        "_",
        "é" * 62,
        "A" * 10_000,
    ]
    for one in wrong:
        assert data.tokens.resolve(one) is None


def test_absent_and_wrong_tokens_are_compared_alike(data, monkeypatch):
    _, text = make(data)
    seen = []
    compare = tokens.compare_digest

    def counted(one, other):
        seen.append((len(one), len(other)))
        return compare(one, other)

    monkeypatch.setattr(tokens, "compare_digest", counted)
    for one in (text, text[:-1] + "!", "infsh_AAAAAAAAAAAA_" + "A" * 43, "nonsense", ""):
        data.tokens.resolve(one)
    assert seen == [(32, 32)] * 5


@pytest.mark.parametrize(
    "change",
    [
        "role='owner'",
        "scopes='secrets:read secrets:write secrets:reveal'",
        "expires=0",
        "team='other', vault=(SELECT vault FROM teams WHERE name='other')",
        "name='somebody'",
    ],
)
def test_a_token_that_was_widened_in_the_file_is_none(data, change):
    data.create_team("other")
    token, text = make(data, role="member", scopes=SCOPES[:1], expires=2**50)
    assert data.tokens.resolve(text)
    with sqlite3.connect(os.path.join(data.folder, "tokens.db")) as file:
        assert file.execute(f"UPDATE tokens SET {change} WHERE id=?", (token.id,)).rowcount == 1
    file.close()
    assert data.tokens.resolve(text) is None


def test_expiry_and_revocation(data):
    token, text = make(data, expires=1000)
    assert token.usable(999)
    assert not token.usable(1000)
    assert make(data)[0].usable(2**50)
    revoked = data.tokens.revoke(token.id, 5)
    assert revoked.revoked == 5
    assert data.tokens.revoke(token.id, 9).revoked == 5
    assert not data.tokens.resolve(text).usable(6)
    with pytest.raises(NotFoundError):
        data.tokens.revoke("AAAAAAAAAAAA", 5)


def test_teams(data):
    with pytest.raises(ConflictError):
        data.create_team("acme")
    for name in ("", "../x", "A", "a/b"):
        with pytest.raises(UsageError):
            data.create_team(name)
    with pytest.raises(NotFoundError):
        make(data, team="nobody")
    with pytest.raises(NotFoundError):
        data.remove_team("nobody")
    make(data)
    path, count = data.remove_team("acme")
    assert count == 1
    assert os.path.exists(path)
    assert data.tokens.teams() == data.tokens.tokens() == []
    data.create_team("acme")
    assert [team.name for team in data.tokens.teams()] == ["acme"]


def test_a_vault_without_its_team_does_not_stand_in_the_way(data):
    path = data.vault_path("half")
    with open(path, "wb") as file:
        file.write(b"left by a process that was killed")
    os.chmod(path, 0o600)
    data.create_team("half")
    assert data.tokens.team("half")
    (aside,) = os.listdir(os.path.join(data.folder, "removed"))
    assert aside.startswith("half-")


def test_the_key_is_made_once_and_never_anew(tmp_path):
    folder = str(tmp_path / "srv")
    with pytest.raises(NotFoundError):
        open_server_data(folder, None, make=False)
    assert not os.path.exists(folder)
    with open_server_data(folder, None, make=True) as data:
        (notice,) = data.notices
        assert "server.key" in notice
        data.create_team("acme")
    key = os.path.join(folder, "server.key")
    with open(key, "rb") as file:
        before = file.read()
    with open_server_data(folder, None, make=True) as data:
        assert data.notices == []
    os.rename(key, key + ".away")
    with pytest.raises(LockedError):
        open_server_data(folder, None, make=True)
    os.unlink(os.path.join(folder, "tokens.db"))
    with pytest.raises(LockedError) as error:
        open_server_data(folder, None, make=True)
    assert "no server key" in str(error.value)
    assert not os.path.exists(key)
    os.rename(key + ".away", key)
    with open(key, "rb") as file:
        assert file.read() == before


def test_the_key_of_another_server_is_told(tmp_path):
    one, other = str(tmp_path / "one"), str(tmp_path / "other")
    for folder in (one, other):
        open_server_data(folder, None, make=True).close()
    with pytest.raises(LockedError) as error:
        open_server_data(one, os.path.join(other, "server.key"), make=True)
    assert "INFSH_SERVER_KEY_FILE" in error.value.hint


def test_the_key_may_lie_elsewhere(tmp_path):
    folder, key = str(tmp_path / "srv"), str(tmp_path / "keys" / "key")
    os.mkdir(tmp_path / "keys", 0o700)
    with open_server_data(folder, key, make=True) as data:
        data.create_team("acme")
    assert os.stat(key).st_mode & 0o777 == 0o600
    assert "server.key" not in os.listdir(folder)
    vault = tmp_path / "srv" / "teams" / "acme.vault"
    vault.chmod(0o644)  # as a copy of the folder may leave it
    with open_server_data(folder, key, make=False) as data:
        data.open_team(data.tokens.team("acme")).close()
    assert vault.stat().st_mode & 0o777 == 0o600


def test_an_open_key_file_is_refused(tmp_path):
    folder = str(tmp_path / "srv")
    open_server_data(folder, None, make=True).close()
    os.chmod(os.path.join(folder, "server.key"), 0o644)
    with pytest.raises(DeniedError):
        open_server_data(folder, None, make=True)


def test_a_database_that_was_being_made_is_made_again(tmp_path):
    folder = tmp_path / "srv"
    folder.mkdir(0o700)
    (folder / "tokens.db.new").write_bytes(b"half")
    with open_server_data(str(folder), None, make=True) as data:
        data.create_team("acme")
    assert not (folder / "tokens.db.new").exists()


class TestAdministration:
    @pytest.fixture
    def server(self, tmp_path):
        server = Server(str(tmp_path / "srv"), {})
        server.create_team("acme")
        server.notices.clear()
        return server

    @pytest.mark.parametrize(
        ("scopes", "role"),
        [
            (["secrets:read"], "member"),
            (["secrets:reveal"], "admin"),
            (["secrets:read,secrets:write"], "admin"),
        ],
    )
    def test_the_role_is_the_least_that_the_scopes_need(self, server, scopes, role):
        assert server.create_token("acme", "ci", scopes, None, "90d").facts.role == role
        assert len(server.notices) == 1

    def test_a_role_that_makes_scopes_useless_is_told(self, server):
        server.create_token("acme", "ci", ["secrets:write"], "member", "90d")
        assert "needs the role admin" in server.notices[1]

    @pytest.mark.parametrize(
        ("name", "scopes", "role", "expires"),
        [
            ("ci", ["secrets:all"], None, "90d"),
            ("ci", [","], None, "90d"),
            ("ci", ["secrets:read"], "king", "90d"),
            ("ci", ["secrets:read"], None, "soon"),
            ("ci", ["secrets:read"], None, "2020-01-01"),
            ("", ["secrets:read"], None, "90d"),
            ("x" * 65, ["secrets:read"], None, "90d"),
            ("a\nb", ["secrets:read"], None, "90d"),
            ("a\u202eb", ["secrets:read"], None, "90d"),
        ],
    )
    def test_bad_requests_make_no_token(self, server, name, scopes, role, expires):
        with pytest.raises(UsageError):
            server.create_token("acme", name, scopes, role, expires)
        assert server.list_tokens(None).tokens == []

    def test_states(self, server):
        valid = server.create_token("acme", "valid", ["secrets:read"], None, "never")
        gone = server.create_token("acme", "gone", ["secrets:read"], None, "1y")
        server.revoke_token(gone.text)
        assert server.revoke_token(gone.facts.id).facts.state == "revoked"
        states = {one.name: (one.state, one.expires) for one in server.list_tokens("acme").tokens}
        assert states == {"valid": ("valid", None), "gone": ("revoked", gone.facts.expires)}
        assert server.list_tokens("other").tokens == []
        assert valid.text not in repr(valid)
