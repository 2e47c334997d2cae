"""Prints the figures of this machine: `python tests/bench [NAME]...`, all when none is named.

Everything is measured as whole processes of an ordinary install (made here, in a temporary virtual
environment, with byte code), interleaved, as medians; `x bare` is the ratio to `python -c pass` in
the same run, which holds where absolute times drift. Peers that are installed are measured in the
same run, others are named as absent. Nothing here fails by the clock.
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile

from measuring import Install

KNOWN = {
    "start": "starting:start",
    "growth": "growing:growth",
    "keys": "growing:keys",
    "redaction": "redaction:redaction",
    "scan": "scanning:scan",
    "transfer": "transfer:transfer",
    "serving": "serving:serving",
}
"""name -> module and function, which is called with the install."""


def main(wanted):
    """Measure what is wanted, or everything."""
    with tempfile.TemporaryDirectory() as folder:
        install = Install(folder)
        print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores")
        for name in wanted or KNOWN:
            module, _, function = KNOWN[name].partition(":")
            getattr(importlib.import_module(module), function)(install)


if __name__ == "__main__":
    main(sys.argv[1:])
