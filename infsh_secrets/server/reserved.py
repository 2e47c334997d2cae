"""Names that no team secret may bear: as variables they would steer the programs that get them."""

from __future__ import annotations

from infsh_secrets.server.failures import Failure

_NAMES = frozenset(("PATH", "HOME", "SHELL", "USER", "PWD", "IFS", "ENV", "BASH_ENV"))
_BEGINNINGS = ("LD_", "DYLD_", "PYTHON", "INFSH_", "INFERENCE_")


def check_not_reserved(key: str) -> None:
    """Raise a Failure 422 for a name that is reserved."""
    upper = key.upper()
    if upper in _NAMES or upper.startswith(_BEGINNINGS):
        raise Failure(422, "This name is reserved for the programs that get the secrets.")
