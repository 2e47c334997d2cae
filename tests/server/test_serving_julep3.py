"""The contract of Julep 3's control plane below /v1."""

from __future__ import annotations

import itertools
from datetime import datetime

import pytest

from infsh_secrets.server.routes import julep3
from infsh_secrets.server.tokens import SCOPES

READ, WRITE, REVEAL = SCOPES
ROLES = ("owner", "admin", "member")
METADATA = {
    "name",
    "key_id",
    "generation",
    "created_at",
    "updated_at",
    "updated_by",
    "archived_at",
}
VALUE = "a-made-up-value-of-it"


def may_list(scopes):
    return READ in scopes


def may_write(scopes):
    return WRITE in scopes


def may_read_values(scopes):
    return REVEAL in scopes and WRITE not in scopes


ROUTES = {
    ("GET", "/secrets"): may_list,
    ("PUT", "/secrets/{name}"): may_write,
    ("GET", "/secrets/{name}/value"): may_read_values,
    ("POST", "/secrets/{name}/archive"): may_write,
    ("DELETE", "/secrets/{name}"): may_write,
}
"""What each route needs, besides the role of an admin or owner."""


@pytest.fixture
def admin(served):
    return served.client(served.token(scopes=(READ, WRITE), name="deploy"))


@pytest.fixture
def worker(served):
    return served.client(served.token(scopes=(REVEAL,), name="worker"))


def put(client, name, value=VALUE):
    return client.put(f"/v1/secrets/{name}", json={"value": value})


def detail(answer, status):
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"detail"}
    assert VALUE not in answer.text
    return answer.json()["detail"]


def test_the_life_of_a_secret(admin, worker):
    made = put(admin, "openai_key")
    assert made.status_code == 200
    assert set(made.json()) == METADATA
    assert made.json()["generation"] == 1
    assert made.json()["updated_by"] == "deploy"
    assert made.json()["archived_at"] is None
    assert datetime.fromisoformat(made.json()["created_at"])
    assert put(admin, "openai_key", "the-second-value").json()["generation"] == 2

    given = worker.get("/v1/secrets/openai_key/value")
    assert given.json() == {"value": "the-second-value", "generation": 2}
    assert given.headers["cache-control"] == "no-store"

    archived = admin.post("/v1/secrets/openai_key/archive")
    assert archived.status_code == 200
    assert set(archived.json()) == METADATA
    assert archived.json()["archived_at"] == archived.json()["updated_at"]
    assert detail(worker.get("/v1/secrets/openai_key/value"), 410) == "secret is archived"
    again = admin.post("/v1/secrets/openai_key/archive").json()
    assert again["archived_at"] == archived.json()["archived_at"]

    back = put(admin, "openai_key", "the-third-value").json()
    assert (back["generation"], back["archived_at"]) == (3, None)
    assert worker.get("/v1/secrets/openai_key/value").json()["value"] == "the-third-value"

    gone = admin.delete("/v1/secrets/openai_key")
    assert (gone.status_code, gone.content) == (204, b"")
    for answer in (
        admin.delete("/v1/secrets/openai_key"),
        admin.post("/v1/secrets/openai_key/archive"),
        worker.get("/v1/secrets/openai_key/value"),
    ):
        assert detail(answer, 404) == "secret not found"
    assert put(admin, "openai_key").json()["generation"] == 1


def test_what_is_deleted_is_gone_for_good_and_what_is_archived_is_not(served, admin):
    for name in ("gone", "kept"):
        put(admin, name)
    admin.delete("/v1/secrets/gone")
    admin.post("/v1/secrets/kept/archive")
    with served.data() as data, data.open_team(data.tokens.team("acme")) as vault:
        assert [info.key for info in vault.listing("default", deleted=True)] == ["kept"]
        vault.restore("default", ["kept"])
        assert vault.get("default", "kept").value.reveal() == VALUE
    assert [one["archived_at"] for one in admin.get("/v1/secrets").json()["items"]] == [None]


def test_an_archived_secret_can_be_deleted(admin):
    put(admin, "a")
    admin.post("/v1/secrets/a/archive")
    assert admin.delete("/v1/secrets/a").status_code == 204
    assert admin.get("/v1/secrets").json() == {"items": []}


