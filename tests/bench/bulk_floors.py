"""What the libraries alone take for a large import, list and export, without any code of ours."""

from __future__ import annotations

import os
import shutil
import subprocess

COUNT = 100_000

PROGRAM = """
import gc, hashlib, os, sqlite3, sys, time
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

gc.disable()
count, path = int(sys.argv[1]), sys.argv[2]
overview, value = bytes(192), bytes(64)
key = os.urandom(128)
sha512, sha256 = hashlib.sha512(key), hashlib.sha256(key[:64])

def code(started, message):
    inner, outer = started.copy(), started.copy()
    inner.update(message)
    outer.update(inner.digest())
    return outer.digest()

def keyed(salt, context):
    first = code(sha512, salt + context)
    return first + code(sha512, first + context), AESGCM(first[:32])

def seal(context, message):
    salt = os.urandom(24)
    derived, cipher = keyed(salt, context)
    return salt + derived[44:76] + cipher.encrypt(derived[32:44], message, None)

def unseal(context, sealed):
    derived, cipher = keyed(sealed[:24], context)
    assert derived[44:76] == sealed[24:56]
    return cipher.decrypt(derived[32:44], sealed[56:], None)

context = bytes(110)
spent = {}

def lap(name):
    global before
    now = time.process_time()
    if name:
        spent[name] = now - before
    before = now

lap("")
rows = []
for _ in range(count):
    index, names, mark = (code(sha256, b"name" + key[:30]) for _ in range(3))
    item, sealed = os.urandom(16), seal(context, value)
    about = seal(context, overview)
    rows.append((item, item, names[:16], about, hashlib.sha256(about + sealed).digest(), sealed))
lap("import: seal twice, three codes, a digest")
rows.sort()
connection = sqlite3.connect(path, isolation_level=None)
connection.execute("PRAGMA synchronous=EXTRA")
connection.execute("PRAGMA cache_size=-65536")
connection.execute(
    "CREATE TABLE items(idx BLOB PRIMARY KEY, nidx BLOB, id BLOB UNIQUE, rev INTEGER, "
    "state INTEGER, overview BLOB, digest BLOB) WITHOUT ROWID")
connection.execute("CREATE INDEX items_nidx ON items(nidx)")
connection.execute(
    "CREATE TABLE versions(item BLOB, ver INTEGER, value BLOB, PRIMARY KEY(item, ver)) "
    "WITHOUT ROWID")
firsts = [(i, os.urandom(16), os.urandom(16), 1, 0, about, digest)
          for i, _, _, about, digest, _ in rows]
lap("")
connection.execute("BEGIN")
connection.executemany("INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?)", firsts)
connection.executemany("INSERT INTO versions VALUES (?, 1, ?)", [(r[0], r[5]) for r in rows])
connection.execute("COMMIT")
lap("import: SQLite")
items = connection.execute("SELECT * FROM items ORDER BY idx").fetchall()
lap("list: SQLite")
for row in items:
    unseal(context, row[5])
lap("list: open once")
versions = connection.execute("SELECT * FROM versions ORDER BY item, ver").fetchall()
for row in versions:
    hashlib.sha256(row[2] + row[2]).digest()
    unseal(context, row[2])
lap("export: the same, and SQLite, a digest, open once more")
for name, seconds in spent.items():
    print(name, seconds, sep="=")
"""


def bulk(bench):
    """Print how many secrets a second the libraries alone would import, list and export."""
    folder = os.path.join(bench.install.folder, "bulk")
    os.mkdir(folder)
    done = subprocess.run(
        [bench.install.python, "-c", PROGRAM, str(COUNT), os.path.join(folder, "floor.db")],
        check=True,
        capture_output=True,
        text=True,
    )
    shutil.rmtree(folder)
    spent = {
        name: float(seconds)
        for name, _, seconds in (line.partition("=") for line in done.stdout.splitlines())
    }
    whole = {
        task: sum(seconds for name, seconds in spent.items() if name.startswith(parts))
        for task, parts in (
            ("import: together", "import"),
            ("list: together", "list"),
            ("export: together", ("list", "export")),
        )
    }
    bench.report.figure("floor of import", COUNT / whole["import: together"])
    bench.report.figure("floor of list", whole["list: together"])
    bench.report.table(
        f"What the libraries alone take for {COUNT:,} secrets, seconds of a processor",
        ["", "seconds", "a second"],
        [
            [name, f"{seconds:.2f} s", f"{COUNT / seconds:,.0f}"]
            for name, seconds in (spent | whole).items()
        ],
    )
