"""The inference.sh contract as clients meet it."""

from __future__ import annotations

import json

import pytest
from serving_support import code

DTO = {
    "id",
    "short_id",
    "created_at",
    "updated_at",
    "deleted_at",
    "user_id",
    "team_id",
    "user",
    "team",
    "visibility",
    "key",
    "masked_value",
    "description",
    "scope",
    "credential_default",
    "environment",
    "version",
    "expires_at",
}


@pytest.fixture
def client(served):
    return served.client()


def post(client, key, value="a-made-up-value", **more):
    return client.post("/secrets", json={"key": key, "value": value, **more})


def test_the_life_of_a_secret(client):
    made = post(client, "API_KEY", "first-value-of-it", description="what for")
    assert made.status_code == 201
    data = made.json()["data"]
    assert set(data) == DTO
    assert data["key"] == "API_KEY"
    assert data["masked_value"] == "****"
    assert data["description"] == "what for"
    assert (data["scope"], data["team_id"], data["visibility"]) == ("team", "acme", "team")
    assert made.json()["messages"] == []

    replaced = post(client, "API_KEY", "second-value-of-it")
    assert replaced.status_code == 200
    assert replaced.json()["data"]["id"] == data["id"]
    assert replaced.json()["data"]["description"] == "what for"

    revealed = client.get("/secrets/reveal/API_KEY")
    assert revealed.json()["data"]["value"] == "second-value-of-it"
    assert revealed.headers["cache-control"] == "no-store"

    gone = client.delete("/secrets/API_KEY")
    assert (gone.status_code, gone.json()["data"]) == (200, None)
    for path in ("/secrets/API_KEY", "/secrets/reveal/API_KEY"):
        assert code(client.get(path)) == "not_found"
    assert code(client.delete("/secrets/API_KEY")) == "not_found"
    assert post(client, "API_KEY", "third").status_code == 201


def test_put_changes_what_it_names(client):
    assert code(client.put("/secrets/K", json={"value": "v"})) == "not_found"
    assert code(client.put("/secrets/K", json={"description": "d"})) == "not_found"
    post(client, "K", "v1", description="d1")
    one = client.put("/secrets/K", json={"value": "v2"}).json()["data"]
    assert (one["description"], one["version"]) == ("d1", 2)
    two = client.put("/secrets/K", json={"description": "d2"}).json()["data"]
    assert (two["description"], two["version"]) == ("d2", 2)
    assert client.put("/secrets/K", json={"description": None}).json()["data"]["description"] == ""
    assert client.put("/secrets/K", json={}).status_code == 200
    assert client.get("/secrets/reveal/K").json()["data"]["value"] == "v2"


def test_no_answer_but_a_reveal_has_the_value(client):
    value = "a-value-that-must-not-show"
    answers = [
        post(client, "K", value),
        client.put("/secrets/K", json={"value": value + "2"}),
        client.get("/secrets/K"),
        client.get("/secrets"),
        client.post("/secrets/list"),
        client.post("/secrets", json={"key": "a-b", "value": value}),
        client.post("/secrets", json={"key": value, "value": value}),
        client.post("/secrets", json={"key": ["K"], "value": {"x": value}}),
        client.delete("/secrets/K"),
    ]
    for answer in answers:
        assert value not in answer.text
        assert value not in str(answer.headers)


def test_an_empty_value_is_stored_and_counts_as_missing(client):
    assert post(client, "EMPTY", "").json()["data"]["masked_value"] == ""
    wanted = {"secrets": [{"key": "EMPTY"}]}
    errors = client.post("/credentials/check", json=wanted).json()["data"]["errors"]
    assert [one["key"] for one in errors] == ["EMPTY"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"key": "a-b", "value": "v"}, 422),
        ({"key": "", "value": "v"}, 422),
        ({"key": "1A", "value": "v"}, 422),
        ({"key": "K" * 256, "value": "v"}, 422),
        ({"key": "K", "value": "nul\0"}, 422),
        ({"key": "K", "value": "\ud800"}, 422),
        ({"key": "K", "value": "x" * 65537}, 422),
        ({"key": "K", "value": "v", "description": "\ud800"}, 422),
        ({"key": "K", "value": "v", "description": "d" * 4097}, 422),
        ({"key": "K", "value": 5}, 422),
        ({"key": "K"}, 422),
        ({"key": "LD_PRELOAD", "value": "v"}, 422),
        ({"key": "infsh_vault", "value": "v"}, 422),
        ({"key": "K", "value": "v", "provider": "github"}, 400),
        ({"key": "K", "value": "v", "label": "two"}, 400),
        ({"key": "K", "value": "v", "connection_scope": "platform"}, 422),
        ([], 422),
    ],
)
def test_bad_bodies(client, body, status):
    answer = client.post("/secrets", content=json.dumps(body), headers=JSON)
    assert answer.status_code == status
    assert code(answer) == {400: "invalid_request", 422: "validation_error"}[status]
    assert client.get("/secrets").json()["data"]["items"] == []


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"nul", b'{"a":' + b"1" * 5000 + b"}"])
def test_what_is_not_json(client, content):
    answer = client.post("/secrets", content=content, headers=JSON)
    assert answer.status_code in (400, 422)
    assert code(answer) in ("invalid_request", "validation_error")


