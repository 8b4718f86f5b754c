"""A fleet of simulated kiosks on a real broker and a real Prometheus: the figures of docs/FLEET.md.

python -m tests.load.fleet_crowd --kiosks 1000
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import math
import resource
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

from device.fleet import report
from device.fleet.identity import generate_id
from device.fleet.timing import Timing
from device.fleet.topics import Topics
from device.hardware.board import Reading
from device.messages import EMOTIONS, NOBODY, Mood
from tests.load.simulated_kiosks import Crowd, Simulated, publish, running, until
from tests.support.authority import Authority
from tests.support.brokers import PASSWORD, USER, Listener, Mosquitto
from tests.support.fleets import sample
from tests.support.kiosks import RunningKiosk, free_port

DAY = 86_400.0
OPEN = (9 * 3600.0, 19 * 3600.0)
"""When people come."""
EVERY, STAY, CHANGE = 300.0, 45.0, 6.0
"""Seconds: between two visits in the mean, of a visit, and for which a mood lasts."""
BUSY = 60.0
"""The same for the kiosk at a busy place."""


class Visits:
    """Who stands before a kiosk in the course of a day, by lot."""

    def __init__(self, random: Random, every: float) -> None:
        self._visits: list[tuple[float, float, int]] = []
        at = OPEN[0] + random.expovariate(1 / every)
        while at < OPEN[1]:
            stay = random.expovariate(1 / STAY)
            self._visits.append((at, at + stay, random.randrange(1_000_000)))
            at += stay + random.expovariate(1 / every)
        self._next = 0

    def mood(self, now: float) -> str | None:
        """Return the mood at a second of the day; ask for rising ones."""
        while self._next < len(self._visits) and self._visits[self._next][1] < now:
            self._next += 1
        if self._next == len(self._visits) or now < self._visits[self._next][0]:
            return None
        begun, _, seed = self._visits[self._next]
        return EMOTIONS[Random(seed + int((now - begun) / CHANGE)).randrange(len(EMOTIONS))]


def told(mood: str | None, uptime: float) -> dict[str, Any]:
    """Return what a kiosk tells whose rate and temperature go up and down."""
    status = sample(
        mood=Mood(mood, 0.0, 1) if mood else NOBODY,
        rate=15.0 + 0.3 * math.sin(uptime),
        uptime=uptime,
        machine=Reading(52.0 + 4.0 * math.sin(uptime / 900)),
    )
    return report.state(replace(status, frame_result=None)) | {"faces": 1 if mood else 0}


def day(every: float, random: Random) -> tuple[int, int]:
    """Return how many messages a kiosk sends in a day, and their bytes as MQTT has them."""
    timing, visits, topics = Timing(), Visits(random, every), Topics("moodlift", generate_id())
    schedule, messages, size, at = (
        report.ReportSchedule(timing.report_min, timing.report_max),
        0,
        0,
        0.0,
    )
    while at < DAY:
        state = told(visits.mood(at), at)
        if schedule.is_due(state, at):
            messages += 1
            size += len(publish(topics.state, report.encode(state)))
        at += timing.tick
    return messages, size


def say(what: str, value: str) -> None:
    print(f"{what:62} {value}", flush=True)


class Watch:
    """What a process takes from now on."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._cpu, self._began = self._seconds(), time.monotonic()

    def _seconds(self) -> float:
        times = self._process.cpu_times()
        return float(times.user + times.system)

    @property
    def cpu(self) -> float:
        """Seconds of a core."""
        return self._seconds() - self._cpu

    @property
    def share(self) -> float:
        return self.cpu / (time.monotonic() - self._began)

    @property
    def megabytes(self) -> float:
        return float(self._process.memory_info().rss / 1e6)


async def storm(crowd: Crowd, kiosks: list[Simulated], broker: Mosquitto, seconds: float) -> None:
    """Connect all, let them be, and start the broker again."""
    many = len(kiosks)
    empty = Watch(broker.pid)
    before = empty.megabytes
    async with running(kiosks, between=0.002):
        await until(lambda: crowd.online == many, 300)
        await asyncio.sleep(3)
        say(f"broker: processor time for {many} first connections", f"{empty.cpu:.1f} s")
        taken = 1000 * (empty.megabytes - before) / many
        say("broker: memory", f"{empty.megabytes:.0f} MB, {taken:.0f} kB for each kiosk")
        watch, messages, sent = Watch(broker.pid), crowd.messages, crowd.sent
        begun = time.monotonic()
        await asyncio.sleep(seconds)
        lasted = time.monotonic() - begun
        rate = (crowd.messages - messages) / lasted
        say("messages a second", f"{rate:.0f}, {(crowd.sent - sent) / lasted / 1000:.0f} kB")
        share = watch.share
        say("broker: processor", f"{share:.1%} of a core, {1e6 * share / rate:.0f} us a message")
        await asyncio.to_thread(broker.stop)
        await until(lambda: crowd.online == 0, 60)
        await asyncio.sleep(5)
        await asyncio.to_thread(broker.start)
        watch, connects = Watch(broker.pid), crowd.connects
        took = await until(lambda: crowd.online == many, 600)
        say("after a restart of the broker, all are back within", f"{took:.1f} s")
        made = crowd.connects - connects
        each = 1000 * watch.cpu / made
        say("broker: for that", f"{watch.cpu:.1f} s of a core, {each:.2f} ms a connection")
        say("broker: memory after it", f"{watch.megabytes:.0f} MB")


