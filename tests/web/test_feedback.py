"""Answers to "Was I right?" on the page: counted, and kept on consent alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from werkzeug.datastructures import Headers

from device.errors import VisionBusy
from device.feedback import archive
from device.feedback.crop import decode
from device.messages import EMOTIONS, FrameResult
from device.vision.alignment import align
from device.web.context import ANSWERS
from device.web.problems import MIMETYPE
from device.web.routes.auth import HEADER, VISITOR_COOKIE
from tests.support.answers import content
from tests.web.conftest import HAPPY, LANDMARKS

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from device.web import AuthService

CALL = "/api/v1/feedback"
KEEP = f"{CALL}/crop?label=sad&consent=yes"


@pytest.fixture
def visitor(app: Flask, auth: AuthService) -> FlaskClient:
    assert auth.visitors
    client = app.test_client()
    client.set_cookie(VISITOR_COOKIE.format(port=80), auth.visitors.issue())
    client.environ_base[f"HTTP_{HEADER.upper().replace('-', '_')}"] = "page"
    return client


@pytest.fixture(scope="module")
def image() -> np.ndarray[Any, np.dtype[np.uint8]]:
    grain = np.random.default_rng(1).integers(0, 255, (30, 40, 3), np.uint8)
    return np.asarray(cv2.resize(grain, (640, 480)), np.uint8)


@pytest.fixture(scope="module")
def png(image: Any) -> bytes:
    return bytes(cv2.imencode(".png", image)[1].tobytes())


def test_an_answer_is_counted_and_nothing_else_kept(
    visitor: FlaskClient, client: FlaskClient
) -> None:
    for felt in ("happy", "happy", "sad"):
        answer = visitor.post(f"{CALL}/answer", json={"shown": "happy", "felt": felt})
        assert (answer.status_code, answer.json) == (201, {"shown": "happy", "felt": felt})
    told = content(client.get(CALL))
    assert told["overall"] == {
        "agreeing": 2, "answers": 3, "share": 0.6667, "interval": [0.2077, 0.9385],
    }  # fmt: skip
    assert told["by_emotion"]["happy"] == told["overall"]
    assert told["by_emotion"]["sad"] == {
        "agreeing": 0,
        "answers": 0,
        "share": None,
        "interval": None,
    }
    assert set(told["crops"].values()) == {0}


@pytest.mark.parametrize(
    "said",
    [
        None, [], {}, {"shown": "happy"}, {"shown": "happy", "felt": "joy"},
        {"shown": None, "felt": "sad"}, {"shown": [], "felt": {}},
        {"shown": "happy", "felt": "sad", "name": "x"},
    ],
)  # fmt: skip
def test_what_is_no_answer_is_reported(
    visitor: FlaskClient, client: FlaskClient, said: Any
) -> None:
    answer = visitor.post(f"{CALL}/answer", json=said)
    assert (answer.status_code, answer.mimetype) == (400, MIMETYPE)
    assert content(client.get(CALL))["overall"]["answers"] == 0


def test_without_consent_the_crop_is_shown_and_not_kept(
    visitor: FlaskClient, kiosk: Any, image: Any, png: bytes
) -> None:
    for query in ("", "?label=sad", "?consent=no", "?label=sad&consent=no"):
        answer = visitor.post(f"{CALL}/crop{query}", data=png)
        assert (answer.status_code, answer.mimetype) == (200, "image/png")
        assert np.array_equal(decode(answer.data), align(image, LANDMARKS))
    assert not kiosk.feedback.store.path.exists()


def test_with_consent_it_is_kept_with_what_was_told(
    visitor: FlaskClient, kiosk: Any, image: Any, png: bytes
) -> None:
    answer = visitor.post(KEEP, data=png)
    assert answer.status_code == 201
    (one,) = kiosk.feedback.store.crops()
    assert one.png == answer.data
    assert np.array_equal(one.image, align(image, LANDMARKS))
    assert (one.label, one.probabilities, one.model) == ("sad", HAPPY, "emotion-3")


@pytest.mark.parametrize(
    "query",
    [
        "?consent=yes", "?label=joy&consent=yes", "?label=&consent=yes", "?label=sad&consent=YES",
        "?label=sad&consent=1", "?label=sad&consent=", "?label=joy",
    ],
)  # fmt: skip
def test_consent_is_nothing_but_yes(
    visitor: FlaskClient, kiosk: Any, png: bytes, query: str
) -> None:
    answer = visitor.post(f"{CALL}/crop{query}", data=png)
    assert (answer.status_code, answer.mimetype) == (400, MIMETYPE)
    assert not kiosk.feedback.store.path.exists()


def test_a_picture_without_a_face_has_no_crop(visitor: FlaskClient, kiosk: Any, png: bytes) -> None:
    assert visitor.post(KEEP, data=b"GIF89a").status_code == 400
    kiosk.fault = VisionBusy("vision is starting")
    assert visitor.post(KEEP, data=png).status_code == 503


def test_nobody_sees_a_face_where_there_is_none(
    app: Flask, visitor: FlaskClient, kiosk: Any, png: bytes
) -> None:
    from device.web.context import context_of

    services = context_of(app).services
    object.__setattr__(services, "classify", lambda image: FrameResult(1, 0.0, 0.1, 640, 480))
    answer = visitor.post(KEEP, data=png)
    assert (answer.status_code, content(answer)["detail"]) == (
        400,
        "there is no face in the picture",
    )


def test_nobody_answers_without_end(visitor: FlaskClient, client: FlaskClient, png: bytes) -> None:
    said = {"shown": "happy", "felt": "sad"}
    codes = [visitor.post(f"{CALL}/answer", json=said).status_code for _ in range(ANSWERS + 1)]
    assert codes == [201] * ANSWERS + [429]
    answer = visitor.post(KEEP, data=png)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert visitor.post(f"{CALL}/crop", data=png).status_code == 200
    assert content(client.get(CALL))["overall"]["answers"] == ANSWERS


def test_a_disk_that_fails_is_reported(
    visitor: FlaskClient, client: FlaskClient, kiosk: Any, png: bytes
) -> None:
    kiosk.feedback.store.path.parent.parent.touch()
    for answer in (
        visitor.post(f"{CALL}/answer", json={"shown": "happy", "felt": "sad"}),
        visitor.post(KEEP, data=png),
    ):
        assert (answer.status_code, answer.mimetype) == (503, MIMETYPE)
        assert "directory" in content(answer)["detail"]
    assert kiosk.feedback.health[0] == "degraded"


@pytest.fixture
def kept(visitor: FlaskClient, png: bytes) -> None:
    """Three crops of as many emotions."""
    for label in ("sad", "happy", "fear"):
        query = f"{CALL}/crop?label={label}&consent=yes"
        assert visitor.post(query, data=png).status_code == 201


@pytest.mark.usefixtures("kept")
def test_the_owner_lists_sees_and_deletes(client: FlaskClient) -> None:
    told = content(client.get(f"{CALL}/crops"))
    assert [(one["id"], one["label"]) for one in told] == [(3, "fear"), (2, "happy"), (1, "sad")]
    assert told[0]["probabilities"] == dict(zip(EMOTIONS, HAPPY, strict=True))
    assert told[0]["hour"].endswith(":00:00Z")
    picture = client.get(f"{CALL}/crops/2")
    assert (picture.status_code, picture.mimetype) == (200, "image/png")
    assert picture.headers["Cache-Control"] == "no-store"
    assert decode(picture.data).shape == (48, 48)
    answer = client.delete(f"{CALL}/crops/2")
    assert (answer.status_code, content(answer)["crops"]["happy"]) == (200, 0)
    for gone in (2, 4, 10**30):
        assert client.get(f"{CALL}/crops/{gone}").status_code == 404
        assert client.delete(f"{CALL}/crops/{gone}").status_code == 404
    answer = client.delete(f"{CALL}/crops")
    assert set(content(answer)["crops"].values()) == {0}
    assert client.get(f"{CALL}/crops").json == []


@pytest.mark.usefixtures("kept")
def test_the_export_can_be_read(client: FlaskClient, tmp_path: Path) -> None:
    answer = client.get(f"{CALL}.zip")
    assert answer.mimetype == "application/zip"
    assert "moodlift-feedback.zip" in Headers(answer.headers)["Content-Disposition"]
    path = tmp_path / "export.zip"
    path.write_bytes(answer.data)
    assert [one.label for one in archive.read(path)] == ["fear", "happy", "sad"]


@pytest.mark.usefixtures("kept")
def test_the_page_shows_counts_and_crops(client: FlaskClient, visitor: FlaskClient) -> None:
    visitor.post(f"{CALL}/answer", json={"shown": "happy", "felt": "happy"})
    text = client.get("/feedback").text
    assert "1 of 1 answers agree" in text
    assert "(95 % confidence interval: 21 to 100 %)" in text
    assert text.count('src="/api/v1/feedback/crops/') == 3
    assert client.get("/feedback?before=2").text.count('src="/api/v1/feedback/crops/') == 1
    for before in ("x", "-1", str(10**30)):
        assert client.get(f"/feedback?before={before}").status_code == 200


def test_a_kiosk_without_feedback_does_not_ask(
    nobody: FlaskClient, kiosk: Any, auth: AuthService
) -> None:
    from device.config.schema import FeedbackConfig
    from device.feedback import FeedbackRecorder
    from device.web import create_app

    running = kiosk.feedback
    kiosk.feedback = FeedbackRecorder(FeedbackConfig(enabled=False), running.store.path.parent)
    client = create_app(kiosk.services(), auth).test_client()
    kiosk.feedback = running
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {auth.sessions.token}"
    assert "Was I right?" not in client.get("/try").text
    answer = client.post(f"{CALL}/answer", json={"shown": "happy", "felt": "sad"})
    assert (answer.status_code, content(answer)["detail"]) == (503, "feedback is switched off")
