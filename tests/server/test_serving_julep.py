"""The contract of Julep 2 below /api, as its clients meet it."""

from __future__ import annotations

import itertools
import json
import uuid
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infsh_secrets.domain.errors import NotFoundError, UsageError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.server.held import HeldVault, Whole
from infsh_secrets.server.routes import julep
from infsh_secrets.server.routes.julep_metadata import as_object, as_pairs
from infsh_secrets.server.tokens import SCOPES

READ, WRITE, REVEAL = SCOPES
LEADING = ("owner", "admin")
EVERYBODY = ("owner", "admin", "member")
ABSENT = "00000000-0000-7000-8000-000000000000"
SECRET = {"id", "created_at", "updated_at", "name", "description", "metadata", "value"}
VALUE = "a-made-up-value-of-it"

ROUTES = {
    ("GET", "/secrets"): (READ, EVERYBODY),
    ("POST", "/secrets"): (WRITE, LEADING),
    ("PUT", "/secrets/{secret_id}"): (WRITE, LEADING),
    ("DELETE", "/secrets/{secret_id}"): (WRITE, LEADING),
}


@pytest.fixture
def client(served):
    return served.client()


def create(client, name, value=VALUE, **more):
    return client.post("/api/secrets", json={"name": name, "value": value, **more})


def value_of(client, name):
    return client.get(f"/secrets/reveal/{name}").json()["data"]["value"]


def error(answer, status, code=None):
    """Return the message of an error, after looking at its form."""
    assert answer.status_code == status, answer.text
    found = answer.json()["error"]
    assert answer.json() == {"error": found}
    assert found["code"] == (code or f"http_{status}")
    assert VALUE not in answer.text
    return found["message"]


def test_the_life_of_a_secret(client):
    made = create(client, "stripe_api_key", description="what for", metadata={"owner": "ops"})
    assert made.status_code == 201
    first = made.json()
    assert set(first) == SECRET
    assert first["value"] == "ENCRYPTED"
    assert (first["name"], first["description"]) == ("stripe_api_key", "what for")
    assert first["metadata"] == {"owner": "ops"}
    assert str(uuid.UUID(first["id"])) == first["id"]
    assert datetime.fromisoformat(first["created_at"]).utcoffset().total_seconds() == 0
    assert value_of(client, "stripe_api_key") == VALUE

    body = {"name": "stripe_api_key", "value": "another-value"}
    changed = client.put(f"/api/secrets/{first['id']}", json=body)
    assert changed.status_code == 200
    assert changed.json() == {**first, "updated_at": changed.json()["updated_at"]}
    assert value_of(client, "stripe_api_key") == "another-value"

    gone = client.delete(f"/api/secrets/{first['id']}")
    assert gone.status_code == 202
    assert set(gone.json()) == {"id", "deleted_at", "jobs"}
    assert (gone.json()["id"], gone.json()["jobs"]) == (first["id"], [])
    assert datetime.fromisoformat(gone.json()["deleted_at"])
    assert client.get("/api/secrets").json() == []
    again = client.delete(f"/api/secrets/{first['id']}")
    assert error(again, 404) == "No secret found during delete"


def test_what_is_not_given_is_null(client):
    made = create(client, "A").json()
    assert (made["description"], made["metadata"]) == (None, None)


def test_no_answer_has_a_value(client):
    made = create(client, "A")
    path = f"/api/secrets/{made.json()['id']}"
    listed = client.get("/api/secrets")
    put = client.put(path, json={"name": "A", "value": VALUE})
    for answer in (made, listed, put, create(client, "A"), client.delete(path)):
        assert VALUE not in answer.text
        assert answer.headers["cache-control"] == "no-store"


def test_the_list_is_an_array_newest_first_with_limit_and_offset(client):
    names = [f"N{number}" for number in range(5)]
    for name in names:
        assert create(client, name).status_code == 201
    everything = client.get("/api/secrets").json()
    assert [one["name"] for one in everything] == names[::-1]
    pages = [
        client.get("/api/secrets", params={"limit": 2, "offset": offset}).json()
        for offset in (0, 2, 4, 6)
    ]
    assert [one for page in pages for one in page] == everything
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert client.get("/api/secrets?limit=0").json() == []
    assert client.get("/api/secrets?offset=99999999999999999999").json() == []
    assert client.get("/api/secrets?metadata=x&developer_id=y").json() == everything


