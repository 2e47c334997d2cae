from __future__ import annotations

import os
import stat

import pytest

PHRASE = "made-up words to remember"


@pytest.fixture
def vault(cli):
    cli("set", "A", "kept-value")


@pytest.fixture
def no_own_key(own_home):
    """Return a function that takes the vault's own key file away."""

    def take():
        os.rename(own_home / ".local/share/infsh-secrets/keys", own_home / "elsewhere")

    return take


def test_a_key_file(cli, vault, own_home, no_own_key):
    path = own_home / "second.key"
    done = cli("vault", "key", "add", "--key-file-out", str(path))
    assert done.status == 0
    assert (done.data["action"], done.data["kind"]) == ("key_added", "raw")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [key["id"] for key in cli("vault", "key", "list").data].count(done.data["id"]) == 1
    no_own_key()
    assert cli("get", "A", "--plain").status == 5
    assert cli("get", "A", "--plain", "--key-file", str(path)).out == b"kept-value"
    assert cli("vault", "verify", "--key-file", str(path)).data["audit_entries"] == 2


def test_a_passphrase_from_a_file(cli, cheap, vault, own_home, no_own_key, monkeypatch):
    path = own_home / "phrase"
    path.write_text(PHRASE + "\n")
    path.chmod(0o600)
    monkeypatch.setenv("INFSH_VAULT_PASSPHRASE_FILE", str(path))
    assert cli("vault", "key", "add", "--passphrase").data["kind"] == "passphrase"
    no_own_key()
    assert cli("get", "A", "--plain").out == b"kept-value"
    error = cli("vault", "key", "add", "--passphrase").error
    assert (error["exit"], error["message"]) == (9, "This passphrase opens the vault already.")
    path.write_text("other words\n")
    assert cli("get", "A", "--plain").status == 5


def test_a_passphrase_that_is_typed(person, vault, no_own_key):
    done = person(PHRASE, "another", PHRASE, PHRASE)("vault", "key", "add", "--passphrase")
    assert done.status == 0
    assert PHRASE not in done.text + done.err
    no_own_key()
    assert person(PHRASE)("get", "A", "--plain").out == b"kept-value"
    assert person.one.questions[0].startswith("Passphrase of the vault ")
    assert person(PHRASE + "x")("get", "A", "--plain").status == 5
    assert person("")("get", "A", "--plain").status == 5
    assert person(None)("get", "A", "--plain").status == 3


@pytest.mark.parametrize(
    ("answers", "status"),
    [(("",), 3), ((None,), 3), (("a", "b") * 3, 2), (("   ", "   "), 2), (("\udcff", "\udcff"), 2)],
    ids=range(5),
)
def test_a_passphrase_that_is_none(person, vault, answers, status):
    before = person()("vault", "key", "list").data
    assert person(*answers)("vault", "key", "add", "--passphrase").status == status
    assert person()("vault", "key", "list").data == before


def test_a_short_passphrase_draws_a_warning(person, vault):
    assert (
        "fewer than 12 characters"
        in person("short", "short")("vault", "key", "add", "--passphrase").err
    )


def test_with_little_memory_a_passphrase_costs_less_and_that_is_said(person, vault, monkeypatch):
    from infsh_secrets.crypto import kdf

    real = kdf.passphrase_kek

    def short(passphrase, salt, parameters):
        if parameters == kdf.ARGON2_DEFAULT:
            raise kdf.KdfError("Argon2id needs 256 MiB of memory")
        return real(passphrase, salt, parameters)

    monkeypatch.setattr(kdf, "passphrase_kek", short)
    done = person(PHRASE, PHRASE)("vault", "key", "add", "--passphrase")
    assert done.status == 0
    assert "Memory is short" in done.err

    def none(*_):
        raise kdf.KdfError("Argon2id needs 64 MiB of memory")

    monkeypatch.setattr(kdf, "passphrase_kek", none)
    error = person(PHRASE + "2", PHRASE + "2")("vault", "key", "add", "--passphrase").error
    assert error["exit"] in (5, 7)


