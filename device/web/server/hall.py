"""Where connections arrive and are served: plain ones, or those over TLS, told apart."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tornado.http1connection import HTTP1ConnectionParameters, HTTP1ServerConnection
from tornado.iostream import IOStream, SSLIOStream
from tornado.netutil import ssl_wrap_socket

from device.web.server.gateway import Gateway, Peer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Executor
    from ssl import SSLContext

    from flask import Flask

    from device.web.server.tls import Certificate

CONNECTIONS = 400
"""Most at once; further ones are closed."""
LIMITS = HTTP1ConnectionParameters(
    chunk_size=64 * 1024,
    max_header_size=16 * 1024,
    # Of a request's head, and between requests: who sends it byte by byte is cut off.
    header_timeout=20.0,
    max_body_size=64 * 1024 * 1024,
    body_timeout=60.0,
)
ARRIVAL_SECONDS = 10.0
"""How long a new connection may say nothing where it is not known yet whether it is over TLS."""
HANDSHAKE = 0x16
"""How a TLS connection begins (RFC 8446, section 5.1)."""
_DRAIN_SECONDS = 0.4


class Hall:
    """All connections of a server that runs."""

    def __init__(
        self, app: Flask, pool: Executor, certificate: Certificate | None, port: int
    ) -> None:
        self._gateway, self._redirect = Gateway(app, pool), Gateway(_redirect, pool)
        self._certificate, self._port = certificate, port
        self._arriving: dict[asyncio.Task[None], socket.socket] = {}

    def receive(self, one: socket.socket, who: tuple[str, int]) -> None:
        """Take a new connection, unless there are too many."""
        gateways = (self._gateway, self._redirect)
        here = len(self._arriving) + sum(len(each.connections) for each in gateways)
        if here >= CONNECTIONS:
            one.close()
        elif self._certificate is None:
            self._serve(IOStream(one), self._gateway, Peer(who[0], self._port, secure=False))
        else:
            task = asyncio.create_task(self._tell_apart(one, who[0], self._certificate.context))
            self._arriving[task] = one
            task.add_done_callback(self._arriving.pop)

    async def _tell_apart(self, one: socket.socket, address: str, context: SSLContext) -> None:
        arrived = await _stream(one, context)
        if arrived:
            stream, secure = arrived
            gateway = self._gateway if secure else self._redirect
            self._serve(stream, gateway, Peer(address, self._port, secure))

    def _serve(self, stream: IOStream, gateway: Gateway, peer: Peer) -> None:
        connection = HTTP1ServerConnection(stream, LIMITS, peer)
        gateway.connections.add(connection)
        connection.start_serving(gateway)

    async def empty(self) -> None:
        """End the streams, let answers under way finish soon, and close every connection."""
        arriving = dict(self._arriving)
        for task in arriving:
            task.cancel()
        if arriving:
            await asyncio.wait(arriving)
        for one in arriving.values():
            one.close()
        self._gateway.end_streams()
        answers = self._gateway.answers | self._redirect.answers
        if answers:
            await asyncio.wait(answers, timeout=_DRAIN_SECONDS)
        for connection in [*self._gateway.connections, *self._redirect.connections]:
            await connection.close()


async def _stream(one: socket.socket, context: SSLContext) -> tuple[IOStream, bool] | None:
    """Return a new connection as a stream, and whether it is over TLS; None once it has gone."""
    first = await _first_byte(one)
    if not first:
        one.close()
        return None
    if first[0] != HANDSHAKE:
        return IOStream(one), False
    try:
        wrapped = ssl_wrap_socket(one, context, server_side=True, do_handshake_on_connect=False)
    except OSError:
        one.close()  # it hung up meanwhile
        return None
    return SSLIOStream(wrapped), True


async def _first_byte(one: socket.socket) -> bytes:
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(one, readable.set)
    try:
        async with asyncio.timeout(ARRIVAL_SECONDS):
            await readable.wait()
        return one.recv(1, socket.MSG_PEEK)
    except OSError:  # TimeoutError is one
        return b""
    finally:
        loop.remove_reader(one)


def _redirect(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Send a browser that came without TLS to the same page with it; a WSGI app."""
    path = quote(environ["PATH_INFO"].encode("latin-1"))
    query = f"?{environ['QUERY_STRING']}" if environ["QUERY_STRING"] else ""
    location = f"https://{environ.get('HTTP_HOST', '')}{path}{query}"
    start_response(
        "308 Permanent Redirect", [("Location", location), ("Cache-Control", "no-store")]
    )
    return ()