def test_a_list_has_100_unless_another_limit_is_given(client):
    for number in range(101):
        create(client, f"N{number}")
    assert len(client.get("/api/secrets").json()) == 100
    assert len(client.get("/api/secrets?limit=1000").json()) == 101
    assert len(client.get("/api/secrets?limit=100&offset=100").json()) == 1


@pytest.mark.parametrize("query", ["limit=-1", "offset=-1", "limit=1001"])
def test_a_limit_out_of_range_is_refused_and_not_cut(client, query):
    assert "1000" in error(client.get(f"/api/secrets?{query}"), 400)


def test_a_limit_that_is_no_number(client):
    answer = client.get("/api/secrets?limit=x")
    assert error(answer, 422, "validation_error") == "Validation error"
    (detail,) = answer.json()["error"]["details"]
    assert detail["type"] == "int_parsing"
    assert "limit" in detail["loc"]


def test_a_name_that_is_taken_is_not_tried_again(client):
    create(client, "A")
    answer = create(client, "A", "another-value")
    said = "A secret with these unique properties already exists during create"
    assert error(answer, 409) == said
    assert answer.headers["x-should-retry"] == "false"
    assert value_of(client, "A") == VALUE

    other = create(client, "B").json()["id"]
    answer = client.put(f"/api/secrets/{other}", json={"name": "A", "value": "another-value"})
    assert error(answer, 409).endswith("during update")
    assert answer.headers["x-should-retry"] == "false"
    assert value_of(client, "A") == value_of(client, "B") == VALUE


@pytest.mark.parametrize(
    "name", ["", "_A", "1A", "a-b", "a b", "ä", "A\n", "a.b", "K" * 256, "$x", "A\0"]
)
def test_a_name_that_is_none(client, name):
    said = "The provided secret data violates one or more constraints during "
    assert error(create(client, name), 400) == said + "create"
    path = f"/api/secrets/{create(client, 'A').json()['id']}"
    answer = client.put(path, json={"name": name, "value": "another-value"})
    assert error(answer, 400) == said + "update"
    assert value_of(client, "A") == VALUE


@pytest.mark.parametrize("name", ["PATH", "LD_PRELOAD", "path"])
def test_a_reserved_name(client, name):
    assert "reserved" in error(create(client, name), 400)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"value": VALUE}, "name"),
        ({"name": "A"}, "value"),
        ({"name": "A", "value": 7}, "value"),
        ({"name": "A", "value": None}, "value"),
        ({"name": "A", "value": VALUE, "metadata": VALUE}, "metadata"),
        ({"name": "A", "value": VALUE, "description": [VALUE]}, "description"),
    ],
)
def test_a_body_that_is_not_valid_is_told_without_what_was_received(client, body, where):
    answer = client.post("/api/secrets", json=body)
    assert error(answer, 422, "validation_error") == "Validation error"
    (detail,) = answer.json()["error"]["details"]
    assert detail["loc"] == where
    assert set(detail) == {"type", "msg", "loc"}
    assert client.get("/api/secrets").json() == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"value": "v" * 65537}, "65536 are allowed"),
        ({"value": "a\0b"}, "NUL"),
        ({"description": "d" * 4097}, "4096"),
        ({"metadata": {f"m{n}": "" for n in range(65)}}, "64"),
        ({"metadata": {"a": "v" * 1025}}, "1024"),
        ({"metadata": {"": "v"}}, "no name"),
        ({"metadata": {"julep.json": "[]"}}, "reserved"),
    ],
)
def test_what_is_more_than_a_secret_may_be(client, more, said):
    answer = client.post("/api/secrets", json={"name": "A", "value": "v", **more})
    error(answer, 422, "validation_error")
    assert said in answer.json()["error"]["details"][0]["msg"]
    assert client.get("/api/secrets").json() == []


def test_an_empty_value_is_kept(client):
    assert create(client, "A", "").status_code == 201
    assert value_of(client, "A") == ""