@pytest.mark.parametrize(
    ("argv", "status"),
    [
        ((), 2),
        (("--passphrase", "--keyring"), 2),
        (("--passphrase",), 2),
        (("--keyring",), 7),
        (("--key-file-out", "/dev/null"), 10),
        (("--key-file-out", "/nowhere/x/key"), 4),
    ],
)
def test_refusals(refused, vault, argv, status):
    refused(status, "vault", "key", "add", *argv)


def test_a_file_in_a_folder_that_others_write_is_refused_and_not_left(refused, vault, tmp_path):
    tmp_path.chmod(0o777)
    refused(10, "vault", "key", "add", "--key-file-out", str(tmp_path / "key"))
    assert list(tmp_path.iterdir()) == []


def test_no_more_than_sixteen(cli, refused, vault, own_home):
    for number in range(15):
        assert cli("vault", "key", "add", "--key-file-out", f"{own_home}/{number}").status == 0
    error = refused(9, "vault", "key", "add", "--key-file-out", f"{own_home}/last")
    assert error["message"] == "A vault has at most 16 keys."


def test_a_locked_vault_gets_no_key(refused, vault, no_own_key, own_home):
    no_own_key()
    refused(5, "vault", "key", "add", "--key-file-out", f"{own_home}/key")


@pytest.mark.parametrize("happened", [False, True])
def test_a_key_goes_when_its_slot_does_not_reach_the_vault(
    cli, vault, own_home, monkeypatch, happened
):
    from infsh_secrets.domain.errors import UnavailableError
    from infsh_secrets.stores.vault.tables import VaultFile

    real = VaultFile.commit
    path = own_home / "second"

    def fails(file):
        if happened:
            real(file)
        raise UnavailableError("The disk reports an error.")

    monkeypatch.setattr(VaultFile, "commit", fails)
    error = cli("vault", "key", "add", "--key-file-out", str(path)).error
    monkeypatch.setattr(VaultFile, "commit", real)
    assert error["exit"] == 7
    assert path.exists() == happened
    assert len(cli("vault", "key", "list").data) == 1 + happened
    assert cli("get", "A", "--plain").out == b"kept-value"


def test_a_key_stays_when_nobody_knows_what_became_of_its_slot(cli, vault, own_home, monkeypatch):
    from infsh_secrets.domain.errors import UnavailableError
    from infsh_secrets.services import new_keys
    from infsh_secrets.stores.vault.tables import VaultFile

    def fails(*_):
        raise UnavailableError("The disk reports an error.")

    path = own_home / "second"
    with monkeypatch.context() as broken:
        broken.setattr(VaultFile, "commit", fails)
        broken.setattr(VaultFile, "reopen", fails)
        broken.setattr(new_keys, "slot_ids", fails)
        error = cli("vault", "key", "add", "--key-file-out", str(path)).error
    assert "It is not known" in error["message"]
    assert path.exists()


def test_a_key_file_that_gives_back_something_else_is_refused(cli, vault, own_home, monkeypatch):
    from infsh_secrets.services import new_keys

    monkeypatch.setattr(new_keys, "read_key_file", lambda _: bytes(32))
    path = own_home / "second"
    assert cli("vault", "key", "add", "--key-file-out", str(path)).error["exit"] == 5
    assert not path.exists()


def test_a_keyring_that_forgets_gets_no_slot(cli, vault, monkeypatch):
    from infsh_secrets.unlock import os_keyring

    class Forgetful:
        def set_password(self, *_):
            pass

        def get_password(self, *_):
            return None

        def delete_password(self, *_):
            raise OSError

    monkeypatch.setattr(os_keyring, "find", lambda *_: Forgetful())
    assert cli("vault", "key", "add", "--keyring").error["exit"] == 5
    assert len(cli("vault", "key", "list").data) == 1
