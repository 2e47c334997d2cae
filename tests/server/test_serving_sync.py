"""diff and sync between a vault and the project's own server, over real HTTP."""

from __future__ import annotations

import json

import pytest

from infsh_secrets import entry

CANARY = "canary-over-http"


@pytest.fixture
def program_at(served, capfd, monkeypatch):
    """Run the program with a token of these scopes for the store `inference`, which is served."""

    def at(**token):
        env = {"INFSH_API_URL": served.url, "INFSH_API_KEY": served.token(**token)}

        def run(status, *argv):
            capfd.readouterr()
            with monkeypatch.context() as patch:
                for name, value in env.items():
                    patch.setenv(name, value)
                found = entry.run(["secrets", *argv])
            out, err = capfd.readouterr()
            assert found == status, err
            assert CANARY not in out + err
            return json.loads(out) if out else json.loads(err)["error"]

        return run

    return at


def actions(result):
    return {one["key"]: one["action"] for one in result["secrets"]}


def test_there_and_back(program_at, served, prepare, own_home):
    run = program_at()
    prepare("set", f"A={CANARY}", "B=2", "C=3", "-q")
    prepare("describe", "B", "-d", "About B", "-m", "x=y", "-q")
    assert run(6, "diff", "vault", "inference")["only_in_a"] == 3
    done = run(0, "sync", "--from", "vault", "--to", "inference")
    assert {(one["action"], one["verified"]) for one in done["secrets"]} == {("created", True)}
    assert run(0, "diff", "vault", "inference")["same"] == 3
    shown = served.client().get("/secrets/reveal/A").json()["data"]
    assert shown["value"] == CANARY
    used = [e["key"] for e in run(0, "audit", "list") if e["action"] == "used"]
    assert used == ["A", "B", "C"]

    prepare("set", "A=new", "-q")
    prepare("delete", "C", "-q")
    refused = run(2, "sync", "--from", "vault", "--to", "inference", "--prune")
    assert refused["hint"] == "Add -y."
    trial = run(0, "sync", "--from", "vault", "--to", "inference", "--prune", "--dry-run")
    assert actions(trial) == {"A": "updated", "B": "unchanged", "C": "deleted"}
    assert run(6, "diff", "vault", "inference")["only_in_b"] == 1
    done = run(0, "sync", "--from", "vault", "--to", "inference", "--prune", "-y")
    assert actions(done) == {"A": "updated", "B": "unchanged", "C": "deleted"}
    assert run(0, "diff", "vault", "inference")["equal"]

    path = str(own_home / "copy.vault")
    assert run(0, "sync", "--from", "inference", "--to", path)["created"] == 2
    assert run(0, "diff", "inference", path)["equal"]
    served.client().put("/secrets/B", json={"value": "3"})
    assert actions(run(0, "sync", "--from", served.url, "--to", "vault"))["B"] == "updated"
    assert run(0, "get", "B")["metadata"] == {"x": "y"}


def test_the_store_in_use_and_its_address_are_one_store(program_at, served, prepare):
    run = program_at()
    prepare("set", "A=1", "-q")
    assert run(2, "diff", "inference", served.url)["code"] == "usage"
    run(0, "sync", "--from", "vault", "--to", "@default", "-s", "inference")
    assert run(0, "diff", "@default", "vault", "-s", "inference")["same"] == 1
    assert run(10, "diff", "vault", "inference@staging")["code"] == "denied"


def test_a_token_that_may_not_write_or_reveal(program_at, prepare):
    prepare("set", "A=1", "-q")
    program_at()(0, "sync", "--from", "vault", "--to", "inference")
    reader = program_at(scopes=("secrets:read", "secrets:reveal"))
    prepare("set", "A=2", "-q")
    assert reader(6, "diff", "vault", "inference")["different"] == 1
    denied = reader(10, "sync", "--from", "vault", "--to", "inference", "-y")
    assert "secrets:write" in denied["message"]
    member = program_at(role="member", scopes=("secrets:read",))
    assert member(6, "diff", "vault", "inference")["unknown"] == 1
    assert member(0, "diff", "vault", "inference", "--names-only")["in_both"] == 1
    assert member(10, "sync", "--from", "inference", "--to", "vault@other")["code"] == "denied"


def test_a_server_that_is_gone(program_at, served, prepare):
    run = program_at()
    prepare("set", "A=1", "-q")
    served.close()
    assert run(7, "sync", "--from", "vault", "--to", "inference")["code"] == "unavailable"
