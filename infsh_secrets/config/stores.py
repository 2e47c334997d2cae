"""Named stores of the user's configuration, and which store a name or URL means.

[stores.work]
url = "https://secrets.example.com"
kind = "inference"      # or "julep", "julep3"; inference when left out
team = "team-id"        # sent with every request; left out, the token's own
ca = "/path/to/ca.pem"  # an authority to trust instead of the usual ones
proxy = "http://proxy:8080"
cache = "8h"            # keep what is read, encrypted, for `--offline`; left out, nothing is kept
"""

from __future__ import annotations

from infsh_secrets.config.settings import LOCAL_STORE, load_configuration
from infsh_secrets.domain.addresses import is_url, parse_address
from infsh_secrets.domain.errors import InfshError, NotFoundError, UsageError
from infsh_secrets.domain.names import check_store
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.domain.times import parse_age

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from infsh_secrets.domain.addresses import Address

INFERENCE, JULEP, JULEP_3, PLUGIN = "inference", "julep", "julep3", "plugin"
KINDS = (INFERENCE, JULEP, JULEP_3)
PLATFORM = "inference"
"""The name of the platform's own store, which needs no configuration."""
PLATFORM_URL = "https://api.inference.sh"
_FIELDS = ("url", "kind", "team", "ca", "proxy", "cache")
_LONGEST_CACHE = 30 * 24 * 3600 * 1000
_LONGEST_TEAM = 128


class StoreSettings:
    """Where a store is and how it is spoken to; `address` is None for one of a plugin.

    `cache` is for how many milliseconds what is read is kept for a time without the store, 0 for
    not at all.
    """

    __slots__ = ("address", "ca", "cache", "kind", "name", "proxy", "team", "url")

    def __init__(self, name: str, url: str, *, kind: str = "", **fields: str) -> None:
        """Check everything; raises UsageError."""
        self.name = name
        self.address: Address | None = None
        scheme = url.partition("://")[0]
        if scheme in ("http", "https") or not is_url(url):
            self.address = parse_address(url)
            self.url = self.address.url
            self.kind = kind or INFERENCE
            if self.kind not in KINDS:
                raise UsageError(
                    "There is no such kind of store.", f"Choose one of {', '.join(KINDS)}."
                )
        else:
            self.url, self.kind = _plugin_url(url, kind), PLUGIN
        self.team = check_remote_team(fields.get("team", ""))
        self.ca = fields.get("ca", "")
        self.proxy = _checked_proxy(fields.get("proxy", ""))
        self.cache = _cache_time(fields.get("cache", ""))

    def __repr__(self) -> str:
        return f"StoreSettings({self.name!r})"


def check_remote_team(team: str) -> str:
    """Return the id of a team as a server knows it, if a header can hold it."""
    if len(team) > _LONGEST_TEAM or not (team.isascii() and team.isprintable()) or " " in team:
        raise UsageError(
            "This is not the id of a team.", "Copy it from the page of the team, without blanks."
        )
    return team


def _checked_proxy(url: str) -> str:
    """Return the address of a proxy if it is one; it may hold a password and is not repeated."""
    from urllib.parse import urlsplit

    if not url:
        return ""
    problem = UsageError(
        "This is not the address of a proxy.", "Write it as in http://proxy.example.com:8080."
    )
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise problem from None
    plain = url.isascii() and url.isprintable() and " " not in url and port != 0
    if not plain or parts.scheme not in ("http", "https") or not host or parts.path.strip("/"):
        raise problem
    return url


def _cache_time(text: str) -> int:
    if not text:
        return 0
    length = parse_age(text)
    if not 0 < length <= _LONGEST_CACHE:
        raise UsageError("A cache lasts from 1 second to 30 days.", "Write it as in 8h.")
    return length


def _plugin_url(url: str, kind: str) -> str:
    scheme = url.partition("://")[0]
    if kind:
        raise UsageError("A store of a plugin has no kind.", "Leave --kind out.")
    if not url.isprintable() or not scheme.isascii() or not scheme.replace("-", "").isalnum():
        raise UsageError(
            "This is not the address of a store.", "Write it as in https://secrets.example.com."
        )
    return url


def configured(environ: Mapping[str, str]) -> dict[str, StoreSettings]:
    """Return the stores of the configuration file by name; UsageError when one is wrong."""
    path, data = load_configuration(environ)
    tables = data.get("stores", {})
    if not isinstance(tables, dict):
        raise _wrong(path, "stores", "it is no table")
    return {name: _read(path, name, table) for name, table in tables.items()}


def _read(path: str, name: str, table: Any) -> StoreSettings:
    entry = f"stores.{name}"
    if not isinstance(table, dict) or not isinstance(table.get("url"), str):
        raise _wrong(path, entry, "it has no url")
    for field, value in table.items():
        if field not in _FIELDS or not isinstance(value, str):
            raise _wrong(path, f"{entry}.{field}", f"there may be, as text: {', '.join(_FIELDS)}")
    try:
        fields = {field: table[field] for field in _FIELDS[1:] if field in table}
        return StoreSettings(check_store(name), table["url"], **fields)
    except InfshError as error:
        raise _wrong(path, entry, error.message.removesuffix(".")) from None


def _wrong(path: str, entry: str, why: str) -> UsageError:
    return UsageError(
        f"The configuration file {sanitize(path)} has a wrong entry {sanitize(entry)}: {why}.",
        "Correct it, or remove a store with: infsh secrets store remove NAME",
    )


def resolve(text: str, team: str | None, environ: Mapping[str, str]) -> StoreSettings:
    """Return the store that a name or URL means; `team` comes before the team it has.

    A URL that is that of a named store means that one. Raises NotFoundError for a name that is not
    known, UsageError for a wrong URL.
    """
    known = configured(environ)
    found = known.get(text)
    if found is None and is_url(text):
        found = StoreSettings(text, text)
        found.name = found.url
        same = [one for one in known.values() if one.url == found.url]
        found = same[0] if same else found
    elif found is None and text == PLATFORM:
        url = environ.get("INFSH_API_URL") or environ.get("INFERENCE_API_BASE_URL") or PLATFORM_URL
        found = StoreSettings(PLATFORM, url)
    if found is None:
        names = ", ".join([LOCAL_STORE, PLATFORM, *(name for name in known if name != PLATFORM)])
        raise NotFoundError(  # what was given may be a value in the wrong place: it is not told
            "There is no store of that name.",
            f"There are: {names}. Add one with: infsh secrets store add NAME URL",
        )
    if team:
        found.team = check_remote_team(team)
    return found
