"""Servers that are slow, broken or hostile: one sentence, in time, in little memory, no token."""

from __future__ import annotations

import gzip
import json
import logging
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from fake_server import Inference, Server, send

from infsh_secrets.domain.addresses import parse_address
from infsh_secrets.domain.errors import DeniedError, InfshError, LockedError, UnavailableError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import Write
from infsh_secrets.stores.remote.http import Client
from infsh_secrets.stores.remote.inference import InferenceStore
from infsh_secrets.stores.remote.messages import Limits, Network, Request

TOKEN = "inf_made_up_token_for_tests"
VALUE = "made-up-value-4711-for-tests"
QUICK = Limits(connect=60, read=60, total=60, attempts=3, pause=0.01)


def store_at(url, limits=QUICK, network=None):
    client = Client(parse_address(url), TOKEN, limits=limits, network=network)
    return InferenceStore(client, name="work", team="", token=TOKEN)


@pytest.fixture
def server():
    with Server(Inference(TOKEN)).running() as server:
        yield server


@pytest.fixture
def store(server):
    with store_at(server.url) as store:
        yield store


def always(fault):
    fault.stays = True
    return fault


def answering(status, data=None, *, headers=(), raw=None):
    @always
    def fault(handler, _):
        send(handler, status, data, headers=headers, raw=raw)

    return fault


def put(store, key="A"):
    return store.write("default", [Write(key, SecretValue(VALUE.encode()))])


def every_call(store):
    return (
        lambda: store.get("default", "A"),
        store.listing,
        lambda: put(store),
        lambda: store.delete("default", ["A"]),
        store.check_writable,
    )


def sentence(error):
    """The one sentence of an error, which shows nothing that it must not."""
    text = f"{error.message} {error.hint}"
    assert isinstance(error, InfshError)
    assert error.message.endswith(".")
    assert len(error.message) < 700
    assert text.isprintable()
    for secret in (TOKEN, VALUE):
        assert secret not in text
        assert secret not in repr(error) + repr(error.__context__) * (
            not error.__suppress_context__
        )
    return error.message


# -- redirects ----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_no_redirect_is_followed_whatever_its_kind(server, store, status):
    with Server(Inference(TOKEN)).running() as other:
        where = ("Location", f"{other.url}/secrets/list")
        server.faults = [answering(status, headers=[where], raw=b"")]
        for call in every_call(store):
            with pytest.raises(DeniedError) as caught:
                call()
            assert "redirects to 127.0.0.1; redirects are not followed" in sentence(caught.value)
        assert other.seen == []
    assert {seen.token for seen in server.seen} == {TOKEN}


@pytest.mark.parametrize(
    "where",
    [
        "//evil.example/x",
        "https://[::1",
        "http://user:pass@evil.example",
        "javascript:x",
        "",
        "/secrets/list",
        "\x1b]0;x\x07://x",
    ],
)
def test_odd_places_to_redirect_to(server, store, where):
    server.faults = [answering(302, headers=[("Location", where)], raw=b"")]
    with pytest.raises(DeniedError) as caught:
        store.listing()
    assert "redirects" in sentence(caught.value)


def test_cookies_are_not_kept(server, store):
    server.faults = [answering(404, headers=[("Set-Cookie", "a=b; Path=/")])]
    with pytest.raises(InfshError):
        store.get("default", "A")
    server.faults = []
    store.listing()
    assert all("cookie" not in seen.headers for seen in server.seen)


def test_the_environment_has_no_say(server, store, monkeypatch, tmp_path):
    with Server(Inference(TOKEN)).running() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy", "https_proxy"):
            monkeypatch.setenv(name, proxy.url)
        netrc = tmp_path / "netrc"
        netrc.write_text("machine 127.0.0.1 login a password b")
        monkeypatch.setenv("NETRC", str(netrc))
        assert store.listing() == []
        assert proxy.seen == []
    assert server.seen[0].token == TOKEN


def test_a_proxy_is_used_where_the_configuration_names_one(server):
    with Server(Inference(TOKEN)).running() as proxy:
        with store_at(server.url, network=Network(proxy=proxy.url)) as store:
            assert store.listing() == []
        assert (len(proxy.seen), server.seen) == (1, [])
    gone = Network(proxy=proxy.url.replace("://", "://user:hidden@"))
    with store_at(server.url, network=gone) as store, pytest.raises(UnavailableError) as caught:
        store.listing()
    assert sentence(caught.value) == "127.0.0.1 cannot be reached through the proxy."


