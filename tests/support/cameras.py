"""IP cameras of the tests' own, on this machine's loopback."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from tests.support.videos import jpeg

if TYPE_CHECKING:
    from collections.abc import Iterator

USER = "admin"
PASSWORD = "p@ss:w/rd?#é"


class Handler(BaseHTTPRequestHandler):
    """Streams grey pictures; the path says what goes wrong."""

    server: MjpegCamera

    def do_GET(self) -> None:
        token = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.path.startswith("/private") and self.headers["Authorization"] != f"Basic {token}":
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="camera"')
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        with contextlib.suppress(OSError):
            self._stream()

    def _stream(self) -> None:
        while not self.server.ended.is_set():
            if self.server.frozen.is_set():
                time.sleep(0.02)
                continue
            self.server.sent += 1
            picture = jpeg(self.server.sent % 250, 320, 240)
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
            self.wfile.write(head.encode() + picture + b"\r\n")
            if self.server.drop.is_set():
                self.server.drop.clear()
                return
            time.sleep(1 / self.server.rate)

    def log_message(self, *_: object) -> None:
        pass


class MjpegCamera(ThreadingHTTPServer):
    """Motion JPEG over HTTP. Frame n is grey n; `sent` is the newest."""

    daemon_threads = True

    def __init__(self, rate: float = 25.0) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.rate, self.sent = rate, 0
        self.frozen, self.drop, self.ended = (threading.Event() for _ in range(3))
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def place(self) -> str:
        """Its address and port."""
        return f"127.0.0.1:{self.server_port}"


@contextlib.contextmanager
def mjpeg_camera(rate: float = 25.0) -> Iterator[MjpegCamera]:
    """Run such a camera."""
    camera = MjpegCamera(rate)
    try:
        yield camera
    finally:
        camera.ended.set()
        camera.shutdown()
        camera.server_close()


@contextlib.contextmanager
def silent_server(answer: bytes = b"") -> Iterator[str]:
    """Accept connections on a port, answer each request with the same bytes or nothing at all."""
    server = socket.create_server(("127.0.0.1", 0))
    connections: list[socket.socket] = []

    def serve(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while connection.recv(4096):
                if answer:
                    connection.sendall(answer)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection = server.accept()[0]
                connections.append(connection)
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield f"127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.shutdown(socket.SHUT_RDWR)  # wakes who accepts
        acceptor.join()
        server.close()
        for connection in connections:
            connection.close()
