"""Answers without an end: server-sent events and the moving picture."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from flask import Response, request

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from device.latest import Latest
    from device.status import Status
    from device.web.feed import Feed
    from device.web.seats import Seats

EVENT_SECONDS = 0.25
"""Shortest time between two events of one stream."""
ALIVE_SECONDS = 5.0
"""After this long without an event comes a sign of life, which also finds vanished clients."""
RETRY_MS = 2000
_WATCH_SECONDS = 0.25
"""How often a stream that waits looks whether it should end."""

BOUNDARY = "frame"


def endless(pieces: Iterator[bytes], seats: Seats, mimetype: str) -> Response:
    """Stream `pieces` from a seat that was taken, and leave it however the stream ends."""
    response = Response(pieces, mimetype=mimetype)
    response.call_on_close(seats.leave)
    return response


def over(closing: threading.Event) -> Callable[[], bool]:
    """Return a function that says whether the present request's stream should end."""
    gone = request.environ.get("waitress.client_disconnected", bool)
    return lambda: closing.is_set() or gone()


def events(status: Latest[Status], over: Callable[[], bool]) -> Iterator[bytes]:
    """Yield the newest status as server-sent events (WHATWG HTML, section 9.2)."""
    serial = -1
    said = time.monotonic()
    yield f"retry: {RETRY_MS}\n\n".encode()
    while not over() and not status.closed:
        newer = status.wait(serial, _WATCH_SECONDS)
        now = time.monotonic()
        if newer is not None:
            serial, value = newer
            yield f"data: {json.dumps(value.as_json())}\n\n".encode()
            time.sleep(EVENT_SECONDS)
        elif now - said >= ALIVE_SECONDS:
            yield b"event: alive\ndata:\n\n"
        else:
            continue
        said = now


def pictures(feed: Feed, over: Callable[[], bool]) -> Iterator[bytes]:
    """Yield the live picture as parts of multipart/x-mixed-replace; a slow reader skips some."""
    with feed.watch() as newest:
        serial = 0
        yield f"--{BOUNDARY}\r\n".encode()
        while not over() and not newest.closed:
            newer = newest.wait(serial, _WATCH_SECONDS)
            if newer is not None:
                serial, jpeg = newer
                yield part(jpeg)


def part(jpeg: bytes) -> bytes:
    """Wrap a picture, with the boundary behind it: browsers show a part when they see its end."""
    head = f"Content-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
    return head.encode() + jpeg + f"\r\n--{BOUNDARY}\r\n".encode()
