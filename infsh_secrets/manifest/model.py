"""What a manifest says. Plain slots classes: this module is on the start-up path of `run`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Declaration:
    """One declared name: `line` is where, counted from 1; `owner` the credential that wants it.

    `owner` is "" for a name of `secrets:` itself. `environment` is "" but for a reference that
    names its own, which is read and not given under that name.
    """

    __slots__ = ("description", "environment", "key", "line", "optional", "owner")

    def __init__(
        self,
        key: str,
        *,
        line: int,
        description: str = "",
        optional: bool = False,
        owner: str = "",
        environment: str = "",
    ) -> None:
        self.key = key
        self.environment = environment
        self.line = line
        self.description = description
        self.optional = optional
        self.owner = owner

    def __repr__(self) -> str:
        return f"Declaration({self.key!r}, optional={self.optional})"


class Connection:
    """A credential that is connected on the platform; only its `secrets:` are ours."""

    __slots__ = ("description", "line", "optional", "slug")

    def __init__(
        self, slug: str, *, line: int, description: str = "", optional: bool = False
    ) -> None:
        self.slug = slug
        self.line = line
        self.description = description
        self.optional = optional

    def __repr__(self) -> str:
        return f"Connection({self.slug!r}, optional={self.optional})"


class Manifest:
    """A manifest that was read whole: each name once, in the order of the file.

    `path` is absolute. `variables` are the plain ones of `env:`, which are no secrets.
    """

    __slots__ = ("connections", "declarations", "path", "variables")

    def __init__(
        self,
        path: str,
        declarations: Sequence[Declaration],
        connections: Sequence[Connection] = (),
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self.path = path
        self.declarations = tuple(declarations)
        self.connections = tuple(connections)
        self.variables = dict(variables or {})

    def __repr__(self) -> str:
        return f"Manifest({self.path!r}, {len(self.declarations)} declared)"
