"""Who may do what: every route, with every kind of token."""

from __future__ import annotations

import itertools
import time

import pytest
from fastapi.routing import APIRoute
from serving_support import code

from infsh_secrets.server.access import AuthenticatedRoute, authenticate
from infsh_secrets.server.app import OPEN_ROUTES
from infsh_secrets.server.routes import inference
from infsh_secrets.server.tokens import SCOPES

READ, WRITE, REVEAL = SCOPES
ANY = None
LEADING = ("owner", "admin")
EVERYBODY = ("owner", "admin", "member")

ROUTES = {
    ("GET", "/secrets"): (READ, EVERYBODY),
    ("POST", "/secrets/list"): (READ, EVERYBODY),
    ("POST", "/secrets"): (WRITE, LEADING),
    ("GET", "/secrets/reveal/{key}"): (REVEAL, LEADING),
    ("GET", "/secrets/{key}"): (READ, EVERYBODY),
    ("PUT", "/secrets/{key}"): (WRITE, LEADING),
    ("DELETE", "/secrets/{key}"): (WRITE, LEADING),
    ("POST", "/credentials/check"): (READ, EVERYBODY),
    ("GET", "/me"): (ANY, EVERYBODY),
    ("GET", "/teams"): (ANY, EVERYBODY),
    ("GET", "/integrations/{rest:path}"): (ANY, EVERYBODY),
    ("POST", "/integrations/{rest:path}"): (ANY, EVERYBODY),
    ("PUT", "/integrations/{rest:path}"): (ANY, EVERYBODY),
    ("DELETE", "/integrations/{rest:path}"): (ANY, EVERYBODY),
}
"""What each route of the contract at the root needs."""


def walked(routes):
    """Yield every route, also those of routers that are included as a whole."""
    for route in routes:
        router = getattr(route, "original_router", None)
        if router is None:
            yield route
        else:
            yield from walked(router.routes)


def depends_on(dependant, call):
    return dependant.call is call or any(depends_on(one, call) for one in dependant.dependencies)


def test_every_route_looks_at_the_token(served):
    routes = list(walked(served.application.api.routes))
    assert len(routes) > 10
    for route in routes:
        assert isinstance(route, APIRoute), f"{route} is no route that can be checked"
        if route.path not in OPEN_ROUTES:
            assert isinstance(route, AuthenticatedRoute), route.path
            assert depends_on(route.dependant, authenticate), route.path
    assert {"/healthz", "/readyz"} == OPEN_ROUTES


def test_the_table_above_has_every_route_at_the_root():
    known = {(method, route.path) for route in inference.router.routes for method in route.methods}
    assert known == set(ROUTES)


def ask(client, method, route, key="K"):
    path = route.replace("{key}", key).replace("{rest:path}", "check")
    body = {"key": key, "value": "v"} if method in ("POST", "PUT") else None
    return client.request(method, path, json=body)


def bad_tokens(served):
    good = served.token()
    revoked = served.token()
    with served.data() as data:
        data.tokens.revoke(revoked.split("_")[1], 2)
    past = int(time.time() * 1000) - 1
    return {
        "none": None,
        "short": "x",
        "malformed": "inf_something",
        "a part": good[:-1],
        "more": good + "x",
        "another's secret": "_".join((*good.split("_")[:2], served.token().split("_")[2])),
        "unknown": "infsh_AAAAAAAAAAAA_" + "A" * 43,
        "expired": served.token(expires=past),
        "revoked": revoked,
        "long": "infsh_" + "A" * 5000,
        "not ASCII": "infsh_é_x",
    }


def test_without_a_valid_token_every_route_says_401(served):
    served.client().post("/secrets", json={"key": "K", "value": "v"})
    for name, token in bad_tokens(served).items():
        headers = {} if token is None else [(b"authorization", f"Bearer {token}".encode())]
        with served.anonymous() as client:
            client.headers.update(headers)
            for method, route in ROUTES:
                answer = ask(client, method, route)
                assert answer.status_code == 401, (name, method, route)
                assert code(answer) == "unauthorized"
                assert answer.headers["www-authenticate"] == "Bearer"
                assert not token or token not in answer.text
    assert served.client().get("/secrets/K").status_code == 200


@pytest.mark.parametrize("kind", ["Basic", "bearerx"])
def test_other_ways_to_authenticate_are_none(served, kind):
    answer = served.anonymous(Authorization=f"{kind} {served.token()}").get("/secrets")
    assert answer.status_code == 401


def test_a_bad_body_without_a_token_is_401(served):
    answer = served.anonymous().post("/secrets", content=b"{")
    assert code(answer) == "unauthorized"


