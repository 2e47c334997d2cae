"""`serve` from the outside: what it needs, without importing the web server before it is there."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.domain.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Options(NamedTuple):
    """What the command line says."""

    data: str | None
    host: str
    port: int
    tls_cert: str | None
    tls_key: str | None
    behind_proxy: bool
    rate_limit: int


def serve(options: Options, environ: Mapping[str, str], tell: Callable[[str], None]) -> None:
    """Serve until the process is asked to end; NotFoundError when the extra is not installed."""
    from infsh_secrets.server.administration import data_folder, key_file

    try:
        from infsh_secrets.server import limits, serving
    except ImportError as error:
        if not (error.name or "").startswith(("fastapi", "uvicorn", "starlette", "httptools")):
            raise
        raise NotFoundError(
            "The server is not installed with this program.",
            "Install it with: pip install 'infsh-secrets[server]'",
        ) from None
    gc.enable()  # commands live too shortly for it
    serving.serve(
        serving.Options(
            data_folder(options.data, environ),
            key_file(environ),
            options.host,
            options.port,
            options.tls_cert,
            options.tls_key,
            behind_proxy=options.behind_proxy,
            limits=limits.Limits(requests=options.rate_limit),
        ),
        tell,
    )
