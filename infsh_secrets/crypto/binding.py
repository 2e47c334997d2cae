"""The primitives everything here is made of: AES-256-GCM, HMAC, SHA-256, constant-time compare.

The public modules of `cryptography` and the standard library cost about 20 ms to import, which is
more than all other work of a `get`. So their compiled parts are taken directly where they exist,
and the public modules otherwise; the results are the same and tests run both.
"""

from __future__ import annotations

from infsh_secrets.crypto.hashes import Hmac as hmac_new  # noqa: N813  # used as hmac.new is
from infsh_secrets.crypto.hashes import hmac_digest, sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hmac import compare_digest

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
else:
    try:
        from cryptography.hazmat.bindings._rust import openssl

        AESGCM = openssl.aead.AESGCM
    except (ImportError, AttributeError):
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    try:
        from _operator import _compare_digest as compare_digest
    except ImportError:
        from hmac import compare_digest

__all__ = ["AESGCM", "compare_digest", "hmac_digest", "hmac_new", "sha256"]
