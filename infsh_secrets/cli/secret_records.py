"""A list of secrets as JSON, written directly: of a long list this is the most there is to do."""

from __future__ import annotations

from infsh_secrets.domain.masking import to_ascii
from infsh_secrets.domain.sanitize import sanitize_json
from infsh_secrets.domain.times import rfc3339

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infsh_secrets.domain.models import SecretInfo
    from infsh_secrets.domain.results import SecretList

_AT_ONCE = 500
"""Secrets in a part: a text that stays within a processor's cache."""
_MOST_MOMENTS = 4096


def parts(result: SecretList, encode: Callable[[str], str], *, unicode: bool) -> Iterator[str]:
    """Yield the JSON array of a list in parts, with a line for each secret.

    Each line is the record that `records.secret` describes; `encode` makes a JSON string of a text.
    """
    infos = result.infos
    if not infos:
        yield "[]\n"
        return
    line = _line(result, encode, unicode=unicode)
    before = "[\n"
    for start in range(0, len(infos), _AT_ONCE):
        end = start + _AT_ONCE
        text = sanitize_json(",\n".join(map(line, infos[start:end])))
        yield before + text + ("\n]\n" if end >= len(infos) else "")
        before = ",\n"


def _line(
    result: SecretList, encode: Callable[[str], str], *, unicode: bool
) -> Callable[[SecretInfo], str]:
    place = f'"team": {encode(result.place.team)}, "store": {encode(result.place.store)}'
    moments: dict[int, str] = {}

    def moment(when: int | None) -> str:
        if not when:
            return "null"
        text = moments.get(when)
        if text is None:
            if len(moments) > _MOST_MOMENTS:
                moments.clear()
            text = moments[when] = f'"{rfc3339(when)}"'
        return text

    def pairs(metadata: dict[str, str]) -> str:
        return f"{{{', '.join([f'{encode(n)}: {encode(v)}' for n, v in metadata.items()])}}}"

    def line(info: SecretInfo) -> str:
        masked = info.masked if unicode else to_ascii(info.masked)
        description, metadata = info.description, info.metadata
        return (
            f'{{"key": {encode(info.key)}, "masked_value": {encode(masked)}, '
            f'"description": {encode(description) if description else "null"}, '
            f'"metadata": {pairs(metadata) if metadata else "{}"}, '
            f'"environment": {encode(info.environment)}, {place}, '
            f'"version": {info.version or "null"}, '
            f'"fingerprint": {encode(info.fingerprint) if info.fingerprint else "null"}, '
            f'"created_at": {moment(info.created)}, "updated_at": {moment(info.updated)}, '
            f'"expires_at": {moment(info.expires)}, "last_used_at": {moment(info.last_used)}, '
            f'"deleted_at": {moment(info.deleted)}}}'
        )

    return line