# -- time ---------------------------------------------------------------------------------------


def until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def drip(handler, server, head):
    """Send a byte now and then, faster than any limit on a single read."""
    handler.wfile.write(head)
    while not server.stopping.wait(0.02):
        handler.wfile.write(b" ")
        handler.wfile.flush()


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Endless: ",
        b"HTTP/1.1 2",
    ],
    ids=["body", "header", "status"],
)
def test_a_dripping_answer_ends_in_time(server, head):
    server.faults = [always(lambda handler, _: drip(handler, server, head))]
    before = threading.active_count()
    with store_at(server.url, Limits(connect=60, read=60, total=0.4)) as store:
        began = time.monotonic()
        with pytest.raises(UnavailableError) as caught:
            store.listing()
        assert time.monotonic() - began < 20, "it waited for a read"
        assert "did not finish its answer within 0 seconds" in sentence(caught.value)
    until(lambda: threading.active_count() <= before + 1)  # that of the server's answer goes on
    server.faults = []


def test_after_a_request_that_was_given_up_the_next_one_works(server):
    stuck = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
    server.faults = [lambda handler, _: drip(handler, server, stuck)]
    with store_at(server.url, Limits(connect=60, read=60, total=1)) as store:
        with pytest.raises(UnavailableError):
            store.listing()
        store._client.limits.total = 60
        assert store.listing() == []


def test_silence_ends_in_time(server):
    server.faults = [always(lambda *_: server.stopping.wait(30))]
    limits = Limits(connect=60, read=0.5, total=60, attempts=2, pause=0.01)
    with store_at(server.url, limits) as store:
        with pytest.raises(UnavailableError) as caught:
            store.listing()
        assert "did not answer in time" in sentence(caught.value)
    until(lambda: len(server.seen) == 2)


def test_pages_share_one_limit_of_time(server):
    numbers = iter(range(10**9))

    @always
    def endless(handler, _):
        time.sleep(0.05)
        page = {"items": [], "next_cursor": f"c{next(numbers)}", "has_next": True}
        send(handler, 200, {"data": page})

    server.faults = [endless]
    with store_at(server.url, Limits(total=0.5)) as store, pytest.raises(UnavailableError):
        store.listing()
    assert len(server.seen) < 100


# -- size ---------------------------------------------------------------------------------------


