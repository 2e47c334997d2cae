"""Answers of servers, as the stores at inference.sh and Julep read them."""

from __future__ import annotations

import time

from fuzz_feed import Feed, as_json, tree

from infsh_secrets.domain.errors import InfshError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import Write
from infsh_secrets.stores.remote.inference import InferenceStore
from infsh_secrets.stores.remote.julep import JulepStore
from infsh_secrets.stores.remote.messages import Reply

TOKEN, VALUE = "made-up-token-1", "made-up-value-1"
_STATUSES = (200, 201, 204, 400, 401, 402, 403, 404, 409, 410, 412, 422, 429, 451, 500, 502, 418)
_HEADERS = ("retry-after", "x-ratelimit-reset")
_DATES = (
    "5",
    "Fri, 31 Dec 9999 23:59:59 -1200",
    "Thu, 1 Jan 1970 00:00:00 -0000",
    "99999999999999",
)


class _Client:
    """Answers with what the feed says, as often as it is asked."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._asked = 0
        self.told = False  # whether it knows the value

    def end(self) -> float:
        return time.monotonic() + 30

    def call(self, request, _end=None) -> Reply:
        self._asked += 1
        self.told = self.told or VALUE in str(request.body)
        feed = self._feed
        status = 200 if feed.number() % 2 else feed.pick(_STATUSES)
        body = as_json(tree(feed)) if feed.number() % 4 else feed.rest()
        value = feed.pick(_DATES) if feed.number() % 2 else feed.text()
        reply = Reply(status, {feed.pick(_HEADERS): value}, body if self._asked < 50 else b"")
        wait = reply.wait
        assert wait is None or wait >= 0
        return reply


def answers(data: bytes) -> None:
    """Whatever a server answers is a result or one of our errors, which repeats no secret."""
    feed = Feed(data)
    kind = feed.pick((InferenceStore, JulepStore))
    client = _Client(feed)
    store = kind(client, name="work", team="", token=TOKEN)
    write = Write("OPENAI_API_KEY", SecretValue(VALUE.encode()), create=feed.number() % 2 == 1)
    calls = (
        store.identity,
        store.listing,
        lambda: store.info("default", "OPENAI_API_KEY"),
        lambda: store.get("default", "OPENAI_API_KEY"),
        lambda: store.write("default", [write]),
        lambda: store.delete("default", "OPENAI_API_KEY"),
    )
    told = ""
    try:
        feed.pick(calls)()
    except InfshError as error:
        told = f"{error.message} {error.hint}"
    told += "".join(store.notices)
    assert TOKEN not in told
    assert not client.told or VALUE not in told
