"""Which class opens which kind of store, and the stores of plugins.

A plugin is an installed package with an entry point in the group `infsh_secrets.stores`. Its name
is the scheme of its URLs; it names a callable that takes (url, name) and returns a SecretStore::

    [project.entry-points."infsh_secrets.stores"]
    shelf = "shelf_store:ShelfStore"

Entry points are looked up only for a scheme that is not known here, so that a package that merely
is installed runs nothing.
"""

from __future__ import annotations

from infsh_secrets.domain.errors import InfshError, NotFoundError, UnavailableError
from infsh_secrets.domain.sanitize import sanitize

TYPE_CHECKING = False
if TYPE_CHECKING:
    from infsh_secrets.stores.base import SecretStore
    from infsh_secrets.stores.remote.store import RemoteStore

GROUP = "infsh_secrets.stores"
REMOTE = {
    "inference": "infsh_secrets.stores.remote.inference:InferenceStore",
    "julep": "infsh_secrets.stores.remote.julep:JulepStore",
    "julep3": "infsh_secrets.stores.remote.julep3:Julep3Store",
}
"""kind -> "module:class"."""


def remote(kind: str) -> type[RemoteStore]:
    """Return the class of a kind of store behind HTTP."""
    from importlib import import_module

    module, _, name = REMOTE[kind].partition(":")
    found: type[RemoteStore] = getattr(import_module(module), name)
    return found


def open_plugin(url: str, name: str) -> SecretStore:
    """Return the store that a plugin opens for a URL; NotFoundError when none knows its scheme.

    An error of the plugin that is none of ours is an UnavailableError that tells its type only.
    """
    from importlib.metadata import entry_points

    from infsh_secrets.stores.base import SecretStore

    scheme = url.partition("://")[0]
    found = list(entry_points(group=GROUP, name=scheme))
    if not found:
        raise NotFoundError(
            f"No store is known for addresses that begin with {sanitize(scheme)}://.",
            "Install the plugin for it, or write an address that begins with https://.",
        )
    try:
        store = found[0].load()(url, name)
    except InfshError:
        raise
    except Exception as error:  # noqa: BLE001  # a plugin fails in its own way
        raise _broken(scheme, type(error).__name__) from None
    if not isinstance(store, SecretStore):
        raise _broken(scheme, "no store")
    return store


def _broken(scheme: str, what: str) -> UnavailableError:
    return UnavailableError(
        f"The plugin for {sanitize(scheme)}:// does not work ({what}).",
        "Ask its authors, or install another version.",
    )
