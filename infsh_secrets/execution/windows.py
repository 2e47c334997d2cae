"""A run on Windows, where there are neither process groups nor pseudo-terminals of this kind."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from infsh_secrets.domain.errors import CommandNotFoundError, NotExecutableError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.streams import output_error

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import IO

    from infsh_secrets.execution.redact import Redactor, Stream

_READ_BYTES = 256 * 1024


def run_on_windows(
    argv: Sequence[str], environ: Mapping[str, str], redactor: Redactor | None
) -> int:
    """Run a command to its end and return its exit status.

    With a redactor its output passes through pipes; Ctrl-C reaches it from the console.
    """
    way = None if redactor is None else subprocess.PIPE
    try:
        process = subprocess.Popen(list(argv), env=dict(environ), stdout=way, stderr=way)
    except FileNotFoundError:
        raise CommandNotFoundError(
            f"There is no command {sanitize(argv[0])}.", "Check its name and path."
        ) from None
    except OSError as error:
        raise NotExecutableError(
            f"{sanitize(argv[0])} cannot be executed: {error.strerror}."
        ) from None
    threads = []
    failures: list[OSError] = []
    for source, sink in ((process.stdout, sys.stdout.buffer), (process.stderr, sys.stderr.buffer)):
        if source is not None and redactor is not None:
            words = (source, sink, redactor.stream(), failures)
            threads.append(threading.Thread(target=_pump, args=words))
            threads[-1].start()
    while True:
        try:
            status = process.wait()
            for thread in threads:
                thread.join()
            break
        except KeyboardInterrupt:
            continue  # the command has got it as well and decides
    for failure in failures:
        if not isinstance(failure, BrokenPipeError):
            raise output_error(failure)
    return status


def _pump(source: IO[bytes], sink: IO[bytes], stream: Stream, failures: list[OSError]) -> None:
    try:
        with source:
            while data := source.read1(_READ_BYTES):  # type: ignore[attr-defined]
                sink.write(stream.feed(data))
                sink.flush()
            sink.write(stream.flush())
            sink.flush()
    except OSError as error:
        failures.append(error)
