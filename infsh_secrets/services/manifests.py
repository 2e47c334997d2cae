"""Which manifest a command goes by. This module is on the start-up path of `run`."""

from __future__ import annotations

import os

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.manifest.find import NAMES, find


def locate(named: str | None, folder: str | None = None, home: str | None = None) -> str:
    """Return the absolute path of the manifest that is named, or else is found from `folder` up.

    `folder` and `home` default to those of the process. Raises UsageError when there is none, and
    what `find` raises for one that is not to be trusted.
    """
    if named is not None:
        return _named(named)
    if folder is None:
        try:
            folder = os.getcwd()
        except OSError:
            raise UsageError(
                "The working directory is gone, so no manifest can be looked for.",
                "Go to another folder, or name the manifest with -f FILE.",
            ) from None
    if home is None:
        home = os.path.expanduser("~")
    found = find(folder, home)
    if found is None:
        raise UsageError(
            f"There is no manifest: {', '.join(NAMES)} were looked for in {sanitize(folder)} and "
            "the folders above it, up to the root of its git repository or your home folder.",
            "Go to the app's folder, or name its manifest with -f FILE.",
        )
    return found


def _named(named: str) -> str:
    if not named:
        raise UsageError("The option -f is empty.", "Name a manifest, or leave -f out.")
    try:
        os.stat(named)
    except ValueError:
        raise UsageError("The option -f names no file.", "Name a manifest.") from None
    except OSError as error:
        raise UsageError(
            f"The manifest {sanitize(named)} cannot be read: {os.strerror(error.errno or 0)}.",
            "Check the path after -f; without -f the manifest is looked for.",
        ) from None
    if os.path.isdir(named):
        raise UsageError(
            f"{sanitize(named)} is a folder, not a manifest.",
            "Name the file in it, as in -f FOLDER/inf.yml.",
        )
    return os.path.abspath(named)
