"""A small HTTP server that does what a test says: inference.sh's routes, Julep's, or mischief."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "inf_made_up_token_4711"


class Seen(NamedTuple):
    """A request as it came."""

    method: str
    path: str
    query: dict
    headers: dict
    body: object

    @property
    def token(self):
        return self.headers.get("authorization", "").removeprefix("Bearer ")


class Server:
    """Answers by `answer(seen) -> (status, data)`, or as the next of `faults` does.

    A fault is called with (handler, seen); if it returns None it has written the answer itself,
    and True lets the request be answered as usual.
    """

    def __init__(self, answer, context=None):
        self.answer = answer
        self.faults = []
        self.seen = []
        self.stopping = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                length = int(self.headers.get("Content-Length") or 0)
                raw = self.rfile.read(length)
                url = urlsplit(self.path)
                query = {name: values[-1] for name, values in parse_qs(url.query).items()}
                headers = {name.lower(): value for name, value in self.headers.items()}
                seen = Seen(self.command, url.path, query, headers, json.loads(raw or b"null"))
                server.seen.append(seen)
                if server.faults:
                    fault = server.faults[0]
                    if not getattr(fault, "stays", False):
                        server.faults.pop(0)
                    if not fault(self, seen):
                        return
                status, data = server.answer(seen)
                send(self, status, data)

            do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815

            def log_message(self, *_):
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *_):
                pass  # a client that hangs up is what is tested

        self._http = Quiet(("127.0.0.1", 0), Handler)
        if context is not None:
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        self.port = self._http.server_port
        self.scheme = "http" if context is None else "https"

    @property
    def url(self):
        host = "127.0.0.1" if self.scheme == "http" else "localhost"
        return f"{self.scheme}://{host}:{self.port}"

    @contextmanager
    def running(self):
        thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.stopping.set()
            self._http.shutdown()
            self._http.server_close()
            thread.join()


def send(handler, status, data, *, headers=(), raw=None):
    """Write an answer of JSON, or of `raw` bytes."""
    body = raw if raw is not None else (b"" if data is None else json.dumps(data).encode())
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    for name, value in headers:
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def now():
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def problem(status, code, detail, **meta):
    kind = f"https://api.inference.sh/errors/{code}"
    body = {"type": kind, "title": code, "status": status, "detail": detail}
    return status, {**body, "meta": meta} if meta else body


class Inference:
    """The secrets routes of inference.sh: `envelope` is "data", "bare" or "v1"."""

    def __init__(self, token=TOKEN, envelope="data", scopes=None):
        self.token = token
        self.envelope = envelope
        self.scopes = scopes
        self.secrets = {}
        self.upserts = True
        self.page = 50
        self._numbers = 0

    def __call__(self, seen):
        status, data = self._answer(seen)
        if status >= 400:
            return status, self._refused(status, data)
        if self.envelope == "bare":
            return status, data
        if self.envelope == "v1":
            return status, {"success": True, "status": status, "data": data}
        return status, {"data": data, "messages": []}

    def _refused(self, status, data):
        if self.envelope != "v1":
            return data
        code = data["type"].rpartition("/")[2]
        error = {"code": code, "message": data["detail"]}
        return {"success": False, "status": status, "error": error}

    def _answer(self, seen):
        if seen.token != self.token:
            return problem(401, "unauthorized", "invalid api key")
        if seen.path == "/me":
            return 200, {"user": {"name": "Someone"}, "team": {"id": "t1"}, "scopes": self.scopes}
        if seen.path == "/secrets/list" and seen.method == "POST":
            return self._list(seen.body or {})
        if seen.path == "/secrets" and seen.method == "POST":
            return self._create(seen.body)
        reveal = seen.path.startswith("/secrets/reveal/")
        key = unquote(seen.path.rpartition("/")[2])
        row = self.secrets.get(key)
        if row is None:
            return problem(404, "not_found", "secret not found")
        if reveal:
            return 200, row
        return self._one(seen, row)

    def _one(self, seen, row):
        if seen.method == "PUT":
            if "value" in seen.body:
                row["value"] = seen.body["value"]
            if "description" in seen.body:
                row["description"] = seen.body["description"] or ""
            row["updated_at"] = now()
        elif seen.method == "DELETE":
            del self.secrets[row["key"]]
            return 200, None
        return 200, public(row)

    def _create(self, body):
        known = self.secrets.get(body["key"])
        if known is not None and not self.upserts:
            return problem(409, "already_exists", "a secret of that key exists")
        if known is not None:
            known.update(value=body["value"], updated_at=now())
            return 200, public(known)
        moment = now()
        self._numbers += 1
        row = {
            "id": f"s{self._numbers}",
            "key": body["key"],
            "value": body["value"],
            "description": body.get("description") or "",
            "scope": "team",
            "created_at": moment,
            "updated_at": moment,
        }
        self.secrets[row["key"]] = row
        return 201, public(row)

    def _list(self, body):
        rows = sorted(self.secrets.values(), key=lambda row: row["id"])
        start = int(body.get("cursor") or 0)
        end = start + min(self.page, body.get("limit") or self.page)
        more = end < len(rows)
        return 200, {
            "items": [public(row) for row in rows[start:end]],
            "next_cursor": str(end) if more else "",
            "has_next": more,
        }


def public(row):
    shown = {name: fact for name, fact in row.items() if name != "value"}
    return {**shown, "masked_value": "****" if row["value"] else ""}


class Julep:
    """The secrets routes of Julep 2.x."""

    def __init__(self, token="made_up_julep_key"):
        self.token = token
        self.secrets = {}
        self._numbers = 0

    def __call__(self, seen):
        if seen.token != self.token:
            return julep_error(403, "Could not validate API KEY")
        if seen.path == "/secrets":
            return self._create(seen.body) if seen.method == "POST" else self._list(seen.query)
        identity = seen.path.rpartition("/")[2]
        row = self.secrets.get(identity)
        if row is None:
            return julep_error(404, "No secret found during update")
        if seen.method == "DELETE":
            del self.secrets[identity]
            return 202, {"id": identity, "deleted_at": now(), "jobs": []}
        for name in ("name", "value", "description", "metadata"):
            if seen.body.get(name) is not None:
                row[name] = seen.body[name]
        row["updated_at"] = now()
        return 200, {**row, "value": "ENCRYPTED"}

    def _list(self, query):
        start = int(query.get("offset", 0))
        rows = list(self.secrets.values())[::-1][start : start + int(query.get("limit", 100))]
        return 200, [{**row, "value": "ENCRYPTED"} for row in rows]

    def _create(self, body):
        if any(row["name"] == body["name"] for row in self.secrets.values()):
            return julep_error(409, "A secret with these unique properties already exists")
        if not body["name"][:1].isalpha():
            return julep_error(400, "The provided secret data violates one or more constraints")
        self._numbers += 1
        moment = now()
        row = {
            "id": f"0190a000-0000-7000-8000-{self._numbers:012}",
            "name": body["name"],
            "value": body["value"],
            "description": body.get("description"),
            "metadata": body.get("metadata"),
            "created_at": moment,
            "updated_at": moment,
        }
        self.secrets[row["id"]] = row
        return 201, {**row, "value": "ENCRYPTED"}


def julep_error(status, message):
    code = f"http_{status}"
    return status, {"error": {"message": message, "code": code, "type": "http_error"}}


class Julep3:
    """The secrets routes of a Julep 3 control plane; `roles` says what each token may do."""

    def __init__(self, roles=None):
        self.roles = roles or {"made_up_admin": ("admin",), "made_up_worker": ("worker",)}
        self.secrets = {}

    def __call__(self, seen):
        roles = self.roles.get(seen.token)
        if roles is None:
            return 401, {"detail": "missing or invalid bearer token"}
        needed = "worker" if seen.path.endswith("/value") else "admin"
        if needed not in roles:
            return 403, {"detail": f"{needed} API key required"}
        _, _, collection, *rest = seen.path.split("/")
        assert collection == "secrets"
        if not rest:
            rows = sorted(self.secrets.values(), key=lambda row: row["name"])
            return 200, {"items": [known_of(row) for row in rows]}
        if seen.method == "PUT":
            return 200, known_of(self._put(rest[0], seen.body))
        row = self.secrets.get(rest[0])
        if row is None:
            return 404, {"detail": "secret not found"}
        return self._one(row, rest[1:])

    def _one(self, row, rest):
        if rest == ["value"]:
            if row["archived_at"]:
                return 410, {"detail": "secret is archived"}
            return 200, {"value": row["value"], "generation": row["generation"]}
        if rest == ["archive"]:
            row["archived_at"] = row["updated_at"] = now()
            return 200, known_of(row)
        del self.secrets[row["name"]]
        return 204, None

    def _put(self, name, body):
        moment = now()
        new = {"name": name, "key_id": "k1", "generation": 0, "created_at": moment}
        row = self.secrets.setdefault(name, new)
        row.update(value=body["value"], updated_at=moment, updated_by="test", archived_at=None)
        row["generation"] += 1
        return row


def known_of(row):
    return {name: fact for name, fact in row.items() if name != "value"}