@pytest.mark.parametrize("key", ["a-b", "1", "%2e%2e", "a%2Fb", "%00", "%ff", "K" * 300, "é"])
def test_no_name_is_not_found(client, key):
    assert code(client.get(f"/secrets/{key}")) == "not_found"
    assert client.delete(f"/secrets/{key}").status_code == 404


def test_what_is_not_there(client):
    assert code(client.get("/vaults")) == "not_found"
    assert code(client.get("/openapi.json")) == "not_found"
    assert code(client.get("/docs")) == "not_found"
    assert code(client.patch("/secrets/K")) == "method_not_allowed"


def test_pages_go_forth_and_back_newest_first(client):
    for number in range(7):
        post(client, f"K{number}")
    seen, cursor, pages = [], "", []
    while True:
        body = {"limit": 3, **({"cursor": cursor} if cursor else {})}
        data = client.post("/secrets/list", json=body).json()["data"]
        pages.append(data)
        seen += [one["key"] for one in data["items"]]
        assert data["has_next"] == bool(data["next_cursor"])
        assert data["items_per_page"] == 3
        cursor = data["next_cursor"]
        if not data["has_next"]:
            break
    assert seen == [f"K{number}" for number in reversed(range(7))]
    assert [page["has_previous"] for page in pages] == [False, True, True]
    back = client.get("/secrets", params={"limit": 3, "cursor": pages[2]["prev_cursor"]})
    assert back.json()["data"]["items"] == pages[1]["items"]
    assert back.json()["data"]["next_cursor"] == pages[1]["next_cursor"]


def test_a_page_is_50_long_and_at_most_200(served, client):
    with served.data() as data, data.open_team(data.tokens.team("acme")) as store:
        from infsh_secrets.domain.models import SecretValue
        from infsh_secrets.stores.base import Write

        value = SecretValue(b"v")
        store.write("default", [Write(f"K{number}", value) for number in range(205)])

    def count(limit):
        parameters = {} if limit is None else {"limit": limit}
        return len(client.get("/secrets", params=parameters).json()["data"]["items"])

    assert [count(limit) for limit in (None, 0, 1, 200, 201, 10**9)] == [50, 50, 1, 200, 200, 200]
    assert client.get("/secrets", params={"limit": -1}).status_code == 422
    assert client.get("/secrets", params={"limit": "many"}).status_code == 422


def test_forged_cursors_are_refused(served, client):
    for number in range(3):
        post(client, f"K{number}")
    good = client.get("/secrets", params={"limit": 1}).json()["data"]["next_cursor"]
    for cursor in ("x", "é", good[:-2] + "AA", "A" * len(good), good + "A" * 200, "=" * 9):
        answer = client.get("/secrets", params={"cursor": cursor})
        assert answer.status_code == 400, cursor
        assert code(answer) == "invalid_request"
    elsewhere = client.get(
        "/secrets", params={"cursor": good}, headers={"X-Infsh-Environment": "staging"}
    )
    assert elsewhere.status_code == 400


