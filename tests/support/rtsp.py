"""An RTSP camera of the tests' own: Motion JPEG over RTP (RFC 2435), interleaved (RFC 2326)."""

from __future__ import annotations

import base64
import contextlib
import socketserver
import struct
import threading
import time
from typing import TYPE_CHECKING

from tests.support.cameras import PASSWORD, USER
from tests.support.videos import jpeg

if TYPE_CHECKING:
    from collections.abc import Iterator

SDP = b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\nm=video 0 RTP/AVP 26\r\n"
WIDTH, HEIGHT, RATE = 320, 240, 25


class Handler(socketserver.StreamRequestHandler):
    """Answers one client, and streams to it from PLAY on."""

    server: RtspCamera

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            while request := self._request():
                method, headers = request
                if not self._answer(method, headers):
                    return

    def _request(self) -> tuple[str, dict[str, str]] | None:
        first = self.rfile.readline().decode("ascii", "replace")
        headers = {}
        while line := self.rfile.readline().strip().decode("ascii", "replace"):
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return (first.partition(" ")[0], headers) if first else None

    def _answer(self, method: str, headers: dict[str, str]) -> bool:
        status, more, body = "200 OK", "", b""
        token = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if method == "OPTIONS":
            more = "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n"
        elif headers.get("authorization") != f"Basic {token}":
            status, more = "401 Unauthorized", 'WWW-Authenticate: Basic realm="camera"\r\n'
            self.server.refused += 1
        elif method == "DESCRIBE":
            body = SDP
            more = f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n"
        elif method == "SETUP":
            more = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n"
        head = f"RTSP/1.0 {status}\r\nCSeq: {headers.get('cseq', '0')}\r\n{more}\r\n"
        self.wfile.write(head.encode() + body)
        if method == "PLAY":
            self._stream()
        return method not in ("PLAY", "TEARDOWN")

    def _stream(self) -> None:
        for number in range(1 << 16):
            if self.server.ended.is_set() or self.server.drop.is_set():
                self.server.drop.clear()
                return
            self.wfile.write(_packet(jpeg(number % 250, WIDTH, HEIGHT), number))
            self.server.sent = number
            time.sleep(1 / self.server.rate)


class RtspCamera(socketserver.ThreadingTCPServer):
    """Frame n is grey n; `sent` is the newest. `drop` ends the streams that play.

    The frames' stamps are those of 25 a second, at whatever `rate` they are sent.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.sent = self.refused = 0
        self.rate = float(RATE)
        self.drop, self.ended = threading.Event(), threading.Event()

    @property
    def place(self) -> str:
        """Its address and port."""
        return f"127.0.0.1:{self.server_address[1]}"


@contextlib.contextmanager
def rtsp_camera() -> Iterator[RtspCamera]:
    """Run such a camera."""
    with RtspCamera() as camera:
        threading.Thread(target=camera.serve_forever, daemon=True).start()
        try:
            yield camera
        finally:
            camera.ended.set()
            camera.shutdown()


def _packet(picture: bytes, number: int) -> bytes:
    """Return a picture as one interleaved RTP packet."""
    tables, scan = b"", b""
    place = 2
    while picture[place + 1] != 0xDA:
        size = int.from_bytes(picture[place + 2 : place + 4], "big")
        if picture[place + 1] == 0xDB:  # a segment may have several tables
            segment = picture[place + 4 : place + 2 + size]
            tables += b"".join(segment[at + 1 : at + 65] for at in range(0, len(segment), 65))
        place += 2 + size
    size = int.from_bytes(picture[place + 2 : place + 4], "big")
    scan = picture[place + 2 + size : -2]
    head = struct.pack(">BBHII", 0x80, 0x80 | 26, number, number * 90_000 // RATE, 1)
    head += bytes([0, 0, 0, 0, 1, 255, WIDTH // 8, HEIGHT // 8])
    payload = head + struct.pack(">BBH", 0, 0, len(tables)) + tables + scan
    return b"$\0" + struct.pack(">H", len(payload)) + payload
