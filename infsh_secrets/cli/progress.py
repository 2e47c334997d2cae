"""A bar on the terminal while something takes long; it is gone when that is done."""

from __future__ import annotations

import sys
import time
from typing import Self

_AFTER_SECONDS = 0.3
_WIDTH = 30


class Progress:
    """Called with (done, of how many); shows nothing unless a person sees standard error.

    A context manager: on leaving, the bar is wiped away.
    """

    def __init__(self, label: str, *, quiet: bool) -> None:
        self._label = label
        self._silent = quiet or not sys.stderr.isatty()
        self._begun = time.monotonic()
        self._shown = ""

    def __call__(self, done: int, total: int) -> None:
        if self._silent or time.monotonic() - self._begun < _AFTER_SECONDS:
            return
        part = done / total if total else 1.0
        line = f"{self._label} [{'#' * int(part * _WIDTH):{_WIDTH}}] {int(part * 100):3} %"
        if line != self._shown:
            self._write(f"\r{line}")
            self._shown = line

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._shown:
            self._write("\r" + " " * len(self._shown) + "\r")

    @staticmethod
    def _write(text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError:
            return  # the work is done all the same
