"""Every page and every answer, without a network."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest

from device.messages import EMOTIONS, Health, Level
from device.web import AuthService, create_app, text
from device.web.app import HEADERS
from tests.support.answers import content
from tests.support.services import services

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from device.control.status import Status

PAGES = {
    "/": "text/html",
    "/camera_feed": "text/html",
    "/healthz": "application/json",
    "/api/v1/status": "application/json",
    "/emoji/empty.svg": "image/svg+xml",
    "/static/style.css": "text/css",
    "/static/live.js": "text/javascript",
    "/static/icon.svg": "image/svg+xml",
}


@pytest.mark.parametrize("path", PAGES)
def test_answers_with_its_type(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.mimetype == PAGES[path]
    answer.close()


@pytest.mark.parametrize("path", [*PAGES, "/video_feed", "/api/v1/events", "/nowhere", "/api/v1/x"])
def test_every_answer_carries_the_headers(client: FlaskClient, path: str) -> None:
    answer = client.get(path, buffered=False)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "Cache-Control" in answer.headers
    answer.close()


@pytest.mark.parametrize("path", ["/", "/camera_feed", "/api/v1/status", "/healthz"])
def test_what_changes_is_never_kept(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["Cache-Control"] == "no-store"


def test_the_status_page_is_complete_without_javascript(client: FlaskClient) -> None:
    text = client.get("/").text
    for said in (
        "Moodlift", "Looks happy", "for 12 s", "1 person", "12.3 / s", "80 ms", "29.9 / s",
        "1 h 2 min", "Sunrise, 70%", "All well", "USB camera, 640 x 480 at 30", "model emotion-3",
        "Pictures stay in memory on this device.", 'src="/emoji/happy.svg"',
        'width="87.0%"', "87 %",
    ):  # fmt: skip
        assert said in text


def test_the_camera_page_shows_the_feed(client: FlaskClient) -> None:
    assert '<noscript><img src="/video_feed"' in client.get("/camera_feed").text


def test_pages_need_nothing_from_elsewhere_and_nothing_inline(client: FlaskClient) -> None:
    for path in ("/", "/camera_feed", "/nowhere"):
        text = client.get(path).text
        assert "http:" not in text
        assert "https:" not in text
        assert " style=" not in text
        assert "<style" not in text
        assert "<script>" not in text


@pytest.mark.parametrize("emotion", [*EMOTIONS, None])
def test_every_mood_has_its_word_and_picture(
    client: FlaskClient, kiosk: Any, make_status: Callable[..., Status], emotion: str | None
) -> None:
    kiosk.status.publish(make_status(emotion))
    page = client.get("/").text
    name = emotion or "empty"
    assert text.MOODS[name] in page
    assert f'id="emoji" src="/emoji/{name}.svg"' in page


def test_a_kiosk_that_just_started_has_a_page() -> None:
    from device.vision.preview import Preview

    preview = Preview()
    client = create_app(services(preview=preview), AuthService.create(None)).test_client()
    text = client.get("/").text
    preview.close()
    assert "Nobody here right now" in text
    assert "No component has reported yet." in text
    assert "none yet" in text


def test_paused(client: FlaskClient, kiosk: Any, make_status: Callable[..., Status]) -> None:
    kiosk.status.publish(make_status(paused=True))
    assert "The camera is paused" in client.get("/").text


def test_names_are_escaped(
    client: FlaskClient, kiosk: Any, make_status: Callable[..., Status]
) -> None:
    bad = "<script>alert(1)</script>\"'"
    kiosk.status.publish(
        make_status(camera=bad, model=bad, music=bad, health=(Health(bad, Level.FAILED, bad, 0.0),))
    )
    for path in ("/", "/camera_feed"):
        assert "<script>" not in client.get(path).text
    assert "&lt;script&gt;" in client.get("/").text
    assert content(client.get("/api/v1/status"))["music"] == bad
    assert b"<script>" not in client.get("/%3Cscript%3E").data


SHARES = {
    "angry": 0.02, "disgust": 0.01, "fear": 0.01, "happy": 0.87, "sad": 0.02, "surprise": 0.04,
    "neutral": 0.03,
}  # fmt: skip


def test_status_json_is_the_status(client: FlaskClient) -> None:
    answer = client.get("/api/v1/status")
    assert answer.json == {
        "version": "0.1.0", "model": "emotion-3", "trial": None, "camera": "USB camera",
        "uptime_s": 3725.0,
        "mood": {"emotion": "happy", "duration_s": 12.0, "faces": 1, "probabilities": SHARES},
        "faces": [
            {
                "id": 1, "box": [200, 120, 160, 160], "score": 0.93, "emotion": "happy",
                "probabilities": SHARES,
            }
        ],
        "frame": {
            "number": 7, "width": 640, "height": 480, "latency_ms": 100.0,
            "ms": dict.fromkeys(("decode", "detect", "crop", "classify", "total"), 0.0),
        },
        "rate_hz": 12.3, "frame_age_s": 0.08, "stage_hz": 29.9, "reactions": [],
        "music": "Sunrise", "volume": 0.7, "muted": False, "paused": False, "level": "ok",
        "health": [
            {
                "component": "camera", "level": "ok", "duration_s": 99.0,
                "message": "USB camera, 640 x 480 at 30",
            },
            {
                "component": "sound", "level": "ok", "duration_s": 99.0,
                "message": "plays on the HDMI output",
            },
        ],
        "faults": [
            {
                "component": "sound", "level": "failed", "age_s": 10.0, "duration_s": None,
                "message": "no sound device; trying again",
            },
            {
                "component": "camera", "level": "failed", "age_s": 90.0, "duration_s": 12.0,
                "message": "camera is unplugged",
            },
        ],
        "machine": {"temperature_c": 52.1, "throttled_reasons": [], "disk_free_mb": 12000},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("level", "code", "said"),
    [
        (Level.OK, 200, "ok"),
        (Level.OFF, 200, "ok"),
        (Level.DEGRADED, 200, "degraded"),
        (Level.FAILED, 503, "failed"),
    ],
)
def test_healthz(
    client: FlaskClient,
    kiosk: Any,
    make_status: Callable[..., Status],
    level: Level,
    code: int,
    said: str,
) -> None:
    kiosk.status.publish(make_status(health=(Health("camera", level, "words", 0.0),)))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (code, {"level": said})


def test_emoji_come_from_a_list_of_names(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    app.config["EMOJI_FOLDER"] = tmp_path
    for name in text.PICTURES:
        (tmp_path / f"{name}.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
        answer = client.get(f"/emoji/{name}.svg")
        assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
        assert "max-age" in answer.headers["Cache-Control"]
        answer.close()
    (tmp_path / "secret.svg").write_text("x")
    for path in ("secret.svg", "..%2f..%2fconfig.py", "../static/icon.svg", "happy.png"):
        assert client.get(f"/emoji/{path}").status_code == 404


def test_the_emoji_that_ship_are_there(client: FlaskClient) -> None:
    for name in (*text.PICTURES, text.EMPTY):
        answer = client.get(f"/emoji/{name}.svg")
        assert answer.status_code == 200, name
        assert b"<svg" in answer.data
        answer.close()


def test_errors_of_pages_are_pages(client: FlaskClient) -> None:
    answer = client.get("/nowhere")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "/nowhere: no such page" in answer.text
    assert client.post("/").status_code == 405


@pytest.mark.parametrize(
    ("method", "path", "code", "reason"),
    [
        ("GET", "/api/v1/nowhere", 404, "/api/v1/nowhere: no such page"),
        ("GET", "/api/v2/status", 404, "/api/v2/status: no such page"),
        ("GET", "/api/v1/classify", 405, "GET is not allowed here"),
        ("DELETE", "/api/v1/status", 405, "DELETE is not allowed here"),
    ],
)
def test_errors_of_the_api_are_json(
    client: FlaskClient, method: str, path: str, code: int, reason: str
) -> None:
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.mimetype) == (code, "application/problem+json")
    assert answer.json == {
        "type": "about:blank", "title": HTTPStatus(code).phrase, "status": code, "detail": reason,
    }  # fmt: skip
    assert ("Allow" in answer.headers) == (code == 405)


def test_an_unforeseen_error_is_json_without_its_details(
    client: FlaskClient, kiosk: Any, caplog: pytest.LogCaptureFixture
) -> None:
    kiosk.status.publish(None)
    answer = client.get("/api/v1/status")
    assert answer.status_code == 500
    assert answer.mimetype == "application/problem+json"
    assert "NoneType" not in answer.text
    assert "NoneType" in caplog.text
    assert client.get("/").mimetype == "text/html"


def test_words_of_time_and_number() -> None:
    assert [text.duration(s) for s in (0, 59.9, 60, 3725, 90000, 864000)] == [
        "0 s", "59 s", "1 min 0 s", "1 h 2 min", "1 d 1 h", "10 d 0 h",
    ]  # fmt: skip
    assert [text.age(s) for s in (None, 0.0841, 3.2)] == ["none yet", "84 ms", "3 s"]
    assert [text.people(n) for n in (0, 1, 2)] == ["0 people", "1 person", "2 people"]
    assert text.music(None, 0.5, False) == "quiet"
    assert text.music("Tide", 0.5, True) == "Tide, muted"
