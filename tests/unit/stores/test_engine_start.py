"""How the compiled half of sqlite3 is imported."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
{before}
from infsh_secrets.stores.vault.sqlite import sqlite
loaded = "functools" in sys.modules
connection = sqlite.connect(":memory:")
for number in range(300):  # more statements than the cache holds, and some of them again
    assert connection.execute(f"SELECT {{number % 200}}").fetchone() == (number % 200,)
connection.close()
import functools
@functools.lru_cache
def twice(number): return 2 * number
assert twice(4) == 8 and twice.cache_info().misses == 1 and functools.wraps
print(loaded)
"""


def run(before):
    script = SCRIPT.format(before=before)
    done = subprocess.run(
        [sys.executable, "-S", "-c", script],
        env={"PYTHONPATH": ":".join(filter(None, sys.path))},
        capture_output=True,
        check=True,
        timeout=60,
    )
    return done.stdout.strip()


def test_the_engine_starts_without_functools_and_leaves_the_real_one():
    assert run("") == b"False"


def test_where_functools_or_threads_are_there_it_is_left_to_itself():
    assert run("import functools") == b"True"
    assert run("import threading") == b"True"