def test_filters(client):
    for key in ("OPENAI_API_KEY", "OPENAI_ORG", "GITHUB_TOKEN"):
        post(client, key)

    def keys(*filters):
        listed = client.post("/secrets/list", json={"filters": filters}).json()["data"]["items"]
        asked = client.get("/secrets", params={"filters": json.dumps(filters)})
        assert asked.json()["data"]["items"] == listed
        return sorted(one["key"] for one in listed)

    def on(field, operator, value):
        return {"field": field, "operator": operator, "value": value}

    assert keys(on("key", "eq", "OPENAI_ORG")) == ["OPENAI_ORG"]
    assert keys(on("key", "in", ["OPENAI_ORG", "X"])) == ["OPENAI_ORG"]
    assert keys(on("key", "contains", "OPENAI")) == ["OPENAI_API_KEY", "OPENAI_ORG"]
    assert keys(on("key", "contains", "API"), on("key", "contains", "KEY")) == ["OPENAI_API_KEY"]
    assert len(keys(on("key", "like", "%"))) == 3
    assert len(keys(on("provider", "eq", "x"))) == 3
    assert len(keys(on("scope", "eq", "team"))) == 3
    assert len(keys(on("scope", "in", ["team", "internal"]))) == 3
    assert keys(on("scope", "eq", "internal")) == []
    for wrong in ("{", "5", '[{"field":"key","operator":"in","value":"A"}]'):
        assert client.get("/secrets", params={"filters": wrong}).status_code == 400


def test_environments_are_apart(served, client):
    staging = {"X-Infsh-Environment": "staging"}
    post(client, "K", "of-default")
    assert client.get("/secrets/K", headers=staging).status_code == 404
    body = {"key": "K", "value": "of-staging"}
    assert client.post("/secrets", json=body, headers=staging).status_code == 201
    assert client.get("/secrets/reveal/K").json()["data"]["value"] == "of-default"
    there = client.get("/secrets/reveal/K", headers=staging).json()["data"]
    assert (there["value"], there["environment"]) == ("of-staging", "staging")
    assert len(client.get("/secrets").json()["data"]["items"]) == 1
    assert client.get("/secrets", headers={"X-Infsh-Environment": "Not One"}).status_code == 400


def test_requirements(client):
    post(client, "HAVE")
    body = {
        "secrets": [{"key": "HAVE"}, {"key": "LACK"}, {"key": "MAYBE", "optional": True}],
        "credentials": [{"key": "google.sheets"}, {"key": "x.post", "optional": True}],
    }
    data = client.post("/credentials/check", json=body).json()["data"]
    assert data["satisfied"] is False
    assert data["errors"] == [
        {
            "type": "secret",
            "key": "LACK",
            "message": "Missing secret: LACK",
            "action": {"type": "add_secret", "secret_key": "LACK"},
        },
        {
            "type": "credential",
            "key": "google.sheets",
            "message": "Credential not connected: google.sheets",
            "action": {"type": "connect", "provider": "google"},
        },
    ]
    fine = client.post("/credentials/check", json={"secrets": [{"key": "HAVE"}]})
    assert fine.json()["data"] == {"satisfied": True, "errors": []}
    old = client.post("/credentials/check", json={"integrations": [{"key": "g.s"}]})
    assert old.json()["data"]["satisfied"] is False


def test_integrations_are_gone_with_a_link(client):
    for answer in (client.post("/integrations/check", json={}), client.get("/integrations/x/y")):
        assert answer.status_code == 410
        assert answer.headers["link"] == '</credentials/check>; rel="successor-version"'


def test_who_am_i(client):
    me = client.get("/me").json()["data"]
    assert me["team"]["id"] == "acme"
    assert me["scopes"] == ["secrets:read", "secrets:write", "secrets:reveal"]
    assert me["platform_power"] is False
    (team,) = client.get("/teams").json()["data"]
    assert (team["id"], team["role"]) == ("acme", "admin")


def test_the_older_version_gets_bare_answers(client):
    older = {"X-API-Version": "2"}
    body = {"key": "K", "value": "v"}
    assert client.post("/secrets", json=body, headers=older).json()["key"] == "K"
    assert client.get("/secrets", headers=older).json()["items"][0]["key"] == "K"
    assert client.delete("/secrets/K", headers=older).json() is None
    assert code(client.get("/secrets/K", headers=older)) == "not_found"


def test_every_answer_carries_the_headers(served, client):
    answers = [
        client.get("/secrets"),
        client.get("/nothing"),
        served.anonymous().get("/secrets"),
        served.anonymous().get("/healthz"),
        client.post("/secrets", content=b"x" * 2_000_000),
    ]
    for answer in answers:
        headers = answer.headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert len(headers["x-request-id"]) == 16
        assert "server" not in headers
        assert not [name for name in headers if name.startswith("access-control")]
