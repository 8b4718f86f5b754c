"""The kiosk's figures for Prometheus, made anew at each request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as CONTENT_TYPE
from prometheus_client.registry import Collector

from device.messages import EMOTIONS, Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client import Metric

    from device.web.context import WebContext

__all__ = ["CONTENT_TYPE", "text"]

LEVELS = tuple(Level)


def text(site: WebContext) -> bytes:
    """Return all figures of the moment."""
    registry = CollectorRegistry()
    registry.register(_Kiosk(site))
    return generate_latest(registry)


class _Kiosk(Collector):
    def __init__(self, site: WebContext) -> None:
        self._site = site

    def collect(self) -> Iterator[Metric]:
        status, site = self._site.view.status.get(), self._site
        names = {"version": status.version, "model": status.model, "camera": status.camera}
        yield InfoMetricFamily("moodlift", "What runs here.", names)
        faces = status.frame_result.faces if status.frame_result else ()
        yield _gauge("uptime_seconds", "Since the start.", status.uptime)
        yield _gauge("faces", "People in view.", len(faces))
        yield _gauge("vision_hertz", "Frames understood in a second.", status.rate)
        yield _gauge("stage_hertz", "Frames drawn in a second.", status.stage_rate)
        if status.freshness is not None:
            yield _gauge("freshness_seconds", "Age of the newest frame.", status.freshness)
        yield _gauge("volume", "From 0 to 1.", status.volume)
        yield _gauge("muted", "1 if no sound is to be heard.", status.muted)
        yield _gauge("paused", "1 if the camera is paused.", status.paused)
        machine = status.machine
        if machine.temperature is not None:
            yield _gauge("temperature_celsius", "Of the processor.", machine.temperature)
        if machine.disk_free is not None:
            yield _gauge("disk_free_bytes", "Where the kiosk's state is.", machine.disk_free)
        yield _gauge("held_back", "1 if the machine is throttled.", bool(machine.held_back))
        moods = GaugeMetricFamily(
            "moodlift_mood", "1 for the mood of the room.", labels=["emotion"]
        )
        for emotion in EMOTIONS:
            moods.add_metric([emotion], status.mood.emotion == emotion)
        yield moods
        health = GaugeMetricFamily(
            "moodlift_part", "1 for the level at which a part is.", labels=["part", "level"]
        )
        for part in status.health:
            for level in LEVELS:
                health.add_metric([part.part, level], part.level is level)
        yield health
        yield _gauge("feed_viewers", "Who watches the live picture.", site.viewers.used)
        yield _gauge("followers", "Who follows the status.", site.followers.used)
        yield CounterMetricFamily(
            "moodlift_feed_pictures", "Live pictures that were encoded.", site.feed.encoded
        )


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"moodlift_{name}", words, value)
