"""The record of a run, as `run` makes it."""

from __future__ import annotations

import os

import pytest

from infsh_secrets.config.settings import Options, Settings
from infsh_secrets.domain.errors import InfshError, UnavailableError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.services import audit, secrets
from infsh_secrets.services.use_records import note_run
from infsh_secrets.services.workspace import Workspace
from infsh_secrets.stores.base import Write

MANIFEST = "/srv/app/inf.yml"


@pytest.fixture
def workspace(own_home):
    with Workspace(Settings(Options(), os.environ)) as opened:
        writes = [Write(key, SecretValue(b"canary-of-run")) for key in ("A_KEY", "B_KEY")]
        secrets.write(opened, writes)
        yield opened


def given(workspace, *keys):
    return [secrets.read(workspace, key) for key in keys or ("A_KEY", "B_KEY")]


def used(workspace):
    found = audit.record(workspace, audit.Wanted()).events
    return [event for event in found if event.run]


def log(home):
    return b"".join(path.read_bytes() for path in home.glob(".local/state/infsh-secrets/*.uses"))


def test_a_run_and_its_end_are_on_record(workspace, own_home):
    record = note_run(workspace, given(workspace), MANIFEST, "python")
    begun = used(workspace)
    assert [(event.action, event.key) for event in begun] == [("used", "A_KEY"), ("used", "B_KEY")]
    assert {(event.run.program, event.run.manifest) for event in begun} == {("python", MANIFEST)}
    assert {event.run.ends for event in begun} == {()}
    record.ended(3)
    assert {event.run.ends for event in used(workspace)} == {((3, 1),)}
    assert log(own_home).count(b"\n") == 2
    assert b"canary" not in log(own_home)


def test_only_the_first_end_counts_and_the_vault_may_be_closed_by_then(workspace):
    record = note_run(workspace, given(workspace, "A_KEY"), "", "./serve")
    workspace.close()
    record.ended(137)
    record.ended(0)
    (event,) = used(workspace)
    assert (event.run.ends, event.run.manifest, event.run.program) == (((137, 1),), "", "./serve")
    assert event.run.lasted >= 0


def test_what_could_steer_a_terminal_is_no_part_of_a_name(workspace):
    note_run(workspace, given(workspace, "A_KEY"), MANIFEST, "py\x1b[31m\udcff").ended(0)
    (event,) = used(workspace)
    assert event.run.program == "py\\x1b[31m\\udcff"
    note_run(workspace, given(workspace, "A_KEY"), MANIFEST, "").ended(0)
    assert {event.run.program for event in used(workspace)} == {"-", "py\\x1b[31m\\udcff"}


def test_without_secrets_there_is_nothing_to_record(workspace, own_home):
    note_run(workspace, [], MANIFEST, "python").ended(0)
    assert log(own_home) == b""


def test_nothing_is_recorded_where_that_is_off(workspace, own_home):
    workspace.settings.reads = "off"
    note_run(workspace, given(workspace), MANIFEST, "python").ended(0)
    assert log(own_home) == b""
    assert used(workspace) == []


def test_a_required_record_is_in_the_vault_before_the_start(workspace, own_home):
    workspace.settings.reads = "required"
    record = note_run(workspace, given(workspace), MANIFEST, "python")
    assert [event.sequence for event in used(workspace)] == [2, 2]
    assert log(own_home) == b""
    record.ended(1)
    *_, end = used(workspace)
    assert (end.action, end.key, end.sequence, end.run.ends) == ("ended", "", None, ((1, 1),))


def test_a_required_record_that_cannot_be_written_starts_nothing(workspace, monkeypatch):
    workspace.settings.reads = "required"
    things = given(workspace)

    def full(*_):
        raise UnavailableError("The disk is full.", "Make room.")

    monkeypatch.setattr(workspace.vault_store().file, "put_root", full)
    with pytest.raises(InfshError) as caught:
        note_run(workspace, things, MANIFEST, "python")
    assert type(caught.value) is UnavailableError
    assert caught.value.message.startswith("The run cannot be recorded, so nothing is started:")
    assert caught.value.hint == "Make room."
    assert used(workspace) == []


def test_an_end_that_cannot_be_written_is_no_error(workspace, own_home, monkeypatch):
    record = note_run(workspace, given(workspace), MANIFEST, "python")

    def refuse(*_, **__):
        raise PermissionError(13, "refused")

    with monkeypatch.context() as patch:
        patch.setattr("infsh_secrets.stores.vault.uselog.os.open", refuse)
        record.ended(0)
    assert {event.run.ends for event in used(workspace)} == {()}
    assert log(own_home).count(b"\n") == 1
