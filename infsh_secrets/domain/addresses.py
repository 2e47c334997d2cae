"""Where a remote store is: an address without any room for mischief."""

from __future__ import annotations

from infsh_secrets.domain.errors import UsageError

_PORTS = {"https": 443, "http": 80}
_LONGEST = 2048
_HOST_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-:")
_PATH_CHARACTERS = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/%!$&'()*+,;=:@"
)
_HINT = "Write it as in https://secrets.example.com or http://localhost:8080."


class Address:
    """The base of a service's routes; `origin` is what a token is bound to."""

    __slots__ = ("host", "path", "port", "scheme")

    def __init__(self, scheme: str, host: str, port: int, path: str) -> None:
        self.scheme = scheme
        self.host = host
        self.port = port
        self.path = path

    @property
    def origin(self) -> str:
        """Scheme, host and, where it is not the usual one, port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = self.port == _PORTS[self.scheme]
        return f"{self.scheme}://{host}" if usual else f"{self.scheme}://{host}:{self.port}"

    @property
    def url(self) -> str:
        """The origin and the path, without a slash at the end."""
        return self.origin + self.path

    def __repr__(self) -> str:
        return f"Address({self.url!r})"


def is_url(text: str) -> bool:
    """Tell whether a text is meant as an address rather than as a name."""
    return "://" in text


def parse_address(text: str) -> Address:
    """Return the address that a URL names: https, or http on this machine only.

    Raises UsageError for any other scheme, for a user name, password, query or fragment, and for
    characters that two programs may read in two ways. The message does not repeat the text, in
    which a password may stand.
    """
    from urllib.parse import urlsplit

    if len(text) > _LONGEST or not text.isascii() or not text.isprintable() or " " in text:
        raise UsageError("The address has characters that no URL has.", _HINT)
    try:
        parts = urlsplit(text)
        scheme, host, port = parts.scheme, parts.hostname or "", parts.port
    except ValueError:
        raise UsageError("This is not the address of a store.", _HINT) from None
    if scheme not in _PORTS or not host or not _HOST_CHARACTERS.issuperset(host):
        raise UsageError("This is not the address of a store.", _HINT)
    if "@" in parts.netloc:
        raise UsageError(
            "The address contains a user name or password.",
            "Leave them out, and keep a token with: infsh login URL",
        )
    if "?" in text or "#" in text or not _PATH_CHARACTERS.issuperset(parts.path):
        raise UsageError("The address contains more than scheme, host and path.", _HINT)
    if ".." in parts.path.split("/"):
        raise UsageError("The path of the address goes upwards.", _HINT)
    if scheme == "http" and not is_loopback(host):
        raise UsageError(
            f"A token is not sent to {host} without encryption.", "Write https:// instead."
        )
    return Address(scheme, host, port or _PORTS[scheme], parts.path.rstrip("/"))


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine by its name or by the form of its address."""
    if host in ("localhost", "::1"):
        return True
    numbers = host.split(".")
    quad = len(numbers) == 4 and all(n.isdigit() and int(n) <= 255 for n in numbers)  # noqa: PLR2004
    return quad and numbers[0] == "127"
