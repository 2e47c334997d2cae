"""One request to a remote store: in time or given up, and never more of its answer than allowed."""

from __future__ import annotations

import json
import zlib

from infsh_secrets.domain.errors import UnavailableError
from infsh_secrets.stores.remote.messages import Reply

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from infsh_secrets.domain.addresses import Address
    from infsh_secrets.stores.remote.messages import Request

_PIECE = 64 * 1024
_GZIP = 16 + zlib.MAX_WBITS


class Exchange:
    """One request and its answer, within a thread of its own; `client` is one of httpx."""

    def __init__(
        self,
        client: Any,
        sockets: list[Any],
        address: Address,
        request: Request,
        most: int,
    ) -> None:
        self.reply: Reply | None = None
        self.error: Exception | None = None
        self._client = client
        self._sockets = sockets
        self._address = address
        self._request = request
        self._most = most
        self._abandoned = False

    def run(self) -> None:
        """Fill `reply` or `error`."""
        try:
            self.reply = self._ask()
        except Exception as error:  # noqa: BLE001  # handed to the caller
            self.error = error
        finally:
            if self._abandoned:
                self._client.close()

    def abandon(self) -> None:
        """Wake the thread up and let it end."""
        import contextlib
        import socket

        self._abandoned = True
        for known in list(self._sockets):
            with contextlib.suppress(OSError, ValueError):
                socket.socket.shutdown(known, socket.SHUT_RDWR)

    def _ask(self) -> Reply:
        request = self._request
        content = None
        if request.body is not None:
            content = json.dumps(request.body, ensure_ascii=False).encode()
        with self._client.stream(
            request.method,
            self._address.url + request.path,
            params=dict(request.query) if request.query else None,
            content=content,
            extensions={"trace": self._trace},
        ) as response:
            self._client.cookies.clear()
            body = self._body(response)
        return Reply(response.status_code, response.headers, body)

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._sockets[:] = [info["return_value"].get_extra_info("socket")]

    def _body(self, response: Any) -> bytes:
        """Return the body, at most so many bytes of it even when it is compressed."""
        coding = response.headers.get("content-encoding", "identity").strip().lower()
        if coding not in ("identity", "gzip", "x-gzip"):
            raise UnavailableError(
                f"{self._address.host} answers in a compression that was not asked for.",
                "Check the address of the store.",
            )
        unpack = None if coding == "identity" else zlib.decompressobj(_GZIP)
        data = bytearray()
        for chunk in response.iter_raw():
            for piece in (chunk,) if unpack is None else _unpacked(unpack, chunk):
                data += piece
                if len(data) > self._most:
                    raise _too_large(self._address, self._most)
            if self._abandoned:
                break
        return bytes(data)


def _unpacked(unpack: Any, packed: bytes) -> Iterator[bytes]:
    """Yield what is in gzip by pieces, so that a bomb is unpacked only as far as it is taken."""
    while packed:
        yield unpack.decompress(packed, _PIECE)
        packed = unpack.unconsumed_tail


def _too_large(address: Address, most: int) -> UnavailableError:
    return UnavailableError(
        f"The answer of {address.host} is larger than {most} bytes.",
        "Check the address of the store.",
    )
