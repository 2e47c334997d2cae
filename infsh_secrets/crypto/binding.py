"""The primitives everything here is made of: AES-256-GCM, HMAC, SHA-256, constant-time compare.

The public modules of `cryptography` and the standard library cost about 20 ms to import, which is
more than all other work of a `get`. So their compiled parts are taken directly where they exist,
and the public modules otherwise; the results are the same and tests run both.
"""

from __future__ import annotations

import sys

from infsh_secrets.crypto.hashes import Hmac as hmac_new  # noqa: N813  # used as hmac.new is
from infsh_secrets.crypto.hashes import hmac_digest, sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hmac import compare_digest

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
else:

    class _Types(type(sys)):
        """Stands for `types`, and becomes it when something else than the one class is wanted."""

        SimpleNamespace = type(sys.implementation)

        def __getattr__(self, name: str) -> object:
            if sys.modules.get("types") is self:
                del sys.modules["types"]
            import types

            return getattr(types, name)

    def _compiled() -> object:
        """Return the compiled half of `cryptography`.

        It takes one class from `types`, which the interpreter has anyhow; the module costs a
        fiftieth of a start. Where others may look at the same time, or have it already, it gets
        the module itself.
        """
        stand_in = None
        if "types" not in sys.modules and "threading" not in sys.modules:
            stand_in = sys.modules["types"] = _Types("types")
        try:
            from cryptography.hazmat.bindings._rust import openssl
        finally:
            if stand_in is not None and sys.modules.get("types") is stand_in:
                del sys.modules["types"]
        return openssl

    try:
        AESGCM = _compiled().aead.AESGCM
    except (ImportError, AttributeError):
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    try:
        from _operator import _compare_digest as compare_digest
    except ImportError:
        from hmac import compare_digest

__all__ = ["AESGCM", "compare_digest", "hmac_digest", "hmac_new", "sha256"]
