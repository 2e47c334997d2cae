"""The vendors' own clients against this server: nobody here has written what judges it."""

from __future__ import annotations

import sys

import pytest

from infsh_secrets.server.tokens import READ, REVEAL, WRITE

pytestmark = pytest.mark.slow

JULEP = "julep==2.21.0"
JULEP_NODE = "@julep/sdk@2.7.2"
JULEP_3 = "julep==3.0.0rc6"
INFERENCE = "inferencesh==0.36.0"
INFERENCE_NODE = "@inferencesh/sdk@0.6.54"
BAD_TOKEN = "infsh_AAAAAAAAAAAA_" + "A" * 43
PROBLEM = "https://api.inference.sh/errors/"
PYTHON = [sys.executable, "-I"]
NODE = ["node"]


def julep_error(status, message):
    return {"error": {"message": message, "code": f"http_{status}", "type": "http_error"}}


TAKEN = julep_error(409, "A secret with these unique properties already exists during create")
CONSTRAINED = "The provided secret data violates one or more constraints during create"
MISSING = julep_error(404, "No secret found during delete")
NO_KEY = julep_error(403, "Could not validate API KEY")


def test_julep_for_python(referees, served, play):
    folder = referees.python(JULEP)
    report = play(
        PYTHON,
        "play_julep.py",
        folder,
        served.token(),
        served.token(role="member", scopes=(READ,)),
        BAD_TOKEN,
        JULEP_BASE_URL=f"{served.url}/api",
    )
    assert report["version"] == JULEP.partition("==")[2]
    assert report["name"] == "stripe_api_key"
    created = report["created"]
    assert created["metadata"] == {
        "environment": "production",
        "owner": "payments-team",
        "rotate": 90,
    }
    assert created["value"] == "ENCRYPTED"
    assert created["description"] == "Stripe API key for payment processing"
    assert report["duplicate"] == ["ConflictError", 409, TAKEN, 1], "it asked more than once"
    assert report["bad name"] == ["BadRequestError", 400, julep_error(400, CONSTRAINED), 1]
    assert report["updated"] == {**created, "updated_at": report["updated"]["updated_at"]}
    names = [*report["made"][::-1], "stripe_api_key"]
    assert report["listed"] == names
    assert report["paged"] == [names[:4], names[4:], []]
    assert report["values"] == ["ENCRYPTED"]
    assert report["deleted id is"]
    assert report["deleted"]["jobs"] == []
    assert report["deleted"]["deleted_at"]
    assert report["delete again"] == ["NotFoundError", 404, MISSING, 1]
    assert report["update unknown"][:2] == ["NotFoundError", 404]
    kind, status, said, requests = report["no id"]
    assert (kind, status, requests) == ("UnprocessableEntityError", 422, 1)
    assert said["error"]["code"] == "validation_error"
    assert report["reader"][:2] == ["PermissionDeniedError", 403]
    assert report["reader"][2]["error"]["message"] == "The token lacks the scope secrets:write."
    assert report["bad key"] == ["PermissionDeniedError", 403, NO_KEY, 1]
    assert report["raw"] == "no-store"


def test_julep_for_node(referees, served, play):
    folder = referees.node(INFERENCE_NODE, JULEP_NODE)
    report = play(
        NODE,
        "play_julep.cjs",
        folder,
        served.token(),
        BAD_TOKEN,
        JULEP_BASE_URL=f"{served.url}/api",
    )
    assert report["version"] == JULEP_NODE.rpartition("@")[2]
    created = report["created"]
    assert created["value"] == "ENCRYPTED"
    assert created["metadata"] == {"environment": "production", "rotate": 90}
    assert report["duplicate"] == ["ConflictError", 409, TAKEN, 1], "it asked again"
    assert report["bad name"] == ["BadRequestError", 400, julep_error(400, CONSTRAINED), 1]
    updated = report["updated"]
    assert (updated["id"], updated["name"]) == (created["id"], "renamed")
    assert updated["metadata"] == created["metadata"]
    assert report["listed"] == ["n2", "n1", "n0", "renamed"]
    assert report["paged"] == ["n0", "renamed"]
    assert report["deleted"]["id"] == created["id"]
    assert report["deleted"]["jobs"] == []
    assert report["delete again"] == ["NotFoundError", 404, MISSING, 1]
    assert report["bad key"] == ["PermissionDeniedError", 403, NO_KEY, 1]


