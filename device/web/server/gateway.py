"""Between connections and the app: WSGI (PEP 3333) in threads, streams in tornado's loop."""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import sys
import time
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote_to_bytes

from tornado.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    RequestStartLine,
    ResponseStartLine,
    format_timestamp,
)
from tornado.iostream import StreamClosedError

from device.errors import MoodliftError
from device.web import problems
from device.web.server.slots import Slots
from device.web.server.streams import Pieces, Stream

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
    from concurrent.futures import Executor

    from tornado.http1connection import HTTP1Connection, HTTP1ServerConnection

log = logging.getLogger(__name__)

KEPT_BYTES = 8 * 1024 * 1024
"""Most of a body that is kept. What is larger is read and thrown away: a browser that finds the
connection closed while it still sends shows that, and not our answer of what is wrong."""
SMALL_BYTES = 64 * 1024
QUICK = frozenset({"/api/v1/status", "/healthz", "/readyz"})
"""What is answered from memory in a tenth of a millisecond, without waiting for a thread. Under a
crowd that asks for it, threads that take turns would hold up the stage."""
LARGE_BODIES = 8
"""So many bodies larger than that are in memory at once."""


class Peer(NamedTuple):
    """Who is at the other end of a connection, and how it came."""

    address: str
    port: int
    secure: bool