def test_the_list_is_sorted_and_has_what_is_archived_and_only_names_of_both_rules(served, admin):
    for name in ("b", "a", "c_1"):
        put(admin, name)
    for key in ("UPPER", "_under", "l" * 65):
        served.client().post("/secrets", json={"key": key, "value": "v"})
    admin.post("/v1/secrets/b/archive")
    items = admin.get("/v1/secrets").json()["items"]
    assert [(one["name"], one["archived_at"] is None) for one in items] == [
        ("a", True),
        ("b", False),
        ("c_1", True),
    ]
    assert all(set(one) == METADATA for one in items)


@pytest.mark.parametrize("name", ["Upper", "_a", "a.b", "a b", "l" * 65, "ä", "-a", "a%0A"])
def test_a_name_that_is_none(admin, worker, name):
    answers = (
        put(admin, name),
        worker.get(f"/v1/secrets/{name}/value"),
        admin.post(f"/v1/secrets/{name}/archive"),
        admin.delete(f"/v1/secrets/{name}"),
    )
    for answer in answers:
        assert "^[a-z0-9][a-z0-9_-]{0,63}$" in detail(answer, 400)


@pytest.mark.parametrize("name", ["a-b", "1a"])
def test_a_name_that_only_julep_has_is_not_taken_and_not_found(admin, worker, name):
    assert "on this server" in detail(put(admin, name), 400)
    assert detail(worker.get(f"/v1/secrets/{name}/value"), 404) == "secret not found"
    assert detail(admin.delete(f"/v1/secrets/{name}"), 404) == "secret not found"
    assert admin.get("/v1/secrets").json() == {"items": []}


def test_a_reserved_name(admin):
    assert "reserved" in detail(put(admin, "ld_preload"), 400)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"value": ""},
        {"value": 7},
        {"value": VALUE, "description": "d"},
        {"value": VALUE + "\0"},
        {"value": VALUE * 4000},
    ],
)
def test_a_body_is_a_value_and_nothing_else(admin, body):
    problems = detail(admin.put("/v1/secrets/a", json=body), 422)
    assert problems
    assert all(set(one) == {"type", "loc", "msg"} for one in problems)
    assert admin.get("/v1/secrets").json() == {"items": []}


def test_without_a_valid_token_every_route_says_401(served):
    for headers in ({}, {"Authorization": "Bearer x"}):
        with served.anonymous(**headers) as client:
            for method, route in ROUTES:
                path = "/v1" + route.replace("{name}", "a")
                answer = client.request(method, path, content=b"{")
                assert detail(answer, 401) == "missing or invalid bearer token"
                assert answer.headers["www-authenticate"] == "Bearer"


def test_what_is_no_route_has_a_detail(admin):
    assert detail(admin.get("/v1/runs"), 404) == "Not Found"
    assert detail(admin.get("/v1/secrets/a"), 405) == "Method Not Allowed"


def test_the_table_above_has_every_route():
    known = {(method, route.path) for route in julep3.router.routes for method in route.methods}
    assert known == set(ROUTES)


@pytest.mark.parametrize("role", ROLES)
def test_scopes_and_roles(served, role):
    leading = served.client()
    sets = itertools.chain.from_iterable(itertools.combinations(SCOPES, n) for n in range(4))
    for scopes in sets:
        client = served.client(served.token(role=role, scopes=scopes))
        for (method, route), allows in ROUTES.items():
            put(leading, "a")
            body = {"value": "changed"} if method == "PUT" else None
            answer = client.request(method, "/v1" + route.replace("{name}", "a"), json=body)
            if role != "member" and allows(scopes):
                assert answer.status_code in (200, 204), (method, route, role, scopes)
            else:
                detail(answer, 403)
                assert leading.get("/secrets/reveal/a").json()["data"]["value"] == VALUE


def test_another_team_is_not_there(served, admin):
    with served.data() as data:
        data.create_team("other")
    put(admin, "ours")
    other = served.client(served.token(team="other", scopes=(READ, WRITE)))
    assert other.get("/v1/secrets").json() == {"items": []}
    for answer in (other.delete("/v1/secrets/ours"), other.post("/v1/secrets/ours/archive")):
        assert detail(answer, 404) == "secret not found"
    reader = served.client(served.token(team="other", scopes=(REVEAL,)))
    assert detail(reader.get("/v1/secrets/ours/value"), 404) == "secret not found"


def test_a_value_given_out_is_on_record(served, admin, worker):
    put(admin, "a")
    worker.get("/v1/secrets/a/value")
    with served.data() as data, data.open_team(data.tokens.team("acme")) as vault:
        (info,) = vault.listing("default")
        assert info.last_used is not None
