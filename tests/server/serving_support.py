"""A real server on a free loopback port, in a thread of the test."""

from __future__ import annotations

import asyncio
import io
import ssl
import threading
import time

import httpx

from infsh_secrets.server import serving
from infsh_secrets.server.access_log import AccessLog
from infsh_secrets.server.app import build
from infsh_secrets.server.data import open_server_data
from infsh_secrets.server.limits import Limits
from infsh_secrets.server.tokens import SCOPES

GENEROUS = Limits(failed_logins=1_000_000, requests=0)
PATIENCE = 120
# Reading the certificates of the authorities takes longer than most tests, which have none.
WITHOUT_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Served:
    """A running server with the team acme and its folder."""

    def __init__(self, folder, limits=GENEROUS, **options):
        self.folder = str(folder)
        with open_server_data(self.folder, None, make=True) as data:
            if data.tokens.team("acme") is None:
                data.create_team("acme")
        self.log = io.StringIO()
        self._data = open_server_data(self.folder, None, make=False)
        self.application = build(self._data, limits, AccessLog(self.log), **options)
        self._listener = serving.listen(serving.Options(self.folder, port=0))
        self.address = self._listener.getsockname()
        self.url = serving.address(self._listener, under_tls=False)
        self._server = serving.StoppableServer(serving.configured(self.application.asgi, limits))
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._server.run_on(self._listener))
        )
        self._thread.start()
        self._clients = []

    def data(self):
        """The folder, opened as an administrator does beside the running server."""
        return open_server_data(self.folder, None, make=False)

    def token(self, team="acme", role="admin", scopes=SCOPES, expires=0, name="test"):
        """Return the text of a new token."""
        with self.data() as data:
            return data.tokens.create(team, name, role, tuple(scopes), expires, 1)[1]

    def client(self, token=None, **headers):
        """Return a client with this token, a new one for all of acme when there is none."""
        authorization = {"Authorization": f"Bearer {token or self.token()}"}
        return self.anonymous(**authorization, **headers)

    def anonymous(self, **headers):
        client = httpx.Client(
            base_url=self.url, headers=headers, timeout=PATIENCE, verify=WITHOUT_AUTHORITIES
        )
        self._clients.append(client)
        return client

    def logged(self, text):
        """Return the log once it has this text."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.log.getvalue():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return self.log.getvalue()

    def close(self):
        for client in self._clients:
            client.close()
        self._server.should_exit = True
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        self._listener.close()
        self.application.teams.close(PATIENCE)
        self._data.close()


def code(response):
    """Return the code of a problem, after looking at its form."""
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["detail"].endswith(".")
    assert problem["title"]
    return problem["type"].rpartition("/errors/")[2]
