"""Thousands of kiosks in one process: real messages over real connections, nothing behind them.

Their packets are those of `device.fleet.mqtt_client` (MQTT 5.0, chapter 3), written here without
its thread and its select(2), which would not do for so many. What they report, when, and how they
reconnect is the kiosk's own code.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from device.errors import ReleaseError
from device.fleet import discovery, release, report
from device.fleet.rollout_status import RolloutStatus
from device.fleet.timing import Jitter, Timing
from device.fleet.topics import OFFLINE, ONLINE, Topics
from tests.support.waiting import PATIENCE

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable
    from random import Random

CONNECT, CONNACK, PUBLISH, SUBSCRIBE, PINGREQ = 0x10, 0x20, 0x30, 0x82, 0xC0
KEEP_ALIVE = 60
LIMIT = b"\x05\x27" + (64 * 1024).to_bytes(4, "big")
"""The largest packet that may come."""


def text(value: str | bytes) -> bytes:
    data = value if isinstance(value, bytes) else value.encode()
    return len(data).to_bytes(2, "big") + data


def packet(head: int, body: bytes) -> bytes:
    size, length = b"", len(body)
    while True:
        length, digit = divmod(length, 128)
        size += bytes([digit | (128 if length else 0)])
        if not length:
            return bytes([head]) + size + body


def connect(topics: Topics, user: str, password: str) -> bytes:
    flags = 0b00100110 | (0b11000000 if user else 0)
    body = text("MQTT") + bytes([5, flags]) + KEEP_ALIVE.to_bytes(2, "big") + LIMIT
    body += text(topics.id) + b"\x00" + text(topics.online) + text(OFFLINE)
    return packet(CONNECT, body + (text(user) + text(password) if user else b""))


def publish(topic: str, content: bytes) -> bytes:
    """Return a packet with a message that is to be kept."""
    return packet(PUBLISH | 1, text(topic) + b"\x00" + content)


def subscribe(*topics: str) -> bytes:
    return packet(SUBSCRIBE, b"\x00\x01\x00" + b"".join(text(one) + b"\x00" for one in topics))


async def receive(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Return the next packet's first byte and body."""
    (head,) = await reader.readexactly(1)
    length = shift = 0
    while True:
        (digit,) = await reader.readexactly(1)
        length |= (digit & 127) << shift
        shift += 7
        if not digit & 128:
            return head, await reader.readexactly(length)


@dataclass
class Crowd:
    """What all simulated kiosks share, and what they count."""

    port: int
    random: Random
    timing: Timing = field(default_factory=Timing)
    context: ssl.SSLContext | None = None
    user: str = ""
    password: str = ""
    faulty: frozenset[str] = frozenset()
    trial: float = 0.2
    """Seconds that a trial takes; in it, `faulty` kiosks find their model wanting."""
    online: int = 0
    messages: int = 0
    sent: int = 0
    connects: int = 0
    installed: set[str] = field(default_factory=set)


