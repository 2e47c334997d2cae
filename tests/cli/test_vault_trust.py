from __future__ import annotations

import shutil

import pytest


@pytest.fixture
def rolled_back(cli, own_home):
    """A vault whose file was replaced by the one from before the second write."""
    cli("set", "K", "made-up-one")
    (vault,) = own_home.glob(".local/share/infsh-secrets/vaults/*.vault")
    shutil.copy(vault, own_home / "kept")
    cli("set", "K", "made-up-two")
    shutil.copy(own_home / "kept", vault)
    return vault


@pytest.mark.parametrize(
    "argv",
    [
        ("get", "K"),
        ("get", "K", "--plain"),
        ("list",),
        ("vault", "status"),
        ("vault", "verify"),
        ("set", "K", "made-up-three"),
        ("delete", "K"),
    ],
)
def test_every_command_refuses_an_older_vault(refused, rolled_back, argv):
    error = refused(8, *argv)
    assert error["code"] == "integrity"
    assert "rolled back" in error["message"]
    assert "--accept-rollback" in error["hint"]
    assert "infsh secrets vault trust" in error["hint"]


def test_reading_it_can_be_accepted(cli, rolled_back):
    done = cli("get", "K", "--plain", "--accept-rollback")
    assert (done.status, done.out) == (0, b"made-up-one")
    assert "it is older than it was" in done.err
    assert cli("list", "--accept-rollback").status == 0
    assert cli("list").status == 8


def test_writing_it_cannot(refused, rolled_back):
    error = refused(8, "set", "K", "made-up-three", "--accept-rollback")
    assert "for reading" in error["hint"]
    assert "vault trust" in error["hint"]


def test_trusting_it_makes_it_the_newest(cli, rolled_back):
    done = cli("vault", "trust", "-y")
    assert done.status == 0
    assert done.data == {"path": str(rolled_back), "sequence": 2, "rolled_back": True}
    assert cli("get", "K", "--plain").out == b"made-up-one"
    assert cli("set", "K", "made-up-three").status == 0


def test_nobody_is_asked_without_a_terminal(refused, rolled_back):
    error = refused(2, "vault", "trust")
    assert "--yes" in error["hint"]


@pytest.mark.parametrize(("answer", "status"), [("y\n", 0), ("yes\n", 0), ("n\n", 3), ("", 3)])
def test_on_a_terminal_it_is_asked(cli, rolled_back, monkeypatch, answer, status):
    monkeypatch.setattr("infsh_secrets.cli.context.may_ask", lambda *_, **__: True)
    done = cli("vault", "trust", stdin=answer.encode())
    assert done.status == status
    assert "Use it as it is from now on? [y/N]" in done.err
    assert cli("list").status == (8 if status else 0)


def test_a_vault_that_is_no_older_needs_no_question(cli):
    cli("set", "K", "v")
    assert cli("vault", "trust").data["rolled_back"] is False
    assert "no older than before" in cli("vault", "trust", "-o", "plain").text


def test_a_damaged_vault_is_not_trusted(cli, refused, rolled_back):
    data = bytearray(rolled_back.read_bytes())
    for place in range(4096, len(data), 512):
        data[place + 300] ^= 0xFF
    rolled_back.write_bytes(data)
    refused(8, "vault", "trust", "-y")


def test_a_damaged_anchor_is_told_on_every_way_of_reading(cli, own_home):
    cli("set", "K", "v")
    (anchor,) = own_home.glob(".local/state/infsh-secrets/anchors/*.anchor")
    for argv in (("get", "K", "--plain"), ("get", "K"), ("list",)):
        anchor.write_bytes(b"cut")
        done = cli(*argv)
        assert done.status == 0
        assert "is written anew" in done.err
        assert cli(*argv).err.count("anchor") == 0
    anchor.write_bytes(b"cut")
    assert cli("get", "K", "--plain", "-q").err == ""


def test_the_state_folder_can_be_named(cli, own_home, monkeypatch):
    monkeypatch.setenv("INFSH_STATE_DIR", str(own_home / "elsewhere"))
    cli("set", "K", "v")
    assert len(list((own_home / "elsewhere" / "anchors").glob("*.anchor"))) == 1
    monkeypatch.delenv("INFSH_STATE_DIR")
    monkeypatch.setenv("XDG_STATE_HOME", str(own_home / "xdg"))
    cli("list")
    assert len(list((own_home / "xdg" / "infsh-secrets" / "anchors").glob("*.anchor"))) == 1
