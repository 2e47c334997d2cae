"""Bytes of a fuzzer turned into choices, so that an input may say more than one malformed text."""

from __future__ import annotations

import json


class Feed:
    """Takes choices off the front of a byte string; where it has ended every choice is the first.

    One byte string always gives the same choices.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def __bool__(self) -> bool:
        return self._at < len(self._data)

    def take(self, size: int) -> bytes:
        piece = self._data[self._at : self._at + size]
        self._at += len(piece)
        return piece

    def number(self, size: int = 1) -> int:
        return int.from_bytes(self.take(size), "big")

    def pick(self, choices):
        return choices[self.number() % len(choices)]

    def piece(self, most: int = 31) -> bytes:
        return self.take(self.number() % (most + 1))

    def text(self, most: int = 31) -> str:
        return self.piece(most).decode(errors="surrogateescape")

    def rest(self) -> bytes:
        return self.take(len(self._data))

    def edited(self, data: bytes) -> bytes:
        """Return `data` after as many changes as there are choices left for."""
        while self:
            kind, place = self.number() % 6, self.number(2) % (len(data) + 1)
            if kind == 0:
                data = data[:place] + bytes((self.number(),)) + data[place + 1 :]
            elif kind == 1:
                data = data[:place]
            elif kind == 2:
                data = data[:place] + self.piece() + data[place:]
            elif kind == 3:
                data = data[:place] + data[place + 1 + self.number() :]
            elif kind == 4:
                data = data[place:] + data[:place]
            else:
                data = data + data[place : place + 1 + self.number(2)]
        return data


WORDS = (
    *("data", "error", "detail", "title", "message", "messages", "meta", "type", "code", "items"),
    *("key", "name", "id", "value", "description", "metadata", "masked_value", "created_at"),
    *("updated_at", "credential_id", "next_cursor", "has_next", "required_scope", "scopes"),
    *("user", "team", "email", "username"),
)
TEXTS = (
    *("OPENAI_API_KEY", "A", "", "2026-01-02T03:04:05Z", "0001-01-01T00:00:00+23:59", "soon"),
    *("https://api.inference.sh/errors/not_found", "unauthorized", "Could not validate api key"),
    *("made-up-token-1", "made-up-value-1", "6b1f0a0e-0000-4000-8000-000000000000", "*"),
    *("secrets:write", "\ud800", "\x1b[31m", "../..", "ENCRYPTED", "9999-12-31T23:59:59.9999999Z"),
)
PLAIN = (None, True, False, 0, -1, 10**30, 1.5, "", [], {})


def tree(feed: Feed, depth: int = 5):
    """Return a value that JSON can hold, with the words that servers use."""
    kind = feed.number() % 8
    if kind < 3 and depth:
        members = range(feed.number() % 6)
        return {_word(feed): tree(feed, depth - 1) for _ in members}
    if kind == 3 and depth:
        return [tree(feed, depth - 1) for _ in range(feed.number() % 5)]
    if kind == 4:
        return feed.text()
    return feed.pick(PLAIN) if kind == 5 else feed.pick(TEXTS)


def _word(feed: Feed) -> str:
    at = feed.number()
    return WORDS[at] if at < len(WORDS) else feed.text(8)


def as_json(data) -> bytes:
    """Return JSON; what is no UTF-8 stands as an escape."""
    return json.dumps(data).encode()