def test_null_leaves_facts_and_empty_ones_take_them_away(client):
    made = create(client, "A", description="d", metadata={"a": "b", "n": 1}).json()
    path = f"/api/secrets/{made['id']}"
    body = {"name": "A", "value": "v", "description": None, "metadata": None}
    kept = client.put(path, json=body).json()
    assert (kept["description"], kept["metadata"]) == ("d", {"a": "b", "n": 1})
    replaced = client.put(path, json={**body, "metadata": {"c": "d"}}).json()
    assert replaced["metadata"] == {"c": "d"}
    cleared = client.put(path, json={**body, "description": "", "metadata": {}}).json()
    assert (cleared["description"], cleared["metadata"]) == (None, None)


def test_a_secret_gets_another_name_and_keeps_its_id(client):
    made = create(client, "A", description="d").json()
    renamed = client.put(f"/api/secrets/{made['id']}", json={"name": "B", "value": "w"}).json()
    assert (renamed["id"], renamed["name"], renamed["description"]) == (made["id"], "B", "d")
    assert [one["name"] for one in client.get("/api/secrets").json()] == ["B"]
    assert value_of(client, "B") == "w"
    assert client.get("/secrets/A").status_code == 404


def test_a_change_that_is_refused_changes_nothing(served, client):
    made = create(client, "A", description="d", metadata={"a": "b"}).json()
    client.delete(f"/api/secrets/{create(client, 'GONE').json()['id']}")
    body = {"name": "GONE", "value": "another-value", "description": "e", "metadata": {}}
    error(client.put(f"/api/secrets/{made['id']}", json=body), 409)
    assert client.get("/api/secrets").json() == [made]
    assert value_of(client, "A") == VALUE
    with served.data() as data, data.open_team(data.tokens.team("acme")) as vault:
        assert [info.key for info in vault.listing(deleted=True)] == ["GONE"]


def test_a_change_of_name_value_and_metadata_is_one_entry_of_the_record(served, client):
    made = create(client, "A", metadata={"a": "b"}).json()
    body = {"name": "B", "value": "w", "description": "e", "metadata": {"c": 1}}
    before = entries(served)
    assert client.put(f"/api/secrets/{made['id']}", json=body).status_code == 200
    assert entries(served) == before + 1


def entries(served):
    with served.data() as data, data.open_team(data.tokens.team("acme")) as vault:
        vault.listing()
        return vault.seen


def test_another_secret_that_has_taken_the_name_meanwhile_is_left_alone(served, monkeypatch):
    with served.data() as data:
        vault = HeldVault(data.open_team(data.tokens.team("acme")))
        try:
            place = (("someone", "test"), "default")
            new = Whole("A", SecretValue(VALUE.encode()), None, None)
            stale = vault.create_whole(*place, new)
            vault.purge(*place, "A")
            fresh = vault.create_whole(*place, new)
            monkeypatch.setattr(vault, "_identified", lambda *_: stale)
            for name in ("A", "B"):
                change = Whole(name, SecretValue(b"another-value"), None, None)
                with pytest.raises(NotFoundError):
                    vault.change_whole(*place, stale.id, change)
            with pytest.raises(NotFoundError):
                vault.delete_identified(*place, stale.id)
            assert vault.get("default", "A").info.fingerprint == fresh.info.fingerprint
        finally:
            vault.close()


def test_nothing_of_a_deleted_secret_is_in_a_new_one(client):
    made = create(client, "A", description="old", metadata={"a": "b"}).json()
    client.delete(f"/api/secrets/{made['id']}")
    again = create(client, "A", "another-value")
    assert again.status_code == 201
    assert (again.json()["description"], again.json()["metadata"]) == (None, None)
    assert value_of(client, "A") == "another-value"


def test_fields_that_are_not_known_are_ignored(client):
    assert create(client, "A", developer_id=ABSENT, more=[1]).status_code == 201


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_id_that_is_unknown_or_none(client, method):
    body = {"name": "A", "value": VALUE} if method == "PUT" else None
    doing = "update" if method == "PUT" else "delete"
    answer = client.request(method, f"/api/secrets/{ABSENT}", json=body)
    assert error(answer, 404) == f"No secret found during {doing}"
    create(client, "A")
    error(client.request(method, "/api/secrets/A", json=body), 422, "validation_error")
    assert len(client.get("/api/secrets").json()) == 1


@pytest.mark.parametrize("token", [None, "x", "inf_something", "infsh_AAAAAAAAAAAA_" + "A" * 43])
def test_without_a_valid_token_every_route_says_403(served, token):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with served.anonymous(**headers) as client:
        for method, route in ROUTES:
            path = "/api" + route.replace("{secret_id}", ABSENT)
            answer = client.request(method, path, content=b"{")
            assert error(answer, 403) == "Could not validate API KEY"
            assert "www-authenticate" not in answer.headers


