"""The file of `docker run --env-file` and `podman run --env-file`: everything after = as it is.

https://docs.docker.com/reference/cli/docker/container/run/#env
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.formats.model import UnfitError, Written

if TYPE_CHECKING:
    from infsh_secrets.formats.model import Pairs

_LONGEST_LINE = 64 * 1024 - 1
"""Docker reads line by line into a buffer of 64 KiB, which also holds the line break."""


def write(pairs: Pairs) -> Written:
    """Return a line for each secret; UnfitError for a value with a line break, or too long."""
    lines = [f"{key}={value}" for key, value in pairs]
    for (key, value), line in zip(pairs, lines, strict=True):
        if "\n" in value:
            raise UnfitError(key, "docker", "it has line breaks, and there is no quoting")
        if value.endswith("\r"):
            raise UnfitError(key, "docker", "it ends with a carriage return, which is left off")
        if len(line) * 4 > _LONGEST_LINE and len(line.encode()) >= _LONGEST_LINE:
            raise UnfitError(key, "docker", "a line of 64 KiB is too long for it")
    return Written("".join([line + "\n" for line in lines]), [])
