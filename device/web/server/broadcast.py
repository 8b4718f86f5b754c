"""Hands the newest of something on to many streams: looked for once, encoded once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from contextlib import AbstractContextManager

    from device.system.latest import Latest

T = TypeVar("T")

_POLL_SECONDS = 0.02
"""How often one task looks, for all streams, whether something newer is there."""


class Broadcast(Generic[T]):
    """Follows a `Latest` while streams follow the relay; all of it in one asyncio loop.

    `lend` lends what is followed, `encode` makes the bytes of a value. Values come at least `gap`
    seconds apart, and only those after serial number `after`.
    """

    def __init__(
        self,
        lend: Callable[[], AbstractContextManager[Latest[T]]],
        encode: Callable[[T], bytes],
        gap: float = 0.0,
        after: int = -1,
    ) -> None:
        self._lend, self._encode = lend, encode
        self._gap, self._after = gap, after
        self._followers = 0
        self._news = _News()
        self._task: asyncio.Task[None] | None = None

    async def follow(self, patience: float) -> AsyncGenerator[bytes | None, None]:
        """Yield the newest value, and then whatever is newest whenever the reader is ready.

        Yields None after `patience` seconds without anything new. Ends when nothing will come.
        """
        self._followers += 1
        if self._task is None:
            self._news = _News()
            self._task = asyncio.create_task(self._run(self._news))
        news, seen = self._news, 0
        try:
            while True:
                if news.count == seen and not news.over:
                    try:
                        async with asyncio.timeout(patience):
                            await news.changed.wait()
                    except TimeoutError:
                        yield None
                        continue
                if news.over:
                    return
                seen = news.count
                yield news.piece
        finally:
            self._followers -= 1
            if not self._followers and self._task:
                self._task.cancel()
                self._task = None

    async def _run(self, news: _News) -> None:
        serial = self._after
        try:
            with self._lend() as latest:
                while not latest.closed:
                    newer = latest.wait(serial, 0.0)
                    if newer is None:
                        await asyncio.sleep(_POLL_SECONDS)
                        continue
                    serial, value = newer
                    news.tell(self._encode(value))
                    await asyncio.sleep(self._gap)
        finally:
            news.end()


class _News:
    """What those who follow wait for."""

    def __init__(self) -> None:
        self.piece, self.count, self.over = b"", 0, False
        self.changed = asyncio.Event()

    def tell(self, piece: bytes) -> None:
        self.piece = piece
        self.count += 1
        self._wake()

    def end(self) -> None:
        self.over = True
        self._wake()

    def _wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()
