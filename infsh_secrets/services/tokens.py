"""The token for an origin: of a variable, kept by `login`, or of the platform's own program.

A token goes to the origin it is meant for and to no other. Where a variable names an address, that
is its origin; without one INFSH_API_KEY is for the store in use, and INFERENCE_API_KEY for the
platform.
"""

from __future__ import annotations

import os

from infsh_secrets.config.stores import PLATFORM_URL
from infsh_secrets.domain.addresses import parse_address
from infsh_secrets.domain.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MOST_BYTES = 64 * 1024
_OF_THE_PLATFORM = (".inferencesh", "inferencesh")
VARIABLES = (("INFSH_API_KEY", "INFSH_API_URL"), ("INFERENCE_API_KEY", "INFERENCE_API_BASE_URL"))


class Token:
    """A token; `text` is secret, `where` says in words where it comes from.

    `team` is "" but for the session of a person, which has to name one.
    """

    __slots__ = ("team", "text", "where")

    def __init__(self, text: str, where: str, team: str = "") -> None:
        self.text = text
        self.where = where
        self.team = team

    def __repr__(self) -> str:
        return f"Token({self.where!r})"


def find(origin: str, data: str, environ: Mapping[str, str]) -> Token | None:
    """Return the token for an origin, None when there is none."""
    named = of_variables(origin, environ)
    if named is not None:
        return named
    from infsh_secrets.unlock import tokens

    kept = tokens.find(folder(data), origin)
    if kept is not None:
        return Token(*kept)
    return _of_the_platform(environ) if origin == PLATFORM_URL else None


def of_variables(origin: str, environ: Mapping[str, str]) -> Token | None:
    """Return the token that a variable holds for an origin, None when none does."""
    for variable, address in VARIABLES:
        text = environ.get(variable)
        if not text:
            continue
        meant = environ.get(address) or (PLATFORM_URL if variable == VARIABLES[1][0] else "")
        try:
            fits = not meant or parse_address(meant).origin == origin
        except UsageError as error:
            raise UsageError(f"{address} is wrong: {error.message}", error.hint) from None
        if fits:
            return Token(text, f"the variable {variable}")
    return None


def folder(data: str) -> str:
    """Return the folder of the tokens that lie in files."""
    return os.path.join(data, "tokens")


def _of_the_platform(environ: Mapping[str, str]) -> Token | None:
    """Return the token that the platform's own program has kept; its files are only read."""
    for path in _platform_files(environ):
        found = _read(path)
        for name in ("api_key", "session_token"):
            text = found.get(name)
            if isinstance(text, str) and text:
                team = found.get("team_id") if name == "session_token" else ""
                return Token(text, f"the file {path}", team if isinstance(team, str) else "")
    return None


def _platform_files(environ: Mapping[str, str]) -> Iterator[str]:
    home = environ.get("HOME") or os.path.expanduser("~")
    if not os.path.isabs(home):
        return
    yield os.path.join(home, _OF_THE_PLATFORM[0], "config.json")
    base = environ.get("XDG_CONFIG_HOME", "")
    base = base if os.path.isabs(base) else os.path.join(home, ".config")
    yield os.path.join(base, _OF_THE_PLATFORM[1], "config.json")


def _read(path: str) -> dict[str, object]:
    import json

    try:
        with open(path, "rb") as file:
            found = json.loads(file.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
