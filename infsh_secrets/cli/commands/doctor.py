"""`infsh secrets doctor`."""

from __future__ import annotations

import os

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.results import Checkup


@command
def doctor(context: Context) -> Checkup:
    """Check the whole set-up: files, keys, vault, libraries, shell. Changes nothing.

    Each failed line names the fix. Exit 6 when one failed; warnings do not count.
    """
    from infsh_secrets.domain.errors import InfshError
    from infsh_secrets.services.doctor import examine, without_settings

    try:
        workspace = context.workspace
    except InfshError as error:
        return without_settings(error, os.environ)
    return examine(workspace, os.environ)
