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
    from concurrent.futures import Executor

    from tornado.http1connection import HTTP1Connection

    from device.web.server.connections import WsgiApp

log = logging.getLogger(__name__)

MAX_KEPT_BYTES = 8 * 1024 * 1024
"""Larger bodies are read but not kept. Closing the connection instead would hide the app's
response (413) from browsers, which then report a network error."""
SMALL_BYTES = 64 * 1024
MAX_LARGE_BODIES = 8
"""Bodies over `SMALL_BYTES` in memory at once."""
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

    def __init__(self, app: WsgiApp, executor: Executor) -> None:
        self.large_bodies = Slots(MAX_LARGE_BODIES)
        self._app, self._executor = app, executor
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

    def respond(self, request: HTTPServerRequest) -> asyncio.Task[None]:
        """Start to respond. Raises HTTPInputError."""
        connection: Any = request.connection
        try:
            environ = self._environ(request)
        except ValueError as error:
            raise HTTPInputError("Host: invalid port") from error
        task = asyncio.create_task(self._respond(connection, environ))
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
    """Reads one request. A large body takes a slot until the response is sent."""

    def __init__(self, handler: Handler, connection: HTTP1Connection) -> None:
        self._handler, self._connection = handler, connection
        self._chunks: list[bytes] = []
        self._size = 0
        self._has_slot: bool | None = None

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

    def data_received(self, chunk: bytes) -> None:
        """Keep a chunk of the body, within the limits."""
        self._size += len(chunk)
        if self._size > SMALL_BYTES and self._has_slot is None:
            self._has_slot = self._handler.large_bodies.acquire()
        if self._has_slot is False or self._size > MAX_KEPT_BYTES:
            self._chunks.clear()
        else:
            self._chunks.append(chunk)

    def finish(self) -> None:
        """Respond to the complete request. Raises HTTPInputError."""
        if self._has_slot is False:
            _write(self._connection, BUSY)
            self._connection.finish()
            return
        request = self._request
        if self._size:
            request.body = b"".join(self._chunks)
            self._chunks.clear()
            request.headers["Content-Length"] = str(self._size)
            request.headers.pop("Transfer-Encoding", None)
        task = self._handler.respond(request)
        if self._has_slot:
            task.add_done_callback(lambda _: self.on_connection_close())

    def on_connection_close(self) -> None:
        """Release the slot, also of a request that never completes."""
        if self._has_slot:
            self._has_slot = False
            self._handler.large_bodies.release()


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
