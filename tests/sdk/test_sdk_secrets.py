"""client.secrets over the local vault and over a store in memory."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

from infsh_secrets import (
    Client,
    ConflictError,
    DeniedError,
    LockedError,
    NotFoundError,
    Secret,
    SecretValue,
    UsageError,
)
from infsh_secrets.domain.masking import mask
from infsh_secrets.stores.memory import MemoryStore

VALUE = "a-made-up-value-of-some-length"


def names(secrets):
    return [secret.name for secret in secrets]


def test_a_secret_as_julep_shows_it(every_client):
    secret = every_client.secrets.create(
        name="stripe_api_key",
        value=VALUE,
        description="Payments",
        metadata={"owner": "payments"},
    )
    assert isinstance(secret, Secret)
    assert secret.name == secret.key == "stripe_api_key"
    assert (secret.description, secret.metadata) == ("Payments", {"owner": "payments"})
    assert (secret.environment, secret.team, secret.version) == ("default", "personal", 1)
    assert secret.masked == mask(VALUE)
    assert secret.fingerprint
    now = datetime.now(UTC)
    assert now - timedelta(minutes=10) < secret.created_at <= secret.updated_at <= now
    assert secret.created_at.utcoffset() == timedelta(0)
    assert secret.expires_at is secret.deleted_at is secret.last_used_at is None
    assert secret.reveal() == secret.value.reveal() == VALUE
    assert secret.value.reveal_bytes() == VALUE.encode()
    assert every_client.secrets.get(name="stripe_api_key").created_at == secret.created_at
    assert names(every_client.secrets.list(metadata={"owner": "payments"})) == ["stripe_api_key"]
    changed = every_client.secrets.update(
        name="stripe_api_key", value=VALUE, description="New", metadata={"rotated": "2025"}
    )
    assert (changed.description, changed.version) == ("New", 1)


def test_create_is_refused_where_there_is_one(every_client):
    every_client.secrets.create(name="K", value="1")
    with pytest.raises(ConflictError):
        every_client.secrets.create(name="K", value="2")
    assert every_client.secrets.get("K").reveal() == "1"


def test_equal_is_what_is_known_to_be_the_same(every_client):
    made = every_client.secrets.create(name="K", value="1", metadata={"a": "b"})
    assert made == every_client.secrets.get("K")
    assert hash(made) == hash(every_client.secrets.get("K"))
    assert made != every_client.secrets.set("K", "2")


def test_a_secret_cannot_be_changed_here(client):
    secret = client.secrets.create(name="K", value="1")
    with pytest.raises(AttributeError):
        secret.name = "L"


def test_values_may_be_text_bytes_or_hidden(every_client):
    for value in ("ü\n", "ü\n".encode(), SecretValue("ü\n".encode())):
        every_client.secrets.set("K", value)
        assert every_client.secrets.get("K").reveal() == "ü\n"
    every_client.secrets.set("L", every_client.secrets.get("K").value)
    assert every_client.secrets.get("L").reveal() == "ü\n"


@pytest.mark.parametrize("value", [1, None, "\ud800", b"\xff", "a\0b", "", "x" * 65537])
def test_what_can_be_no_value_is_refused(every_client, value):
    with pytest.raises(UsageError):
        every_client.secrets.create(name="K", value=value)
    assert names(every_client.secrets.list()) == []


def test_an_empty_value_and_a_strict_one_are_asked_for(every_client):
    assert every_client.secrets.set("K", "", allow_empty=True).reveal() == ""
    with pytest.raises(UsageError):
        every_client.secrets.set("K", "changeme", strict=True)


def test_metadata_may_have_any_text(every_client):
    odd = {"a=b": "c=d", "ü": "", " ": "\n"}
    assert every_client.secrets.set("K", "1", metadata=odd).metadata == odd
    assert names(every_client.secrets.list(metadata={"a=b": "c=d"})) == ["K"]
    assert names(every_client.secrets.list(metadata={"a": "b=c=d"})) == []
    for wrong in ({"a": 1}, {1: "a"}, {"": "a"}):
        with pytest.raises(UsageError):
            every_client.secrets.set("K", "1", metadata=wrong)


def test_expiry_is_a_time_or_a_length_of_time(every_client):
    later = datetime.now(UTC).replace(microsecond=0) + timedelta(days=10)
    assert every_client.secrets.set("K", "1", expires=later).expires_at == later
    set_ = every_client.secrets.update("K", expires=timedelta(days=90))
    assert timedelta(days=89) < set_.expires_at - datetime.now(UTC) <= timedelta(days=90)
    assert every_client.secrets.set("K", "1", expires="1d").expires_at < later
    assert every_client.secrets.update("K", expires="never").expires_at is None
    for wrong in (datetime(2999, 1, 1), "soon", timedelta(days=-1)):  # noqa: DTZ001
        with pytest.raises(UsageError):
            every_client.secrets.set("K", "1", expires=wrong)


def test_an_update_changes_what_is_there_and_nothing_else(every_client):
    with pytest.raises(NotFoundError):
        every_client.secrets.update("K", value="1")
    with pytest.raises(NotFoundError):
        every_client.secrets.update("K", description="d")
    assert names(every_client.secrets.list()) == []
    every_client.secrets.set("K", "1", description="d", metadata={"a": "1", "b": "2"})
    changed = every_client.secrets.update("K", metadata={"c": "3"}, unset=["a"])
    assert (changed.description, changed.metadata) == ("d", {"b": "2", "c": "3"})
    changed = every_client.secrets.update("K", value="2", description="e")
    assert (changed.version, changed.description, changed.reveal()) == (2, "e", "2")
    with pytest.raises(UsageError):
        every_client.secrets.update("K")
    with pytest.raises(UsageError):
        every_client.secrets.update("K", value="3", unset=["b"])
    assert every_client.secrets.get("K").reveal() == "2"


def test_old_versions_are_described_and_revealed(every_client):
    first = every_client.secrets.set("K", "the-first-made-up-value")
    every_client.secrets.set("K", "the-second-made-up-value")
    assert first.reveal() == "the-first-made-up-value"  # it is of the version it describes
    old = every_client.secrets.get("K", version=1)
    assert (old.version, old.masked, old.fingerprint) == (1, first.masked, first.fingerprint)
    assert old.reveal() == "the-first-made-up-value"
    newest, oldest = every_client.secrets.history("K")
    assert (newest.number, oldest.number) == (2, 1)
    assert (newest.reveal(), oldest.value.reveal()) == (
        "the-second-made-up-value",
        "the-first-made-up-value",
    )
    with pytest.raises(NotFoundError):
        every_client.secrets.get("K", version=3)
    back = every_client.secrets.rollback("K", to=1)
    assert (back.version, back.reveal()) == (3, "the-first-made-up-value")


def test_a_version_that_is_gone_meanwhile_is_not_found(every_client):
    secret = every_client.secrets.set("K", "0")
    for number in range(1, 21):
        every_client.secrets.set("K", str(number))
    with pytest.raises(NotFoundError):
        secret.reveal()
    deleted = every_client.secrets.get("K")
    every_client.secrets.delete("K")
    with pytest.raises(NotFoundError):
        deleted.reveal()


def test_delete_restore_and_purge_are_all_or_nothing(every_client):
    for name in "AB":
        every_client.secrets.set(name, name)
    with pytest.raises(NotFoundError):
        every_client.secrets.delete("A", "B", "C")
    assert names(every_client.secrets.list()) == ["A", "B"]
    (gone,) = every_client.secrets.delete("A", "C", ignore_missing=True)
    assert gone.name == "A"
    assert gone.deleted_at is not None
    assert names(every_client.secrets.list(deleted=True)) == ["A"]
    assert names(every_client.secrets.restore("A")) == ["A"]
    assert every_client.secrets.purge("A", "B") == ("A", "B")
    assert (
        names(every_client.secrets.list()) == names(every_client.secrets.list(deleted=True)) == []
    )
    for change in (
        every_client.secrets.delete,
        every_client.secrets.restore,
        every_client.secrets.purge,
    ):
        with pytest.raises(UsageError):
            change()


def test_rename_and_copy(every_client):
    every_client.secrets.set("OLD", "1", description="d")
    assert every_client.secrets.rename("OLD", "NEW").name == "NEW"
    copy = every_client.secrets.copy("NEW", to_environment="staging")
    assert (copy.environment, copy.description, copy.reveal()) == ("staging", "d", "1")
    with pytest.raises(ConflictError):
        every_client.secrets.copy("NEW", to_environment="staging")
    with pytest.raises(NotFoundError):
        every_client.secrets.rename("OLD", "NEW")


def test_environments_are_chosen_for_a_call(every_client):
    every_client.secrets.set("A", "default")
    every_client.secrets.set("B", "default")
    every_client.secrets.set("A", "staging", environment="staging")
    chain = "staging,default"
    assert every_client.secrets.get("A", environment=chain).reveal() == "staging"
    assert every_client.secrets.get("B", environment=chain).environment == "default"
    assert every_client.secrets.get("A").reveal() == "default"
    assert [s.environment for s in every_client.secrets.list(environment=chain)] == [
        "staging",
        "default",
    ]
    assert len(list(every_client.secrets.list(all_environments=True))) == 3
    with pytest.raises(UsageError):
        every_client.secrets.set("A", "1", environment=chain)
    with pytest.raises(UsageError):
        every_client.secrets.get("A", environment="NO SUCH")
    assert every_client.secrets.get("A").environment == "default"


def test_a_list_is_read_when_the_first_one_is_asked_for(any_client):
    listed = any_client.secrets.list("A*")
    any_client.secrets.set("A1", "1")
    assert next(listed).name == "A1"
    any_client.secrets.set("A2", "1")
    assert names(listed) == []
    assert names(any_client.secrets.list("A*", reverse=True)) == ["A2", "A1"]
    with pytest.raises(UsageError):  # what is wrong is told at once
        any_client.secrets.list(sort="colour")


def test_secrets_may_be_changed_while_they_are_listed(every_client):
    for name in "ABC":
        every_client.secrets.set(name, "1")
    for secret in every_client.secrets.list():
        every_client.secrets.set(secret.name, secret.reveal() + "2")
    assert [secret.reveal() for secret in every_client.secrets.list()] == ["12"] * 3


@pytest.mark.parametrize("name", ["", "A-B", "1A", "A" * 256])
def test_what_can_be_no_name_is_refused(every_client, name):
    for call in (
        lambda: every_client.secrets.create(name=name, value="1"),
        lambda: every_client.secrets.get(name),
        lambda: every_client.secrets.delete(name),
        lambda: every_client.secrets.update(name, description="d"),
    ):
        with pytest.raises(UsageError):
            call()


def test_a_value_that_is_given_out_is_on_record(client, infsh):
    secret = client.secrets.set("K", VALUE)
    assert client.secrets.get("K").last_used_at is None  # to look at it is no use
    list(client.secrets.list())
    assert client.secrets.get("K").last_used_at is None
    secret.reveal()
    assert client.secrets.get("K").last_used_at >= secret.created_at
    assert b'"used"' in infsh("secrets", "audit", "list").stdout


def test_uses_that_are_required_come_before_the_value(client, own_home, monkeypatch):
    folder = own_home / ".config" / "infsh-secrets"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text('[audit]\nreads = "required"\n')
    secret = client.secrets.set("K", VALUE)

    def refuse(*_):
        raise DeniedError("The medium is read-only.")

    with monkeypatch.context() as patch:
        patch.setattr("infsh_secrets.stores.vault.uses.write_through", refuse)
        with pytest.raises(DeniedError, match="cannot be recorded"):
            secret.reveal()
    assert secret.reveal() == VALUE


def test_the_command_line_and_a_program_see_the_same(client, infsh):
    client.secrets.set("K", VALUE, environment="staging")
    done = infsh("secrets", "get", "K", "-e", "staging", "--plain")
    assert done.stdout.decode() == VALUE
    assert infsh("secrets", "set", "K", "another", "-e", "staging").returncode == 0
    assert client.secrets.get("K", environment="staging").reveal() == "another"


def test_settings_are_those_of_the_person_unless_given(own_home, monkeypatch):
    monkeypatch.setenv("INFSH_ENV", "staging")
    monkeypatch.setenv("INFSH_VAULT", str(own_home / "other.vault"))
    with Client() as by_variables, Client(vault=own_home / "third.vault") as by_argument:
        by_variables.secrets.set("K", "1")
        by_argument.secrets.set("K", "2")
        assert by_variables.secrets.get("K").environment == "staging"
    assert sorted(path.name for path in own_home.glob("*.vault")) == ["other.vault", "third.vault"]


def test_nothing_is_touched_before_the_first_use(own_home, monkeypatch):
    monkeypatch.setenv("INFSH_ENV", "NOT AN ENVIRONMENT")
    with Client() as client:
        repr(client)
        with pytest.raises(UsageError):
            client.secrets.get("K")
    assert list(own_home.iterdir()) == []


def test_a_vault_opens_with_a_passphrase_that_is_given(own_home, cheap_passphrases):
    path = own_home / "of-words.vault"
    with Client(vault=path, passphrase="made-up words of a person") as client:
        client.secrets.set("K", VALUE)
    keys = own_home / ".local" / "share" / "infsh-secrets" / "keys"
    assert list(keys.glob("*.key")) == []
    words = own_home / "words"
    words.write_text("made-up words of a person\n")
    words.chmod(0o600)
    for options in (
        {"passphrase": SecretValue(b"made-up words of a person")},
        {"passphrase_file": words},
    ):
        with Client(vault=path, **options) as client:
            assert client.secrets.get("K").reveal() == VALUE
    for options in ({"passphrase": "other words"}, {}):
        with Client(vault=path, **options) as client, pytest.raises(LockedError):
            client.secrets.get("K")


def test_a_passphrase_that_is_given_has_to_fit(own_home, client, cheap_passphrases):
    client.secrets.set("K", "1")  # which opens with a key that lies here
    with Client(passphrase="made-up words") as other, pytest.raises(LockedError):
        other.secrets.get("K")


def test_nothing_is_ever_asked(own_home, monkeypatch, cheap_passphrases):
    def ask(*_):
        raise AssertionError("somebody was asked")

    monkeypatch.setattr("infsh_secrets.cli.prompts.ask_hidden", ask)
    monkeypatch.setattr("getpass.getpass", ask)
    with Client(passphrase="made-up words") as client:
        client.secrets.set("K", "1")
    with Client() as client, pytest.raises(LockedError):
        client.secrets.get("K")


def test_a_vault_opens_with_a_key_file_or_descriptor(own_home, client):
    client.secrets.set("K", VALUE)
    (key,) = (own_home / ".local" / "share" / "infsh-secrets" / "keys").glob("*.key")
    moved = own_home / "moved.key"
    key.rename(moved)
    with Client(key_file=moved) as other:
        assert other.secrets.get("K").reveal() == VALUE
    descriptor = os.open(moved, os.O_RDONLY)
    try:
        with Client(key_fd=descriptor) as other:
            for _ in range(2):
                assert other.secrets.get("K").reveal() == VALUE
    finally:
        os.close(descriptor)


@pytest.mark.parametrize(
    "options",
    [
        {"key_file": "a", "passphrase": "b"},
        {"key_file": "a", "key_fd": 3},
        {"passphrase": "a", "passphrase_file": "b"},
        {"store": MemoryStore(), "vault": "a"},
        {"store": MemoryStore(), "token": "a"},
        {"store": MemoryStore(), "offline": True},
    ],
)
def test_contradictions_are_told_at_once(options):
    with pytest.raises(UsageError):
        Client(**options)


@pytest.mark.parametrize(
    "options",
    [
        {"token": "made-up"},
        {"store": ""},
        {"environment": ""},
        {"passphrase": ""},
        {"store": "https://secrets.example.com", "vault": "a", "token": "made-up"},
        {"store": "https://secrets.example.com", "passphrase": "a", "token": "made-up"},
    ],
)
def test_other_contradictions_are_told_at_the_first_use(options, own_home):
    with Client(**options) as client, pytest.raises(UsageError):
        client.secrets.get("K")


def test_an_open_vault_is_named_instead(client, own_home):
    from infsh_secrets.config.settings import Options, Settings
    from infsh_secrets.services.workspace import Workspace

    client.secrets.set("K", "1")
    with (
        Workspace(Settings(Options(), os.environ)) as workspace,
        pytest.raises(UsageError, match="record"),
    ):
        Client(store=workspace.store())


def test_a_store_that_is_given_stays_open():
    closed = []

    class Watched(MemoryStore):
        def close(self):
            closed.append(self)

    store = Watched()
    with Client(store=store) as client:
        client.secrets.set("K", "1")
    assert closed == []
    with Client(store=store) as client:
        assert client.secrets.get("K").reveal() == "1"
        assert client.secrets.get("K").store == "memory"


def test_what_a_store_cannot_do_is_told_as_on_the_command_line():
    from infsh_secrets.stores.base import Capabilities

    class Poor(MemoryStore):
        capabilities = Capabilities(reveal=True, versions=False, restore=False, environments=True)

    with Client(store=Poor()) as client:
        client.secrets.set("K", "1")
        for call in (
            lambda: client.secrets.history("K"),
            lambda: client.secrets.rollback("K"),
            lambda: client.secrets.restore("K"),
            lambda: list(client.secrets.list(deleted=True)),
            lambda: list(client.secrets.list(unused="90d")),
        ):
            with pytest.raises(DeniedError):
                call()


def test_what_a_person_would_be_told_is_logged(client, caplog):
    with caplog.at_level("INFO", logger="infsh_secrets"):
        client.secrets.set("K", "changeme")
    said = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert any(level == "INFO" and "Made the vault" in text for level, text in said)
    assert any(level == "WARNING" and "placeholder" in text for level, text in said)


def test_a_closed_client_says_so(every_client):
    secret = every_client.secrets.set("K", "1")
    every_client.close()
    every_client.close()
    for call in (
        lambda: every_client.secrets.get("K"),
        secret.reveal,
        lambda: list(every_client.secrets.list()),
        lambda: every_client.environ(only="K"),
    ):
        with pytest.raises(UsageError, match="closed"):
            call()
