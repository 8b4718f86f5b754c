"""Responses without end: the status as server-sent events, the live picture as MJPEG."""

from __future__ import annotations

import contextlib
import functools
from typing import TYPE_CHECKING, Any

from flask import Response

from device.web.server.broadcast import Broadcast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from device.control.status import Status
    from device.system.latest import Latest
    from device.web.live_view import LiveView
    from device.web.server.slots import Slots

EVENT_SECONDS = 0.25
"""Shortest time between two events."""
RETRY_MS = 2000
BOUNDARY = "frame"
HEADERS = {"X-Accel-Buffering": "no"}
"""Has nginx pass a stream on as it comes."""


class Stream:
    """A response body that a broadcast writes in the server's loop. It occupies a slot.

    Under other WSGI servers the body is empty.
    """

    def __init__(self, broadcast: Broadcast[Any], slots: Slots, address: str = "") -> None:
        self.send = broadcast.send
        self._release: Callable[[], None] | None = functools.partial(slots.release, address)

    def __iter__(self) -> Iterator[bytes]:
        return iter(())

    def close(self) -> None:
        """Release the slot, once."""
        release, self._release = self._release, None
        if release:
            release()


def respond(broadcast: Broadcast[Any], slots: Slots, mimetype: str, address: str = "") -> Response:
    """Return a response that streams. Its slot must be acquired, and is released at the end."""
    body = Stream(broadcast, slots, address)
    return Response(body, 200, HEADERS, mimetype=mimetype, direct_passthrough=True)


def events(status: Latest[Status], to_json: Callable[[Status], str]) -> Broadcast[Status]:
    """Return the status as server-sent events (WHATWG HTML, section 9.2) of one line each."""
    return Broadcast(
        lambda: contextlib.nullcontext(status),
        lambda value: f"data: {to_json(value)}\n\n".encode(),
        start=f"retry: {RETRY_MS}\n\n".encode(),
        keep_alive=b"event: alive\ndata:\n\n",
        interval=EVENT_SECONDS,
    )


def pictures(live_view: LiveView) -> Broadcast[bytes]:
    """Return the live picture as parts of multipart/x-mixed-replace."""
    return Broadcast(live_view.watch, _part, start=f"--{BOUNDARY}\r\n".encode(), after=0)


def _part(jpeg: bytes) -> bytes:
    """Return a picture and the next boundary: browsers show a part when they see its end."""
    head = f"Content-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
    return head.encode() + jpeg + f"\r\n--{BOUNDARY}\r\n".encode()
