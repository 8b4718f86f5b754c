"""Figures for Prometheus, and whether the kiosk is ready."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from device.messages import EMOTIONS, Health, Level

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from device.control.status import Status


def figures(client: FlaskClient) -> dict[tuple[str, ...], float]:
    answer = client.get("/metrics")
    assert answer.mimetype == "text/plain"
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_the_figures_are_those_of_the_status(
    client: FlaskClient, kiosk: Any, make_status: Callable[..., Status]
) -> None:
    wrong = Health('so "called"\\n part', Level.DEGRADED, "words", 0.0)
    kiosk.status.publish(make_status(health=(wrong,), muted=True))
    told = figures(client)
    assert told["moodlift_info", "0.1.0", "USB camera", "emotion-3"] == 1
    assert told["moodlift_faces",] == 1
    assert told["moodlift_vision_hertz",] == 12.3
    assert told["moodlift_frame_age_seconds",] == 0.084
    assert (told["moodlift_muted",], told["moodlift_paused",]) == (1, 0)
    assert told["moodlift_temperature_celsius",] == 52.1
    assert (told["moodlift_disk_free_bytes",], told["moodlift_throttled",]) == (12e9, 0)
    moods = {emotion: told["moodlift_mood", emotion] for emotion in EMOTIONS}
    assert moods == {**dict.fromkeys(EMOTIONS, 0), "happy": 1}
    levels = {
        level: told["moodlift_component_health", *sorted((wrong.part, level))] for level in Level
    }
    assert levels == {"ok": 0, "degraded": 1, "failed": 0, "off": 0}
    assert told["moodlift_live_view_frames_total",] == 0


@pytest.mark.parametrize(
    ("changes", "ready"),
    [({}, True), ({"frame_age": None}, False), ({"frame_age": 9.0}, False),
     ({"frame_age": None, "paused": True}, True)],
)  # fmt: skip
def test_a_kiosk_is_ready_when_it_sees(
    nobody: FlaskClient,
    kiosk: Any,
    make_status: Callable[..., Status],
    changes: dict[str, Any],
    ready: bool,
) -> None:
    kiosk.status.publish(make_status(**changes))
    answer = nobody.get("/readyz")
    assert (answer.status_code, answer.json) == (200 if ready else 503, {"ready": ready})
