"""An HTTPS server on this machine that serves models, and does not always do what it should."""

from __future__ import annotations

import hashlib
import http.server
import ssl
import threading
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pathlib import Path

VERSION = "9.0.0"


class HttpsServer:
    """Answers with `files` by their paths; a value may be bytes, a status, or where to go on to."""

    def __init__(self, certificate: tuple[Path, Path]) -> None:
        self.files: dict[str, bytes | int | str] = {}
        self.asked: list[str] = []
        self.cut = False
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                outer.answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._server.daemon_threads = True
        self.address = f"https://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def answer(self, to: http.server.BaseHTTPRequestHandler) -> None:
        found = self.files.get(to.path, 404)
        match found:
            case int():
                to.send_error(found)
            case str():
                to.send_response(302)
                to.send_header("Location", found)
                to.send_header("Content-Length", "0")
                to.end_headers()
            case bytes():
                to.send_response(200)
                to.send_header("Content-Length", str(len(found)))
                to.end_headers()
                to.wfile.write(found[: len(found) // 2] if self.cut else found)

    def release(self, data: bytes, percent: float = 100.0, **changes: Any) -> dict[str, Any]:
        """Put a model archive where it can be had; return its release."""
        self.files["/model"] = data
        release = {
            "rollout": "spring",
            "version": VERSION,
            "url": f"{self.address}/model",
            "sha256": hashlib.sha256(data).hexdigest(),
            "percent": percent,
        }
        return release | changes

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
