"""Answers without an end: server-sent events and the moving picture."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from flask import Response

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from device.control.status import Status
    from device.web.server.broadcast import Broadcast
    from device.web.server.slots import Slots

EVENT_SECONDS = 0.25
"""Shortest time between two events."""
ALIVE_SECONDS = 5.0
"""After this long without an event comes a sign of life, which also finds vanished clients."""
RETRY_MS = 2000

BOUNDARY = "frame"


class Stream:
    """The body of an answer without an end, from a seat if one was taken.

    Our server takes its pieces in its own loop, so that no thread is held by a stream. As an
    ordinary WSGI body it is empty.
    """

    def __init__(self, pieces: AsyncGenerator[bytes, None], seats: Slots | None = None) -> None:
        self.pieces = pieces
        self._seats = seats

    def __iter__(self) -> Iterator[bytes]:
        return iter(())

    def close(self) -> None:
        """Leave the seat, once."""
        if self._seats:
            self._seats.leave()
            self._seats = None


class Pieces:
    """The body of a long answer: each piece is made when the one before has gone."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces


def endless(pieces: AsyncGenerator[bytes, None], seats: Slots, mimetype: str) -> Response:
    """Answer with a stream, from a seat that was taken and is left however the stream ends."""
    return Response(Stream(pieces, seats), mimetype=mimetype, direct_passthrough=True)


def event(data: str) -> bytes:
    """Write one line as a server-sent event (WHATWG HTML, section 9.2)."""
    return f"data: {data}\n\n".encode()


async def events(relay: Broadcast[Status]) -> AsyncGenerator[bytes, None]:
    """Yield the newest status as server-sent events, which the relay has encoded."""
    yield f"retry: {RETRY_MS}\n\n".encode()
    async with aclosing(relay.follow(ALIVE_SECONDS)) as newest:
        async for piece in newest:
            yield piece or b"event: alive\ndata:\n\n"


async def pictures(relay: Broadcast[bytes]) -> AsyncGenerator[bytes, None]:
    """Yield the live picture as parts of multipart/x-mixed-replace; a slow reader skips some."""
    yield f"--{BOUNDARY}\r\n".encode()
    async with aclosing(relay.follow(ALIVE_SECONDS)) as newest:
        async for piece in newest:
            if piece:
                yield piece


def part(jpeg: bytes) -> bytes:
    """Wrap a picture, with the boundary behind it: browsers show a part when they see its end."""
    head = f"Content-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
    return head.encode() + jpeg + f"\r\n--{BOUNDARY}\r\n".encode()
