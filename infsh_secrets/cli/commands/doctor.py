"""`infsh secrets doctor`."""

from __future__ import annotations

import os

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.results import Checkup


@command
def doctor(context: Context) -> Checkup:
    """Check the whole set-up: files, keys, vault, libraries, shell; changes nothing.

    Exit 6 when something failed; warnings do not count.

    Output: a line for each check; one that is not ok names the fix. In JSON an array.

    Examples:
      infsh secrets doctor
      # What is not in order, for a report.
      infsh secrets doctor -o plain | grep -v '^ok' || true

    See also: vault status, vault verify, check
    """
    from infsh_secrets.domain.errors import InfshError
    from infsh_secrets.services.doctor import examine, without_settings

    try:
        workspace = context.workspace
    except InfshError as error:
        return without_settings(error, os.environ)
    return examine(workspace, os.environ)
