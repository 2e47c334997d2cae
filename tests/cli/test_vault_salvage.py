from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from infsh_secrets.stores.vault.salvage import Damaged


@pytest.fixture
def home(cli, own_home):
    cli("set", *(f"KEY_{n}=made-up-{n}" for n in range(30)), "-q")
    cli("set", "KEY_0", "made-up-newer", "-d", "what it is for", "-m", "owner=somebody")
    cli("set", "KEY_1", "made-up-staged", "-e", "staging")
    cli("delete", "KEY_2")
    return own_home


@pytest.fixture
def vault(home):
    return home / ".local/share/infsh-secrets/vaults/personal.vault"


def out_of(home):
    return str(home / "saved.vault")


def change(vault, *statements):
    with closing(sqlite3.connect(vault)) as base, base:
        for statement in statements:
            base.execute(*statement) if isinstance(statement, tuple) else base.execute(statement)


def ids(vault, where="1"):
    with closing(sqlite3.connect(vault)) as base:
        return [row[0] for row in base.execute(f"SELECT id FROM items WHERE {where} ORDER BY idx")]


def test_of_a_whole_vault_everything_is_saved(cli, home, vault):
    done = cli("vault", "salvage", out_of(home))
    assert done.status == 0
    assert done.data == {
        "action": "salvaged",
        "path": out_of(home),
        "vault": str(vault),
        "secrets": 30,
        "deleted": 1,
        "versions": 32,
        "older": [],
        "nameless": [],
        "lost": [],
        "audit_entries": 4,
        "audit_cut": False,
    }
    there = ("--vault", out_of(home))
    assert cli("get", "KEY_0", "--plain", *there).out == b"made-up-newer"
    assert cli("get", "KEY_0", "--version", "1", "--plain", *there).out == b"made-up-0"
    assert cli("get", "KEY_1", "--plain", "-e", "staging", *there).out == b"made-up-staged"
    view = cli("get", "KEY_0", *there).data
    assert view["metadata"] == {"owner": "somebody", "salvaged": "unverified"}
    assert view["description"] == "what it is for"
    assert cli("vault", "verify", *there).status == 0
    assert cli("audit", "verify", *there).status == 0
    assert cli("restore", "KEY_2", *there).status == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE root SET mac = zeroblob(32)",
        "UPDATE root SET seq = 9223372036854775807",
        "DELETE FROM root",
        "UPDATE buckets SET hash = zeroblob(32)",
        "DELETE FROM buckets",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE seq = 2",
        "UPDATE audit SET mac = zeroblob(32)",
        "UPDATE head SET kcommit = zeroblob(32)",
        "UPDATE head SET fpkey = zeroblob(104)",
        "UPDATE items SET digest = zeroblob(32)",
        "UPDATE items SET nidx = idx",
        "UPDATE items SET state = 1 - state",
        "CREATE TABLE more(x)",
    ],
)
def test_no_secret_depends_on_what_stands_around_it(cli, home, vault, statement):
    change(vault, statement)
    assert cli("vault", "verify").status == 8
    done = cli("vault", "salvage", out_of(home))
    assert done.status == 0, done
    assert (done.data["secrets"], done.data["deleted"], done.data["lost"]) == (30, 1, [])
    assert "vault restore" in cli("vault", "salvage", out_of(home) + "2", "-o", "plain").text


def test_it_is_put_in_place_by_restore(cli, home, vault):
    change(vault, "UPDATE audit SET mac = zeroblob(32)", "DELETE FROM root")
    cli("vault", "salvage", out_of(home))
    assert cli("vault", "restore", out_of(home)).status == 0
    assert cli("get", "KEY_0", "--plain").out == b"made-up-newer"
    assert cli("set", "KEY_0", "made-up-newest").status == 0


def test_what_is_lost_is_told_by_id_and_never_by_name(cli, home, vault):
    one, two, three = ids(vault, "state = 0")[:3]
    change(
        vault,
        ("DELETE FROM versions WHERE item = ?", (one,)),
        ("UPDATE items SET overview = zeroblob(200) WHERE id = ?", (two,)),
        ("UPDATE versions SET value = zeroblob(136) WHERE item = ?", (two,)),
        ("DELETE FROM items WHERE id = ?", (three,)),
    )
    done = cli("vault", "salvage", out_of(home))
    assert done.status == 6
    assert done.data["lost"] == sorted(item.hex() for item in (one, two))
    assert done.data["nameless"] == [three.hex()]
    key = f"SALVAGED_{three.hex().upper()}"
    there = ("--vault", out_of(home), "--accept-rollback")
    assert cli("get", key, "--plain", *there).out.startswith(b"made-up-")
    text = cli("vault", "salvage", out_of(home) + "2", "-o", "plain").text
    assert "Lost are 2 items" in text
    assert "KEY_" not in text


