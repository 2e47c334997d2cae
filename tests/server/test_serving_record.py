"""What is on record of a team's secrets, and when; many at once; nothing acknowledged is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from serving_support import PATIENCE, code

from infsh_secrets.domain.errors import IntegrityError, UnavailableError
from infsh_secrets.server import held
from infsh_secrets.server.data import open_server_data
from infsh_secrets.stores.vault import audit, sqlite
from infsh_secrets.stores.vault.verify import verify


def entries(served, team="acme"):
    """Return the record of a team, newest first."""
    with served.data() as data, data.open_team(data.tokens.team(team)) as store:
        store.file.begin_read()
        root = store.ledger().root
        last = (root.audit_seq, root.audit_head)
        found = audit.newest_first(store.file, store.keys, store.vault, last)
        return [entry for _, entry in found]


def test_who_was_given_what_is_on_record_by_token(served):
    token = served.token(name="deploy")
    client = served.client(token)
    client.post("/secrets", json={"key": "K", "value": "v"})
    client.get("/secrets/reveal/K")
    client.delete("/secrets/K")
    found = [
        (entry.user, entry.program, *subject)
        for entry in entries(served)
        for subject in entry.subjects
    ]
    who = (f"deploy ({token.split('_')[1]})", "infsh secrets serve")
    assert found == [
        (*who, "deleted", "default", "K", 1),
        (*who, "used", "default", "K", 1),
        (*who, "created", "default", "K", 1),
    ]


def test_a_masked_read_is_no_use(served):
    client = served.client()
    client.post("/secrets", json={"key": "K", "value": "v"})
    before = len(entries(served))
    client.get("/secrets/K")
    client.get("/secrets")
    client.get("/secrets/reveal/ABSENT")
    assert len(entries(served)) == before


def test_what_cannot_be_put_on_record_is_not_revealed(served, monkeypatch):
    client = served.client()
    client.post("/secrets", json={"key": "K", "value": "a-made-up-value"})

    def full(_file):
        raise UnavailableError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(sqlite.Database, "commit", full)
        answer = client.get("/secrets/reveal/K")
    assert (answer.status_code, code(answer)) == (503, "unavailable")
    assert "a-made-up-value" not in answer.text
    assert answer.headers["retry-after"]
    assert client.get("/secrets/reveal/K").status_code == 200


def test_the_record_is_on_the_disk_before_the_value_is_out(served, monkeypatch):
    client = served.client()
    client.post("/secrets", json={"key": "K", "value": "v"})
    go_on, arrived = threading.Event(), threading.Event()
    commit = sqlite.Database.commit

    def slow(file):
        arrived.set()
        assert go_on.wait(PATIENCE)
        commit(file)

    monkeypatch.setattr(sqlite.Database, "commit", slow)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(client.get, "/secrets/reveal/K")
        assert arrived.wait(PATIENCE)
        time.sleep(0.2)
        assert not asked.done()
        go_on.set()
        assert asked.result().json()["data"]["value"] == "v"


def test_reveals_at_the_same_time_share_a_commit(served, monkeypatch):
    client = served.client()
    for number in range(20):
        client.post("/secrets", json={"key": f"K{number}", "value": f"v{number}"})
    tokens = [served.token(name=f"t{number}") for number in range(4)]
    together = []
    reveal = held.HeldVault.reveal

    def counted(vault, wanted):
        together.append(len(wanted))
        return reveal(vault, wanted)

    monkeypatch.setattr(held.HeldVault, "reveal", counted)
    ((_, team, _),) = served.application.teams._open.values()
    go_on = threading.Event()
    team._worker.call(lambda _: go_on.wait(PATIENCE))

    def one(number):
        with httpx.Client(base_url=served.url, timeout=PATIENCE) as own:
            own.headers["Authorization"] = f"Bearer {tokens[number % 4]}"
            return own.get(f"/secrets/reveal/K{number}" if number else "/secrets/reveal/ABSENT")

    with ThreadPoolExecutor(20) as pool:
        asked = [pool.submit(one, number) for number in range(20)]
        deadline = time.monotonic() + PATIENCE
        while team._worker._jobs.qsize() < 20:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        go_on.set()
        answers = [future.result() for future in asked]
    assert together == [20]
    assert code(answers[0]) == "not_found"
    assert [one.json()["data"]["value"] for one in answers[1:]] == [f"v{n}" for n in range(1, 20)]
    uses = {
        (entry.user.split()[0], key)
        for entry in entries(served)
        for action, _, key, _ in entry.subjects
        if action == "used"
    }
    assert uses == {(f"t{number % 4}", f"K{number}") for number in range(1, 20)}


def test_writers_and_readers_at_once_see_whole_states(served):
    token = served.token()
    stop = threading.Event()

    def write(number):
        with httpx.Client(base_url=served.url, timeout=PATIENCE) as client:
            client.headers["Authorization"] = f"Bearer {token}"
            for turn in range(10):
                body = {"key": f"K{number}", "value": f"{number}-{turn}"}
                assert client.post("/secrets", json=body).status_code in (200, 201)
            return number

    def read():
        with httpx.Client(base_url=served.url, timeout=PATIENCE) as client:
            client.headers["Authorization"] = f"Bearer {token}"
            while not stop.is_set():
                listed = client.get("/secrets").json()["data"]["items"]
                keys = [one["key"] for one in listed]
                assert len(keys) == len(set(keys))
                moments = [(one["created_at"], one["id"]) for one in listed]
                assert moments == sorted(moments, reverse=True)

    with ThreadPoolExecutor(6) as pool:
        reading = [pool.submit(read) for _ in range(2)]
        list(pool.map(write, range(4)))
        stop.set()
        for future in reading:
            future.result()
    client = served.client(token)
    for number in range(4):
        answer = client.get(f"/secrets/reveal/K{number}")
        assert answer.json()["data"]["value"] == f"{number}-9"
    with served.data() as data, data.open_team(data.tokens.team("acme")) as store:
        verify(store)


def test_the_list_sees_what_others_write(served):
    from infsh_secrets.domain.models import SecretValue
    from infsh_secrets.stores.base import Write

    client = served.client()

    def keys():
        return [one["key"] for one in client.get("/secrets").json()["data"]["items"]]

    client.post("/secrets", json={"key": "OURS", "value": "v"})
    assert keys() == ["OURS"]
    with served.data() as data, data.open_team(data.tokens.team("acme")) as store:
        store.write("default", [Write("THEIRS", SecretValue(b"v"))])
        assert keys() == ["THEIRS", "OURS"]
        store.delete("default", ["OURS"])
        client.post("/secrets", json={"key": "MORE", "value": "v"})
    assert keys() == ["MORE", "THEIRS"]
    client.delete("/secrets/MORE")
    client.get("/secrets/reveal/THEIRS")
    assert keys() == ["THEIRS"]


def test_a_damaged_vault_is_an_error_and_other_teams_go_on(served):
    with served.data() as data:
        path = data.create_team("broken")
    client, broken = served.client(), served.client(served.token(team="broken"))
    assert broken.post("/secrets", json={"key": "K", "value": "v"}).status_code == 201
    with open(path, "r+b") as file:
        file.seek(24)  # the number by which SQLite sees that a file has changed
        file.write(b"\xff\xff\xff\xff")
        file.seek(4096)
        file.write(os.urandom(os.path.getsize(path) - 4096))
    answer = broken.get("/secrets/K")
    assert (answer.status_code, code(answer)) == (500, "internal_error")
    assert path not in answer.text
    assert "integrity: " in served.log.getvalue()
    assert client.get("/secrets").status_code == 200


def test_vaults_under_each_others_names_do_not_open(served):
    with served.data() as data:
        data.create_team("other")
        served.client().post("/secrets", json={"key": "K", "value": "ours"})
    served.close()
    teams = os.path.join(served.folder, "teams")
    os.rename(f"{teams}/acme.vault", f"{teams}/x")
    os.rename(f"{teams}/other.vault", f"{teams}/acme.vault")
    os.rename(f"{teams}/x", f"{teams}/other.vault")
    with open_server_data(served.folder, None, make=False) as data:
        for team in data.tokens.teams():
            with pytest.raises(IntegrityError):
                data.open_team(team)
    served.close = lambda: None


WRITER = """
import sys
from infsh_secrets.entry import main_secrets
sys.argv[0] = "infsh"
main_secrets()
"""


def test_a_killed_server_loses_nothing_that_it_acknowledged(tmp_path, infsh):
    folder = str(tmp_path / "srv")
    infsh("secrets", "team", "create", "acme", "--data", folder)
    scopes = "secrets:read,secrets:write,secrets:reveal"
    made = infsh(
        "secrets", "token", "create", "--team", "acme", "--scope", scopes, "--data", folder
    )
    headers = {"Authorization": f"Bearer {json.loads(made.stdout)['token']}"}
    acknowledged = 0
    for turn in range(2):
        server, url = start(folder)
        killer = threading.Timer(0.1 + 0.1 * turn, server.kill)
        try:
            with httpx.Client(base_url=url, headers=headers, timeout=PATIENCE) as client:
                while True:
                    body = {"key": "K", "value": str(acknowledged + 1)}
                    assert client.post("/secrets", json=body).status_code in (200, 201)
                    acknowledged += 1
                    if killer.ident is None:
                        killer.start()
        except httpx.TransportError:
            killer.join()
        finally:
            server.kill()
            server.communicate()
        server, url = start(folder)
        try:
            with httpx.Client(base_url=url, headers=headers, timeout=PATIENCE) as client:
                found = int(client.get("/secrets/reveal/K").json()["data"]["value"])
            assert found in (acknowledged, acknowledged + 1)
            acknowledged = found
        finally:
            server.terminate()
            server.communicate(timeout=PATIENCE)
        assert server.returncode == 0
    assert acknowledged > 3


def start(folder, *options):
    """Start `infsh secrets serve` on a free port; returns the process and its address."""
    command = [sys.executable, "-c", WRITER, "serve", "--port", "0", "--data", folder, *options]
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    for line in server.stderr:
        if line.startswith("Listening on "):
            return server, line.removeprefix("Listening on ").strip()
    raise AssertionError(f"the server ended with {server.wait()}")
