"""A crowd of browsers: run it against a kiosk, and it prints what they got as JSON.

python -m tests.load.web_crowd http://127.0.0.1:8080/ --token TOKEN --seconds 10 --pid PID

With the process number of a kiosk on this machine it also prints that process's processor time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field
from urllib.parse import urlsplit

import psutil


@dataclass
class Crowd:
    """Clients of a kiosk, and what they got."""

    host: str
    port: int
    token: str
    seconds: float
    waits: list[float] = field(default_factory=list)
    errors: int = 0
    refused: int = 0
    events: int = 0
    pictures: int = 0
    connections: int = 0

    def request(self, path: str) -> bytes:
        head = f"GET {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
        return f"{head}Authorization: Bearer {self.token}\r\n\r\n".encode()

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect; to this machine from one of eight addresses, as each is limited."""
        self.connections += 1
        source = (f"127.0.0.{2 + self.connections % 8}", 0) if self.host == "127.0.0.1" else None
        return await asyncio.open_connection(self.host, self.port, limit=2**20, local_addr=source)

    async def poll(self, rate: float, delay: float) -> None:
        """Request the status `rate` times per second, on one connection."""
        await asyncio.sleep(delay)
        reader, writer = await self.connect()
        with closing(writer):
            while True:
                started = time.perf_counter()
                writer.write(self.request("/api/v1/status"))
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                await reader.readexactly(length)
                seconds = time.perf_counter() - started
                self.waits.append(seconds)
                self.errors += b" 200 " not in head.split(b"\r\n")[0]
                await asyncio.sleep(max(0.0, 1 / rate - seconds))

    async def follow(self, path: str, delay: float) -> None:
        """Read a stream."""
        await asyncio.sleep(delay)
        reader, writer = await self.connect()
        with closing(writer):
            writer.write(self.request(path))
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head.split(b"\r\n")[0]:
                self.refused += 1
                return
            while chunk := await reader.read(2**18):
                self.events += chunk.count(b"data: {")
                self.pictures += chunk.count(b"image/jpeg")

    async def run(self, clients: int, rate: float, streams: int, feeds: int) -> None:
        """Do all of it at once for `seconds`."""
        tasks = [self.poll(rate, number / rate / clients) for number in range(clients)]
        tasks += [self.follow("/api/v1/events", number / 200) for number in range(streams)]
        tasks += [self.follow("/video_feed", number / 10) for number in range(feeds)]
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*tasks), self.seconds)


def processor_seconds(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--token", required=True)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--rate", type=float, default=10.0)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--feeds", type=int, default=0)
    parser.add_argument("--pid", type=int)
    options = parser.parse_args()
    address = urlsplit(options.address)
    crowd = Crowd(address.hostname or "", address.port or 80, options.token, options.seconds)
    before = processor_seconds(options.pid) if options.pid else 0.0
    asyncio.run(crowd.run(options.clients, options.rate, options.streams, options.feeds))
    results = asdict(crowd)
    waits = sorted(results.pop("waits")) or [0.0]
    results["token"] = "..."
    results["answers_per_s"] = round(len(waits) / options.seconds, 1)
    results["median_ms"] = round(1000 * statistics.median(waits), 1)
    results["p99_ms"] = round(1000 * waits[int(0.99 * (len(waits) - 1))], 1)
    if options.pid:
        used = processor_seconds(options.pid) - before
        results["processor_s_per_s"] = round(used / options.seconds, 3)
    print(json.dumps(results))


if __name__ == "__main__":
    main()
