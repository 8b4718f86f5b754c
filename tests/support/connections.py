"""Plain sockets to a server of the page that runs."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from device.web import Server


def host_and_port(server: Server) -> tuple[str, int]:
    parts = urlsplit(server.address)
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port


def connect(server: Server) -> socket.socket:
    return socket.create_connection(host_and_port(server), timeout=5)


def receive(connection: socket.socket, size: int = 65536) -> bytes:
    """Return the next bytes; nothing when the server has closed the connection."""
    try:
        return connection.recv(size)
    except ConnectionError:
        return b""
