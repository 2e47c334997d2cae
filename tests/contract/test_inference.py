"""The store contract over real HTTP, in every envelope that servers of inference.sh speak."""

from __future__ import annotations

import pytest
from fake_server import Inference, Server

from infsh_secrets.domain.addresses import parse_address
from infsh_secrets.stores.remote.http import Client
from infsh_secrets.stores.remote.inference import InferenceStore
from infsh_secrets.testing.store_contract import StoreContract

TOKEN = "inf_made_up_token"


def opened(url):
    client = Client(parse_address(url), TOKEN)
    return InferenceStore(client, name="fake", team="", token=TOKEN)


class Contract(StoreContract):
    envelope = "data"
    upserts = True

    @pytest.fixture
    def store(self):
        routes = Inference(TOKEN, self.envelope)
        routes.upserts = self.upserts
        routes.page = 2
        with Server(routes).running() as self.server, opened(self.server.url) as store:
            yield store

    def reopen(self, store):
        store.close()
        return opened(self.server.url)


class TestInferenceStore(Contract):
    """As servers answer today."""


class TestBareAnswers(Contract):
    """As they answer to an older version header."""

    envelope = "bare"


class TestOldestAnswers(Contract):
    """With `success`, and a POST that does not overwrite."""

    envelope = "v1"
    upserts = False