@pytest.mark.parametrize("role", EVERYBODY)
def test_scopes_and_roles(served, role):
    leading = served.client()
    sets = itertools.chain.from_iterable(itertools.combinations(SCOPES, n) for n in range(4))
    leading.post("/secrets", json={"key": "K", "value": "v"})
    for scopes in sets:
        client = served.client(served.token(role=role, scopes=scopes))
        for (method, route), (scope, roles) in ROUTES.items():
            answer = ask(client, method, route)
            where = (method, route, role, scopes)
            if scope is not ANY and scope not in scopes:
                assert code(answer) == "insufficient_scope", where
                assert answer.json()["meta"] == {"required_scope": scope}
            elif role not in roles:
                assert code(answer) == "team_role_required", where
                assert answer.json()["meta"]["capability"] == "manage_vault"
                assert answer.json()["meta"]["actual_role"] == role
            else:
                assert answer.status_code in (200, 201, 410), where
                leading.post("/secrets", json={"key": "K", "value": "v"})
            if answer.status_code == 403:
                assert leading.get("/secrets/reveal/K").json()["data"]["value"] == "v"


def test_another_team_is_not_there(served):
    with served.data() as data:
        data.create_team("other")
    served.client().post("/secrets", json={"key": "OURS", "value": "v"})
    other = served.client(served.token(team="other"))
    absent, foreign = other.get("/secrets/ABSENT"), other.get("/secrets/OURS")
    assert absent.status_code == foreign.status_code == 404
    without_id = [{**one.json(), "request_id": ""} for one in (absent, foreign)]
    assert without_id[0] == without_id[1]
    for method, route in ROUTES:
        if "{key}" in route:
            assert ask(other, method, route, "OURS").status_code == 404
    assert other.get("/secrets").json()["data"]["items"] == []
    check = other.post("/credentials/check", json={"secrets": [{"key": "OURS"}]})
    assert check.json()["data"]["satisfied"] is False
    other.post("/secrets", json={"key": "OURS", "value": "theirs"})
    assert served.client().get("/secrets/reveal/OURS").json()["data"]["value"] == "v"


def test_a_cursor_of_another_team_is_forged(served):
    with served.data() as data:
        data.create_team("other")
    client = served.client()
    for key in "AB":
        client.post("/secrets", json={"key": key, "value": "v"})
    cursor = client.get("/secrets", params={"limit": 1}).json()["data"]["next_cursor"]
    answer = served.client(served.token(team="other")).get("/secrets", params={"cursor": cursor})
    assert code(answer) == "invalid_request"


def test_the_header_must_name_the_own_team(served):
    client = served.client()
    assert client.get("/me", headers={"X-Team-ID": "acme"}).status_code == 200
    for team in ("other", "", "ACME"):
        assert code(client.get("/me", headers={"X-Team-ID": team})) == "forbidden"


def test_a_running_server_sees_what_is_revoked_removed_and_expired(served):
    token = served.token()
    client = served.client(token)
    assert client.get("/me").status_code == 200
    with served.data() as data:
        data.tokens.revoke(token.split("_")[1], 2)
    answer = client.get("/me")
    assert (answer.status_code, answer.json()["detail"]) == (401, "The token is revoked.")

    soon = served.token(expires=int(time.time() * 1000) + 300)
    client = served.client(soon)
    deadline = time.monotonic() + 30
    while client.get("/me").status_code == 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert client.get("/me").json()["detail"] == "The token has expired."


def test_a_team_that_is_made_again_is_another(served):
    with served.data() as data:
        data.create_team("brief")
    old = served.client(served.token(team="brief"))
    old.post("/secrets", json={"key": "K", "value": "old"})
    with served.data() as data:
        path, tokens = data.remove_team("brief")
        assert tokens == 1
        assert old.get("/me").status_code == 401
        data.create_team("brief")
    assert old.get("/me").status_code == 401
    new = served.client(served.token(team="brief"))
    assert new.get("/secrets/K").status_code == 404
    new.post("/secrets", json={"key": "K", "value": "new"})
    assert new.get("/secrets/reveal/K").json()["data"]["value"] == "new"
    assert path.startswith(served.folder)


def test_the_watchers_need_no_token(served):
    for path in ("/healthz", "/readyz"):
        answer = served.anonymous().get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        assert served.anonymous().head(path).status_code == 200


def test_the_log_has_no_token_name_or_value(served):
    token = served.token()
    client = served.client(token)
    client.post("/secrets", json={"key": "NAMED_KEY", "value": "a-made-up-value"})
    client.get("/secrets/reveal/NAMED_KEY")
    client.get("/secrets", params={"filters": "a-query"})
    served.anonymous(Authorization="Bearer infsh_wrong_secret").get("/secrets/NAMED_KEY")
    lines = served.logged('"status": 401')
    for text in (token, token.split("_")[2], "NAMED_KEY", "a-made-up-value", "a-query", "wrong"):
        assert text not in lines
    assert '"route": "/secrets/reveal/{key}"' in lines
    assert f'"token": "{token.split("_")[1]}"' in lines
