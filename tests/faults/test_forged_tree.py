"""A forged tree of pages that leads to the same rows again and again is not walked to its end."""

import os

import support

from infsh_secrets.domain.errors import IntegrityError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores import changes
from infsh_secrets.stores.base import Write
from infsh_secrets.stores.vault import tables

PAGE = 4096
LEAF, INTERIOR = 0x0A, 0x02
LEVELS, CELLS = 10, 12
"""13 to the power of 10 rows: more than any memory holds."""


def root_pages(data):
    """Return {table: number of its root page}, from the schema in the first page."""
    import sqlite3

    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(data)
        return dict(connection.execute("SELECT name, rootpage FROM sqlite_master").fetchall())
    finally:
        connection.close()


def interior(child, cell):
    """Return an interior page of an index tree, all of whose children are one and the same."""
    pointer = child.to_bytes(4, "big")
    cells = [pointer + cell] * CELLS
    start = PAGE - sum(map(len, cells))
    header = bytes((INTERIOR, 0, 0)) + CELLS.to_bytes(2, "big") + start.to_bytes(2, "big") + b"\0"
    places = (start + number * len(cells[0]) for number in range(CELLS))
    array = b"".join(place.to_bytes(2, "big") for place in places)
    page = header + pointer + array
    return page + bytes(start - len(page)) + b"".join(cells)


def forged(data, table):
    """Put LEVELS interior pages above the only leaf of a table whose first row they repeat."""
    pages = [data[at : at + PAGE] for at in range(0, len(data), PAGE)]
    root = root_pages(data)[table] - 1
    leaf = pages[root]
    assert leaf[0] == LEAF
    at = int.from_bytes(leaf[8:10], "big")
    length, size = leaf[at], 1
    if length & 0x80:
        length, size = (length & 0x7F) << 7 | leaf[at + 1], 2
    cell = leaf[at : at + size + length]
    pages.append(leaf)
    for _ in range(LEVELS - 1):
        pages.append(interior(len(pages), cell))
    pages[root] = interior(len(pages), cell)
    pages[0] = pages[0][:28] + len(pages).to_bytes(4, "big") + pages[0][32:]
    return b"".join(pages)


def test_rows_without_end(tmp_path, report):
    path = os.path.join(tmp_path, "vault", "f.vault")
    key = support.new_vault(path)
    with support.open_store(path) as store:
        store.write("default", [Write("ALPHA_KEY", SecretValue(b"made up"))])
        truth = support.Truth(store)
    with open(path, "rb") as file:
        data = file.read()
    for table in ("items", "versions", "slots"):
        support.put_file(path, forged(data, table))
        verdict = support.judge(path, truth, key, f"the tree of {table}")
        assert set(verdict.classes().values()) == {IntegrityError}
        assert "open" in verdict.errors or "verify" in verdict.errors
    report(f"forged trees of {(CELLS + 1) ** LEVELS:.0e} rows: 3, all found, none walked")


def test_the_limit_of_versions_is_what_writers_keep():
    assert tables._MOST_VERSIONS == changes.KEPT_VERSIONS
