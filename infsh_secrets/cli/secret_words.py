"""Secrets as words: the cells of lists, the lines of a view, names; for every form but JSON."""

from __future__ import annotations

from infsh_secrets.config.settings import LOCAL_STORE
from infsh_secrets.domain.masking import to_ascii
from infsh_secrets.domain.results import SecretList
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.domain.times import age, rfc3339

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from infsh_secrets.domain.models import SecretInfo
    from infsh_secrets.domain.results import SecretView


def names(result: SecretList | SecretView) -> str:
    """Return the names of secrets, one a line."""
    infos = result.infos if isinstance(result, SecretList) else [result.info]
    return "".join(sanitize(info.key) + "\n" for info in infos)


def plain(result: SecretList | SecretView, now: int, *, unicode: bool) -> str:
    """Return secrets as unformatted text: columns parted by tabs, facts as `label: value`."""
    rows: Iterable[tuple[str, ...]]
    if isinstance(result, SecretList):
        rows = (list_row(info, now, unicode=unicode) for info in result.infos)
    else:
        rows = ((f"{label}:", text) for label, text in view_lines(result, now, unicode=unicode))
    return as_lines(rows)


def as_lines(rows: Iterable[tuple[str, ...]]) -> str:
    """Return rows of cells as lines whose columns are parted by tabs."""
    return "".join("\t".join(map(sanitize, row)) + "\n" for row in rows)


def list_row(info: SecretInfo, now: int, *, unicode: bool) -> tuple[str, ...]:
    """Return the cells of one secret in a list."""
    expired = info.expires is not None and info.expires <= now
    return (
        info.key,
        masked(info, unicode=unicode),
        ("expired! " if expired else "") + info.description,
        info.environment,
        str(info.version or "-"),
        age(info.updated if info.deleted is None else info.deleted, now),
    )


def masked(info: SecretInfo, *, unicode: bool) -> str:
    """Return the masked value for this output."""
    return info.masked if unicode else to_ascii(info.masked)


def view_lines(result: SecretView, now: int, *, unicode: bool) -> list[tuple[str, str]]:
    """Return (label, fact) of one secret."""
    info = result.info
    newest = result.version == info.version
    lines = [("key", info.key)]
    if newest:
        lines.append(("masked", masked(info, unicode=unicode)))
    lines.append(("description", info.description or "-"))
    lines += [(f"  {name}", value) for name, value in info.metadata.items()]
    lines.append(("environment", info.environment))
    if result.place.store != LOCAL_STORE:
        lines.append(("store", result.place.store))
    if result.place.team:
        lines.append(("team", result.place.team))
    if info.version:
        version = str(result.version) if newest else f"{result.version} of {info.version}"
        lines.append(("version", version))
    moments = [("created", info.created), ("updated", info.updated)]
    if not newest:
        moments = [("written", result.version_created)]
    if info.expires is not None:
        moments.append(("expires", info.expires))
    lines += [(label, f"{rfc3339(moment)} ({age(moment, now)})") for label, moment in moments]
    if newest and info.fingerprint:
        lines.append(("fingerprint", info.fingerprint))
    used = "never"
    if info.last_used is not None:
        used = f"{rfc3339(info.last_used)} ({age(info.last_used, now)})"
    if result.place.store == LOCAL_STORE:  # a remote store keeps its own record of uses
        lines.append(("last used", used))
    return lines


def empty_list(result: SecretList) -> str:
    """Return the sentence for a list without secrets."""
    if result.narrowed:
        return "No deleted secrets fit." if result.deleted else "No secrets fit."
    if result.deleted:
        return "No deleted secrets."
    where = "" if result.place.store == LOCAL_STORE else f" -s {result.place.store}"
    return f"No secrets. Store one with: infsh secrets set KEY{where}"
