"""A crowd of browsers, to see what a kiosk bears: run it against one, and it prints figures.

python -m tests.load.web_crowd http://127.0.0.1:8080/ --token TOKEN --seconds 10
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


@dataclass
class Crowd:
    """How many there are, and what they got."""

    host: str
    port: int
    token: str
    seconds: float
    waits: list[float] = field(default_factory=list)
    errors: int = 0
    refused: int = 0
    events: int = 0
    pictures: int = 0

    def request(self, path: str) -> bytes:
        head = f"GET {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
        return f"{head}Authorization: Bearer {self.token}\r\n\r\n".encode()

    async def poll(self, rate: float, late: float) -> None:
        """Ask for the status so many times a second, on one connection."""
        await asyncio.sleep(late)
        reader, writer = await asyncio.open_connection(self.host, self.port)
        with closing(writer):
            while True:
                begun = time.perf_counter()
                writer.write(self.request("/api/v1/status"))
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                await reader.readexactly(length)
                took = time.perf_counter() - begun
                self.waits.append(took)
                self.errors += b" 200 " not in head.split(b"\r\n")[0]
                await asyncio.sleep(max(0.0, 1 / rate - took))

    async def follow(self, path: str, late: float) -> None:
        """Follow a stream."""
        await asyncio.sleep(late)
        reader, writer = await asyncio.open_connection(self.host, self.port, limit=2**20)
        with closing(writer):
            writer.write(self.request(path))
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head.split(b"\r\n")[0]:
                self.refused += 1
                return
            while piece := await reader.read(2**18):
                self.events += piece.count(b"data: {")
                self.pictures += piece.count(b"image/jpeg")

    async def come(self, clients: int, rate: float, streams: int, feeds: int) -> None:
        """Do all of it at once, for the time."""
        tasks = [self.poll(rate, number / rate / clients) for number in range(clients)]
        tasks += [self.follow("/api/v1/events", number / 200) for number in range(streams)]
        tasks += [self.follow("/video_feed", number / 10) for number in range(feeds)]
        everybody = asyncio.gather(*tasks)
        with suppress(TimeoutError):
            await asyncio.wait_for(everybody, self.seconds)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--token", required=True)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--rate", type=float, default=10.0)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--feeds", type=int, default=0)
    given = parser.parse_args()
    where = urlsplit(given.address)
    crowd = Crowd(where.hostname or "", where.port or 80, given.token, given.seconds)
    asyncio.run(crowd.come(given.clients, given.rate, given.streams, given.feeds))
    told = asdict(crowd)
    waits = sorted(told.pop("waits")) or [0.0]
    told["token"] = "..."
    told["answers_per_s"] = round(len(waits) / given.seconds, 1)
    told["median_ms"] = round(1000 * statistics.median(waits), 1)
    told["p99_ms"] = round(1000 * waits[int(0.99 * (len(waits) - 1))], 1)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
