"""Changes of the user's configuration file: comments and order stay, and so does what it means."""

from __future__ import annotations

import os

from infsh_secrets.config.settings import configuration_path, load_configuration
from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.private import (
    ExclusiveLock,
    create_private_file,
    ensure_private_folder,
    os_error,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tomlkit import TOMLDocument

_WHAT = "configuration file"
_LOCK = ".config.lock"


def edit(environ: Mapping[str, str], change: Callable[[TOMLDocument], None]) -> str:
    """Change the configuration file, 0600 and all at once, and return its path.

    A file that is a symbolic link is changed where it lies. Two programs that change it at the same
    time do so one after the other. Raises UsageError for a file that cannot be read.
    """
    import tomlkit

    path = configuration_path(environ)
    folder = os.path.dirname(path)
    ensure_private_folder(folder)
    with ExclusiveLock(os.path.join(folder, _LOCK)):
        load_configuration(environ)  # which says in our words what is wrong with it
        place = os.path.realpath(path)
        text = ""
        if os.path.exists(place):
            with open(place, encoding="utf-8", newline="") as file:
                text = file.read()
        document = tomlkit.parse(text)
        try:
            change(document)
            data = tomlkit.dumps(document).encode()
        except (TypeError, ValueError, KeyError, AttributeError):
            raise UsageError(
                f"The configuration file {sanitize(path)} cannot be changed as it is.",
                "Correct it by hand.",
            ) from None
        beside = os.path.join(os.path.dirname(place), f".{os.urandom(8).hex()}.config")
        create_private_file(beside, data, _WHAT)
        try:
            os.replace(beside, place)
        except OSError as error:
            os.unlink(beside)
            raise os_error(error, _WHAT, path) from None
    return path
