"""The kiosk's metrics for Prometheus, collected at each request."""

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


def text(context: WebContext) -> bytes:
    """Return the present metrics."""
    registry = CollectorRegistry()
    registry.register(_KioskCollector(context))
    return generate_latest(registry)


class _KioskCollector(Collector):
    def __init__(self, context: WebContext) -> None:
        self._context = context

    def collect(self) -> Iterator[Metric]:
        status, context = self._context.services.status.get(), self._context
        names = {"version": status.version, "model": status.model, "camera": status.camera}
        yield InfoMetricFamily("moodlift", "The versions and the camera.", names)
        faces = status.frame_result.faces if status.frame_result else ()
        yield _gauge("uptime_seconds", "Since the start.", status.uptime)
        yield _gauge("faces", "People in view.", len(faces))
        yield _gauge("vision_hertz", "Processed frames per second.", status.rate)
        yield _gauge("stage_hertz", "Drawn frames per second.", status.stage_rate)
        if status.frame_age is not None:
            yield _gauge("frame_age_seconds", "Age of the newest frame.", status.frame_age)
        yield _gauge("volume", "From 0 to 1.", status.volume)
        yield _gauge("muted", "1 if the sound is muted.", status.muted)
        yield _gauge("paused", "1 if the camera is paused.", status.paused)
        machine = status.machine
        if machine.temperature is not None:
            yield _gauge("temperature_celsius", "Of the processor.", machine.temperature)
        if machine.disk_free is not None:
            yield _gauge("disk_free_bytes", "Of the state's disk.", machine.disk_free)
        yield _gauge("throttled", "1 if the machine is throttled.", bool(machine.throttled_reasons))
        moods = GaugeMetricFamily(
            "moodlift_mood", "1 for the mood of the room.", labels=["emotion"]
        )
        for emotion in EMOTIONS:
            moods.add_metric([emotion], status.mood.emotion == emotion)
        yield moods
        health = GaugeMetricFamily(
            "moodlift_component_health",
            "1 for the level of a component.",
            labels=["component", "level"],
        )
        for part in status.health:
            for level in LEVELS:
                health.add_metric([part.part, level], part.level is level)
        yield health
        yield _gauge("live_view_viewers", "Clients of the live view.", context.viewers.used)
        yield _gauge("event_followers", "Clients that follow the status.", context.followers.used)
        yield CounterMetricFamily(
            "moodlift_live_view_frames",
            "Encoded frames of the live picture.",
            context.live_view.encoded,
        )


def _gauge(name: str, description: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"moodlift_{name}", description, value)
