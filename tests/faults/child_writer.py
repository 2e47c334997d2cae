"""A process that writes to a vault through the store, for tests that kill, starve or limit it.

    child_writer.py PATH own NAME COUNT      COUNT secrets NAME_0 ... of its own
    child_writer.py PATH slowly NAME COUNT   the same, each holding the vault 20 ms longer
    child_writer.py PATH same NAME COUNT     COUNT versions of one secret
    child_writer.py PATH forever NAME        writes until it is killed
    child_writer.py PATH create SEED         makes a vault

Each write that has returned is acknowledged by a line on standard output.
"""

import os
import sys
import time

import support

from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import Write


def say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def slow_clock():
    """Tell the time after as long as a slow disk takes; it is asked inside the transaction."""
    time.sleep(0.02)
    return time.time_ns()


def write(path, key, value, clock):
    """Open, write, close, as a command would; return how long that took."""
    begun = time.monotonic()
    with support.open_store(path) as store:
        store.clock = clock
        store.write("default", [Write(key, SecretValue(value.encode()))])
    return time.monotonic() - begun


def write_many(path, mode, name, count):
    longest = 0.0
    clock = slow_clock if mode == "slowly" else time.time_ns
    for number in range(count):
        key = f"{name}_{number}" if mode != "same" else "SHARED_KEY"
        longest = max(longest, write(path, key, f"{name}-{number}", clock))
    say(f"longest {longest:.3f}")


def write_forever(path, name):
    with support.open_store(path) as store:
        store.clock = time.time_ns
        number = 0
        while True:
            # A large value now and then makes the journal large, and the file grow and shrink.
            size = 30_000 if number % 5 == 4 else 10
            # The process makes it unlike all before: an equal value would not be written.
            data = f"{number}-{os.getpid()}-" + "x" * size
            key = f"{name}_{number % 40}"
            store.write("default", [Write(key, SecretValue(data.encode()))])
            say(f"{key} {number}")
            number += 1


def main(path, mode, name, count="0"):
    if mode == "create":
        say("begins")
        support.new_vault(path, seed=int(name))
        say("done")
        return
    with support.open_store(path):
        say("ready")
    sys.stdin.readline()
    if mode == "forever":
        write_forever(path, name)
    else:
        write_many(path, mode, name, int(count))


if __name__ == "__main__":
    main(*sys.argv[1:])
