"""What clients cannot do to the server: large, deep, many, slow."""

from __future__ import annotations

import json
import os
import socket
import threading
import time

import pytest
from serving_support import GENEROUS, PATIENCE, code

from infsh_secrets.server.limits import Limits, RateLimit

JSON = {"Content-Type": "application/json"}


def raw(served, data=b""):
    connection = socket.create_connection(served.address, timeout=PATIENCE)
    connection.sendall(data)
    return connection


def until_closed(connection):
    """Return what comes before the other side closes."""
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionError:
        pass
    finally:
        connection.close()
    return b"".join(parts)


def resident():
    with open("/proc/self/status", encoding="ascii") as file:
        line = next(line for line in file if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


@pytest.mark.parametrize("length", [2**20 + 1, 10**30])
def test_a_body_that_says_it_is_too_large_is_refused_unread(served, length):
    head = f"POST /secrets HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode()
    answer = until_closed(raw(served, head))
    assert answer.startswith((b"HTTP/1.1 413 ", b"HTTP/1.1 400 "))


def test_a_hundred_mebibytes_are_refused_without_being_kept(served):
    before = resident()
    head = b"POST /secrets HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    connection = raw(served, head)
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    sent = 0
    try:
        while sent < 100 * 2**20:
            connection.sendall(chunk)
            sent += 0x10000
    except OSError:
        pass  # the server has closed
    answer = until_closed(connection)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 413 ")
    assert sent < 100 * 2**20
    assert resident() - before < 30 * 2**20
    assert served.client().get("/me").status_code == 200


def test_a_chunked_body_that_is_too_large_gets_an_answer(served):
    answer = served.client().post("/secrets", content=(b"x" * 65536 for _ in range(17)))
    assert code(answer) == "payload_too_large"


def test_bodies_together_are_limited(serve):
    served = serve(limits=GENEROUS._replace(bodies_together=1000))
    client = served.client()
    assert client.post("/secrets", json={"key": "K", "value": "v"}).status_code == 201
    answer = client.post("/secrets", json={"key": "K", "value": "v" * 2000})
    assert code(answer) == "unavailable"
    assert client.post("/secrets", json={"key": "K", "value": "v"}).status_code == 200


def test_long_headers_are_refused(served):
    client = served.client()
    assert code(client.get("/secrets", headers={"X": "x" * 16384})) == "headers_too_large"
    assert code(client.get("/secrets?x=" + "x" * 16384)) == "headers_too_large"
    assert client.get("/secrets", headers={"X": "x" * 12000}).status_code == 200


def test_headers_that_do_not_end_are_refused(served):
    connection = raw(served, b"GET /secrets HTTP/1.1\r\nX: ")
    try:
        for _ in range(1000):
            connection.sendall(b"x" * 1000)
    except OSError:
        pass
    answer = until_closed(connection)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    "nested", [b"[" * 33 + b"]" * 33, b'{"a":' * 33 + b"1" + b"}" * 33, b"[" * 200_000]
)
def test_deep_json_is_refused(served, nested):
    client = served.client()
    answer = client.post("/secrets/list", content=nested, headers=JSON)
    assert code(answer) == "invalid_request"
    body = b'{"filters":[' + b",".join([b"{}"] * 30) + b"]}"
    assert client.post("/secrets/list", content=body, headers=JSON).status_code == 200


def test_requests_of_a_token_are_counted(serve):
    served = serve(limits=GENEROUS._replace(requests=3))
    client, other = served.client(), served.client()
    answers = [client.get("/me") for _ in range(4)]
    while len({one.headers["x-ratelimit-reset"] for one in answers}) > 1:  # a new minute began
        answers = [client.get("/me") for _ in range(4)]
    assert [one.headers["x-ratelimit-remaining"] for one in answers] == ["2", "1", "0", "0"]
    assert {one.headers["x-ratelimit-limit"] for one in answers} == {"3"}
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert code(answers[3]) == "rate_limited"
    assert 1 <= int(answers[3].headers["retry-after"]) <= 60
    assert other.get("/me").status_code == 200


def test_failed_logins_of_an_address_are_counted(serve):
    served = serve(limits=Limits(failed_logins=3), behind_proxy=True)

    def attempt(address, token="infsh_x_y"):
        headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": f"1.1.1.1, {address}"}
        return served.anonymous(**headers).get("/me")

    answers = [attempt("192.0.2.1") for _ in range(8)]
    assert answers[0].status_code == 401
    assert answers[-1].status_code == 429
    assert code(answers[-1]) == "rate_limited"
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert attempt("192.0.2.2").status_code == 401
    assert attempt("192.0.2.1", served.token()).status_code == 200


def test_the_header_of_a_proxy_counts_only_behind_one(serve):
    served = serve(limits=Limits(failed_logins=1))
    for number in range(9):
        headers = {"Authorization": "Bearer x", "X-Forwarded-For": f"192.0.2.{number}"}
        last = served.anonymous(**headers).get("/me")
    assert last.status_code == 429


