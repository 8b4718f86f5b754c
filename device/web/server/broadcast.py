"""Sends the newest value of something to many clients; each value is encoded once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractContextManager

    from device.system.latest import Latest

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
        self._run: _Run | None = None

    async def send(self, write: Callable[[bytes], Awaitable[object]]) -> None:
        """Send to one client until the source ends or this is cancelled."""
        run = self._run = self._run or _Run()
        run.clients += 1
        if run.task is None:
            run.task = asyncio.create_task(self._follow(run))
        try:
            await write(self._start)
            sent = 0
            while not run.ended:
                if run.count != sent:
                    sent = run.count
                    await write(run.newest)
                    continue
                try:
                    async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                        await run.changed.wait()
                except TimeoutError:
                    await write(self._keep_alive)
        finally:
            run.clients -= 1
            if not run.clients:
                run.task.cancel()
                self._forget(run)

    async def _follow(self, run: _Run) -> None:
        serial = self._after
        try:
            with self._source() as latest:
                while not latest.closed:
                    newer = latest.wait(serial, 0.0)
                    if newer is None:
                        await asyncio.sleep(_POLL_SECONDS)
                        continue
                    serial = newer[0]
                    run.publish(self._encode(newer[1]))
                    await asyncio.sleep(self._interval)
        finally:
            run.end()
            self._forget(run)

    def _forget(self, run: _Run) -> None:
        """Have the next client open the source again."""
        if self._run is run:
            self._run = None


class _Run:
    """What clients wait for, while a source is open."""

    def __init__(self) -> None:
        self.newest, self.count, self.ended = b"", 0, False
        self.changed = asyncio.Event()
        self.clients = 0
        self.task: asyncio.Task[None] | None = None

    def publish(self, chunk: bytes) -> None:
        self.newest = chunk
        self.count += 1
        self._wake()

    def end(self) -> None:
        self.ended = True
        self._wake()

    def _wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()
