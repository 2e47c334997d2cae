"""A server of its own process that answers one request of each kind.

Prints what was imported for it after the start. Arguments: folder, tokens (all, admin, worker).
"""

from __future__ import annotations

import asyncio
import io
import json
import sys

from infsh_secrets.server import serving
from infsh_secrets.server.access_log import AccessLog
from infsh_secrets.server.app import build
from infsh_secrets.server.data import open_server_data
from infsh_secrets.server.limits import Limits
from infsh_secrets.server.loading import load_all


class Caller:
    """Calls an application without a socket."""

    def __init__(self, application):
        self.application = application
        self.statuses = []

    async def __call__(self, token, request, body=None):
        method, path = request.split()
        raw = b"" if body is None else json.dumps(body).encode()
        given = {"authorization": f"Bearer {token}", "content-length": str(len(raw))}
        headers = [(name.encode(), value.encode()) for name, value in given.items()]
        scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode()}
        scope |= {"query_string": b"", "root_path": "", "scheme": "http", "http_version": "1.1"}
        scope |= {"client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2)}
        said = []

        async def receive():
            return {"type": "http.request", "body": raw, "more_body": False}

        async def send(message):
            said.append(message)

        content = [(b"content-type", b"application/json")]
        await self.application({**scope, "headers": headers + content}, receive, send)
        self.statuses.append(said[0]["status"])
        return json.loads(said[1]["body"] or b"null")


async def play(call, token, admin, worker):
    await call(token, "GET /me")
    await call(token, "POST /secrets", {"key": "A", "value": "v", "description": "d"})
    await call(token, "PUT /secrets/A", {"value": "v2"})
    await call(token, "GET /secrets/reveal/A")
    await call(token, "POST /secrets/list", {"filters": [{"field": "key", "value": "A"}]})
    await call(token, "POST /credentials/check", {"secrets": [{"key": "A"}]})
    await call(token, "DELETE /secrets/A")
    made = await call(token, "POST /api/secrets", {"name": "b", "value": "v"})
    whole = {"name": "c", "value": "w", "metadata": {"a": 1}}
    await call(token, f"PUT /api/secrets/{made['id']}", whole)
    await call(token, "GET /api/secrets")
    await call(token, f"DELETE /api/secrets/{made['id']}")
    await call(admin, "PUT /v1/secrets/x", {"value": "v"})
    await call(worker, "GET /v1/secrets/x/value")
    await call(admin, "POST /v1/secrets/x/archive")
    await call(admin, "DELETE /v1/secrets/x")
    good = len(call.statuses)
    assert all(status < 300 for status in call.statuses), call.statuses
    await call(token, "POST /secrets", {"key": 1})
    await call("bad", "GET /secrets")
    await call(token, "GET /nothing")
    assert call.statuses[good:] == [422, 401, 404], call.statuses


def main(folder, *tokens):
    load_all()
    with open_server_data(folder, None, make=True) as data:
        application = build(data, log=AccessLog(io.StringIO()))
        serving.configured(application.asgi, Limits())
        before = set(sys.modules)
        asyncio.run(play(Caller(application.asgi), *tokens))
        application.teams.close(60)
    print(json.dumps(sorted(set(sys.modules) - before)))


main(*sys.argv[1:])
