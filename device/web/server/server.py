"""Serves the page with tornado, in its own thread.

One loop holds all connections and streams; the Flask app runs in a few threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import socket
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from device.errors import PortInUse
from device.system.worker import Worker
from device.web.server.connections import LIMITS, LimitedServer, require_tls
from device.web.server.handlers import Handler
from device.web.server.lan import url

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from device.web.server.tls import Certificate

THREADS = 8
"""More than pictures are classified at once."""
NICENESS = 10 if os.cpu_count() == 1 else 1
"""Of the page's threads, relative to the show's, which come first on a single processor. On more,
a much nicer one that waits behind other programs while it holds the interpreter's lock would keep
the show waiting, too."""
STALLED_MS = 20_000
"""A client that reads nothing for this long is disconnected (tcp(7), TCP_USER_TIMEOUT)."""
SEND_BYTES = 128 * 1024
"""Of the system's send buffer. A small one makes slow viewers skip pictures, not lag behind."""
BACKLOG = 128
PROXIES = "TRUSTED_PROXIES"
"""Key of an app's `TrustedProxies` in its configuration."""
DRAIN_SECONDS = 0.4
"""What responses under way get when the server stops."""
CLOSE_SECONDS = 10.0


class Server:
    """Serves an app on `host` and `port` (0 chooses a free one) between `start` and `stop`.

    With a certificate it serves over TLS, and redirects requests without TLS.
    """

    def __init__(
        self, app: Flask, host: str, port: int, certificate: Certificate | None = None
    ) -> None:
        self._app = app
        self._certificate = certificate
        self._host = host
        self._port = port
        self._worker: Worker | None = None
        self._request_stop: Callable[[], object] = lambda: None

    @property
    def address(self) -> str:
        """The page's URL for others on the network, with the real port once started."""
        return url(self._host, self._port, secure=self._certificate is not None)

    def start(self) -> None:
        """Start serving. Raises PortInUse if the address is not available."""
        # tornado warns of malformed requests, which are no fault of the kiosk.
        logging.getLogger("tornado.general").setLevel(logging.ERROR)
        listener = self._listen()
        listener.setblocking(False)
        # Accepted connections inherit these.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_MS)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BYTES)
        self._port = listener.getsockname()[1]
        started: Future[None] = Future()
        self._worker = Worker(
            self._run, listener, started, name="web", wake=lambda: self._request_stop()
        )
        self._worker.start()
        started.result()

    def stop(self) -> None:
        """Stop within a second. Streams and uploads are cut off."""
        worker, self._worker = self._worker, None
        if worker:
            worker.stop(CLOSE_SECONDS)

    def _listen(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        both = self._host == "::" and socket.has_dualstack_ipv6()
        try:
            return socket.create_server(
                (self._host, self._port), family=family, dualstack_ipv6=both, backlog=BACKLOG
            )
        except OSError as error:
            where = f"port {self._port} on {self._host}"
            if error.errno == errno.EADDRINUSE:
                raise PortInUse(f"{where} is in use by another program") from error
            reason = (error.strerror or str(error)).lower()
            raise PortInUse(f"{where} cannot be listened on: {reason}") from error

    def _run(self, listener: socket.socket, started: Future[None]) -> None:
        # On Linux it applies to this thread and those that it starts. Containers may forbid it.
        with contextlib.suppress(PermissionError):
            os.nice(NICENESS)
        try:
            asyncio.run(self._serve(listener, started))
        except Exception as error:
            if started.done():
                raise
            listener.close()
            started.set_exception(error)

    async def _serve(self, listener: socket.socket, started: Future[None]) -> None:
        loop, stopped = asyncio.get_running_loop(), asyncio.Event()
        executor = ThreadPoolExecutor(THREADS, "web-request")
        certificate, proxies = self._certificate, self._app.config[PROXIES]
        app = require_tls(self._app) if certificate else self._app
        handler = Handler(app, executor, proxies)
        server = LimitedServer(handler, **LIMITS)
        server.proxies = proxies
        server.tls = certificate.context if certificate else None
        server.add_socket(listener)
        self._request_stop = lambda: loop.call_soon_threadsafe(stopped.set)
        started.set_result(None)
        try:
            await stopped.wait()
        finally:
            server.stop()
            await handler.close(DRAIN_SECONDS)
            await server.close_all_connections()
            executor.shutdown(wait=False, cancel_futures=True)
