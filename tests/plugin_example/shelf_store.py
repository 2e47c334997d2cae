"""A store of a plugin: shelf:///home/me/shelf.json is a JSON file, 0600 and not encrypted.

It shows what a store has to do. `changes` decides what a write means, the same as in every store;
what is left is reading, writing and saying what it cannot do.
"""

from __future__ import annotations

import json
import os
import time

from infsh_secrets.domain.errors import UnavailableError, UsageError
from infsh_secrets.domain.models import Secret, SecretInfo, SecretValue
from infsh_secrets.stores import changes
from infsh_secrets.stores.base import Capabilities, Outcome, SecretStore


class ShelfStore(SecretStore):
    """Secrets in one file: all of `default`, without versions or a way back."""

    team = ""
    capabilities = Capabilities(reveal=True, versions=False, restore=False, environments=False)

    def __init__(self, url, name):
        scheme, _, path = url.partition("://")
        if not os.path.isabs(path):
            raise UsageError("A shelf has an absolute path.", f"Write {scheme}:///home/me/x.json.")
        self.name = name
        self._path = path
        self._key = os.urandom(32)

    # -- reading -------------------------------------------------------------------------------

    def get(self, environment, key, version=None):
        self._at_home(environment)
        if version is not None:
            self.require("versions")
        row = self._rows().get(key)
        info = changes.live(row and row[0], environment, key)
        return Secret(info, SecretValue(row[1].encode()), info.version, info.updated)

    def listing(self, environment=None, *, deleted=False):
        if deleted:
            self.require("restore")
        if environment is not None:
            self._at_home(environment)
        return [info for _, (info, _) in sorted(self._rows().items())]

    def history(self, environment, key):
        self.require("versions")

    # -- writing: read all, change a copy, replace the file at once ----------------------------

    def write(self, environment, writes):
        self._at_home(environment)
        rows = self._rows()
        outcomes = []
        for write in writes:
            before = rows.get(write.key, (None,))[0]
            mark = changes.fingerprint(self._key, write.value.reveal_bytes())
            action, info = changes.put(before, environment, write, mark, _now())
            rows[write.key] = info, write.value.reveal()
            outcomes.append(Outcome(action, changes.replaced(info)))
        self._save(rows)
        return outcomes

    def delete(self, environment, keys, *, ignore_missing=False):
        self._at_home(environment)
        rows = self._rows()
        gone = []
        for key in keys:
            if key in rows or not ignore_missing:
                known = rows.pop(key, (None,))[0]
                changes.delete(known, environment, key, _now())
                gone.append(known)
        self._save(rows)
        return gone

    def purge(self, environment, keys):
        return self.delete(environment, keys)

    def rename(self, environment, old, new):
        rows = self._rows()
        info = changes.live(rows.get(old, (None,))[0], environment, old)
        after = changes.rename(info, rows.get(new, (None,))[0], new, _now())
        rows[new] = after, rows.pop(old)[1]
        self._save(rows)
        return after

    def copy(self, environment, key, to_environment, name=None):
        self._at_home(to_environment)
        rows, name = self._rows(), name or key
        info = changes.live(rows.get(key, (None,))[0], environment, key)
        target = rows.get(name, (None,))[0]
        after = changes.copy(info, target, to_environment, name, _now())
        rows[name] = after, rows[key][1]
        self._save(rows)
        return after

    def describe(
        self, environment, key, *, description=None, metadata=None, unset=(), expires=None
    ):
        rows = self._rows()
        info = changes.live(rows.get(key, (None,))[0], environment, key)
        action, after = changes.describe(
            info,
            description=description,
            metadata=metadata,
            unset=unset,
            expires=expires,
            now=_now(),
        )
        rows[key] = after, rows[key][1]
        self._save(rows)
        return Outcome(action, after)

    def restore(self, environment, keys):
        self.require("restore")

    def rollback(self, environment, key, to=None):
        self.require("versions")

    def check_writable(self):
        if not os.access(os.path.dirname(self._path), os.W_OK):
            raise UnavailableError("The folder of the shelf cannot be written to.", "Make it.")

    def close(self):
        """Nothing is held open."""

    # -- the file ------------------------------------------------------------------------------

    def _at_home(self, environment):
        if environment != "default":
            self.require("environments")

    def _rows(self):
        """Return (what is known, text) by key."""
        try:
            with open(self._path, encoding="utf-8") as file:
                data = json.load(file)
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            raise UnavailableError("The shelf cannot be read.", "Look at its file.") from None
        self._key = bytes.fromhex(data["key"])
        rows = data["secrets"]
        return {row["info"]["key"]: (SecretInfo(**row["info"]), row["value"]) for row in rows}

    def _save(self, rows):
        secrets = [
            {"info": {name: getattr(info, name) for name in SecretInfo.__slots__}, "value": text}
            for info, text in rows.values()
        ]
        beside = f"{self._path}.{os.getpid()}"
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"key": self._key.hex(), "secrets": secrets}, file)
        os.replace(beside, self._path)


def _now():
    return time.time_ns() // 1_000_000
