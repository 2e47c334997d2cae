from __future__ import annotations

import hashlib
import hmac
from itertools import product

from infsh_secrets.crypto.mac import MacKey


def test_it_is_hmac_sha256_of_each_message_by_itself():
    for key in (b"", b"short", bytes(range(32)), bytes(200)):
        for ready, message in product(
            (MacKey(key), MacKey(key, much=True)), (b"one", b"", b"two" * 100, b"one")
        ):
            assert ready.digest(message) == hmac.new(key, message, hashlib.sha256).digest()
