"""Serve the web page with waitress, in threads of its own, and stop when asked."""

from __future__ import annotations

import errno
import logging
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import waitress
from waitress import wasyncore

from device.errors import PortInUse
from device.web.channel import Channel
from device.web.lan import url
from device.web.site import site_of

if TYPE_CHECKING:
    from flask import Flask

MEGABYTE = 1024 * 1024
STALLED_MS = 20_000
"""Who takes nothing for this long is cut off, or would hold a thread for ever (tcp(7))."""
LIMITS: dict[str, Any] = {
    # All of these lie above what can come up, since waitress puts more than that on the disk.
    "inbuf_overflow": 16 * MEGABYTE,
    "outbuf_overflow": 16 * MEGABYTE,
    "max_request_body_size": 64 * MEGABYTE,
    "max_request_header_size": 16 * 1024,
    # Small, so that a slow viewer skips pictures and sees new ones.
    "outbuf_high_watermark": 64 * 1024,
    "connection_limit": 200,
    "channel_timeout": 30,
    # A stream learns that its client left while it is still being answered.
    "channel_request_lookahead": 1,
}
_DRAIN_SECONDS = 0.5
_END_SECONDS = 0.4
_POLL_SECONDS = 1.0


class Server:
    """Serves an app on `host` and `port` (0 takes any free one) between `start` and `stop`."""

    def __init__(self, app: Flask, host: str, port: int) -> None:
        self._app = app
        self._host = host
        self._port = port
        self._stopping = threading.Event()
        self._sockets: dict[int, Any] = {}
        self._waitress: Any = None
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        """The page's URL, with the real port once started, for others on the network."""
        return url(self._host, self._port)

    def start(self) -> None:
        """Begin to serve. Raises PortInUse when the address cannot be had."""
        for name in ("waitress", "waitress.queue"):
            logging.getLogger(name).setLevel(logging.ERROR)
        listener = self._listen()
        # Connections inherit it from the socket that accepts them.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_MS)
        self._port = listener.getsockname()[1]
        site = site_of(self._app)
        site.closing.clear()
        self._stopping.clear()
        self._waitress = waitress.create_server(
            self._app,
            map=self._sockets,
            sockets=[listener],
            ident="",
            threads=site.threads,
            **LIMITS,
        )
        self._waitress.channel_class = Channel
        self._thread = threading.Thread(target=self._serve, name="web", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End within a second, cutting off whoever still follows or uploads."""
        if self._thread is None:
            return
        site_of(self._app).closing.set()
        self._stopping.set()
        self._waitress.pull_trigger()
        self._thread.join()
        self._thread = None
        self._waitress.close()

    def _listen(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        both = self._host == "::" and socket.has_dualstack_ipv6()
        try:
            return socket.create_server(
                (self._host, self._port), family=family, dualstack_ipv6=both
            )
        except OSError as error:
            where = f"port {self._port} on {self._host}"
            if error.errno == errno.EADDRINUSE:
                raise PortInUse(f"{where} is in use by another program") from error
            reason = (error.strerror or str(error)).lower()
            raise PortInUse(f"{where} cannot be listened on: {reason}") from error

    def _serve(self) -> None:
        while not self._stopping.is_set():
            wasyncore.loop(_POLL_SECONDS, use_poll=True, map=self._sockets, count=1)
        self._drain()
        self._cut_off()

    def _drain(self) -> None:
        """Take no new connections and give streams the time to see that they should end."""
        self._waitress.accepting = False
        deadline = time.monotonic() + _DRAIN_SECONDS
        while self._busy() and time.monotonic() < deadline:
            wasyncore.loop(0.02, use_poll=True, map=self._sockets, count=1)

    def _busy(self) -> bool:
        return any(
            channel.requests or channel.total_outbufs_len
            for channel in self._waitress.active_channels.values()
        )

    def _cut_off(self) -> None:
        """Free the threads of those who stopped reading, then end all of them."""
        for channel in list(self._waitress.active_channels.values()):
            channel.handle_close()
        self._waitress.task_dispatcher.shutdown(timeout=_END_SECONDS)