def test_inference_for_node(referees, served, play):
    folder = referees.node(INFERENCE_NODE, JULEP_NODE)
    reader = served.token(role="member", scopes=(READ, REVEAL))
    report = play(NODE, "play_inference.mjs", folder, served.url, served.token(), reader)
    assert report["version"] == INFERENCE_NODE.rpartition("@")[2]
    created = report["created"]
    assert (created["key"], created["description"]) == ("API_KEY", "what for")
    assert created["masked_value"] == "****"
    assert (created["scope"], created["visibility"]) == ("team", "team")
    assert "value" not in created
    assert report["replaced"]["id"] == created["id"]
    assert report["updated"]["description"] == "what else"
    assert report["revealed"] == {
        **report["updated"],
        "value": "third-made-up",
    }
    names = ["N4", "N3", "N2", "N1", "N0", "API_KEY"]
    assert [one["key"] for one in report["listed"]["items"]] == names
    assert report["listed"]["has_next"] is False
    assert report["pages"] == [names[0:2], names[2:4], names[4:6]]
    assert report["filtered"] == ["N3", "N1"]
    assert report["checked"]["satisfied"] is False
    assert [one["key"] for one in report["checked"]["errors"]] == ["ABSENT"]
    assert report["me"]["team"]["name"] == "acme"
    assert [one["name"] for one in report["teams"]] == ["acme"]
    assert report["deleted"] == {"data": None, "messages": []}
    expected = {
        "reveal of a deleted one": (404, "not_found", "There is no such secret."),
        "bad name": (422, "validation_error", "This is not a name for a secret"),
        "no value": (422, "validation_error", "value: Field required."),
        "reader": (403, "team_role_required", "the role of an admin or owner"),
        "bad key": (401, "unauthorized", "The token is not valid."),
    }
    for what, (status, code, detail) in expected.items():
        *found, message = report[what]
        assert found == [True, status, status, PROBLEM + code], what
        assert message.startswith(f"HTTP {status}: ")
        assert detail in message
    assert report["readable"] == 5


def test_inference_for_python(referees, served, play):
    folder = referees.python(INFERENCE, "requests")
    reader = served.token(role="admin", scopes=(READ,))
    report = play(PYTHON, "play_inference.py", folder, served.url, served.token(), reader)
    assert report["version"] == INFERENCE.partition("==")[2]
    assert report["created"]["key"] == report["updated"]["key"] == "API_KEY"
    assert report["updated"]["description"] == "what for"
    assert report["revealed"]["value"] == "second-made-up"
    assert report["listed"] == ["N2", "N1", "N0", "API_KEY"]
    assert report["checked"]["satisfied"] is False
    assert report["me"]["team"]["name"] == "acme"
    assert report["deleted"] is None
    assert report["gone"] == [404, "not_found", "There is no such secret."]
    assert report["bad name"][:2] == [422, "validation_error"]
    assert report["reader"][:2] == [403, "insufficient_scope"]
    assert report["bad key"] == [401, "unauthorized", "The token is not valid."]


def test_what_resolves_references_in_julep_3(referees, served, play):
    folder = referees.wheel(JULEP_3, "3.12")
    worker = served.token(scopes=(REVEAL,))
    admin = served.token(scopes=(READ, WRITE))
    client = served.client(admin)
    for name, value in (("openai_key", "first"), ("openai_key", "made-up"), ("archived", "v")):
        assert client.put(f"/v1/secrets/{name}", json={"value": value}).status_code == 200
    client.post("/v1/secrets/archived/archive")
    report = play(PYTHON, "play_julep3.py", folder, served.url, worker, admin)
    assert report["openai_key"] == ["made-up", 2, "control-plane"]
    expected = {"archived": 410, "absent": 404, "admin": 403, "bad key": 401}
    for what, status in expected.items():
        assert f"HTTP {status}" in report[what], what
