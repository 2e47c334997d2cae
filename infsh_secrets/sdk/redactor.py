"""Texts and log records without the values of known secrets."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any, TypeVar, cast

from infsh_secrets.sdk.boundary import boundary

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterable
    from typing import Self

    from infsh_secrets.execution.redact import Redactor as Finder

Text = TypeVar("Text", str, bytes)
_SEVERAL = (dict, list, tuple, set, frozenset)
_DEEPEST = 40
"""Lists and the like inside of each other that are looked into."""


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

    def __reduce__(self) -> str:
        raise TypeError("what looks for secrets is not pickled: make one in each process")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

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

        Arguments become part of the message, an exception becomes its text; of arguments that do
        not fit their message their number is told. What is added as `extra` gets marks if it is
        text or bytes, also inside of lists, tuples, sets and dictionaries; objects of other kinds
        are left alone.
        """
        record.msg, record.args = _message(record), None
        if record.exc_info:
            lines = traceback.format_exception(*record.exc_info)
            record.exc_text, record.exc_info = "".join(lines).removesuffix("\n"), None
        for name, fact in vars(record).items():
            setattr(record, name, self._inside(fact, ()))
        return True

    def _inside(self, fact: object, around: tuple[int, ...]) -> object:
        """Return `fact` with marks; `around` are the ids of the lists and the like it stands in."""
        if isinstance(fact, str):
            return self.redact(fact)
        if isinstance(fact, bytes):
            return self.redact(fact)
        kind: Any = type(fact)
        if kind not in _SEVERAL:
            return fact
        if id(fact) in around or len(around) == _DEEPEST:
            return "..."
        around = (*around, id(fact))
        if isinstance(fact, dict):
            return {self._inside(k, around): self._inside(v, around) for k, v in fact.items()}
        several = cast("Iterable[object]", fact)
        made: object = kind([self._inside(one, around) for one in several])
        return made

    def _marked(self, data: bytes) -> bytes:
        stream = self._finder.stream()
        return stream.feed(data) + stream.flush()


def _message(record: logging.LogRecord) -> str:
    """Return the message of a record; a mistake in a call of `logging` never ends a program."""
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001  # objects of any kind are asked for their text
        known = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
        return f"{known} (with {len(record.args or ())} arguments that do not fit)"
