"""`infsh secrets environments`."""

from __future__ import annotations

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command
from infsh_secrets.domain.results import EnvironmentList


@command
def environments(context: Context) -> EnvironmentList:
    """List the environments that have secrets, and when each was last changed.

    An environment comes into being with its first secret. One whose secrets are all deleted is
    listed with none, for `restore` brings them back. A deletion is a change, too.

    Output: a line for each environment: name, number of secrets, age of the last change, and which
    one is in use. In JSON an array; with -o names the names alone.

    Examples:
      infsh secrets environments
      infsh secrets environments --team acme
      # What each of them has.
      infsh secrets environments -o names | xargs -n 1 infsh secrets list -e

    See also: list, copy, diff
    """
    from infsh_secrets.services import environments as of_store

    return of_store.environments(context.workspace)