def test_what_is_no_route_has_a_detail(served):
    client = served.client()
    assert client.get("/api/agents").json() == {"detail": "Not Found"}
    assert client.get(f"/api/secrets/{ABSENT}").status_code == 405
    assert client.patch("/api/secrets").json() == {"detail": "Method Not Allowed"}


def test_the_table_above_has_every_route():
    known = {(method, route.path) for route in julep.router.routes for method in route.methods}
    assert known == set(ROUTES)


@pytest.mark.parametrize("role", EVERYBODY)
def test_scopes_and_roles(served, role):
    leading = served.client()
    sets = itertools.chain.from_iterable(itertools.combinations(SCOPES, n) for n in range(4))
    made = None
    for scopes in sets:
        client = served.client(served.token(role=role, scopes=scopes))
        for (method, route), (scope, roles) in ROUTES.items():
            if made is None:
                for one in leading.get("/api/secrets").json():
                    leading.delete(f"/api/secrets/{one['id']}")
                made = create(leading, "K").json()
            name = "OTHER" if method == "POST" else "K"
            path = "/api" + route.replace("{secret_id}", made["id"])
            body = {"name": name, "value": "changed"} if method in ("POST", "PUT") else None
            answer = client.request(method, path, json=body)
            if scope in scopes and role in roles:
                assert answer.status_code in (200, 201, 202), (method, route, role, scopes)
                made = None
            else:
                assert error(answer, 403) != "Could not validate API KEY"
                assert [one["name"] for one in leading.get("/api/secrets").json()] == ["K"]
                assert value_of(leading, "K") == VALUE


def test_another_team_and_another_environment_are_not_there(served):
    with served.data() as data:
        data.create_team("other")
    made = create(served.client(), "OURS").json()
    staging = {"X-Infsh-Environment": "staging"}
    for client in (served.client(served.token(team="other")), served.client(**staging)):
        assert client.get("/api/secrets").json() == []
        path = f"/api/secrets/{made['id']}"
        error(client.delete(path), 404)
        error(client.put(path, json={"name": "OURS", "value": "theirs"}), 404)
        error(client.put(path, json={"name": "THEIRS", "value": "theirs"}), 404)
    assert value_of(served.client(), "OURS") == VALUE
    assert [one["id"] for one in served.client().get("/api/secrets").json()] == [made["id"]]


def test_what_other_contracts_write_is_seen_and_the_other_way_round(client):
    client.post("/secrets", json={"key": "A", "value": "v", "description": "d"})
    (one,) = client.get("/api/secrets").json()
    assert (one["name"], one["description"]) == ("A", "d")
    client.put(f"/api/secrets/{one['id']}", json={"name": "A", "value": "w"})
    assert client.get("/secrets/A").json()["data"]["description"] == "d"
    client.delete("/secrets/A")
    assert client.get("/api/secrets").json() == []


def test_limits_are_told_in_the_form_of_the_contract(client):
    answer = client.post("/api/secrets", content=b"x" * (1024 * 1024 + 1))
    error(answer, 413)
    client.headers["Content-Type"] = "application/json"
    error(client.post("/api/secrets", content=b"{"), 400)
    deep = b'{"name":"A","value":"v","metadata":' + b'{"a":' * 40 + b"1" + b"}" * 41
    error(client.post("/api/secrets", content=deep), 400)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


# Threads of a server that is ending draw random numbers: hypothesis takes them for ours.
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(st.text(min_size=1, max_size=30), json_values, max_size=8))
def test_metadata_come_back_as_they_were_sent(metadata):
    try:
        pairs = as_pairs(metadata)
    except UsageError:
        return
    assert all(isinstance(text, str) for text in pairs.values())
    assert as_object(pairs) == (metadata or None)
    again = json.loads(json.dumps(as_object(pairs)))
    assert again == (metadata or None)


@pytest.mark.parametrize("typed", ["", "[", "7", '["a", 7]', '["a", "gone"]'])
def test_metadata_that_people_have_changed_are_still_shown(typed):
    assert as_object({"a": "no JSON [", "b": "7", "julep.json": typed}) == {
        "a": "no JSON [",
        "b": "7",
    }
