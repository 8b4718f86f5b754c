"""Sends the newest value of something to many clients; each value is encoded once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractContextManager

    from device.system.latest import Latest

    Queue = asyncio.Queue[bytes | None]

T = TypeVar("T")

KEEP_ALIVE_SECONDS = 5.0
"""A client that got nothing for this long gets `keep_alive`, which also detects lost clients."""
_POLL_SECONDS = 0.02


class Broadcast(Generic[T]):
    """Follows a `Latest` while it has clients. To be used in one asyncio loop.

    `source` lends the `Latest`, `encode` returns the bytes of a value. Values are sent at least
    `interval` seconds apart, and only those with a serial number above `after`. Each client gets
    `start` first. One that reads slowly skips values.
    """

    def __init__(
        self,
        source: Callable[[], AbstractContextManager[Latest[T]]],
        encode: Callable[[T], bytes],
        *,
        start: bytes,
        keep_alive: bytes = b"",
        interval: float = 0.0,
        after: int = -1,
    ) -> None:
        self._source, self._encode = source, encode
        self._start, self._keep_alive = start, keep_alive
        self._interval, self._after = interval, after
        self._clients: set[Queue] = set()
        self._newest: bytes | None = None
        self._task: asyncio.Task[None] | None = None

    async def send(self, write: Callable[[bytes], Awaitable[object]]) -> None:
        """Send to one client until the source ends or this is cancelled."""
        queue: Queue = asyncio.Queue(1)
        if self._newest is not None:
            queue.put_nowait(self._newest)
        self._clients.add(queue)
        if self._task is None:
            self._task = asyncio.create_task(self._follow(self._clients))
        try:
            chunk: bytes | None = self._start
            while chunk is not None:
                await write(chunk)
                chunk = queue.get_nowait() if queue.full() else await self._wait(queue)
        finally:
            self._clients.discard(queue)
            if not self._clients and self._task:
                self._task.cancel()
                self._reset()

    async def _wait(self, queue: Queue) -> bytes | None:
        try:
            async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                return await queue.get()
        except TimeoutError:
            return self._keep_alive

    async def _follow(self, clients: set[Queue]) -> None:
        serial = self._after
        try:
            with self._source() as latest:
                while not latest.closed:
                    newer = latest.wait(serial, 0.0)
                    if newer is None:
                        await asyncio.sleep(_POLL_SECONDS)
                        continue
                    serial = newer[0]
                    self._newest = self._encode(newer[1])
                    _put(clients, self._newest)
                    await asyncio.sleep(self._interval)
        finally:
            _put(clients, None)
            if self._clients is clients:
                self._reset()

    def _reset(self) -> None:
        """Have the next client follow the source from its beginning."""
        self._clients, self._newest, self._task = set(), None, None


def _put(clients: set[Queue], chunk: bytes | None) -> None:
    """Give each client a chunk in place of the one that it has not taken yet."""
    for queue in clients:
        if queue.full():
            queue.get_nowait()
        queue.put_nowait(chunk)
