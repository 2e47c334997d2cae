"""Reading what `keyring` has put into the Secret Service of a Linux desktop.

secretstorage is what `keyring` itself uses there. Importing `keyring` around it takes twice as long
as all else that a read does, so that reads go without it, and everything else goes through it.
"""

from __future__ import annotations

from contextlib import closing


def read(service: str, user: str) -> str | None:
    """Return the text kept under two names in the default collection, or None without one.

    Never asks. Raises LookupError when something is locked or there is no default collection, and
    what secretstorage raises when there is no service: `keyring` then decides what is to be done.
    """
    import secretstorage

    with closing(secretstorage.dbus_init()) as bus:
        collection = secretstorage.Collection(bus)
        if collection.is_locked():
            raise LookupError("locked")
        for item in collection.search_items({"service": service, "username": user}):
            if item.is_locked():
                raise LookupError("locked")
            return item.get_secret().decode()
    return None
