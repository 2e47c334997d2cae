"""What a step of GitHub Actions appends to the file that GITHUB_ENV names.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions#environment-files
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from infsh_secrets.formats.model import UnfitError, Written

if TYPE_CHECKING:
    from infsh_secrets.formats.model import Pairs

_REFUSED = ("NODE_OPTIONS",)
_IGNORED = ("GITHUB_", "RUNNER_")


def write(pairs: Pairs) -> Written:
    """Return each value between lines with a random word that no value can have guessed.

    UnfitError for a name that the runner does not let a step set.
    """
    end = f"END_{secrets.token_hex(16)}"
    for key, _ in pairs:
        if key in _REFUSED or key.startswith(_IGNORED):
            raise UnfitError(key, "github", "the runner lets no step set this variable")
    return Written("".join([f"{k}<<{end}\n{v}\n{end}\n" for k, v in pairs]), [])
