"""The program under strace: `traced_command.py [--synchronous=FULL|OFF] ARGUMENT…`.

Only its hardening is left out, since a process that is not dumpable shows its paths and data to a
tracer of root alone; and the setting of SQLite that is to be shown as too weak can be put in.
"""

import sys

from infsh_secrets import entry
from infsh_secrets.stores.vault import sqlite

LEVELS = {"OFF": 0, "FULL": 2}


def main(argv):
    entry._harden = lambda: None
    if argv and argv[0].startswith("--synchronous="):
        name = argv[0].partition("=")[2]
        weak = ("synchronous", name, LEVELS[name])
        sqlite._SET = tuple(weak if row[0] == "synchronous" else row for row in sqlite._SET)
        del argv[0]
    sys.argv[1:] = argv
    entry.main()


if __name__ == "__main__":
    main(sys.argv[1:])
