"""Runs requests of tornado's HTTP server in a WSGI app (PEP 3333), and sends the responses."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import time
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, NamedTuple

from tornado.httputil import (
    HTTPHeaders,
    HTTPInputError,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    HTTPServerRequest,
    RequestStartLine,
    ResponseStartLine,
    format_timestamp,
)
from tornado.iostream import StreamClosedError
from tornado.wsgi import WSGIContainer

from device.errors import MoodliftError
from device.web import problems
from device.web.server.slots import Slots
from device.web.server.streams import Stream

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from concurrent.futures import Executor

    from tornado.http1connection import HTTP1Connection

    from device.web.addresses import TrustedProxies
    from device.web.server.connections import WsgiApp

log = logging.getLogger(__name__)

MAX_KEPT_BYTES = 8 * 1024 * 1024
"""Larger bodies are read but not kept. Closing the connection instead would hide the app's
response (413) from browsers, which then report a network error."""
SMALL_BYTES = 64 * 1024
MAX_LARGE_BODIES, LARGE_BODIES_PER_CLIENT = 8, 3
"""Bodies over `SMALL_BYTES` in memory at once: in all, and of one client."""
HEAD_ONLY = "moodlift.head_only"
"""Key of a WSGI environ that asks the app whether to read a body: it returns 100, or a refusal."""
INLINE_PATHS = frozenset({"/api/v1/status", "/healthz", "/readyz"})
"""The app runs in the loop for these, as it responds from memory in 0.1 ms. Under a crowd, threads
that take turns would delay the stage."""


class Response(NamedTuple):
    """What the app returned. A generator makes a long body chunk by chunk."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes | Stream | Generator[bytes, None, None]


BUSY = Response(
    "503 Service Unavailable",
    [("Content-Type", problems.MIMETYPE), ("Retry-After", "2")],
    problems.details(503, "too many pictures at once").encode(),
)


class Handler(HTTPServerConnectionDelegate):
    """Runs a WSGI app in threads of `executor`, and streams in the loop.

    `WSGIContainer` alone would join an export in memory, switch to a thread three times for each
    response, and leave a connection open without a response when the app fails.
    """

    def __init__(self, app: WsgiApp, executor: Executor, proxies: TrustedProxies) -> None:
        self.large_bodies = Slots(MAX_LARGE_BODIES, LARGE_BODIES_PER_CLIENT)
        self._app, self._executor, self._proxies = app, executor, proxies
        self._environ = WSGIContainer(app, executor).environ
        self._tasks: set[asyncio.Task[None]] = set()
        self._streams: set[asyncio.Task[None]] = set()

    def start_request(
        self,
        server_conn: object,  # noqa: ARG002 - tornado's interface
        request_conn: Any,
    ) -> HTTPMessageDelegate:
        """Read a request."""
        return _Request(self, request_conn)

    def environ(self, request: HTTPServerRequest) -> dict[str, Any]:
        """Return what the client asked, as a WSGI environ, once. Raises HTTPInputError."""
        try:
            environ = self._environ(request)
        except ValueError as error:
            raise HTTPInputError("Host: invalid port") from error
        self._proxies.apply(environ)
        return environ

    async def refusal(self, environ: dict[str, Any]) -> Response | None:
        """Return the app's refusal to read a large body, by its head; None if it may come."""
        length = {"CONTENT_LENGTH": str(SMALL_BYTES + 1)}  # of a body in chunks, which names none
        response = await self._in_thread(self._call, {**length, **environ, HEAD_ONLY: True})
        return None if response.status.startswith("100 ") else response

    def respond(self, request: HTTPServerRequest) -> asyncio.Task[None]:
        """Start to respond. Raises HTTPInputError."""
        connection: Any = request.connection
        task = asyncio.create_task(self._respond(connection, self.environ(request)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        connection.set_close_callback(lambda: task in self._streams and task.cancel())
        return task

    async def close(self, timeout: float) -> None:
        """Cancel streams, and give other responses `timeout` seconds."""
        for task in self._streams:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=timeout)

    async def _respond(self, connection: HTTP1Connection, environ: dict[str, Any]) -> None:
        try:
            if environ["PATH_INFO"] in INLINE_PATHS:
                response = self._call(environ)
            else:
                response = await self._in_thread(self._call, environ)
            if isinstance(response.body, bytes):
                _write(connection, response)
            else:
                await self._stream(connection, response)
                if environ["SERVER_PROTOCOL"] == "HTTP/1.0":
                    connection.close()  # without chunks, this ends the body
            connection.finish()
        except StreamClosedError:
            pass
        except MoodliftError as error:
            log.warning("page: %s", error)
            connection.close()  # the body must not look complete
        except Exception:
            log.exception("page: a response was cut off")
            connection.close()

    def _call(self, environ: dict[str, Any]) -> Response:
        """Call the app; runs in a thread."""
        started: list[Any] = []
        body = self._app(environ, lambda *arguments: started.extend(arguments))
        if isinstance(body, Stream | Generator):
            return Response(started[0], started[1], body)
        try:
            return Response(started[0], started[1], b"".join(body))
        finally:
            if hasattr(body, "close"):
                body.close()

    async def _stream(self, connection: HTTP1Connection, response: Response) -> None:
        task, body = asyncio.current_task(), response.body
        assert task
        self._streams.add(task)
        task.add_done_callback(self._streams.discard)
        if isinstance(body, Stream):
            with contextlib.closing(body):
                _write(connection, response)
                await body.send(connection.write)
            return
        _write(connection, response)
        while chunk := await self._in_thread(next, body, b""):
            await connection.write(chunk)

    async def _in_thread(self, function: Any, *arguments: object) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, function, *arguments)


