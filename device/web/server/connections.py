"""Accepts connections: a limited number, over TLS or without on the same port."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

from tornado.httpserver import HTTPServer
from werkzeug.utils import redirect
from werkzeug.wsgi import get_current_url

from device.web.addresses import TrustedProxies
from device.web.server.slots import Slots

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable

    from tornado.iostream import IOStream

    WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]

MAX_CONNECTIONS, CONNECTIONS_PER_CLIENT = 400, 100
"""Further ones are closed. A browser opens up to six."""
LIMITS: dict[str, Any] = {
    "chunk_size": 64 * 1024,
    "max_header_size": 16 * 1024,
    "idle_connection_timeout": 20.0,
    "max_body_size": 64 * 1024 * 1024,
    "body_timeout": 60.0,
}
"""Options of tornado's server. The head of a request must arrive within the idle timeout."""
HANDSHAKE_SECONDS = 10.0
"""From accepting a connection to the end of its TLS handshake."""
TLS_HANDSHAKE = b"\x16"
"""First byte of a connection over TLS (RFC 8446, section 5.1)."""
PLAIN_PATHS = ("/ca.crt", "/certificate", "/static/")
"""Paths that are served without TLS too: they make a browser trust its certificate."""


class LimitedServer(HTTPServer):
    """tornado's server for at most `MAX_CONNECTIONS`. Set `tls` to serve over TLS.

    Connections without TLS are then served too, see `require_tls`. One of `proxies` may have more
    connections than another client, as it speaks for many.
    """

    tls: ssl.SSLContext | None = None
    proxies = TrustedProxies()

    def initialize(self, *arguments: Any, **options: Any) -> None:
        """Initialize as tornado's classes do."""
        super().initialize(*arguments, **options)
        self._slots = Slots(MAX_CONNECTIONS, CONNECTIONS_PER_CLIENT)

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> Any:
        """Serve a new connection."""
        if not self._slots.acquire(self._client(address)):
            stream.close()
            return None
        if self.tls:
            return self._detect_tls(stream, address, self.tls)
        return super().handle_stream(stream, address)

    def on_close(self, server_conn: Any) -> None:
        """Forget a closed connection."""
        self._slots.release(self._client(server_conn.context.address))
        super().on_close(server_conn)

    def _client(self, address: tuple[Any, ...]) -> str:
        host = str(address[0])
        return "" if host in self.proxies else host

    async def _detect_tls(
        self, stream: IOStream, address: tuple[Any, ...], tls: ssl.SSLContext
    ) -> None:
        try:
            async with asyncio.timeout(HANDSHAKE_SECONDS):
                if await _first_byte(stream.socket) == TLS_HANDSHAKE:
                    stream = await stream.start_tls(server_side=True, ssl_options=tls)
        except (OSError, asyncio.CancelledError):  # TimeoutError is an OSError
            self._slots.release(self._client(address))
            if stream.socket is not None:  # start_tls takes it, and closes it after a failure
                stream.close()
        else:
            super().handle_stream(stream, address)


async def _first_byte(connection: socket.socket) -> bytes:
    """Return the first byte to arrive, without consuming it."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(connection, readable.set)
    try:
        await readable.wait()
        return connection.recv(1, socket.MSG_PEEK)
    finally:
        loop.remove_reader(connection)


def require_tls(app: WsgiApp) -> WsgiApp:
    """Return a WSGI app that redirects requests without TLS to the same address with TLS.

    It serves `PLAIN_PATHS` with and without.
    """

    def check(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["wsgi.url_scheme"] == "https" or environ["PATH_INFO"].startswith(PLAIN_PATHS):
            return app(environ, start_response)
        response = redirect(get_current_url(environ).replace("http", "https", 1), 308)
        response.headers["Cache-Control"] = "no-store"
        return response(environ, start_response)

    return check
