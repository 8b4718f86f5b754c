"""How waitress reads a connection here: too large a body is thrown away as it comes.

Waitress itself hangs up on it, and a browser that is still sending then shows "connection reset"
where our answer says what is wrong.
"""

from __future__ import annotations

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.receiver import FixedStreamReceiver
from waitress.utilities import RequestEntityTooLarge

from device.web.problem import TOO_LARGE

KEPT_BYTES = 8 * 1024 * 1024
"""Most of a body that is kept; the app refuses a larger one by its length."""


class Discard(FixedStreamReceiver):  # type: ignore[misc]
    """Receives a body of known length and keeps nothing of it."""

    remain: int

    def received(self, data: bytes) -> int:
        """Count the body's bytes; returns how many of `data` belong to it."""
        size = min(self.remain, len(data))
        self.remain -= size
        self.completed = not self.remain
        return size


class Parser(HTTPRequestParser):  # type: ignore[misc]
    """Keeps no body that will be refused."""

    body_rcv: FixedStreamReceiver
    path = ""
    """Waitress logs it when a client leaves, also one whose request had none that could be read."""

    def parse_header(self, header_plus: bytes) -> None:
        """Choose what receives the body once its length is known."""
        super().parse_header(header_plus)
        if self.content_length > KEPT_BYTES:
            self.body_rcv = Discard(self.content_length, self.body_rcv.getbuf())

    def received(self, data: bytes) -> int:
        """Read on; a body in chunks, whose length nobody knows, ends where it grows too large."""
        consumed: int = super().received(data)
        if self.chunked and self.body_bytes_received > KEPT_BYTES:
            self.error = RequestEntityTooLarge(TOO_LARGE)
            self.completed = True
        return consumed


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection that reads with `Parser`."""

    parser_class = Parser
