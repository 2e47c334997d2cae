"""Several secrets in one snapshot, and which other names the vault knows: what `run` reads."""

from __future__ import annotations

from infsh_secrets.domain.models import Secret, SecretValue
from infsh_secrets.stores.base import Selection
from infsh_secrets.stores.vault.layout import BUCKETS, LIVE, name_index, name_only_index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from infsh_secrets.crypto.mac import MacKey
    from infsh_secrets.domain.models import SecretInfo
    from infsh_secrets.stores.vault.layout import Item
    from infsh_secrets.stores.vault.root import Ledger
    from infsh_secrets.stores.vault.store import VaultStore
    from infsh_secrets.stores.vault.tables import VaultFile

_PAGE = 4096
"""Rows read at a time, many more than one item has."""

_FEW = 20
_MOST_UNWANTED = 4
"""How many times as many items as are wanted the table may have to be read as a whole."""
_AT_ONCE = 100
"""Named secrets read at a time: few enough for all their versions to be in memory."""

_Found = tuple["Item", "SecretInfo"]


def select(
    store: VaultStore, chain: Sequence[str], keys: Sequence[str] | None, names: Sequence[str] = ()
) -> Selection:
    """Return of each key the secret of the first environment that has it, live; None is all keys.

    All of it is verified and of one state of the vault, however many write meanwhile. Which of the
    `names` the vault knows is looked up by their blind index, without opening anything: what a
    forged file answers here takes variables away from a child, and gives it none.
    """
    store.file.begin_read()
    try:
        ledger = store.ledger()
        if keys is None:
            secrets = _all(store, ledger, chain, None)
        else:
            secrets = _named(store, ledger, chain, keys)
        known = _known(store, ledger, names)
    finally:
        store.file.rollback()
    return Selection(secrets, known)


def select_matching(
    store: VaultStore, chain: Sequence[str], fits: Callable[[str], bool] | None
) -> dict[str, Secret]:
    """Return the secrets whose names fit, by name: of each that of the first environment.

    None stands for what every name fits. Nothing is returned unless all of it is verified.
    """
    store.file.begin_read()
    try:
        return _all(store, store.ledger(), chain, fits)
    finally:
        store.file.rollback()


def select_addressed(
    store: VaultStore, wanted: Mapping[tuple[str, ...], Sequence[str]]
) -> dict[tuple[str, ...], dict[str, Secret]]:
    """Return for each chain of environments the secrets of its keys that it has, as `select`."""
    store.file.begin_read()
    try:
        ledger = store.ledger()
        return {chain: _named(store, ledger, chain, keys) for chain, keys in wanted.items()}
    finally:
        store.file.rollback()


def _named(
    store: VaultStore, ledger: Ledger, chain: Sequence[str], keys: Sequence[str]
) -> dict[str, Secret]:
    """Return the live secrets of these names, of each that of the first environment."""
    secrets: dict[str, Secret] = {}
    index: bytes | MacKey = store.keys.index
    if len(keys) > _FEW:
        from infsh_secrets.crypto.mac import MacKey

        index = MacKey(store.keys.index, much=len(keys) > BUCKETS)
    whole: dict[bytes, Item] = {}
    if len(keys) > BUCKETS:  # of most buckets something is wanted
        if ledger.root.items <= _MOST_UNWANTED * len(keys):
            whole = {item.idx: item for item in ledger.all_items()}
        else:
            ledger.read_all()
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        found: dict[str, _Found] = {}
        for environment in chain:
            places = {key: name_index(index, environment, key) for key in some if key not in found}
            found.update(_live(store, environment, places, _at(store, ledger, places, whole)))
        versions = store.file.versions_of([item.item_id for item, _ in found.values()])
        for key in some:
            if key in found:
                item, info = found[key]
                secrets[key] = _opened(store, item, info, versions[item.item_id])
    return secrets


def _at(
    store: VaultStore, ledger: Ledger, places: Mapping[str, bytes], whole: Mapping[bytes, Item]
) -> Mapping[bytes, Item]:
    """Return the verified items at these places; they are in `whole` if that is all there are."""
    if whole:
        return whole
    known = [idx for idx in places.values() if idx in ledger.bucket(idx[0])]
    items = store.file.items_at(known)
    if len(items) != len(known):
        raise store.file.damaged("an item is missing")
    for item in items.values():
        store.check_entry(ledger, item)
    return items


def _live(
    store: VaultStore, environment: str, places: Mapping[str, bytes], items: Mapping[bytes, Item]
) -> dict[str, _Found]:
    """Return the live ones of these items, and what their overviews say."""
    found = {}
    for key, idx in places.items():
        item = items.get(idx)
        if item is not None and item.state == LIVE:
            found[key] = (item, store.open_overview(item, environment, key))
    return found


def _all(
    store: VaultStore,
    ledger: Ledger,
    chain: Sequence[str],
    fits: Callable[[str], bool] | None,
) -> dict[str, Secret]:
    """Return all secrets whose names fit; the tables are read once, in their own order."""
    order = {environment: place for place, environment in reversed(list(enumerate(chain)))}
    found: dict[str, _Found] = {}
    for item, info in store.overviews(ledger.all_items()):
        if item.state != LIVE or info.environment not in order:
            continue
        if fits is not None and not fits(info.key):
            continue
        other = found.get(info.key)
        if other is None or order[info.environment] < order[other[1].environment]:
            found[info.key] = (item, info)
    wanted = {item.item_id: (item, info) for item, info in found.values()}
    secrets: dict[str, Secret] = {}
    for item_id, versions in _versions(store.file, ledger.root.items):
        if item_id in wanted:
            item, info = wanted.pop(item_id)
            secrets[info.key] = _opened(store, item, info, versions)
    for item, _ in wanted.values():
        raise store.damaged_item(item)
    return {key: secrets[key] for key in sorted(secrets)}


def _versions(file: VaultFile, items: int) -> Iterator[tuple[bytes, list[tuple[int, bytes]]]]:
    """Yield (item, its versions) one after another, of at most so many items."""
    from itertools import groupby
    from operator import itemgetter

    start, rows = b"", file.versions_from(b"", _PAGE)
    while rows and items >= 0:
        whole = len(rows) < _PAGE
        last = rows[-1][0]
        for item_id, group in groupby(rows, itemgetter(0)):
            if whole or item_id != last:  # the last of a full page may go on
                items -= 1
                yield item_id, [(version, sealed) for _, version, sealed in group]
        if whole:
            return
        if last <= start:
            raise file.damaged("its versions do not end")
        start, rows = last, file.versions_from(last, _PAGE)


def _opened(
    store: VaultStore, item: Item, info: SecretInfo, versions: list[tuple[int, bytes]]
) -> Secret:
    sealed = dict(store.verified(item, versions)).get(info.version)
    if sealed is None:
        raise store.damaged_item(item)
    created, data = store.open_value(item, info.version, sealed)
    return Secret(info, SecretValue(data), info.version, created)


def _known(store: VaultStore, ledger: Ledger, names: Sequence[str]) -> set[str]:
    by_index = {name_only_index(store.keys.index, name): name for name in names}
    live = store.file.live_names(list(by_index), ledger.root.items) if by_index else []
    return {by_index[nidx] for nidx in live if nidx in by_index}