def endless(handler, _):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[")
    while True:
        handler.wfile.write(b"1," * 50_000)


def packed(size):
    """Return so many bytes of blanks as gzip: after a full flush each piece is packed alike."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    pieces = [packer.compress(b" " * 2**20) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2)]
    return pieces[0] + pieces[1] * ((size >> 20) - 1)


BOMB = packed(2**28)


def bomb(handler, _):
    send(handler, 200, None, headers=[("Content-Encoding", "gzip")], raw=BOMB)


@pytest.mark.parametrize("fault", [endless, bomb])
def test_at_most_8_mib_are_taken(server, fault):
    server.faults = [always(fault)]
    with store_at(server.url, Limits(connect=60, read=60, total=300)) as store:
        with pytest.raises(InfshError):
            store.identity()  # imports what a request needs
        tracemalloc.start()
        try:
            with pytest.raises(UnavailableError) as caught:
                store.listing()
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert "is larger than 8388608 bytes" in sentence(caught.value)
    limit = 8 * 1024 * 1024
    # A buffer grows in steps of an eighth.
    assert peak < limit * 1.5 + 2_000_000


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 100_000,
        b"[" * 40 + b"]" * 40,
        b"[" + b"[]," * 300_000 + b"[]]",
        b'{"data": NaN}',
        b'{"data": ' + b"9" * 10_000 + b"}",
        b'{"data": "\xff"}',
        b"\xef\xbb\xbf{}",
        b"<html>",
        b"",
        b"null",
        b'"text"',
        b'{"data": null}',
        b'{"items": 1}',
        b'{"items": [1]}',
        b'{"items": [{"key": 1}]}',
        b'{"items": [], "next_cursor": {"a": 1}}',
    ],
    ids=lambda raw: raw[:12].decode(errors="replace"),
)
def test_answers_that_make_no_sense(server, store, raw):
    server.faults = [answering(200, raw=raw)]
    for call in every_call(store)[:2]:
        with pytest.raises(UnavailableError) as caught:
            call()
        sentence(caught.value)


@pytest.mark.parametrize("coding", ["br", "deflate", "gzip, gzip"])
def test_other_compressions_are_refused(server, store, coding):
    server.faults = [answering(200, headers=[("Content-Encoding", coding)], raw=b"{}")]
    with pytest.raises(UnavailableError, match="compression"):
        store.listing()


def test_gzip_is_understood(server, store):
    body = json.dumps({"data": {"items": []}}).encode()
    header = ("Content-Encoding", "gzip")
    server.faults = [answering(200, headers=[header], raw=gzip.compress(body))]
    assert store.listing() == []
    server.faults = [answering(200, headers=[header], raw=body)]
    with pytest.raises(UnavailableError, match="damaged"):
        store.listing()


def test_cursors_that_go_round(server, store):
    page = {"items": [], "next_cursor": "c", "has_next": True}
    server.faults = [answering(200, {"data": page})]
    with pytest.raises(UnavailableError) as caught:
        store.listing()
    assert sentence(caught.value) == "The list of the store work does not end."
    assert len(server.seen) == 2


# -- what servers say ---------------------------------------------------------------------------

HOSTILE = f"\x1b[2J\r\n\x00\u202e\x9b31m {'x' * 5000}"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 418, 422, 429, 500, 503])
@pytest.mark.parametrize("shape", ["problem", "v1", "julep", "framework"])
def test_what_a_server_says_cannot_steer_a_terminal(server, store, status, shape):
    bodies = {
        "problem": {"type": f"x/errors/{HOSTILE}", "title": HOSTILE, "detail": HOSTILE},
        "v1": {"success": False, "error": {"code": HOSTILE, "message": HOSTILE}},
        "julep": {"error": {"code": 1, "message": HOSTILE, "details": [HOSTILE]}},
        "framework": {"detail": HOSTILE},
    }
    server.faults = [answering(status, bodies[shape])]
    with pytest.raises(InfshError) as caught:
        store.listing()
    assert "\\x1b" in sentence(caught.value)


@pytest.mark.parametrize("form", ["plain", "quoted", "base64", "token"])
def test_a_server_that_repeats_a_value_is_not_repeated(server, store, form):
    import base64

    shown = {
        "plain": VALUE,
        "quoted": f"not allowed: '{VALUE}'",
        "base64": base64.b64encode(VALUE.encode()).decode(),
        "token": f"token {TOKEN} is odd",
    }[form]
    server.faults = [answering(422, {"detail": shown})]
    with pytest.raises(InfshError) as caught:
        put(store)
    assert sentence(caught.value) == "The store work refuses this."


def test_a_value_is_not_repeated_by_the_question_after_its_write(server, store):
    @always
    def fault(handler, seen):
        done = seen.method == "PUT"
        send(handler, 200 if done else 422, None if done else {"detail": VALUE})

    server.faults = [fault]
    with pytest.raises(InfshError) as caught:
        put(store)
    assert sentence(caught.value) == "The store work refuses this."
    assert [seen.method for seen in server.seen] == ["PUT", "GET"]


def test_messages_besides_the_data_become_notices(server, store):
    messages = [{"level": "warning", "message": f"note {HOSTILE}"}, {"message": 1}, 2]
    server.faults = [answering(200, {"data": {"items": []}, "messages": messages})]
    store.listing()
    (notice,) = store.notices
    assert notice.startswith("work: note")
    assert len(notice) < 700


def test_secrets_of_odd_names_are_left_out(server, store):
    names = ["GOOD", "a b", "A=B", "\x1b[2J", "", "X" * 300]
    items = [{"key": name} for name in names]
    server.faults = [answering(200, {"data": {"items": items}})]
    assert [info.key for info in store.listing()] == ["GOOD"]
    assert "5 of the secrets in work have names" in store.notices[0]


@pytest.mark.parametrize("value", [None, 1, "a\0b", "\ud800", "x" * 70_000, ["x"]])
def test_values_that_no_secret_can_have(server, store, value):
    server.faults = [answering(200, {"data": {"key": "A", "value": value}})]
    with pytest.raises(UnavailableError, match="value that no secret can have"):
        store.get("default", "A")


def test_another_secret_than_the_one_asked_for(server, store):
    server.faults = [answering(200, {"data": {"key": "B", "value": "x"}})]
    with pytest.raises(UnavailableError, match="gives another secret"):
        store.get("default", "A")


# -- storms -------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_reads_and_repeatable_writes_outlast_a_storm(server, store, status):
    put(store)
    for call in every_call(store)[:3]:
        fault = answering(status, {"detail": "busy"})
        fault.stays = False
        before = len(server.seen)
        server.faults = [fault, fault]
        call()
        assert len(server.seen) >= before + 3


@pytest.mark.parametrize("status", [429, 503])
def test_a_storm_without_end_is_given_up(server, store, status):
    server.faults = [answering(status, {"detail": "busy"})]
    with pytest.raises(UnavailableError) as caught:
        store.listing()
    assert "busy" in sentence(caught.value)
    assert len(server.seen) == QUICK.attempts


@pytest.mark.parametrize(
    ("header", "tries"),
    [
        (("Retry-After", "0"), 3),
        (("Retry-After", "3600"), 1),
        (("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"), 1),
        (("Retry-After", "never"), 3),
        (("X-RateLimit-Reset", "1"), 3),
        (("X-RateLimit-Reset", "99999999999"), 1),
        (("X-RateLimit-Reset", "-1"), 3),
    ],
    ids=str,
)
def test_a_server_may_ask_for_patience_within_limits(server, store, header, tries):
    server.faults = [answering(429, {}, headers=[header])]
    with pytest.raises(UnavailableError):
        store.listing()
    assert len(server.seen) == tries


def test_when_the_rate_limit_begins_anew_is_nothing_to_other_failures(server, store):
    header = ("X-RateLimit-Reset", str(int(time.time()) + 50))
    server.faults = [answering(503, {}, headers=[header])]
    with pytest.raises(UnavailableError) as caught:
        store.listing()
    assert caught.value.hint == "Try again later."
    assert len(server.seen) == QUICK.attempts


def test_who_has_used_up_a_rate_limit_waits_as_long_as_is_asked(server, monkeypatch):
    slept = []
    monkeypatch.setattr("infsh_secrets.stores.remote.http.time.sleep", slept.append)
    limited = answering(429, {"detail": "busy"}, headers=[("Retry-After", "60")])
    limited.stays = False
    with store_at(server.url, Limits(many=3)) as store:
        server.faults = [limited]
        with pytest.raises(UnavailableError) as caught:
            store.listing()
        assert caught.value.hint == "Try again in 60 seconds."
        put(store)  # PUT and POST
        server.faults = [lambda *_: True, limited, limited]
        put(store, "B")
        server.faults = [always(limited)]
        with pytest.raises(UnavailableError):
            store.listing()
    assert list(server.answer.secrets) == ["A", "B"]
    assert slept == [60.0] * 5


def test_a_post_that_was_refused_for_a_rate_limit_was_not_done(server, store):
    limited = answering(429, {"detail": "busy"})
    limited.stays = False
    server.faults = [lambda *_: True, limited]
    put(store)
    assert [seen.method for seen in server.seen] == ["PUT", "POST", "POST"]


def test_a_post_is_not_repeated(server, store):
    server.faults = [lambda *_: True, answering(503, {"detail": "busy"})]
    with pytest.raises(UnavailableError):
        put(store)
    assert [seen.method for seen in server.seen] == ["PUT", "POST"]


def test_of_a_post_without_an_answer_nothing_is_claimed(server, store):
    def cut(handler, _):
        handler.connection.shutdown(socket.SHUT_RDWR)

    server.faults = [lambda *_: True, always(cut)]
    with pytest.raises(UnavailableError) as caught:
        put(store)
    assert "It is not known whether the secret was stored." in sentence(caught.value)


def test_a_delete_whose_answer_was_lost_is_done(server, store):
    put(store)

    def done_and_lost(handler, seen):
        server.answer(seen)
        send(handler, 503, {"detail": "lost"})

    server.faults = [lambda *_: True, done_and_lost]
    assert [info.key for info in store.delete("default", ["A"])] == ["A"]
    assert store.listing() == []


def test_an_error_names_what_was_done_before(server, store):
    refuse = answering(422, {"detail": "no more"})
    server.faults = [*[lambda *_: True] * 4, refuse]
    writes = [Write(key, SecretValue(b"made up")) for key in ("A", "B", "C")]
    with pytest.raises(InfshError) as caught:
        store.write("default", writes)
    told = "no more. That was C; before it, 2 of 3 were stored: A, B."
    assert told in sentence(caught.value)
    server.faults = [always(refuse)]
    with pytest.raises(InfshError) as caught:
        store.write("default", writes)
    assert "no more. That was A; none was stored." in sentence(caught.value)
    server.faults = []
    assert [info.key for info in store.listing()] == ["A", "B"]


# -- tokens and addresses -----------------------------------------------------------------------


@pytest.mark.parametrize("token", ["a\nb", "a\r\nX: y", "a\0", "a ", "\u00e9", "a\x7fb"])
def test_a_token_that_could_end_a_header_is_not_sent(server, token):
    with pytest.raises(InfshError) as caught:
        Client(parse_address(server.url), token)
    assert token not in caught.value.message
    assert server.seen == []


def test_a_wrong_token(server, store):
    server.answer = Inference("another")
    for call in every_call(store):
        with pytest.raises(LockedError) as caught:
            call()
        assert "does not accept the token: invalid api key." in sentence(caught.value)
        assert caught.value.hint == "Log in with: infsh login work"


def test_nobody_there():
    with Server(Inference(TOKEN)).running() as gone:
        url = gone.url
    with store_at(url) as store, pytest.raises(UnavailableError) as caught:
        store.listing()
    assert "127.0.0.1 cannot be reached." in sentence(caught.value)


def test_something_else_than_http_there(server, store):
    server.faults = [always(lambda handler, _: handler.wfile.write(b"SSH-2.0-x\r\n" * 50))]
    with pytest.raises(UnavailableError) as caught:
        store.listing()
    assert "does not speak HTTP" in sentence(caught.value)


def test_no_url_and_no_header_is_logged(server, store, caplog):
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("httpx").setLevel(logging.DEBUG)
        logging.getLogger("httpcore").setLevel(logging.DEBUG)
        store.listing()
    assert [r for r in caplog.records if r.name.startswith("http")] == []


# -- certificates -------------------------------------------------------------------------------


def certificate(folder, name, **wrong):
    """Return (a server's context, the file of its certificate)."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "made up")])
    day = timedelta(days=1)
    end = datetime.now(UTC) + (-day if wrong.get("expired") else day)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - 10 * day)
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    pem = made.public_bytes(serialization.Encoding.PEM)
    file.write_bytes(
        pem
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    ca = folder / "ca.pem"
    ca.write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context, str(ca)


def test_an_authority_of_our_own_is_trusted_where_it_is_named(tmp_path):
    context, ca = certificate(tmp_path, "localhost")
    with (
        Server(Inference(TOKEN), context).running() as server,
        store_at(server.url, network=Network(ca=ca)) as store,
    ):
        assert store.listing() == []


@pytest.mark.parametrize(
    ("kind", "told"),
    [("unknown", "self-signed"), ("expired", "expired"), ("host", "mismatch")],
)
def test_certificates_that_are_not_valid(tmp_path, kind, told):
    name = "elsewhere.example" if kind == "host" else "localhost"
    context, ca = certificate(tmp_path, name, expired=kind == "expired")
    network = None if kind == "unknown" else Network(ca=ca)
    with (
        Server(Inference(TOKEN), context).running() as server,
        store_at(server.url, network=network) as store,
    ):
        for call in every_call(store):
            with pytest.raises(DeniedError) as caught:
                call()
            assert "The certificate of localhost is not valid" in sentence(caught.value)
            assert told in caught.value.message
        assert server.seen == []


def test_an_old_tls_and_no_tls_at_all(tmp_path, server):
    context, ca = certificate(tmp_path, "localhost")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with Server(Inference(TOKEN), context).running() as old:
        for url in (old.url, server.url.replace("http://127.0.0.1", "https://localhost")):
            with store_at(url, network=Network(ca=ca)) as store:
                with pytest.raises(UnavailableError) as caught:
                    store.listing()
                assert "No secure connection to localhost" in sentence(caught.value)
        assert old.seen == server.seen == []


def test_a_file_of_certificates_that_is_none(tmp_path):
    (tmp_path / "ca.pem").write_text("nothing")
    for path in (tmp_path / "ca.pem", tmp_path / "absent"):
        network = Network(ca=str(path))
        with (
            store_at("https://localhost:1", network=network) as store,
            pytest.raises(InfshError, match="cannot be read"),
        ):
            store.listing()


def test_a_request_shows_no_body():
    request = Request("PUT", "/secrets/A", body={"value": VALUE})
    assert VALUE not in repr(request)
