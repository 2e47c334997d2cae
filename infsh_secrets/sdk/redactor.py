"""Texts and log records without the values of known secrets."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, TypeVar

from infsh_secrets.sdk.boundary import boundary

if TYPE_CHECKING:
    import logging

    from infsh_secrets.execution.redact import Redactor as Finder

Text = TypeVar("Text", str, bytes)


class Redactor:
    """Puts a mark in the place of secrets, as `infsh secrets redact` does; encoded forms included.

    It knows the secrets that there were when it was made, except those in `unprotected`, which are
    too short or too common to be looked for. Threads may share it. Its `filter` makes it a filter
    for `logging`: add it to handlers, which see the records of all loggers.
    """

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self.unprotected = tuple(dict.fromkeys(finder.unprotected))
        _ = finder.matcher  # made once, before threads share it

    def __repr__(self) -> str:
        return f"<Redactor of {self._finder!r}>"

    @boundary
    def redact(self, text: Text) -> Text:
        """Return the text, or the bytes, with marks."""
        if isinstance(text, bytes):
            return self._marked(text)
        marked = self._marked(text.encode(errors="surrogatepass"))
        return marked.decode(errors="surrogatepass")

    @boundary
    def filter(self, record: logging.LogRecord) -> bool:
        """Put marks into the message of a record, its exception and its texts; let it pass.

        Arguments become part of the message, an exception becomes its text. Objects that are added
        as `extra` are left alone unless they are text.
        """
        record.msg, record.args = record.getMessage(), None
        if record.exc_info:
            lines = traceback.format_exception(*record.exc_info)
            record.exc_text, record.exc_info = "".join(lines).removesuffix("\n"), None
        for name, fact in vars(record).items():
            if isinstance(fact, str):
                setattr(record, name, self.redact(fact))
        return True

    def _marked(self, data: bytes) -> bytes:
        stream = self._finder.stream()
        return stream.feed(data) + stream.flush()
