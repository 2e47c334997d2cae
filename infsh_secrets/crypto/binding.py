"""The primitives everything here is made of: AES-256-GCM, HMAC, SHA-256, constant-time compare.

The public modules of `cryptography` and the standard library cost about 20 ms to import, which is
more than all other work of a `get`. So their compiled parts are taken directly where they exist,
and the public modules otherwise; the results are the same and tests run both.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hashlib import sha256
    from hmac import compare_digest
    from hmac import digest as hmac_digest
    from hmac import new as hmac_new

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
else:
    try:
        from cryptography.hazmat.bindings._rust import openssl

        AESGCM = openssl.aead.AESGCM
    except (ImportError, AttributeError):
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    try:
        from _hashlib import compare_digest, hmac_digest, hmac_new
        from _hashlib import openssl_sha256 as sha256
    except ImportError:
        from hashlib import sha256
        from hmac import compare_digest
        from hmac import digest as hmac_digest
        from hmac import new as hmac_new

__all__ = ["AESGCM", "compare_digest", "hmac_digest", "hmac_new", "sha256"]