def test_a_newest_value_that_is_lost_gives_way_to_an_older_one(cli, home, vault):
    change(vault, "UPDATE versions SET value = zeroblob(136) WHERE ver = 2")
    done = cli("vault", "salvage", out_of(home))
    assert done.status == 0
    assert len(done.data["older"]) == 1
    there = ("--vault", out_of(home))
    assert cli("get", "KEY_0", "--plain", *there).out == b"made-up-0"
    assert cli("get", "KEY_0", *there).data["version"] == 1
    assert (
        "only an older version" in cli("vault", "salvage", out_of(home) + "2", "-o", "plain").text
    )


def test_broken_pages_hide_only_what_lies_in_them(cli, own_home):
    cli("set", *(f"KEY_{n}=made-up-{n}-{'v' * 300}" for n in range(200)), "-q")
    (vault,) = own_home.glob(".local/share/infsh-secrets/vaults/*.vault")
    data = bytearray(vault.read_bytes())
    pages = len(data) // 4096
    leaves = [p for p in range(1, pages) if data[p * 4096] == 10]
    for page in leaves[4 :: len(leaves) // 4]:  # the first are those of the slots
        data[page * 4096 : page * 4096 + 12] = bytes(12)
    vault.write_bytes(data)
    assert cli("vault", "verify").status == 8
    done = cli("vault", "salvage", str(own_home / "saved"))
    assert done.status in (0, 6)
    assert done.data["secrets"] >= 120
    there = ("--vault", str(own_home / "saved"), "--accept-rollback")
    assert cli("vault", "verify", *there).status == 0
    for number in range(200):
        found = cli("get", f"KEY_{number}", "--plain", *there)
        assert found.out in (b"", b"made-up-%d-%s" % (number, b"v" * 300))


@pytest.mark.parametrize(
    ("statement", "entries", "cut"),
    [
        ("DELETE FROM audit WHERE seq = 3", 2, True),
        ("DELETE FROM audit WHERE seq > 3", 3, True),
        ("UPDATE audit SET mac = zeroblob(32) WHERE seq = 1", 0, True),
        ("DELETE FROM root", 4, False),
    ],
)
def test_how_far_the_record_goes_is_told(cli, home, vault, statement, entries, cut):
    change(vault, statement)
    done = cli("vault", "salvage", out_of(home))
    assert (done.data["audit_entries"], done.data["audit_cut"]) == (entries, cut)
    text = cli("vault", "salvage", out_of(home) + "2", "-o", "plain").text
    assert (f"Of the record of what was done {entries} entries are saved" in text) == cut


def test_slots_behind_a_broken_page_open_what_is_saved(cli, home, vault, monkeypatch):
    """Of slots that are read from both ends the order is another than that of their ids."""
    for number in range(4):
        cli("vault", "key", "add", "--key-file-out", str(home / f"{number}.key"))
    genuine = Damaged._one
    reads = []

    def fails_once(damaged, sql, parameters):
        reads.append(sql)
        if "FROM slots" in sql and len(reads) == 2:
            damaged.failed = True
            return None
        return genuine(damaged, sql, parameters)

    monkeypatch.setattr(Damaged, "_one", fails_once)
    assert cli("vault", "salvage", out_of(home)).status == 0
    there = ("--vault", out_of(home), "--accept-rollback")
    assert len(cli("vault", "key", "list", *there).data) == 5


def test_a_vault_whose_end_is_missing_is_saved_as_far_as_it_goes(cli, home, vault):
    """So it is left when a program is killed while the file grows, and its journal is removed."""
    with vault.open("rb+") as file:
        file.truncate(vault.stat().st_size - 4096)
    error = cli("list").error
    assert error["exit"] == 8
    assert "vault salvage" in error["hint"]
    done = cli("vault", "salvage", out_of(home))
    assert done.status in (0, 6)
    assert done.data["secrets"] >= 5
    told = (done.data["secrets"], done.data["deleted"], len(done.data["lost"]))
    assert sum(told) == 31
    assert cli("vault", "verify", "--vault", out_of(home), "--accept-rollback").status == 0


def test_refusals(cli, refused, home, vault):
    refused(9, "vault", "salvage", str(vault))
    refused(4, "vault", "salvage", str(home / "nosuch" / "saved"))
    refused(4, "vault", "salvage", out_of(home), "--vault", str(home / "nosuch"))
    refused(2, "vault", "salvage")
    key = next(home.glob(".local/share/infsh-secrets/keys/*"))
    key.rename(home / "away")
    refused(5, "vault", "salvage", out_of(home))


@pytest.mark.parametrize("statement", ["DELETE FROM head", "DROP TABLE head", "DELETE FROM slots"])
def test_without_head_or_slots_nothing_opens(cli, refused, home, vault, statement):
    change(vault, statement)
    error = refused(8, "vault", "salvage", out_of(home))
    assert "vault restore" in error["hint"]


def test_a_newer_format_is_left_alone(cli, refused, home, vault):
    change(vault, "PRAGMA user_version = 2")
    refused(8, "vault", "salvage", out_of(home))