class _Request(HTTPMessageDelegate):
    """Reads one request. A large body takes a slot until the response is sent.

    Before that the app decides by the head whether it wants the body. What it refuses is read all
    the same, but not kept.
    """

    def __init__(self, handler: Handler, connection: HTTP1Connection) -> None:
        self._handler, self._connection = handler, connection
        self._chunks: list[bytes] = []
        self._size = 0
        self._is_closed = False
        self._is_large = False
        self._slot_of: str | None = None
        self._refusal: Response | None = None

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> None:
        """Check and keep the head. Raises HTTPInputError."""
        assert isinstance(start_line, RequestStartLine)
        if "_" in "".join(headers):
            for name in [name for name in headers if "_" in name]:
                del headers[name]  # in WSGI it would pass for the name with a hyphen
        self._request = HTTPServerRequest(
            connection=self._connection, start_line=start_line, headers=headers
        )

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """Keep a chunk of the body, within the limits. Raises HTTPInputError."""
        self._size += len(chunk)
        self._chunks.append(chunk)
        if self._size > MAX_KEPT_BYTES or self._refusal:
            self._chunks.clear()
        if self._size <= SMALL_BYTES or self._is_large:
            return None
        self._is_large = True
        return self._take_slot()

    async def _take_slot(self) -> None:
        headers = self._request.headers.copy()
        environ = self._handler.environ(self._request)
        self._request.headers = headers  # WSGIContainer has taken some out
        self._refusal = await self._handler.refusal(environ)
        if self._refusal or self._is_closed:
            return
        address = environ["REMOTE_ADDR"]
        if self._handler.large_bodies.acquire(address):
            self._slot_of = address
        else:
            self._refusal = BUSY

    def finish(self) -> None:
        """Respond to the complete request. Raises HTTPInputError."""
        if self._refusal:
            _write(self._connection, self._refusal)
            self._connection.finish()
            return
        request = self._request
        if self._size:
            request.body = b"".join(self._chunks)
            self._chunks.clear()
            request.headers["Content-Length"] = str(self._size)
            request.headers.pop("Transfer-Encoding", None)
        task = self._handler.respond(request)
        task.add_done_callback(lambda _: self.on_connection_close())

    def on_connection_close(self) -> None:
        """Release the slot, also of a request that never completes."""
        self._is_closed = True
        if self._slot_of is not None:
            self._handler.large_bodies.release(self._slot_of)
            self._slot_of = None


def _write(connection: HTTP1Connection, response: Response) -> None:
    """Write the head, and the body unless it is sent chunk by chunk."""
    code, _, reason = response.status.partition(" ")
    headers = HTTPHeaders({"Date": _date(int(time.time()))})
    for name, value in response.headers:
        headers.add(name, value)
    line = ResponseStartLine("HTTP/1.1", int(code), reason)
    body = response.body if isinstance(response.body, bytes) else b""
    connection.write_headers(line, headers, body or None)


@functools.lru_cache(maxsize=1)
def _date(seconds: int) -> str:
    return format_timestamp(seconds)
