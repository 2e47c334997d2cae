"""Makes a vault of format 0 from one of format 1: the same secrets, without `nidx`."""

from __future__ import annotations

from infsh_secrets.stores.vault.layout import bucket_hash, buckets_hash
from infsh_secrets.stores.vault.migrations import TABLES_0, digest_0
from infsh_secrets.stores.vault.root import root_mac


def to_format_0(store):
    """Rewrite an open vault of format 1 and close it."""
    file = store.file
    file.begin_write()
    head, slots, root = file.head(), file.slots(), file.root()
    items = file.items(root.items)
    file.run("DROP TABLE items")
    file.run(next(text for text in TABLES_0 if " items" in text))
    buckets = {number: [] for number in range(256)}
    for item in items:
        item.digest = digest_0(item, file.versions(item.item_id))
        row = (item.idx, item.item_id, item.rev, item.state, item.overview, item.digest)
        file.run("INSERT INTO items VALUES (?, ?, ?, ?, ?, ?)", row)
        entry = (item.idx, item.item_id, item.rev, item.state, item.digest)
        buckets[item.idx[0]].append(entry)
    rows = [(n, len(entries), bucket_hash(entries)) for n, entries in buckets.items()]
    file.put_buckets(rows)
    head.min_reader = 0
    file.put_head(head)
    root.buckets = buckets_hash(rows)
    root.mac = root_mac(store.keys, root, head, slots)
    file.put_root(root)
    file.run("PRAGMA user_version=0")
    file.commit()
    store.close()