class Answer(NamedTuple):
    """What the app says: `status` such as "200 OK"."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes | Stream


class Gateway(HTTPServerConnectionDelegate):
    """Passes the requests of all connections on to a WSGI app, which runs in `pool`."""

    def __init__(self, app: Callable[..., Any], pool: Executor) -> None:
        self.app, self.pool = app, pool
        self.large = Slots(LARGE_BODIES)
        self.connections: set[HTTP1ServerConnection] = set()
        self.answers: set[asyncio.Task[None]] = set()
        self.streams: set[asyncio.Task[None]] = set()

    def start_request(
        self,
        server_conn: object,  # noqa: ARG002 - tornado's interface
        request_conn: Any,
    ) -> HTTPMessageDelegate:
        """Take a request of a connection."""
        return Exchange(self, request_conn)

    def on_close(self, server_conn: Any) -> None:
        """Forget a connection."""
        self.connections.discard(server_conn)

    @contextlib.contextmanager
    def streaming(self) -> Iterator[None]:
        """Note that the present task streams, and so may be cancelled at any time."""
        task = asyncio.current_task()
        assert task is not None
        self.streams.add(task)
        try:
            yield
        finally:
            self.streams.discard(task)

    def end_streams(self) -> None:
        """End every stream."""
        for task in list(self.streams):
            task.cancel()

    def answered(self, task: asyncio.Task[None]) -> None:
        """Forget an answer, and log what nobody foresaw."""
        self.answers.discard(task)
        error = None if task.cancelled() else task.exception()
        if error:
            log.error("page: an answer broke off", exc_info=error)

    def run(self, environ: dict[str, Any]) -> Answer:
        """Ask the app; called in a thread."""
        said: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> Any:
            said[:] = status, headers
            return said.append  # write(), which nobody here calls

        body: Any = self.app(environ, start_response)
        if isinstance(body, Stream):
            return Answer(said[0], said[1], body)
        if isinstance(body, Pieces):
            return Answer(said[0], said[1], Stream(self._made(iter(body))))
        try:
            content = b"".join(body)
            return Answer(said[0], said[1], content)
        finally:
            if hasattr(body, "close"):
                body.close()

    async def _made(self, pieces: Iterator[bytes]) -> AsyncGenerator[bytes, None]:
        """Yield pieces that are made in threads."""
        loop = asyncio.get_running_loop()
        while (piece := await loop.run_in_executor(self.pool, next, pieces, None)) is not None:
            yield piece


class Exchange(HTTPMessageDelegate):
    """One request and its answer."""

    def __init__(self, gateway: Gateway, connection: HTTP1Connection) -> None:
        self._gateway, self._connection = gateway, connection
        self._environ: dict[str, Any] = {}
        self._pieces: list[bytes] = []
        self._size = 0
        self._seat = contextlib.ExitStack()
        self._refused = False
        self._task: asyncio.Task[None] | None = None

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> None:
        """Note what is asked for."""
        assert isinstance(start_line, RequestStartLine)
        peer: Any = self._connection.context
        self._environ = _environ(start_line, headers, peer)

    def data_received(self, chunk: bytes) -> None:
        """Keep a piece of the body, while it is not too large and there is room."""
        before, self._size = self._size, self._size + len(chunk)
        if before <= SMALL_BYTES < self._size:
            self._refused = not self._gateway.large.take()
            if not self._refused:
                self._seat.callback(self._gateway.large.leave)
        if self._refused or self._size > KEPT_BYTES:
            self._pieces.clear()
        else:
            self._pieces.append(chunk)

    def finish(self) -> None:
        """Answer, now that all of the request is there."""
        self._connection.set_close_callback(self._vanished)
        self._task = asyncio.create_task(self._answer())
        self._gateway.answers.add(self._task)
        self._task.add_done_callback(self._gateway.answered)

    def on_connection_close(self) -> None:
        """Forget a request of which no more will come."""
        self._seat.close()

    def _vanished(self) -> None:
        if self._task in self._gateway.streams:
            self._task.cancel()

    async def _answer(self) -> None:
        with self._seat, contextlib.suppress(StreamClosedError), contextlib.ExitStack() as broken:
            broken.callback(self._connection.close)  # what broke off must not look whole
            answer = await self._ask()
            if not isinstance(answer.body, Stream):
                self._begin(answer, answer.body)
            elif not await self._stream(answer, answer.body):
                return
            broken.pop_all()
            self._connection.finish()

    async def _ask(self) -> Answer:
        if self._refused:
            text = problems.details(503, "too many pictures at once")
            headers = [("Content-Type", problems.MIMETYPE), ("Retry-After", "2")]
            return Answer("503 Service Unavailable", headers, text.encode())
        body = b"".join(self._pieces)
        self._pieces.clear()
        environ = self._environ
        environ["CONTENT_LENGTH"] = str(self._size)
        environ["wsgi.input"] = io.BytesIO(body)
        if environ["PATH_INFO"] in QUICK:
            return self._gateway.run(environ)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._gateway.pool, self._gateway.run, environ)

    async def _stream(self, answer: Answer, stream: Stream) -> bool:
        """Send the pieces, each once the one before has gone, until the client leaves.

        Tells whether all went, and the connection may go on.
        """
        with contextlib.closing(stream), self._gateway.streaming():
            async with contextlib.aclosing(stream.pieces) as pieces:
                if self._connection.stream.closed():
                    return False
                self._begin(answer)
                try:
                    async for piece in pieces:
                        await self._connection.write(piece)
                except MoodliftError as error:
                    log.warning("page: %s", error)
                    return False
        version: str = self._environ["SERVER_PROTOCOL"]
        return version != "HTTP/1.0"  # which has no chunks: that the connection closes is the end

    def _begin(self, answer: Answer, body: bytes | None = None) -> None:
        code, _, reason = answer.status.partition(" ")
        headers = HTTPHeaders()
        for name, value in answer.headers:
            headers.add(name, value)
        headers["Date"] = format_timestamp(time.time())
        if code in ("204", "304") or self._environ["REQUEST_METHOD"] == "HEAD":
            body = None  # the app alone knows how long it would be
        if body is not None and "Content-Length" not in headers:
            headers["Content-Length"] = str(len(body))
        line = ResponseStartLine("HTTP/1.1", int(code), reason)
        self._connection.write_headers(line, headers, body or None)


def _environ(line: RequestStartLine, headers: HTTPHeaders, peer: Peer) -> dict[str, Any]:
    """Return a request as PEP 3333 has it, but for its body."""
    path, _, query = line.path.partition("?")
    host = headers.get("Host", "")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": line.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": line.version,
        "SERVER_NAME": host.partition(":")[0] or "localhost",
        "SERVER_PORT": str(peer.port),
        "REMOTE_ADDR": peer.address,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https" if peer.secure else "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    environ.update(_named(headers.get_all()))
    return environ


def _named(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return headers by their names in CGI (RFC 3875).

    Those with an underscore are left out, since they would pass for others with a hyphen, and what
    is said of a body's chunks, which are put together here.
    """
    named: dict[str, str] = {}
    for name, value in headers:
        if "_" in name or name == "Transfer-Encoding":
            continue
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        joint = "; " if key == "HTTP_COOKIE" else ","
        named[key] = f"{named[key]}{joint}{value}" if key in named else value
    return named
