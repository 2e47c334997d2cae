"""The server as a process: how it starts, what it refuses to do, how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import ipaddress
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from serving_support import PATIENCE

from infsh_secrets import entry
from infsh_secrets.server import serving
from infsh_secrets.server.certificates import Certificates
from infsh_secrets.server.data import open_server_data
from infsh_secrets.server.tokens import READ, REVEAL, SCOPES, WRITE

SERVE = "import sys\nfrom infsh_secrets.entry import main_secrets\nmain_secrets()\n"


@pytest.fixture
def folder(tmp_path, prepare):
    folder = str(tmp_path / "srv")
    prepare("team", "create", "acme", "--data", folder)
    return folder


@pytest.fixture
def token(prepare, capfd, folder):
    scopes = "secrets:read,secrets:write,secrets:reveal"
    capfd.readouterr()
    prepare("token", "create", "--team", "acme", "--scope", scopes, "--data", folder)
    return json.loads(capfd.readouterr().out)["token"]


@pytest.fixture
def start(folder):
    """Start servers as processes; they are killed with the test. Each has `url` and `lines`."""
    running = []

    def start(*options, port="0"):
        command = [sys.executable, "-c", SERVE, "serve", "--port", port, "--data", folder, *options]
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        running.append(server)
        for line in server.stderr:
            if line.startswith("Listening on "):
                server.url = line.removeprefix("Listening on ").strip()
                break
        server.lines = []
        server.reader = threading.Thread(target=lambda: server.lines.extend(server.stderr))
        server.reader.start()
        return server

    yield start
    for server in running:
        server.kill()
        server.wait()
        server.reader.join(PATIENCE)
        server.stderr.close()


def client(server, token, **options):
    return httpx.Client(
        base_url=server.url,
        headers={"Authorization": f"Bearer {token}"},
        timeout=PATIENCE,
        **options,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_in_order(start, token, number):
    server = start()
    with client(server, token) as asking:
        assert asking.post("/secrets", json={"key": "K", "value": "v"}).status_code == 201
    server.send_signal(number)
    assert server.wait(PATIENCE) == 0
    server.reader.join(PATIENCE)
    (line,) = server.lines
    fields = json.loads(line)
    assert list(fields) == [
        *("time", "request_id", "method", "route", "status", "ms", "address", "team", "token")
    ]
    assert (fields["route"], fields["status"], fields["team"]) == ("/secrets", 201, "acme")
    assert token not in line


def test_what_has_begun_is_answered_before_it_ends(start, token, folder):
    server = start()
    body = b'{"key": "K", "value": "v"}'
    head = (
        f"POST /secrets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    address = server.url.removeprefix("http://").split(":")
    with socket.create_connection((address[0], int(address[1])), timeout=PATIENCE) as connection:
        connection.sendall(head.encode() + body[:5])
        with client(server, token) as other:
            assert other.get("/me").status_code == 200
        server.terminate()
        deadline = time.monotonic() + PATIENCE
        while True:  # until it listens no more
            try:
                socket.create_connection((address[0], int(address[1])), timeout=1).close()
            except OSError:
                break
            assert time.monotonic() < deadline
            time.sleep(0.02)
        connection.sendall(body[5:])
        assert connection.recv(4096).startswith(b"HTTP/1.1 201 ")
    assert server.wait(PATIENCE) == 0


def test_a_half_open_connection_does_not_keep_it_from_ending(start):
    server = start()
    address = server.url.removeprefix("http://").split(":")
    with socket.create_connection((address[0], int(address[1])), timeout=PATIENCE) as connection:
        connection.sendall(b"GET / HT")
        time.sleep(0.1)
        server.terminate()
        assert server.wait(PATIENCE) == 0


def test_the_port_is_taken(infsh, start, folder):
    server = start()
    port = server.url.rpartition(":")[2]
    done = infsh("secrets", "serve", "--port", port, "--data", folder)
    assert done.returncode == 9
    error = json.loads(done.stderr)["error"]
    assert error["message"] == f"Another program listens on 127.0.0.1 port {port}."


@pytest.mark.parametrize(
    "options",
    [
        ["--host", "0.0.0.0"],
        ["--host", "::"],
        ["--host", ""],
        ["--host", "example.org"],
        ["--tls-cert", "cert.pem"],
        ["--tls-key", "key.pem"],
        ["--tls-cert", "a", "--tls-key", "b", "--behind-proxy"],
        ["--tls-cert", "absent", "--tls-key", "absent"],
        ["--host", "999.1.1.1", "--behind-proxy"],
        ["--port", "65536"],
        ["--port", "-1"],
        ["--data", ""],
        ["--rate-limit", "-1"],
    ],
)
def test_what_is_not_safe_or_not_possible_is_a_sentence(capfd, own_home, options):
    assert entry.run(["secrets", "serve", *options]) == 2
    error = json.loads(capfd.readouterr().err)["error"]
    assert error["hint"]
    assert not list(own_home.rglob("*.key"))


def test_other_addresses_than_loopback_behind_a_proxy(start, token):
    server = start("--host", "0.0.0.0", "--behind-proxy")
    server.url = server.url.replace("0.0.0.0", "127.0.0.1")
    with client(server, token) as asking:
        assert asking.get("/me").status_code == 200


def test_tls(start, token, tmp_path):
    cert, key = certificate(tmp_path)
    server = start("--tls-cert", cert, "--tls-key", key)
    assert server.url.startswith("https://")
    context = ssl.create_default_context(cafile=cert)
    with client(server, token, verify=context) as asking:
        answer = asking.get("/me")
        assert answer.status_code == 200
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
    with pytest.raises(httpx.TransportError), client(server, token) as careful:
        careful.get("/me")
    old = ssl.create_default_context(cafile=cert)
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(httpx.TransportError), client(server, token, verify=old) as asking:
        asking.get("/me")


def presented(certificates):
    """Return the certificate that a client is shown, without a network."""
    asking, answering = ssl.MemoryBIO(), ssl.MemoryBIO()
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    client = trusting.wrap_bio(answering, asking)
    server = certificates.context.wrap_bio(asking, answering, server_side=True)
    for side in (client, server, client):
        with contextlib.suppress(ssl.SSLWantReadError):
            side.do_handshake()
    return ssl.DER_cert_to_PEM_cert(client.getpeercert(binary_form=True))


def test_a_certificate_that_is_renewed_is_taken_over(tmp_path):
    for name in ("now", "next"):
        (tmp_path / name).mkdir()
        certificate(tmp_path / name)
    new = {path.name: path.read_text() for path in (tmp_path / "next").iterdir()}
    cert, key = (str(tmp_path / "now" / name) for name in ("cert.pem", "key.pem"))
    certificates, said = Certificates(cert, key), []
    config = serving.configured(None, serving.Limits(), certificates, Note(said))
    asyncio.run(config.callback_notify())
    with open(cert) as file:
        first = file.read()
    assert (presented(certificates), said) == (first, [])
    for path, text in ((cert, new["cert.pem"]), (key, new["key.pem"])):  # one after the other
        with open(path, "w") as file:
            file.write(text)
        asyncio.run(config.callback_notify())
        assert presented(certificates) == (first if path == cert else new["cert.pem"])
    asyncio.run(config.callback_notify())
    assert said == [
        "the renewed TLS files cannot be used, the old certificate stays",
        "the renewed TLS certificate is in use",
    ]


class Note:
    """A log that only notes."""

    def __init__(self, said):
        self.note = said.append


def test_an_encrypted_tls_key_is_refused_and_asks_nothing(infsh, tmp_path, folder):
    cert, key = certificate(tmp_path, serialization.BestAvailableEncryption(b"made up"))
    done = infsh("secrets", "serve", "--tls-cert", cert, "--tls-key", key, "--data", folder)
    assert done.returncode == 2
    assert "unencrypted key" in json.loads(done.stderr)["error"]["hint"]


def test_without_the_extra_it_says_how_to_get_it(infsh, tmp_path):
    (tmp_path / "fastapi.py").write_text("raise ImportError('no', name='fastapi')\n")
    done = infsh("secrets", "serve", env={"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 4
    assert "infsh-secrets[server]" in json.loads(done.stderr)["error"]["hint"]


def test_administration_does_not_import_the_web_server(folder):
    script = (
        "import sys\n"
        "from infsh_secrets.entry import run\n"
        f"run(['secrets', 'token', 'list', '--data', {folder!r}])\n"
        "assert not {'fastapi', 'uvicorn', 'pydantic'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, stdout=subprocess.DEVNULL)


def certificate(folder, encryption=None):
    """Write a certificate for 127.0.0.1 and its key; returns their paths."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    with open(paths[0], "wb") as file:
        file.write(made.public_bytes(serialization.Encoding.PEM))
    with open(paths[1], "wb") as file:
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                encryption or serialization.NoEncryption(),
            )
        )
    return paths


def test_a_running_server_needs_no_file_of_the_program_any_more(tmp_path):
    """Who upgrades the package under a server gets no answers that are of two versions."""
    folder = str(tmp_path / "srv")
    with open_server_data(folder, None, make=True) as data:
        data.create_team("acme")
        tokens = [
            data.tokens.create("acme", "test", "admin", scopes, 0, 1)[1]
            for scopes in (SCOPES, (READ, WRITE), (REVEAL,))
        ]
    script = os.path.join(os.path.dirname(__file__), "serving_everything.py")
    command = [sys.executable, script, folder, *tokens]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout) == [], "this was loaded for a request"
