"""Serve the web page with tornado, in a thread of its own, and stop when asked.

One loop holds every connection, so a stream costs no thread; what is answered at once is answered
by the Flask app in a few threads.
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

from tornado.netutil import add_accept_handler

from device.errors import PortInUse
from device.system.worker import Worker
from device.web.server.hall import Hall
from device.web.server.lan import url

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from device.web.server.tls import Certificate

REQUESTS = 8
"""Threads that answer; more than pictures are classified at once."""
COURTESY = 10
"""So much nicer than the show are the page's threads, which wait where processors are short."""
STALLED_MS = 20_000
"""Who takes nothing for this long is cut off (tcp(7), TCP_USER_TIMEOUT)."""
SEND_BYTES = 128 * 1024
"""So much waits in the system for a slow viewer, who then skips pictures and sees new ones."""
BACKLOG = 128
CLOSE_SECONDS = 10.0


class Server:
    """Serves an app on `host` and `port` (0 takes any free one) between `start` and `stop`.

    With a certificate it is served over TLS, and who comes without it is sent there.
    """

    def __init__(
        self, app: Flask, host: str, port: int, certificate: Certificate | None = None
    ) -> None:
        self._app = app
        self._certificate = certificate
        self._host = host
        self._port = port
        self._worker: Worker | None = None
        self._end: Callable[[], object] = lambda: None

    @property
    def address(self) -> str:
        """The page's URL, with the real port once started, for others on the network."""
        return url(self._host, self._port, secure=self._certificate is not None)

    def start(self) -> None:
        """Begin to serve. Raises PortInUse when the address cannot be had."""
        # A broken request is its sender's business.
        logging.getLogger("tornado.general").setLevel(logging.ERROR)
        listener = self._listen()
        listener.setblocking(False)
        # Connections inherit these from the socket that accepts them.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_MS)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BYTES)
        self._port = listener.getsockname()[1]
        started: Future[None] = Future()
        self._worker = Worker(self._run, listener, started, name="web", wake=lambda: self._end())
        self._worker.start()
        started.result()

    def stop(self) -> None:
        """End within a second, cutting off whoever still follows or uploads."""
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
        # Linux keeps this for each thread, and threads have it from the one that starts them. A
        # container may forbid it; the page is served all the same.
        with contextlib.suppress(PermissionError):
            os.nice(COURTESY)
        try:
            asyncio.run(self._serve(listener, started))
        except Exception as error:
            if started.done():
                raise
            listener.close()
            started.set_exception(error)

    async def _serve(self, listener: socket.socket, started: Future[None]) -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        pool = ThreadPoolExecutor(REQUESTS, "web-request")
        hall = Hall(self._app, pool, self._certificate, self._port)
        refuse = add_accept_handler(listener, hall.receive)
        self._end = lambda: loop.call_soon_threadsafe(ended.set)
        started.set_result(None)
        try:
            await ended.wait()
        finally:
            refuse()
            listener.close()
            await hall.empty()
            pool.shutdown(wait=False, cancel_futures=True)
