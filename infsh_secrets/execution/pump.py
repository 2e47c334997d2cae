"""Bytes from a descriptor of a child to one of ours, through redaction, by one loop of poll.

Nothing here waits for a reader: what cannot be written now is kept, and its source is left alone
until it is written, so that memory has a bound and signals are always heard.
"""

from __future__ import annotations

import os
import select
import stat
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from infsh_secrets.execution.redact import Stream

READ_BYTES = 256 * 1024
_IDLE_SECONDS = 0.5
_ECHO_SECONDS = 0.02
"""The same silence while somebody is typing, who waits to see each letter."""


class Loop:
    """Calls whoever watches a descriptor when that can be read or written."""

    __slots__ = ("_handlers", "_poll")

    def __init__(self) -> None:
        self._poll = select.poll()
        self._handlers: dict[int, Callable[[], None]] = {}

    def watch(self, descriptor: int, handler: Callable[[], None], *, write: bool = False) -> None:
        """Call `handler` whenever it can be read, or written; one handler a descriptor."""
        self._handlers[descriptor] = handler
        self._poll.register(descriptor, select.POLLOUT if write else select.POLLIN)

    def forget(self, descriptor: int) -> None:
        """Watch it no longer."""
        if self._handlers.pop(descriptor, None) is not None:
            self._poll.unregister(descriptor)

    def turn(self, seconds: float | None = None) -> bool:
        """Wait, for ever unless `seconds` is given, and call handlers; False if time was up."""
        ready = self._poll.poll(None if seconds is None else max(0, int(seconds * 1000)))
        for descriptor, _ in ready:
            handler = self._handlers.get(descriptor)
            if handler is not None:
                handler()
        return bool(ready)


class Sink:
    """A descriptor of ours to write to; it takes what it can at once."""

    __slots__ = ("_limit", "_own", "_poll", "descriptor")

    def __init__(self, number: int) -> None:
        self.descriptor = number
        self._own = False
        self._limit = 0
        self._poll = select.poll()
        mode = os.fstat(number).st_mode
        waits = stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(number)
        if waits and os.get_blocking(number):
            self._reopen()

    def _reopen(self) -> None:
        """Get a descriptor that does not wait, and leave alone the one that others share."""
        try:
            self.descriptor = os.open(
                f"/proc/self/fd/{self.descriptor}", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY
            )
            self._own = True
        except OSError:  # no such system, or not allowed: a little at a time does not wait either
            self._limit = select.PIPE_BUF
            self._poll.register(self.descriptor, select.POLLOUT)

    def write(self, data: memoryview) -> int:
        """Write what is taken now and return how much that is."""
        try:
            if not self._limit:
                return os.write(self.descriptor, data)
            if not self._poll.poll(0):
                return 0
            return os.write(self.descriptor, data[: self._limit])
        except BlockingIOError:
            return 0

    def close(self) -> None:
        """Close what was opened for this."""
        if self._own:
            os.close(self.descriptor)
            self._own = False


class Channel:
    """One stream on its way from a child to us.

    `failure` is the error of our side, after which the source is closed, so that the child meets a
    broken pipe as it would have without us. `translate` is applied to what is written.
    """

    __slots__ = (
        "_last",
        "_loop",
        "_pending",
        "_silence",
        "_stream",
        "_typed",
        "_waiting",
        "failure",
        "open",
        "sink",
        "source",
        "terminal",
        "translate",
    )

    def __init__(
        self, loop: Loop, source: int, sink: Sink, stream: Stream | None, *, terminal: bool = False
    ) -> None:
        self._loop = loop
        self._stream = stream
        self.terminal = terminal
        self._pending = memoryview(b"")
        self._waiting = False
        self._last = 0.0
        self._typed = -_IDLE_SECONDS
        self._silence = _IDLE_SECONDS
        self.source = source
        self.sink = sink
        self.open = True
        self.failure: OSError | None = None
        self.translate: Callable[[bytes], bytes] | None = None
        loop.watch(source, self._readable)

    @property
    def done(self) -> bool:
        """Whether everything came and was written."""
        return not self.open and not self._pending

    @property
    def blocked(self) -> bool:
        """Whether something waits for its reader."""
        return self._waiting

    def idle_in(self) -> float | None:
        """Return the seconds until `idle` should be called, None for never."""
        if not self.terminal or self._waiting or self._stream is None or not self._stream.held:
            return None
        return max(0.0, self._last + self._silence - time.monotonic())

    def idle(self) -> None:
        """Show what a person should see of what is held, after silence."""
        if self.idle_in() == 0.0 and self._stream is not None:
            self._last = time.monotonic()
            self._write(self._stream.idle())

    def expect_echo(self) -> None:
        """Wait less long for what may follow: a key was pressed, and what comes may be its echo."""
        self._typed = time.monotonic()

    def drain(self, seconds: float) -> None:
        """Pass on what comes until nothing has come for so long, or the sink takes no more."""
        poll = select.poll()
        poll.register(self.source, select.POLLIN)
        while self.open and not self._waiting and poll.poll(int(seconds * 1000)):
            self._readable()

    def _readable(self) -> None:
        try:
            data = os.read(self.source, READ_BYTES)
        except BlockingIOError:
            return
        except OSError:  # a pseudo-terminal that nobody has open any more
            data = b""
        if not data:
            self.end()
            return
        if self.terminal:
            self._last = time.monotonic()
            typing = self._last < self._typed + _IDLE_SECONDS
            self._silence = _ECHO_SECONDS if typing else _IDLE_SECONDS
        self._write(data if self._stream is None else self._stream.feed(data))

    def end(self) -> None:
        """Close the source and write what is still held."""
        self._close()
        if self._stream is not None and self.failure is None:
            self._write(self._stream.flush())

    def close(self) -> None:
        """Let go of everything, written or not."""
        self._close()
        self._loop.forget(self.sink.descriptor)
        self.sink.close()

    def _close(self) -> None:
        if self.open:
            self.open = False
            self._loop.forget(self.source)
            os.close(self.source)

    def _write(self, data: bytes) -> None:
        if not data:
            return
        if self.translate is not None:
            data = self.translate(data)
        if self._pending:
            data = self._pending.tobytes() + data
        self._pending = memoryview(data)
        self._go_on()

    def _go_on(self) -> None:
        """Write on, and change between waiting for the sink and for the source."""
        try:
            while self._pending:
                size = self.sink.write(self._pending)
                if not size:
                    break
                self._pending = self._pending[size:]
        except OSError as error:
            self.failure = error
            self._pending = memoryview(b"")
            self._close()
        waiting = bool(self._pending)
        if waiting == self._waiting:
            return
        self._waiting = waiting
        if waiting:
            self._loop.forget(self.source)
            self._loop.watch(self.sink.descriptor, self._go_on, write=True)
            return
        self._loop.forget(self.sink.descriptor)
        if self.open:
            self._loop.watch(self.source, self._readable)
