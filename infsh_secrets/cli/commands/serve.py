"""`infsh secrets serve`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from infsh_secrets.cli.context import Context
from infsh_secrets.cli.options import command_without_vault


@command_without_vault
def serve(
    context: Context,
    host: Annotated[
        str,
        typer.Option("--host", metavar="ADDRESS", help="Where to listen; 127.0.0.1 if not said."),
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(
            "--port", metavar="N", min=0, max=65535, help="8420 if not said; 0 is any that is free."
        ),
    ] = 8420,
    data: Annotated[
        str | None,
        typer.Option("--data", metavar="FOLDER", help="Where teams and tokens are kept."),
    ] = None,
    tls_cert: Annotated[
        str | None, typer.Option("--tls-cert", metavar="FILE", help="A certificate chain, PEM.")
    ] = None,
    tls_key: Annotated[
        str | None, typer.Option("--tls-key", metavar="FILE", help="Its key, PEM.")
    ] = None,
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help="A proxy in front of the server ends TLS.")
    ] = False,
    rate_limit: Annotated[
        int,
        typer.Option(
            "--rate-limit",
            metavar="N",
            min=0,
            help="Requests a minute and token; 600 if not said, 0 is no limit.",
        ),
    ] = 600,
) -> None:
    """Serve the secrets of teams over HTTP, until Ctrl-C or SIGTERM.

    The server sees the values in plain text. On other addresses than loopback it needs TLS.
    With its key an administrator opens the vault of a team as any other, to read its record or to
    restore: --vault FOLDER/teams/NAME.vault --key-file FOLDER/server.key

    Output: nothing; where it listens is told on standard error.

    Examples:
      infsh secrets serve --data /srv/infsh
      infsh secrets serve --data /srv/infsh --port 8443 --behind-proxy
      infsh secrets serve --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem

    See also: team create, token create, store add
    """
    from infsh_secrets.server import start

    options = start.Options(
        data=data,
        host=host,
        port=port,
        tls_cert=tls_cert,
        tls_key=tls_key,
        behind_proxy=behind_proxy,
        rate_limit=rate_limit,
    )
    start.serve(options, os.environ, context.tell)
