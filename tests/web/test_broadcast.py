"""A broadcast sends each client the newest value, encoded once."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from device.system.latest import Latest
from device.web.server.broadcast import Broadcast

if TYPE_CHECKING:
    from collections.abc import Iterator


class Numbers(Broadcast[int]):
    """Broadcasts numbers, and counts what it does."""

    def __init__(self) -> None:
        self.latest = Latest(0)
        self.encoded: list[int] = []
        self.opened = 0
        super().__init__(self.open, self.to_bytes, start=b"start", keep_alive=b"alive")

    @contextlib.contextmanager
    def open(self) -> Iterator[Latest[int]]:
        self.opened += 1
        try:
            yield self.latest
        finally:
            self.opened -= 1

    def to_bytes(self, value: int) -> bytes:
        self.encoded.append(value)
        return b"%d" % value


class Client:
    """Reads while `ready` is set."""

    def __init__(self, numbers: Numbers) -> None:
        self.chunks: list[bytes] = []
        self.ready = asyncio.Event()
        self.ready.set()
        self.task = asyncio.create_task(numbers.send(self.write))

    async def write(self, chunk: bytes) -> None:
        await self.ready.wait()
        self.chunks.append(chunk)

    async def has(self, *chunks: bytes) -> None:
        """Wait until exactly these came."""
        async with asyncio.timeout(3):
            while self.chunks != list(chunks):
                await asyncio.sleep(0.001)


def test_each_value_is_encoded_once_for_all_clients() -> None:
    async def run() -> None:
        numbers = Numbers()
        clients = [Client(numbers) for _ in range(5)]
        for client in clients:
            await client.has(b"start", b"0")
        numbers.latest.publish(1)
        for client in clients:
            await client.has(b"start", b"0", b"1")
        late = Client(numbers)
        await late.has(b"start", b"1")
        assert numbers.encoded == [0, 1]
        assert numbers.opened == 1

    asyncio.run(run())


def test_a_slow_client_skips_values_and_gets_the_newest() -> None:
    async def run() -> None:
        numbers = Numbers()
        slow, quick = Client(numbers), Client(numbers)
        await slow.has(b"start", b"0")
        slow.ready.clear()
        expected = [b"start", b"0"]
        for number in range(1, 6):
            numbers.latest.publish(number)
            expected.append(b"%d" % number)
            await quick.has(*expected)
        slow.ready.set()
        await slow.has(b"start", b"0", b"1", b"5")

    asyncio.run(run())


def test_the_source_is_open_while_there_are_clients() -> None:
    async def run() -> None:
        numbers = Numbers()
        for _ in range(3):
            clients = [Client(numbers) for _ in range(3)]
            for client in clients:
                await client.has(b"start", b"0")
            assert numbers.opened == 1
            for client in clients:
                client.task.cancel()
            await asyncio.wait([client.task for client in clients])
            await asyncio.sleep(0)
            assert numbers.opened == 0

    asyncio.run(run())


def test_a_client_that_comes_as_the_last_one_leaves_is_served() -> None:
    async def run() -> None:
        numbers = Numbers()
        first = Client(numbers)
        await first.has(b"start", b"0")
        first.task.cancel()
        await asyncio.wait([first.task])
        second = Client(numbers)
        await second.has(b"start", b"0")
        numbers.latest.publish(1)
        await second.has(b"start", b"0", b"1")

    asyncio.run(run())


def test_streams_end_with_their_source_and_the_next_client_opens_it_again() -> None:
    """Also while a client of the source before still reads."""

    async def run() -> None:
        numbers = Numbers()
        quick, slow = Client(numbers), Client(numbers)
        await slow.has(b"start", b"0")
        slow.ready.clear()
        numbers.latest.publish(1)
        await quick.has(b"start", b"0", b"1")
        numbers.latest.close()
        async with asyncio.timeout(3):
            await quick.task
        numbers.latest = Latest(7)
        after = Client(numbers)
        await after.has(b"start", b"7")
        slow.ready.set()
        async with asyncio.timeout(3):
            await slow.task
        numbers.latest.publish(8)
        await after.has(b"start", b"7", b"8")

    asyncio.run(run())
