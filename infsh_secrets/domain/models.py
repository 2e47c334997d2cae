"""A secret and what is known about it. Plain slots classes: this module is on the start-up path."""

from __future__ import annotations

from infsh_secrets.domain.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

MAX_VALUE = 64 * 1024
MAX_DESCRIPTION = 4096
MAX_METADATA = 64
MAX_METADATA_BYTES = 1024


class SecretValue:
    """UTF-8 text of at most 64 KiB without NUL that shows itself only through `reveal`.

    It is made of text or of its bytes, and not checked before it is stored. `repr`, `str`,
    formatting and pickling give nothing away; a copy is the value itself.
    """

    __slots__ = ("_data",)

    def __init__(self, data: bytes | str) -> None:
        self._data = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data

    def reveal(self) -> str:
        """Return the secret text."""
        return self._data.decode()

    def reveal_bytes(self) -> bytes:
        """Return the secret text as the exact bytes that were stored."""
        return self._data

    def __repr__(self) -> str:
        return "SecretValue(********)"

    def __str__(self) -> str:
        return "********"

    def __format__(self, format_spec: str) -> str:
        return format("********", format_spec)

    def __reduce__(self) -> str:
        raise TypeError("a secret value is not pickled")

    def __getstate__(self) -> object:
        raise TypeError("a secret value is not pickled")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self


def check_value(data: bytes, *, allow_empty: bool = False) -> SecretValue:
    """Return `data` as a value, or raise a UsageError that does not repeat any of it."""
    if not data and not allow_empty:
        raise UsageError(
            "The value is empty, nothing was stored.", "Store an empty one with --allow-empty."
        )
    if len(data) > MAX_VALUE:
        raise UsageError(
            f"The value has too many bytes, {MAX_VALUE} are allowed.",
            "Keep large files elsewhere and store the key that opens them.",
        )
    if b"\0" in data:
        raise UsageError(
            "The value contains a NUL byte, which no environment variable can hold.",
            "Encode it first, for example with base64.",
        )
    if not is_utf8(data):
        raise UsageError(
            "The value is not UTF-8 text.", "Encode binary data first, for example with base64."
        )
    return SecretValue(data)


def is_utf8(data: bytes) -> bool:
    """Tell whether `data` is UTF-8, keeping the bytes out of any exception."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def check_description(text: str) -> str:
    """Return `text` if it can be a description: UTF-8, at most 4096 bytes."""
    if len(_encoded(text, "description")) > MAX_DESCRIPTION:
        raise UsageError(f"The description is longer than {MAX_DESCRIPTION} bytes.", "Shorten it.")
    return text


def check_metadata(pairs: dict[str, str]) -> dict[str, str]:
    """Return `pairs` if they can be metadata: at most 64, each name and value at most 1 KiB."""
    if len(pairs) > MAX_METADATA:
        raise UsageError(f"More than {MAX_METADATA} metadata pairs.", "Drop some of them.")
    for name, value in pairs.items():
        if not name:
            raise UsageError("A metadata pair has no name.", "Write it as -m name=value.")
        if max(len(_encoded(name, "metadata")), len(_encoded(value, "metadata"))) > (
            MAX_METADATA_BYTES
        ):
            raise UsageError(
                f"A metadata name or value is longer than {MAX_METADATA_BYTES} bytes.",
                "Shorten it.",
            )
    return pairs


def parse_pair(text: str) -> tuple[str, str]:
    """Return (name, value) of `name=value`, as metadata is written."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UsageError("A metadata pair is not written as name=value.", "Write -m name=value.")
    return name, value


def _encoded(text: str, what: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise UsageError(f"The {what} is not UTF-8 text.", "Give it as UTF-8.") from None


class SecretInfo:
    """What is known about a secret without its value; times are milliseconds since 1970, UTC."""

    __slots__ = (
        "created",
        "deleted",
        "description",
        "environment",
        "expires",
        "fingerprint",
        "key",
        "last_used",
        "masked",
        "metadata",
        "updated",
        "version",
    )

    def __init__(
        self,
        key: str,
        environment: str,
        description: str,
        metadata: dict[str, str],
        masked: str,
        fingerprint: str,
        version: int,
        created: int,
        updated: int,
        expires: int | None,
        last_used: int | None,
        deleted: int | None,
    ) -> None:
        self.key = key
        self.environment = environment
        self.description = description
        self.metadata = metadata
        self.masked = masked
        self.fingerprint = fingerprint
        self.version = version
        self.created = created
        self.updated = updated
        self.expires = expires
        self.last_used = last_used
        self.deleted = deleted

    def __repr__(self) -> str:
        return f"SecretInfo({self.key!r}, environment={self.environment!r}, v{self.version})"


class VersionInfo:
    """One kept version of a secret without its value; `created` is milliseconds since 1970, UTC."""

    __slots__ = ("created", "fingerprint", "masked", "number")

    def __init__(self, number: int, created: int, masked: str, fingerprint: str) -> None:
        self.number = number
        self.created = created
        self.masked = masked
        self.fingerprint = fingerprint

    def __repr__(self) -> str:
        return f"VersionInfo({self.number})"


class History:
    """What is known of a secret, live or deleted, and its kept versions, newest first."""

    __slots__ = ("info", "versions")

    def __init__(self, info: SecretInfo, versions: list[VersionInfo]) -> None:
        self.info = info
        self.versions = versions


class Secret:
    """A secret with the value of one version; `repr` shows no value."""

    __slots__ = ("info", "value", "version", "version_created")

    def __init__(
        self, info: SecretInfo, value: SecretValue, version: int, version_created: int
    ) -> None:
        self.info = info
        self.value = value
        self.version = version
        self.version_created = version_created

    def __repr__(self) -> str:
        return f"Secret({self.info.key!r}, environment={self.info.environment!r})"
