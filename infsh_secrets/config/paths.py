"""The user's folders for data, configuration and state."""

from __future__ import annotations

import os
import sys

from infsh_secrets.domain.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

APPLICATION = "infsh-secrets"
_XDG = {
    "data": ("XDG_DATA_HOME", ".local/share"),
    "config": ("XDG_CONFIG_HOME", ".config"),
    "state": ("XDG_STATE_HOME", ".local/state"),
}


def folder(kind: str, environ: Mapping[str, str]) -> str:
    """Return the folder for "data", "config" or "state": `INFSH_<KIND>_DIR`, or the platform's own.

    On Linux and the BSDs the XDG rules are applied here, since importing platformdirs costs more
    than the whole look-up of a secret; elsewhere platformdirs knows.
    """
    explicit = environ.get(f"INFSH_{kind.upper()}_DIR")
    if explicit:
        return os.path.abspath(explicit)
    if sys.platform in ("darwin", "win32"):
        import platformdirs

        known = {
            "data": platformdirs.user_data_dir,
            "config": platformdirs.user_config_dir,
            "state": platformdirs.user_state_dir,
        }
        return known[kind](APPLICATION, appauthor=False)
    variable, below_home = _XDG[kind]
    base = environ.get(variable, "")
    if not os.path.isabs(base):
        home = environ["HOME"] if "HOME" in environ else os.path.expanduser("~")
        if not os.path.isabs(home):
            wrong = "is not an absolute path" if environ.get("HOME") else "is not set"
            raise UsageError(
                f"There is no home folder to keep the vault in: HOME {wrong}.",
                f"Set HOME, or INFSH_{kind.upper()}_DIR to a folder of your own.",
            )
        base = os.path.join(home, below_home)
    return os.path.join(base, APPLICATION)