def simulate(many: int, seconds: float, every: float, random: Random) -> None:
    """Measure a broker with TLS and passwords, and somebody who listens to all."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        authority = Authority(folder)
        broker = Mosquitto(folder, authority.issue(), secured=True)
        context = ssl.create_default_context(cafile=str(authority.file))
        # One process looks after all of them, so each looks less often than a kiosk does.
        crowd = Crowd(broker.port, random, Timing(tick=2.0), context, USER, PASSWORD)
        noon = time.monotonic()

        def kiosk() -> Simulated:
            visits = Visits(random, every)
            # Half a day has gone: people come.
            return Simulated(
                crowd, generate_id(), lambda now: told(visits.mood(DAY / 2 + now - noon), now)
            )

        kiosks = [kiosk() for _ in range(many)]
        with broker, Listener(broker.port, "#", str(authority.file), USER, PASSWORD):
            asyncio.run(storm(crowd, kiosks, broker, seconds))


def figures() -> bytes:
    """Return what a real kiosk tells Prometheus."""
    with tempfile.TemporaryDirectory() as name, RunningKiosk(Path(name)) as kiosk:
        kiosk.wait_for(level="ok")
        while kiosk.status()["frame"] is None:
            time.sleep(0.2)
        token = json.loads((Path(name) / "state/moodlift/owner.json").read_text())["token"]
        request = urllib.request.Request(
            f"{kiosk.address}/metrics", headers={"Authorization": f"Bearer {token}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            text: bytes = answer.read()
            return text


@contextlib.contextmanager
def served(text: bytes) -> Iterator[int]:
    """Answer whatever is asked with the same figures, in a process of its own."""
    script = (
        "import asyncio, sys\n"
        "text = sys.stdin.buffer.read()\n"
        "head = b'HTTP/1.1 200 OK\\r\\nContent-Type: text/plain; version=0.0.4\\r\\n'\n"
        "answer = head + b'Content-Length: %d\\r\\n\\r\\n' % len(text) + text\n"
        "async def serve(reader, writer):\n"
        "    try:\n"
        "        while await reader.readuntil(b'\\r\\n\\r\\n'):\n"
        "            writer.write(answer)\n"
        "    except asyncio.IncompleteReadError:\n"
        "        writer.close()\n"
        "async def main():\n"
        "    server = await asyncio.start_server(serve, '127.0.0.1', int(sys.argv[1]))\n"
        "    await server.serve_forever()\n"
        "asyncio.run(main())\n"
    )
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", script, str(port)], stdin=subprocess.PIPE)
    assert process.stdin
    process.stdin.write(text)
    process.stdin.close()
    try:
        yield port
    finally:
        process.kill()
        process.wait()


def configuration(folder: Path, port: int, many: int) -> Path:
    """Have Prometheus take one server for many kiosks."""
    kiosks = [{"targets": [generate_id() for _ in range(many)]}]
    (folder / "kiosks.json").write_text(json.dumps(kiosks))
    shutil.copy(Path(__file__).parents[2] / "examples" / "fleet" / "alerts.yml", folder)
    path = folder / "prometheus.yml"
    path.write_text(
        f"""
global: {{scrape_interval: 30s, evaluation_interval: 30s}}
rule_files: [alerts.yml]
scrape_configs:
  - job_name: moodlift
    file_sd_configs: [{{files: [kiosks.json]}}]
    relabel_configs:
      - {{source_labels: [__address__], target_label: instance}}
      - {{source_labels: [__address__], target_label: __param_kiosk}}
      - {{target_label: __address__, replacement: "127.0.0.1:{port}"}}
"""
    )
    return path


def ask(port: int, path: str) -> Any:
    """Return what Prometheus answers."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/{path}", timeout=10) as answer:
        return json.load(answer)["data"]


def scrape(many: int, seconds: float) -> None:
    """Measure a Prometheus that asks many kiosks every 30 seconds."""
    text = figures()
    series = sum(bool(line) and not line.startswith(b"#") for line in text.split(b"\n"))
    say("a kiosk's figures", f"{series} series, {len(text)} bytes")
    say(f"samples a second of {many} kiosks", f"{many * (series + 5) / 30:.0f}")
    with tempfile.TemporaryDirectory() as name, served(text) as kiosks:
        folder, port = Path(name), free_port()
        process = subprocess.Popen(
            [
                "prometheus", f"--config.file={configuration(folder, kiosks, many)}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}", "--log.level=error",
            ]
        )  # fmt: skip
        try:
            time.sleep(45)
            watch = Watch(process.pid)
            time.sleep(seconds)
            up = ask(port, "query?query=sum(up)")["result"][0]["value"][1]
            say("prometheus: kiosks that answer", up)
            say("prometheus: series", str(ask(port, "status/tsdb")["headStats"]["numSeries"]))
            say("prometheus: processor", f"{watch.share:.1%} of a core")
            say("prometheus: memory", f"{watch.megabytes:.0f} MB")
        finally:
            process.terminate()
            process.wait(30)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kiosks", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--only", choices=("day", "broker", "prometheus"))
    given = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    random = Random(1)
    if given.only in (None, "day"):
        for name, every in (("", EVERY), (" at a busy place", BUSY)):
            messages, size = day(every, random)
            say(f"a kiosk's day{name}", f"{messages} messages, {size / 1e6:.2f} MB")
    if given.only in (None, "broker"):
        simulate(given.kiosks, given.seconds, BUSY, random)
    if given.only in (None, "prometheus"):
        scrape(given.kiosks, given.seconds)


if __name__ == "__main__":
    main()
