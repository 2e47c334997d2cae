"""A second implementation of the vault format, written from FORMAT.md alone.

It shares no code with the package: the public interface of `cryptography`, `sqlite3` and the
standard library. It verifies everything that the format lets a reader verify, and reads everything.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import sqlite3
import struct
import unicodedata

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

DOMAIN = b"infsh-vault/1"


def u64(number):
    return struct.pack(">Q", number)


def u32(number):
    return struct.pack(">I", number)


def lp(data):
    return u32(len(data)) + data


def sha256(data):
    return hashlib.sha256(data).digest()


def mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def unseal(key, context, sealed):
    salt, commitment, body = sealed[:24], sealed[24:56], sealed[56:]
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + context
    derived = HKDFExpand(hashes.SHA512(), 76, info).derive(key)
    assert derived[44:] == commitment
    aead, first = AESGCM(derived[:32]), int.from_bytes(derived[32:44], "big")
    parts = [body[at : at + 16400] for at in range(0, len(body), 16400)]
    if len(parts[-1]) == 16400:
        parts.append(b"")
    assert 16 <= len(parts[-1]) < 16400
    return b"".join(
        aead.decrypt((first ^ number).to_bytes(12, "big"), part, None)
        for number, part in enumerate(parts)
    )


def padded_size(size):
    if size <= 64:
        return 64
    exponent = size.bit_length() - 1
    step = 2 ** (exponent - exponent.bit_length())
    return -(-size // step) * step


class Fields:
    def __init__(self, padded):
        length = int.from_bytes(padded[:4], "big")
        assert len(padded) == padded_size(length + 4)
        assert not any(padded[4 + length :])
        self.rest = padded[4 : 4 + length]

    def take(self, size):
        assert len(self.rest) >= size
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def u32(self):
        return int.from_bytes(self.take(4), "big")

    def u64(self):
        return int.from_bytes(self.take(8), "big")

    def bytes(self):
        return self.take(self.u32())

    def text(self):
        return self.bytes().decode("utf-8")

    def end(self):
        assert self.rest == b""


def raw_key(text):
    prefix, _, letters = text.partition("-")
    assert prefix == "INFSHKEY1"
    data = base64.b32decode(letters + "=" * (-len(letters) % 8))
    key, checksum = data[:32], data[32:]
    assert sha256(b"infsh-vault/1 key text" + key)[:4] == checksum
    return key


def recovery_code(text):
    prefix, *groups = text.split("-")
    assert prefix == "INFSHREC1"
    assert [len(group) for group in groups] == [5] * 8
    data = base64.b32decode("".join(groups))
    code, checksum = data[:20], data[20:]
    assert sha256(b"infsh-vault/1 recovery text" + code)[:5] == checksum
    return code


class Reader:
    def __init__(self, path):
        self.base = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self.base.text_factory = bytes
        assert self.rows("PRAGMA application_id") == [(0x1F5EC001,)]
        assert self.rows("PRAGMA user_version") == [(1,)]
        (head,) = self.rows("SELECT vault_id, epoch, min_reader, kcommit, fpkey FROM head")
        self.vault_id, self.epoch, self.min_reader, self.commitment, self.fpkey = head
        self.place = self.vault_id + u64(self.epoch)
        names = "id, kind, kid, hint, salt, t, m, p, sealed"
        self.slots = self.rows(f"SELECT {names} FROM slots ORDER BY id")

    def rows(self, sql, *parameters):
        return self.base.execute(sql, parameters).fetchall()

    def close(self):
        self.base.close()

    # -- keys ----------------------------------------------------------------------------------

    def unlock_raw(self, key):
        kid = mac(key, b"infsh-vault/1 key id")[:8]
        (slot,) = [slot for slot in self.slots if slot[1] == 1 and slot[2] == kid]
        self.unlock(slot, key, b"infsh-vault/1 kek raw")

    def unlock_recovery(self, text):
        code = recovery_code(text)
        kid = mac(code, b"infsh-vault/1 key id")[:8]
        (slot,) = [slot for slot in self.slots if slot[1] == 3 and slot[2] == kid]
        self.unlock(slot, code, b"infsh-vault/1 kek recovery")

    def unlock_passphrase(self, passphrase):
        (slot,) = [slot for slot in self.slots if slot[1] == 2]
        _, _, kid, _, salt, passes, memory, lanes, _ = slot
        assert kid == bytes(8)
        argon = Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=memory)
        stretched = argon.derive(unicodedata.normalize("NFC", passphrase).encode())
        self.unlock(slot, stretched, b"infsh-vault/1 kek pass")

    def unlock(self, slot, secret, info):
        slot_id, kind, _, _, salt, passes, memory, lanes, sealed = slot
        kek = HKDF(hashes.SHA512(), 32, salt, info).derive(secret)
        context = DOMAIN + b"\1" + self.place + slot_id + bytes([kind])
        context += u32(passes) + u32(memory) + u32(lanes) + salt
        assert len(sealed) == 104
        vault_key = unseal(kek, context, sealed)

        def subkey(label):
            info = b"infsh-vault/1 key " + label + b"\0" + self.place
            return HKDFExpand(hashes.SHA512(), 32, info).derive(vault_key)

        self.record, self.index = subkey(b"record"), subkey(b"index")
        self.root_key, self.audit_key = subkey(b"root"), subkey(b"audit")
        assert subkey(b"commit") == self.commitment

    # -- everything in it ----------------------------------------------------------------------

    def contents(self):
        (root,) = self.rows("SELECT seq, n_items, buckets, aseq, ahead, mac FROM root")
        self.check_root(root)
        digests = self.check_buckets(root)
        fingerprint_key = unseal(self.record, DOMAIN + b"\5" + self.place, self.fpkey)
        found = [self.secret(row, digests, fingerprint_key) for row in self.item_rows()]
        found.sort(key=lambda fields: (fields["key"], fields["environment"]))
        ids = {row[2] for row in self.item_rows()}
        assert {item for (item,) in self.rows("SELECT item FROM versions")} == ids
        return {
            "vault_id": self.vault_id.hex(),
            "epoch": self.epoch,
            "sequence": root[0],
            "secrets": found,
            "audit": self.audit(root[3], root[4]),
        }

    def item_rows(self):
        names = "idx, nidx, id, rev, state, overview, digest"
        return self.rows(f"SELECT {names} FROM items ORDER BY idx")

    def check_root(self, root):
        seq, n_items, buckets, aseq, ahead, found = root
        identity = self.vault_id + u64(self.epoch) + u32(self.min_reader) + self.commitment
        identity += lp(self.fpkey) + u32(len(self.slots))
        for slot_id, kind, kid, hint, salt, passes, memory, lanes, sealed in self.slots:
            identity += slot_id + bytes([kind]) + kid + lp(hint) + salt
            identity += u32(passes) + u32(memory) + u32(lanes) + lp(sealed)
        message = u64(seq) + u64(n_items) + buckets + u64(aseq) + ahead
        message += self.place + u32(self.min_reader) + sha256(identity)
        assert mac(self.root_key, message) == found

    def check_buckets(self, root):
        rows = self.rows("SELECT b, n, hash FROM buckets ORDER BY b")
        assert [number for number, _, _ in rows] == list(range(256))
        assert sha256(b"".join(bytes([b]) + u64(n) + h for b, n, h in rows)) == root[2]
        items = self.item_rows()
        assert sum(n for _, n, _ in rows) == len(items) == root[1]
        for number, count, found in rows:
            inside = [item for item in items if item[0][0] == number]
            assert len(inside) == count
            entries = [
                item_id + idx + u64(rev) + bytes([state]) + digest
                for idx, _, item_id, rev, state, _, digest in inside
            ]
            assert sha256(b"".join(entries)) == found
        return {item[2]: self.digest(item) for item in items}

    def versions(self, item_id):
        return self.rows("SELECT ver, value FROM versions WHERE item = ? ORDER BY ver", item_id)

    def digest(self, item):
        idx, nidx, item_id, rev, state, overview, _ = item
        message = b"item" + item_id + idx + nidx + u64(rev) + bytes([state]) + lp(overview)
        for number, sealed in self.versions(item_id):
            message += u64(number) + lp(sealed)
        return sha256(message)

    def secret(self, item, digests, fingerprint_key):
        idx, nidx, item_id, rev, state, overview, digest = item
        assert digests[item_id] == digest
        fields = Fields(
            unseal(self.record, DOMAIN + b"\2" + self.place + item_id + u64(rev), overview)
        )
        known = {name: fields.text() for name in ("key", "environment", "description")}
        known["metadata"] = {fields.text(): fields.text() for _ in range(fields.u32())}
        known["masked"] = fields.text()
        known["fingerprint"] = fields.bytes().hex()
        for name in ("created", "updated", "expires", "last_used", "version", "deleted"):
            known[name] = fields.u64()
        fields.end()
        for name in ("expires", "last_used", "deleted"):
            known[name] = known[name] or None
        assert (known["deleted"] is not None) == (state == 1)
        key, environment = known["key"].encode(), known["environment"].encode()
        assert mac(self.index, b"name\0" + lp(environment) + lp(key))[:16] == idx
        assert mac(self.index, b"name\0" + lp(key))[:16] == nidx
        known["versions"] = {}
        for number, sealed in self.versions(item_id):
            context = DOMAIN + b"\3" + self.place + item_id + u64(number)
            fields = Fields(unseal(self.record, context, sealed))
            known["versions"][number] = (fields.u64(), fields.bytes())
            fields.end()
        newest = known["versions"][known["version"]][1]
        assert max(known["versions"]) == known["version"]
        assert mac(fingerprint_key, newest)[:8].hex() == known["fingerprint"]
        return known

    def audit(self, last, head):
        previous, entries = bytes(32), []
        for number, sealed, found in self.rows("SELECT seq, entry, mac FROM audit ORDER BY seq"):
            assert number == len(entries) + 1
            previous = mac(self.audit_key, previous + u64(number) + sealed)
            assert previous == found
            fields = Fields(unseal(self.record, DOMAIN + b"\4" + self.place + u64(number), sealed))
            entry = {"time": fields.u64(), "user": fields.text(), "program": fields.text()}
            entry["count"] = fields.u32()
            entry["subjects"] = [
                f"{fields.text()} {fields.text()} {fields.text()} {fields.u64()}"
                for _ in range(fields.u32())
            ]
            fields.end()
            entries.append(entry)
        assert (len(entries), previous) == (last, head)
        return entries
