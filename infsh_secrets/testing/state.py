"""What the parts of the store contract share: a simple write, and all that can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infsh_secrets.domain import models
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import Write

if TYPE_CHECKING:
    from infsh_secrets.stores.base import SecretStore

ENVIRONMENT = "default"
OTHER_ENVIRONMENT = "staging"


def put(store: SecretStore, key: str, value: bytes = b"v", environment: str = ENVIRONMENT) -> str:
    """Write one secret and return the action."""
    return store.write(environment, [Write(key, SecretValue(value))])[0].action


def state(store: SecretStore) -> list[tuple[object, ...]]:
    """Return everything that a caller can see of a store, to compare before and after."""
    infos = store.listing()
    if store.capabilities.restore:
        infos += store.listing(deleted=True)
    return [facts(info) for info in infos]


def facts(info: models.SecretInfo, *without: str) -> tuple[object, ...]:
    """Return all that is known of a secret, but the fields named, as something to compare."""
    return tuple(
        sorted(getattr(info, name).items()) if name == "metadata" else getattr(info, name)
        for name in models.SecretInfo.__slots__
        if name not in without
    )


def about(store: SecretStore, description: str) -> str | None:
    """Return a description for a write, None for a store that keeps none."""
    return description if store.capabilities.descriptions else None


def need(store: SecretStore, *capabilities: str) -> None:
    """Skip the test unless the store offers all of these."""
    for capability in capabilities:
        if not getattr(store.capabilities, capability):
            pytest.skip(f"the store {store.name} does not offer: {capability}")