class Simulated:
    """A kiosk: `state` tells what it is like at a moment (monotonic seconds)."""

    def __init__(self, crowd: Crowd, name: str, state: Callable[[float], dict[str, Any]]) -> None:
        self._crowd, self._state = crowd, state
        self.topics = Topics("moodlift", name)
        self._status: RolloutStatus | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def run(self) -> None:
        """Be connected, and come back as a kiosk does, until cancelled."""
        crowd = self._crowd
        wait = Jitter(crowd.timing.reconnect_first, crowd.timing.reconnect_longest, crowd.random)
        while True:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
                await self._connect()
            await asyncio.sleep(wait.failed())

    async def _connect(self) -> None:
        crowd = self._crowd
        secured: dict[str, Any] = (
            {"ssl": crowd.context, "ssl_handshake_timeout": 60} if crowd.context else {}
        )
        reader, writer = await asyncio.open_connection("127.0.0.1", crowd.port, **secured)
        try:
            self._writer = writer
            self._send(connect(self.topics, crowd.user, crowd.password))
            head, body = await asyncio.wait_for(receive(reader), 60)
            assert (head, body[1]) == (CONNACK, 0), "refused"
            crowd.connects += 1
            crowd.online += 1
            try:
                await self._serve(reader)
            finally:
                crowd.online -= 1
        finally:
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader) -> None:
        timing = self._crowd.timing
        self._send(subscribe(self.topics.command, self.topics.release))
        self._publish(self.topics.online, ONLINE.encode())
        message = discovery.device(
            self.topics, "Kiosk", "0.1.0", round(3 * timing.report_max), True
        )
        self._publish(self.topics.discovery("homeassistant"), report.encode(message))
        if self._status:
            self._publish(self.topics.rollout, self._status.encode())
        both = [self._report(), self._receive(reader)]
        await _until_first(both)

    async def _report(self) -> None:
        timing = self._crowd.timing
        schedule = report.ReportSchedule(timing.report_min, timing.report_max)
        pinged = time.monotonic()
        while True:
            now = time.monotonic()
            state = self._state(now)
            if schedule.is_due(state, now):
                self._publish(self.topics.state, report.encode(state))
                pinged = now
            elif now - pinged > KEEP_ALIVE:
                self._send(bytes([PINGREQ, 0]))
                pinged = now
            await asyncio.sleep(timing.tick)

    async def _receive(self, reader: asyncio.StreamReader) -> None:
        while True:
            head, body = await receive(reader)
            if head & 0xF0 != PUBLISH:
                continue
            size = int.from_bytes(body[:2], "big")
            if body[2 : 2 + size].decode() == self.topics.release:
                await self._deploy(body[3 + size :])

    async def _deploy(self, data: bytes) -> None:
        """Put a released model on trial, if the release includes this kiosk, once."""
        with contextlib.suppress(ReleaseError):
            found = release.parse(data)
            me, known = self.topics.id, self._status
            if not found.includes(me) or (known and known.rollout == found.rollout):
                return
            self._crowd.installed.add(me)
            self._set_status(RolloutStatus(found.rollout, found.version, "trial"))
            await asyncio.sleep(self._crowd.trial)
            if me in self._crowd.faulty:
                self._set_status(
                    RolloutStatus(found.rollout, found.version, "failed", "it was slow")
                )
            else:
                self._set_status(RolloutStatus(found.rollout, found.version, "passed"))

    def _set_status(self, status: RolloutStatus) -> None:
        self._status = status
        self._publish(self.topics.rollout, status.encode())

    def _publish(self, topic: str, content: bytes) -> None:
        self._crowd.messages += 1
        self._send(publish(topic, content))

    def _send(self, data: bytes) -> None:
        assert self._writer
        if self._writer.is_closing():
            raise ConnectionResetError("the broker has hung up")
        self._crowd.sent += len(data)
        self._writer.write(data)


async def _until_first(works: list[Any]) -> None:
    """Do several things until one of them ends, mostly by an error, which is raised."""
    tasks = [asyncio.ensure_future(one) for one in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def running(kiosks: list[Simulated], between: float = 0.0) -> AsyncIterator[None]:
    """Have kiosks run, one after the other `between` seconds, for as long as this lasts."""
    tasks = []
    try:
        for kiosk in kiosks:
            tasks.append(asyncio.create_task(kiosk.run()))
            if between:
                await asyncio.sleep(between)
        yield
    finally:
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            assert isinstance(ended, asyncio.CancelledError), ended


async def until(what: Callable[[], object], patience: float = PATIENCE) -> float:
    """Wait until something holds; return for how many seconds it did not."""
    begun = time.monotonic()
    while not what():
        assert time.monotonic() - begun < patience, f"not within {patience} s"
        await asyncio.sleep(0.05)
    return time.monotonic() - begun