def test_a_rate_limit_forgets_the_minute_and_old_keys():
    now = [0.0]
    limit = RateLimit(2, lambda: now[0])
    assert [limit.add("a").exceeded for _ in range(3)] == [False, False, True]
    assert limit.look("a") == (2, 0, 60, True)
    now[0] = 60
    assert limit.look("a") == (2, 2, 120, False)
    limit.add("a")
    for number in range(10_000):
        limit.add(str(number))
    assert limit.look("a").remaining == 2
    assert len(limit._counts) == 10_000


SLOW = Limits(headers_seconds=0.5, body_seconds=0.5, handler_seconds=30, requests=0)


@pytest.mark.parametrize(
    "begun",
    [b"", b"GET", b"\r\n", b"GET /secrets HTTP/1.1\r\nHost: x\r\n"],
)
def test_who_does_not_end_his_headers_is_cut_off(serve, begun):
    served = serve(limits=SLOW)
    started = time.monotonic()
    assert until_closed(raw(served, begun)) == b""
    assert time.monotonic() - started < PATIENCE


def test_who_sends_a_byte_now_and_then_is_cut_off_as_well(serve):
    served = serve(limits=SLOW)
    connection = raw(served, b"GET /secrets HTTP/1.1\r\n")
    deadline = time.monotonic() + PATIENCE
    connection.settimeout(0.05)
    while time.monotonic() < deadline:
        try:
            connection.sendall(b"X: y\r\n")
            if connection.recv(1) == b"":
                break
        except TimeoutError:
            continue
        except OSError:
            break
    assert time.monotonic() < deadline
    connection.close()


def test_the_second_request_of_a_connection_has_as_little_time(serve):
    served = serve(limits=SLOW)
    whole = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = until_closed(raw(served, whole + b"GET /hea"))
    assert answer.count(b"HTTP/1.1 200 OK") == 1


def test_a_body_that_does_not_come_is_not_waited_for(serve):
    served = serve(limits=SLOW)
    head = b"POST /secrets HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
    answer = until_closed(raw(served, head))
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_pipelined_requests_are_answered_in_turn(served):
    whole = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert until_closed(raw(served, whole * 5 + last)).count(b"HTTP/1.1 200 OK") == 6


def test_200_half_open_connections_do_not_keep_others_waiting(serve):
    served = serve(limits=GENEROUS._replace(headers_seconds=PATIENCE))
    begun = [b"", b"GET /secrets HTTP/1.1\r\n", b"POST /secrets HTTP/1.1\r\nHost: x\r\n"]
    held = [raw(served, begun[number % 3]) for number in range(200)]
    try:
        client = served.client()
        client.get("/me")
        took = []
        for _ in range(5):
            started = time.monotonic()
            assert client.get("/secrets").status_code == 200
            took.append(time.monotonic() - started)
        assert min(took) < 1
    finally:
        for connection in held:
            connection.close()


def test_too_many_connections_are_cut_off_and_the_others_served(serve):
    served = serve(limits=GENEROUS._replace(connections=10))
    client = served.client()
    assert client.get("/me").status_code == 200
    held = [raw(served) for _ in range(30)]
    assert until_closed(held[-1]) == b""
    assert client.get("/me").status_code == 200
    for connection in held:
        connection.close()


def test_a_handler_has_its_time(serve, monkeypatch):
    served = serve(limits=GENEROUS._replace(handler_seconds=0.3))
    client = served.client()
    client.post("/secrets", json={"key": "K", "value": "v"})
    go_on = threading.Event()
    ((_, team, _),) = served.application.teams._open.values()
    team._worker.call(lambda _: go_on.wait(PATIENCE))
    try:
        answer = client.get("/secrets/K")
    finally:
        go_on.set()
    assert code(answer) == "unavailable"
    assert answer.headers["retry-after"]
    deadline = time.monotonic() + PATIENCE
    while client.get("/secrets/K").status_code != 200:
        assert time.monotonic() < deadline


def test_a_client_that_does_not_read_is_cut_off(serve):
    served = serve(limits=GENEROUS._replace(handler_seconds=0.5))
    client = served.client()
    text = "d" * 4000
    for number in range(100):
        body = {"key": f"K{number}", "value": "v", "description": text}
        client.post("/secrets", json=body)
    token = served.token()
    request = f"GET /secrets?limit=200 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(served.address)
    connection.settimeout(PATIENCE)
    server = served._server.server_state
    connection.sendall(request.encode() * 20)
    deadline = time.monotonic() + PATIENCE
    ours = connection.getsockname()
    while not any(one.client == ours for one in list(server.connections)):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    while any(one.client == ours for one in list(server.connections)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    connection.close()


def test_an_error_of_our_own_says_nothing_but_its_number(serve, monkeypatch):
    served = serve()
    client = served.client()

    def broken(*_arguments):
        raise RuntimeError("a-made-up-value")

    monkeypatch.setattr("infsh_secrets.server.routes.inference._team", broken)
    answer = client.get("/me")
    assert (answer.status_code, code(answer)) == (500, "internal_error")
    assert "a-made-up-value" not in answer.text + served.log.getvalue()
    number = answer.json()["request_id"]
    fault = next(
        json.loads(line) for line in served.log.getvalue().splitlines() if '"error"' in line
    )
    assert fault["request_id"] == number == answer.headers["x-request-id"]
    assert fault["error"].startswith("RuntimeError at test_serving_limits.py")
    assert os.path.basename(__file__) not in answer.text
