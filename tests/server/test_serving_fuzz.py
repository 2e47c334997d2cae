"""Thousands of requests that fit the schema or nearly do: none may end in an error of ours."""

from __future__ import annotations

import contextlib
import socket

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode
from serving_support import PATIENCE, Served

SEED = 20261122


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    """A server, its operations, and an authorized way to call them."""
    served = Served(tmp_path_factory.mktemp("fuzz") / "srv")
    schema = schemathesis.openapi.from_dict(served.application.api.openapi())
    schema.config.base_url = served.url
    yield served, [result.ok() for result in schema.get_all_operations()]
    served.close()


def takes_any_text(operation):
    """Return whether nothing that is said to it could be of a wrong type or form."""
    schemas = [one.definition["schema"] for one in operation.iter_parameters()]
    return not operation.body and all(
        schema.get("type") == "string" and "format" not in schema for schema in schemas
    )


def fuzz(target, cases, mode):
    served, operations = target
    headers = {"Authorization": f"Bearer {served.token()}"}
    each = -(-cases // (len(operations) * 2))
    done = 0
    for operation in operations:
        if mode is GenerationMode.NEGATIVE and takes_any_text(operation):
            continue  # it is found out after thousands of tries

        @seed(SEED)
        @settings(
            max_examples=each,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def call(case):
            nonlocal done
            done += 1
            answer = case.call(headers=headers, timeout=PATIENCE)
            assert answer.status_code < 500, case.as_curl_command()
            assert answer.status_code != 401, case.as_curl_command()
            assert len(answer.headers["x-request-id"]) == 1

        # Not every operation takes something that could be wrong.
        with contextlib.suppress(Unsatisfiable):
            call()
    return done


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.name)
@pytest.mark.parametrize(
    "cases",
    [
        80,
        pytest.param(1_000, marks=pytest.mark.slow),
        pytest.param(10_000, marks=pytest.mark.full),
    ],
)
def test_requests_from_the_schema(target, mode, cases):
    assert fuzz(target, cases, mode) > cases // 4


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    data=st.one_of(
        st.binary(max_size=200),
        st.builds(
            lambda method, path, headers, body: (
                (
                    method
                    + b" "
                    + path
                    + b" HTTP/1.1\r\nConnection: close\r\n"
                    + headers
                    + b"\r\n\r\n"
                )
                + body
            ),
            st.sampled_from([b"GET", b"POST", b"PUT", b"OPTIONS", b"CONNECT", b"TRACE", b"\xff"]),
            st.sampled_from(
                [b"/secrets", b"*", b"http://x/secrets", b"/%", b"/\xff", b"x:1", b"//"]
            ),
            st.sampled_from(
                [
                    b"Host: x",
                    b"Content-Length: 5",
                    b"Content-Length: -1",
                    b"Content-Length: 1\r\nContent-Length: 2",
                    b"Transfer-Encoding: chunked",
                    b"Transfer-Encoding: chunked\r\nContent-Length: 3",
                    b"Upgrade: websocket\r\nConnection: Upgrade",
                    b"Expect: 100-continue\r\nContent-Length: 5",
                    b"Authorization: \xff\xfe",
                    b"X-Forwarded-For: ,,,",
                ]
            ),
            st.binary(max_size=20),
        ),
    )
)
def test_what_is_no_request_is_none(target, data):
    served, _ = target
    with socket.create_connection(served.address, timeout=PATIENCE) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        parts = []
        try:
            while part := connection.recv(65536):
                parts.append(part)
        except ConnectionError:
            pass
    assert not b"".join(parts).startswith(b"HTTP/1.1 5")
